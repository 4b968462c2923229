/** `release.audiences`: for whom, besides the team, the notes are worded. */
import { z } from "zod";
import type { Audience } from "../audiences.ts";
import { nameField } from "./fields.ts";
import type { Findings } from "./findings.ts";
import type { ComponentConfig } from "./model.ts";

/** The notice has a part for each. */
export const MOST_AUDIENCES = 10;

export const audiencesField = z
  .record(
    nameField,
    z
      .strictObject({
        components: z
          .array(nameField)
          .min(1)
          .optional()
          .describe(
            "The components that they use: they read of the changes of these alone. Default: of all changes.",
          ),
      })
      .nullable()
      .describe("What they read."),
  )
  .default({})
  .describe(
    "For whom the notice has words of its own besides the team's, such as `partners` or `support` (see docs/templates.md).",
  );

/** The audiences in their order; undefined where the config names none. */
export function resolveAudiences(
  written: z.output<typeof audiencesField>,
  found: Findings,
): readonly Audience[] | undefined {
  const entries = Object.entries(written);
  if (entries.length > MOST_AUDIENCES)
    found.refuse(["release", "audiences"], `more than ${MOST_AUDIENCES} audiences`, "name fewer");
  return entries.length === 0
    ? undefined
    : entries.map(([name, audience]) => ({ name, components: audience?.components ?? null }));
}

/** Refuses components that there are not. */
export function checkAudiences(
  audiences: readonly Audience[],
  components: readonly ComponentConfig[],
  found: Findings,
): void {
  const names = components.map(({ name }) => name);
  for (const audience of audiences)
    for (const [index, name] of (audience.components ?? []).entries())
      if (!names.includes(name))
        found.unknown(["release", "audiences", audience.name, "components", index], "component", name, names);
}
