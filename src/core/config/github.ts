/** `github`: what Waybill writes on GitHub. Everything can be left out but what answers somebody, and what says that something went wrong. */
import { z } from "zod";
import { nameField } from "./fields.ts";
import type { Findings } from "./findings.ts";
import type { EnvironmentConfig, TellsAuthors } from "./model.ts";

const MOST_ENVIRONMENTS = 50;

/** What can be switched off by its name. */
const CHANNELS = ["notice", "draft", "preview", "live", "receipt"] as const;
export type GitHubChannel = (typeof CHANNELS)[number];

const switchField = (says: string): z.ZodDefault<z.ZodBoolean> => z.boolean().default(true).describe(says);

const authorsField = z
  .union([
    z.boolean(),
    z.strictObject({
      environments: z
        .array(nameField)
        .min(1)
        .max(MOST_ENVIRONMENTS)
        .optional()
        .describe("The environments whose arrivals are told. Default: the last ones of the pipeline."),
      issues: z
        .boolean()
        .default(false)
        .describe("Whether it is told on the issues, too, that a pull request has closed."),
      labels: z
        .boolean()
        .default(false)
        .describe(
          "Whether the pull request (and the issues, where they are told) gets the label `in: prod`, by the environment's name.",
        ),
    }),
  ])
  .default(true)
  .describe(
    "The comment on each pull request of a person whose change has arrived: `true`, `false`, or where and how.",
  );

/** The part of the config that says what is written on GitHub. */
export const githubField = z
  .strictObject({
    notice: switchField("The issue that says what is coming, and what is said there."),
    draft: switchField("The draft release with the coming notes."),
    preview: switchField("The check on each pull request that says what merging it would do."),
    live: switchField("The comment that follows a promotion while it goes on."),
    receipt: switchField(
      "The comment that says that a promotion was delivered. The receipt itself is kept either way.",
    ),
    authors: authorsField,
    receiptAsset: z
      .boolean()
      .default(false)
      .describe(
        "Whether each signed receipt is uploaded to its release, too, as `receipt-ENVIRONMENT-PROMOTION.json`; never to an immutable release.",
      ),
  })
  .prefault({})
  .describe(
    "What Waybill writes on GitHub. Answers to commands, and what says that something failed or needs a person, cannot be switched off.",
  );

type Written = z.output<typeof githubField>;

/** What is switched off; undefined where nothing is. */
export function silentChannels(written: Written): readonly GitHubChannel[] | undefined {
  const off = CHANNELS.filter((channel) => !written[channel]);
  return off.length === 0 ? undefined : off;
}

/** How authors are told; undefined where the config says nothing of it. */
export function resolveAuthors(
  { authors }: Written,
  environments: readonly Pick<EnvironmentConfig, "name" | "promote">[],
  found: Findings,
): TellsAuthors | undefined {
  if (authors === true) return undefined;
  if (authors === false) return { environments: [], issues: false, labels: false };
  const names = environments.map(({ name }) => name);
  for (const [index, name] of (authors.environments ?? []).entries()) {
    const at = ["github", "authors", "environments", index];
    if (!names.includes(name)) found.unknown(at, "environment", name, names);
    if (environments.some((one) => one.name === name && one.promote === "merge"))
      found.refuse(
        at,
        `\`${name}\` takes every merge, so its authors know that their change is there`,
        "name environments that take releases",
      );
  }
  return { ...authors, environments: authors.environments ?? null };
}
