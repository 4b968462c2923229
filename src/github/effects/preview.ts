/**
 * The checks on a pull request: what merging it will do, and what is wrong with the config and the templates that it changes. What they say is read anew each
 * time, so doing it twice comes to the same.
 */
import { commitSha } from "../../core/ids.ts";
import { PREVIEW_CHECK, previewOf } from "../../core/preview/preview.ts";
import { failureOf } from "../failure.ts";
import { headOf } from "../history.ts";
import { readGround, readOpenPull, type FoundPull } from "../preview.ts";
import { pullFiles } from "../pull-files.ts";
import { bothSides, type Sides } from "../sides.ts";
import { writeCheck } from "./checks.ts";
import { checkConfig } from "./config-check.ts";
import { isBelieved, type EffectContext, type Performer } from "./effect.ts";
import { checkTemplates } from "./templates-check.ts";

type Effect = Parameters<typeof drawPreview>[1];

export const drawPreview: Performer<"drawPreview"> = async (context, effect) => {
  try {
    await draw(context, effect);
  } catch (error) {
    // The commit is gone, or checks may not be written here: the doctor says so, and nobody's release hangs on it.
    if (failureOf(error, context.clock.now()).kind !== "refused" || !isBelieved(context, error)) throw error;
  }
  return [];
};

async function draw(context: EffectContext, effect: Effect): Promise<void> {
  const { client, text } = context;
  const { number } = effect;
  const open = await readOpenPull(client, number);
  if (open === null) return;
  const { head } = open.pull;
  const look = await readGround(client, effect, head);
  // Where the config is gone or broken, or another branch is released from by now, there is nothing to foresee.
  const isForeseen = look !== null && look.ground.branch === open.base;
  if (isForeseen && !look.silent.includes("preview")) {
    const view = previewOf(open.pull, open.settings, look.ground);
    await writeCheck(client, {
      name: PREVIEW_CHECK,
      head,
      number,
      conclusion: view.conclusion,
      ...text.preview(view),
    });
  }
  const sides = await sidesOf(context, look, open);
  if (sides === null) return;
  const about = { head, number, files: pullFiles(client, number), isFork: open.isFork };
  if (isForeseen) await checkTemplates(context, about, sides);
  if (open.base === client.defaultBranch) await checkConfig(context, about, sides);
}

/** The config counts by the default branch alone: there it may be mended, or be written for the first time. Null where it is not for that branch, nor foreseen. */
async function sidesOf(
  { client }: EffectContext,
  look: { readonly sides: Sides } | null,
  { base, pull }: FoundPull,
): Promise<Sides | null> {
  if (look !== null) return look.sides;
  if (base !== client.defaultBranch) return null;
  const tip = await headOf(client, base);
  return tip === null ? null : bothSides(client, tip, commitSha(pull.head));
}
