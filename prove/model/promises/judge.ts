/** The promises, as they are asked after in this world (P1, P2 and the landing of P3 are watched in `github.ts`, where what really runs is known). */
import type { EnvironmentLane } from "../../../src/core/environment.ts";
import { CLASSES } from "../../../src/core/config/index.ts";
import type { PromotionId } from "../../../src/core/ids.ts";
import { classOf, type Promotion } from "../../../src/core/promotion.ts";
import type { GitHub } from "./github.ts";
import { isRightlyHeld, type Truth } from "./judge-gates.ts";
import type { Decided, Rows } from "./shell.ts";
import { isAsking, isWritten, promotionIdOf, type Word } from "./words.ts";

/** The final comments of a promotion. */
const ENDS = ["receipt", "failure", "refusal", "cancelled"];

/**
 * P3: whoever starts has nobody before it who is free to go: no more urgent class, and within its own no earlier command. Whose turn had come before,
 * and whom a gate held again, goes first of its class.
 */
export function brokenByStart(before: EnvironmentLane, after: EnvironmentLane): string[] {
  const started = after.active;
  if (started === null || started.id === before.active?.id) return [];
  const isFirst = ({ turns, cause }: Promotion, other: Promotion): boolean =>
    (turns ?? 0) > 0 ||
    cause.kind !== "command" ||
    other.cause.kind !== "command" ||
    cause.commentId < other.cause.commentId;
  return after.waiting.flatMap((other) => {
    const [own, others] = [started, other].map((one) => CLASSES.indexOf(classOf(one)));
    const isFree = other.held === undefined;
    const isBefore = own === others ? !isFirst(started, other) : (others ?? 0) < (own ?? 0);
    return isFree && isBefore ? [`P3: ${started.id} started before ${other.id}`] : [];
  });
}

/** P2: a command is accepted once, however often it is heard. P3: what Waybill goes back from by itself is no rollback; that has such a name. */
export function brokenByAcceptance({ promotions }: Rows, { audit }: Decided): string[] {
  const accepted = audit.flatMap(({ type, ref }) => (type === "promotion.accepted" ? [ref] : []));
  return [
    ...accepted
      .filter((ref) => promotions.some(({ id }) => id === ref))
      .map((ref) => `P2: ${ref} was accepted twice`),
    ...accepted
      .filter((ref) => ref.startsWith("bb"))
      .map((ref) => `P3: ${ref} goes back from a rollback by itself`),
  ];
}

/** P3: neither a hotfix nor a rollback makes way for anything. */
export function brokenBySuperseding({ rows }: Decided): string[] {
  return rows.promotions.flatMap(({ data }) => {
    const one = data as Promotion;
    return one.stage === "superseded" && classOf(one) !== "normal"
      ? [`P3: ${one.id}, a ${classOf(one)}, makes way for ${one.supersededBy}`]
      : [];
  });
}

/** What a lane counts as delivered that it did not count before. */
export function newlyDelivered(
  before: EnvironmentLane,
  after: EnvironmentLane,
): EnvironmentLane["delivered"] {
  return after.delivered.slice(before.delivered.length);
}

/**
 * P5: what counts as delivered was brought by the first attempts of runs of its own at its very commit, one for each component; a retry's, or those of
 * what it goes on from.
 */
export function brokenByDelivery(
  delivered: readonly { readonly promotionId: PromotionId; readonly sha: string }[],
  github: GitHub,
  words: readonly Word[],
): string[] {
  return delivered.flatMap(({ promotionId, sha }) => {
    const retry = words.find((word) => word.say === "retry" && promotionIdOf(word) === promotionId);
    const own = [promotionId, ...(retry?.say === "retry" ? [retry.of] : [])];
    const runs = github.runs.filter(({ promotion }) => own.includes(promotion));
    const components = [...new Set(runs.map(({ component }) => component))];
    const isProven = (component: string): boolean =>
      runs.some(
        (run) =>
          run.component === component &&
          run.claimed &&
          run.first === "success" &&
          run.headSha === sha &&
          run.inputSha === sha,
      );
    return components.length > 0 && components.every(isProven)
      ? []
      : [`P5: ${promotionId} counts as delivered, and no run of it has deployed its commit`];
  });
}

/**
 * P4: where nothing is left to do, every command that was heard has visibly ended, or visibly asks for a person, or waits behind one that does; and
 * what is held, is so by what really holds it.
 */
export function brokenAtRest(lane: EnvironmentLane, truth: Truth): string[] {
  const { said, heard, at } = truth;
  const { active, waiting } = lane;
  const isAskedFor =
    active?.stage === "needs-human" && said.some((one) => one.startsWith(`comment need-${active.id}-`));
  const isAtWork = (id: string): boolean =>
    isAskedFor && (active?.id === id || waiting.some((one) => one.id === id));
  const stuck = [...(active === null ? [] : [active]), ...waiting].filter(
    (one) => !isAtWork(one.id) && (one === active || !isRightlyHeld(one, lane, truth)),
  );
  return [
    ...stuck.map(
      ({ id }) => `P4: nothing is left to do, and ${id} has neither ended nor does it ask for a person`,
    ),
    ...heard
      .filter((word) => word.lane === at && isWritten(word))
      .flatMap((word) => brokenAnswer(word, lane, said)),
  ];
}

/** P7: what has really come to its place is not said to have failed, whichever webhook was lost; unless a person has said so. */
export function brokenByFailure({ said, github, heard, at }: Truth): string[] {
  return heard.filter(isAsking).flatMap((word) => {
    const id = promotionIdOf(word);
    const runs = github.runs.filter(({ promotion }) => promotion === id);
    const hasLanded = runs.every(
      ({ claimed, first, headSha, inputSha }) => claimed && first === "success" && headSha === inputSha,
    );
    return word.lane === at && runs.length > 0 && hasLanded && said.includes(`comment failure-${id}`)
      ? [`P7: ${id} is said to have failed, and all its runs have succeeded`]
      : [];
  });
}

/** A person's word has one answer, or what it asks for is still to come. */
function brokenAnswer(word: Word, { active, waiting }: EnvironmentLane, said: readonly string[]): string[] {
  const { commentId } = word;
  const reactions = said.filter((one) => one.startsWith(`reaction ${commentId} `) && !one.endsWith("eyes"));
  // Until all of it that runs has ended, a person is asked about that.
  if (word.say === "cancel" && active?.cancel?.commentId === commentId) return [];
  if (!isAsking(word))
    return reactions.length === 1
      ? []
      : [`P4: /${word.say} in comment ${commentId} was answered ${reactions.length} times`];
  const id = promotionIdOf(word);
  if (active?.id === id || waiting.some((one) => one.id === id)) return [];
  const ends = ENDS.filter((end) => said.includes(`comment ${end}-${id}`));
  return ends.length === 1 && reactions.length === 1
    ? []
    : [`P4: ${id} has ended ${ends.length} times, with ${reactions.length} reactions`];
}
