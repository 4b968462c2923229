/**
 * The promises about what may begin, as they are asked after in this world: by what people have written and what is true at GitHub, and not by
 * what the code makes of that. P5: what begins was checked and approved. P3: nothing begins in a frozen environment, and after a rollback neither
 * what was rolled back nor anything by itself.
 */
import type { EnvironmentLane } from "../../../src/core/environment.ts";
import { classOf, type Promotion } from "../../../src/core/promotion.ts";
import { commitOf, contains } from "./commits.ts";
import type { GitHub } from "./github.ts";
import { ada, promotionIdOf, type Word } from "./words.ts";

/** What is known of the world in which something begins, or is held. */
export interface Truth {
  /** The words that its environment has heard, and all others, in any order. */
  readonly heard: readonly Word[];
  readonly said: readonly string[];
  readonly github: GitHub;
  /** The environment's place among all. */
  readonly at: number;
}

/** A gate that a promotion is asked by and that stands closed at GitHub: `checks`, `approvals`. */
export function closedAtGitHub(
  { failing, isDenied }: GitHub,
  { plan, cargo, ...promotion }: Pick<Promotion, "plan" | "cargo" | "class">,
): readonly string[] {
  const { gates } = plan.environment;
  if (classOf(promotion) !== "normal") return [];
  return [
    ...(gates?.checks !== undefined && failing.includes(cargo.sha) ? ["checks"] : []),
    ...(gates?.approvals !== undefined && isDenied ? ["approvals"] : []),
  ];
}

/** What is broken as a rollout begins. `closed`: the gates that stood closed at GitHub at the last look before. */
export function brokenByBeginning(
  begun: Promotion,
  lane: EnvironmentLane,
  truth: Truth,
  closed: readonly string[],
): string[] {
  const { id, environment, cargo, cause } = begun;
  const isCancelled = truth.heard.some(
    (word) =>
      word.say === "cancel" &&
      word.lane === truth.at &&
      word.version === cargo.version &&
      cause.kind === "command" &&
      word.commentId > cause.commentId,
  );
  if (isCancelled) return [`P3: ${id} begins, and was cancelled before`];
  if (classOf(begun) === "rollback") return [];
  return [
    ...(isFrozen(truth) ? [`P3: ${id} begins in ${environment}, which is frozen`] : []),
    ...closed.map((gate) => `P5: ${id} begins, and its ${gate} did not hold at the last look`),
    ...(isApproved(begun, lane)
      ? []
      : [`P5: ${id} begins, and nobody has approved ${cargo.version} at its commit`]),
    ...brokenByRollback(begun, lane, truth),
  ];
}

/** The word about freezes that was written last, of those without an end of their own. */
export function isFrozen({ heard, at }: Truth): boolean {
  const words = heard.filter(({ lane, say }) => lane === at && (say === "freeze" || say === "unfreeze"));
  const last = words.toSorted((one, other) => one.commentId - other.commentId).at(-1);
  return last?.say === "freeze" && last.ticks === undefined;
}

/** Whether an environment that asks for it has one approval of the version at the very commit that was not taken back. */
function isApproved({ plan, cargo, ...promotion }: Promotion, { approvals = [] }: EnvironmentLane): boolean {
  if (plan.environment.gates?.approvals === undefined || classOf(promotion) !== "normal") return true;
  const words = approvals.filter(({ by, version }) => by.id === ada.id && version === cargo.version);
  const last = words.toSorted((one, other) => one.commentId - other.commentId).at(-1);
  return last !== undefined && last.sha === cargo.sha;
}

/** After a rollback neither what was rolled back comes nor what descends from it, and nothing by itself, until a person lifts that. */
function brokenByRollback(begun: Promotion, lane: EnvironmentLane, truth: Truth): string[] {
  const { id, environment, cargo, cause } = begun;
  const rollback = standingRollback(lane, truth);
  if (rollback === null || classOf(begun) !== "normal") return [];
  if (cause.kind === "auto") return [`P3: ${id} goes by itself to ${environment}, which was rolled back`];
  return contains(cargo.version, commitOf(rollback.from))
    ? [`P3: ${cargo.version} goes to ${environment}, where ${rollback.from} was rolled back`]
    : [];
}

/** A rollback that was accepted, has had its turn and was not lifted: by a word below it, or by another release that people have brought there. */
function standingRollback(
  { waiting, delivered }: EnvironmentLane,
  { heard, said, at }: Truth,
): Extract<Word, { say: "rollback" }> | null {
  const words = heard.filter(({ lane }) => lane === at);
  return (
    words.find((word): word is Extract<Word, { say: "rollback" }> => {
      if (word.say !== "rollback") return false;
      const id = promotionIdOf(word);
      const wasNever = ["refusal", "cancelled"].some((end) => said.includes(`comment ${end}-${id}`));
      const isYetToCome = waiting.some((one) => one.id === id);
      const isLifted = words.some(({ say, commentId }) => say === "unpin" && commentId > word.commentId);
      const backAt = delivered.findIndex((one) => one.promotionId === id);
      const isMended = delivered
        .slice(backAt + 1)
        .some(
          ({ version, by }) =>
            by !== undefined && !contains(version, commitOf(word.from)) && version > word.version,
        );
      return !wasNever && !isYetToCome && !isLifted && !isMended;
    }) ?? null
  );
}

/** Whether what a promotion waits for is really so, so that it may wait for ever: until somebody does something about it. */
export function isRightlyHeld(promotion: Promotion, lane: EnvironmentLane, truth: Truth): boolean {
  const kind = classOf(promotion);
  if (promotion.held === undefined || kind === "rollback") return false;
  const isAhead = lane.waiting.some(
    (other) => classOf(other) === "hotfix" && isRightlyHeld(other, lane, truth),
  );
  return (
    isFrozen(truth) ||
    closedAtGitHub(truth.github, promotion).length > 0 ||
    !isApproved(promotion, lane) ||
    (kind === "normal" && isAhead) ||
    (kind === "normal" && promotion.cause.kind === "auto" && standingRollback(lane, truth) !== null)
  );
}
