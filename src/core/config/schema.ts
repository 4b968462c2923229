/**
 * The shape of `.github/waybill.yml`. Everything that people read about a field (the JSON Schema for editors, the tables in
 * docs/config.md) is made from here: `npm run schema`.
 */
import { z } from "zod";
import { channelsField } from "../channels/schema.ts";
import {
  branchField,
  globField,
  inputsField,
  nameField,
  tagField,
  urlField,
  workflowField,
} from "./fields.ts";
import { commandsField } from "./commands.ts";
import { githubField } from "./github.ts";
import { measureField } from "./measures.ts";
import { migrationField } from "./migration-schema.ts";
import { gatesSchema, hotfixSchema } from "./gates-schema.ts";
import { RELEASE_MODES } from "./model.ts";
import { verifyField } from "./probe-schema.ts";
import { queueField } from "./queue.ts";
import { databaseField } from "./database.ts";
import { expectedField } from "./expected.ts";
import { releaseRuleFields } from "./release.ts";
import { rollbackField } from "./rollback.ts";
import { rolloutSchema, stepFields } from "./rollout-schema.ts";
import { watchField } from "./watch.ts";
import { freezesField } from "./windows-schema.ts";

export const LIMITS = {
  components: 100,
  environments: 50,
  paths: 50,
  users: 100,
  calendars: 10,
} as const;

const roleField = z.enum(["triage", "write", "maintain", "admin"]);

const componentSchema = z
  .strictObject({
    workflow: workflowField
      .default("deploy.yml")
      .describe("The file in `.github/workflows` that deploys it."),
    paths: z
      .array(globField)
      .min(1)
      .max(LIMITS.paths)
      .default(["**"])
      .describe("Globs of the files that belong to it, from the repository's root (`*`, `**` and `?`)."),
    needs: z
      .array(nameField)
      .default([])
      .describe("The components that must have been rolled out before it."),
    tag: tagField
      .optional()
      .describe(
        "Gives it versions of its own, with tags by this pattern, such as `api-v{version}`. Default: it has the release's version (see docs/components.md).",
      ),
    migration: migrationField
      .optional()
      .describe(
        "That changes of it migrate a database: `true`, `reversible`, `expand` or `contract`, or `kind` and `paths` (see docs/migrations.md).",
      ),
    ...stepFields,
  })
  .describe("A releasable unit.");

const placedComponentSchema = z
  .strictObject({
    workflow: workflowField.optional().describe("Another workflow file for this component here."),
    inputs: inputsField.optional().describe("Inputs for this component here, laid over the environment's."),
    verify: verifyField.optional().describe("Proves this component, after its run."),
    ...stepFields,
  })
  .describe("What differs for one component in this environment.");

const namesField = z.array(nameField).min(1).max(LIMITS.environments);

const afterField = z.union([
  nameField,
  z.array(nameField),
  z
    .strictObject({
      any: namesField.optional().describe("One of these is enough."),
      atLeast: z.int().min(1).max(LIMITS.environments).optional().describe("How many of `of` are enough."),
      of: namesField
        .optional()
        .describe("The environments of which `atLeast` so many must have the release."),
    })
    .describe("Environments before, not all of which must have the release."),
]);

const environmentSchema = z
  .strictObject({
    promote: z
      .enum(["manual", "auto", "merge"])
      .default("manual")
      .describe(
        "`manual`: by `/promote`; `auto`: when the environments before have the release; `merge`: every merge to the release branch, as a pre-release.",
      ),
    after: afterField
      .optional()
      .describe(
        "The environments that come before: one or several, all of which must have a release first; `any` or `atLeast` … `of` where fewer are enough. Default: the one written above it (see “The pipeline”).",
      ),
    inputs: inputsField
      .default({})
      .describe("Inputs for the workflows here: literal texts, numbers, true or false."),
    url: urlField
      .optional()
      .describe("Where people can see it; shown in comments and on GitHub's deployments."),
    verify: verifyField
      .optional()
      .describe("Proves the release as a whole, after all components: one probe or a list."),
    components: z
      .record(nameField, placedComponentSchema)
      .default({})
      .describe("What differs for single components here."),
    gates: gatesSchema.optional(),
    hotfix: hotfixSchema.optional(),
    queue: queueField,
    rollout: rolloutSchema.optional(),
    rollback: rollbackField,
    measure: measureField,
    database: databaseField,
    watch: watchField,
  })
  .describe("A target with its parameters.");

const permissionField = z.union([
  roleField,
  z.strictObject({
    role: roleField.optional().describe("The least repository role. Left out: only the listed users."),
    users: z
      .array(z.int().positive())
      .min(1)
      .max(LIMITS.users)
      .optional()
      .describe("Numeric user ids (`gh api users/LOGIN --jq .id`); logins can change hands."),
  }),
]);

/** The file as people write it. Cross-references are checked after it, in `resolve.ts`. */
export const configSchema = z
  .strictObject({
    components: z
      .record(nameField, componentSchema.nullable())
      .optional()
      .describe(
        "The releasable units. Default: one, named after the repository, with `deploy.yml` and all paths.",
      ),
    environments: z
      .record(nameField, environmentSchema.nullable())
      .describe("The targets, in the order of the pipeline. At least one."),
    freezes: freezesField,
    channels: channelsField,
    release: z
      .strictObject({
        branch: branchField
          .optional()
          .describe("The branch that releases come from. Default: the repository's default branch."),
        tag: tagField
          .default("v{version}")
          .describe("The pattern of release tags; holds `{version}` exactly once."),
        on: z
          .enum(RELEASE_MODES)
          .default("tag")
          .describe(
            "What makes a release: `tag`: a pushed tag, or `/release`; `merge`: every merge that bumps the version, by itself; `command`: `/release` alone.",
          ),
        expected: expectedField,
        linked: z
          .array(z.array(nameField).min(2).max(LIMITS.components))
          .max(LIMITS.components)
          .default([])
          .describe("Groups of components with versions of their own that have the same one together."),
        ...releaseRuleFields,
      })
      .prefault({})
      .describe("What a release is."),
    permissions: z
      .strictObject({
        promote: z
          .record(z.string(), permissionField)
          .default({})
          .describe(
            "By environment: the least role (`triage`, `write`, `maintain`, `admin`), or `role` and `users`. `default` stands for all that are not named.",
          ),
        release: permissionField
          .default("maintain")
          .describe("Who may give `/release`: the least role, or `role` and `users`."),
      })
      .prefault({})
      .describe("Who may do what."),
    commands: commandsField,
    github: githubField,
  })
  .meta({
    title: "Waybill",
    description: "The configuration of Waybill: `.github/waybill.yml` on the default branch.",
  });

/** The same for the defaults of an owner, which need not name any environment. */
export const defaultsSchema = configSchema.partial({ environments: true });

/** The file as zod hands it on: checked, defaults filled in, references still names. */
export type WrittenConfig = z.output<typeof configSchema>;
export type WrittenEnvironment = NonNullable<WrittenConfig["environments"][string]>;
export type WrittenPermission = z.output<typeof permissionField>;

/** An environment and a component of which nothing but the name is written: all defaults. */
export const EMPTY_ENVIRONMENT = environmentSchema.parse({});
export const EMPTY_COMPONENT = componentSchema.parse({});
