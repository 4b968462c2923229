/** `github`: what Waybill writes on GitHub. Everything can be left out but what answers somebody, and what says that something went wrong. */
import { z } from "zod";
import { nameField } from "./fields.ts";
import type { Findings } from "./findings.ts";
import { endsOf, type EnvironmentConfig, type TellsAuthors } from "./model.ts";

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

/** https://docs.github.com/en/rest/issues/labels#create-a-label refuses longer names (422). */
const LONGEST_LABEL = 50;

/** The label of what is in an environment. */
export function labelOf(environment: string): string {
  return `in: ${environment}`;
}

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
    "What Waybill writes on GitHub. Answers to commands, and what says of a command that it failed or needs a person, cannot be switched off.",
  );

type Written = z.output<typeof githubField>;

/** What is switched off; undefined where nothing is. */
export function silentChannels(written: Written): readonly GitHubChannel[] | undefined {
  const off = CHANNELS.filter((channel) => !written[channel]);
  return off.length === 0 ? undefined : off;
}

/** Says where nobody would hear that something went wrong which goes by itself. */
export function doubtSilence(
  { notice }: Written,
  environments: readonly Pick<EnvironmentConfig, "promote">[],
  hasChannels: boolean,
  found: Findings,
): void {
  if (notice || hasChannels || environments.every(({ promote }) => promote === "manual")) return;
  found.doubtful.push({
    path: ["github", "notice"],
    part: "value",
    message: "nobody hears of it when what goes by itself fails: that is said on the notice, or by channels",
    mend: "name a channel, or leave the notice on",
  });
}

/** How authors are told; undefined where the config says nothing of it. */
export function resolveAuthors(
  { authors }: Written,
  environments: readonly Pick<EnvironmentConfig, "name" | "promote" | "after">[],
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
  const told = authors.environments ?? endsOf(environments).map(({ name }) => name);
  const tooLong = authors.labels ? told.find((name) => labelOf(name).length > LONGEST_LABEL) : undefined;
  if (tooLong !== undefined)
    found.refuse(
      ["github", "authors", "labels"],
      `GitHub's labels have at most ${LONGEST_LABEL} characters, and \`${labelOf(tooLong)}\` is longer`,
      "name the environment shorter, or leave the labels out",
    );
  return { ...authors, environments: authors.environments ?? null };
}
