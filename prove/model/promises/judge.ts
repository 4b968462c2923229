/** The promises, as they are asked after in this world (P1, P2 and the landing of P3 are watched in `github.ts`, where what really runs is known). */
import type { EnvironmentLane } from "../../../src/core/environment.ts";
import type { PromotionId } from "../../../src/core/ids.ts";
import type { GitHub } from "./github.ts";
import type { Command } from "./scenes.ts";
import type { Decided, Rows } from "./shell.ts";

/** P3: whoever starts has no earlier command waiting behind it. */
export function brokenByStart(before: EnvironmentLane, after: EnvironmentLane): string[] {
  const started = after.active;
  if (started === null || started.id === before.active?.id || started.cause.kind !== "command") return [];
  const { commentId } = started.cause;
  return after.waiting.flatMap(({ id, cause }) =>
    cause.kind === "command" && cause.commentId < commentId ? [`P3: ${started.id} started before ${id}`] : [],
  );
}

/** P2: a command is accepted once, however often it is heard. */
export function brokenByAcceptance({ promotions }: Rows, { audit }: Decided): string[] {
  return audit.flatMap(({ type, ref }) =>
    type === "promotion.accepted" && promotions.some(({ id }) => id === ref)
      ? [`P2: ${ref} was accepted twice`]
      : [],
  );
}

/** What a lane counts as delivered that it did not count before. */
export function newlyDelivered(
  before: EnvironmentLane,
  after: EnvironmentLane,
): EnvironmentLane["delivered"] {
  return after.delivered.slice(before.delivered.length);
}

/** P5: what counts as delivered was brought by the first attempt of a run of its own, at its very commit. */
export function brokenByDelivery(
  delivered: readonly { readonly promotionId: PromotionId; readonly sha: string }[],
  github: GitHub,
): string[] {
  return delivered.flatMap(({ promotionId, sha }) => {
    const isProven = github.runs.some(
      (run) =>
        run.promotion === promotionId &&
        run.claimed &&
        run.first === "success" &&
        run.headSha === sha &&
        run.inputSha === sha,
    );
    return isProven
      ? []
      : [`P5: ${promotionId} counts as delivered, and no run of it has deployed its commit`];
  });
}

/** P4: where nothing is left to do, every command that was heard has visibly ended, or visibly asks for a person, or waits behind one that does. */
export function brokenAtRest(
  commands: readonly Command[],
  lanes: readonly EnvironmentLane[],
  said: readonly string[],
): string[] {
  return commands.flatMap(({ commentId, lane: at }) => {
    const id = `c${commentId}`;
    const lane = lanes[at];
    const ends = ["receipt", "failure", "refusal"].filter((end) => said.includes(`comment ${end}-${id}`));
    const reactions = said.filter((one) => one.startsWith(`reaction ${commentId} `) && !one.endsWith("eyes"));
    if (ends.length === 1 && reactions.length === 1) return [];
    if (ends.length > 0)
      return [`P4: ${id} has ended ${ends.length} times, with ${reactions.length} reactions`];
    const { active = null, waiting = [] } = lane ?? {};
    const isAskedFor =
      active?.stage === "needs-human" && said.some((one) => one.startsWith(`comment need-${active.id}-`));
    const isHere = active?.id === id || waiting.some((one) => one.id === id);
    return isHere && isAskedFor
      ? []
      : [`P4: nothing is left to do, and ${id} has neither ended nor does it ask for a person`];
  });
}
