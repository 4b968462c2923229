/** The shape of an environment's `gates` and `hotfix`. One schema a gate; what they come to is in `gates-model.ts`. */
import { z } from "zod";
import { durationField } from "./fields.ts";
import { appField, checkNameField, teamField } from "./gates-fields.ts";
import { USUAL_HOTFIX_GATES, type HotfixGate } from "./gates-model.ts";
import { ROLES } from "./model.ts";
import { externalField } from "./external-schema.ts";
import { holidaysField, windowsField } from "./windows-schema.ts";

const MOST = { checks: 50, approvals: 10, users: 100, teams: 20 } as const;

const namedCheckField = z.union([
  checkNameField,
  z.strictObject({
    name: checkNameField.describe("The check's name, or the status' context, also where it is `required`."),
    app: z
      .union([appField, z.int().positive()])
      .optional()
      .describe("The App that must have made the check, by its slug (`github-actions`) or its id."),
  }),
]);

const checksField = z
  .union([z.enum(["required"]), z.array(namedCheckField).min(1).max(MOST.checks)])
  .optional()
  .describe(
    "Check runs (by name) and commit statuses (by context) that must have succeeded on the release's commit. `required` stands for those that the release branch's protection and rulesets demand.",
  );

const approvalsSchema = z
  .strictObject({
    count: z.int().min(1).max(MOST.approvals).default(1).describe("How many people must have approved it."),
    role: z
      .enum(ROLES)
      .optional()
      .describe("The least repository role with which somebody's approval counts."),
    users: z
      .array(z.int().positive())
      .min(1)
      .max(MOST.users)
      .optional()
      .describe("Numeric ids of users whose approval counts (`gh api users/LOGIN --jq .id`)."),
    teams: z
      .array(teamField)
      .min(1)
      .max(MOST.teams)
      .optional()
      .describe("Slugs of teams of the repository's organisation whose members' approval counts."),
    excludeAuthors: z
      .boolean()
      .default(false)
      .describe("Whether the authors of the release's changes do not count."),
    expires: durationField("5m", "90d").default("7d").describe("For how long an approval counts."),
  })
  .describe("Who must have approved a release for this environment by `/approve`.");

/** What stands between a release and its beginning in an environment. */
export const gatesSchema = z
  .strictObject({
    soak: durationField("1m", "90d")
      .optional()
      .describe(
        "For how long every environment that this one comes after must have run the release, without a break.",
      ),
    checks: checksField,
    approvals: approvalsSchema.optional(),
    windows: windowsField,
    holidays: holidaysField,
    external: externalField,
  })
  .describe("What must hold before anything begins here (docs/gates.md).");

function hotfixField(gate: HotfixGate, what: string) {
  return z.enum(["skip", "keep"]).default(USUAL_HOTFIX_GATES[gate]).describe(what);
}

/** Which gates a hotfix is asked by in an environment. */
export const hotfixSchema = z
  .strictObject({
    soak: hotfixField("soak", "Whether a hotfix waits for `gates.soak`."),
    checks: hotfixField("checks", "Whether a hotfix waits for `gates.checks`."),
    approvals: hotfixField("approvals", "Whether a hotfix waits for `gates.approvals`."),
    freeze: hotfixField("freeze", "Whether a freeze holds a hotfix."),
    windows: hotfixField("windows", "Whether a hotfix waits for the deploy windows."),
    external: hotfixField("external", "Whether a hotfix waits for `gates.external`."),
  })
  .describe("Which gates a hotfix waits for here: `keep`, or `skip`.");

export type WrittenGates = z.output<typeof gatesSchema>;
export type WrittenChecks = NonNullable<WrittenGates["checks"]>;
