/** How the pin of an environment comes and goes: by a rollback, by `/unpin`, by the delivery of what is not in quarantine. */
import { order, record, type Minutes } from "../decision.ts";
import type { EnvironmentLane } from "../environment.ts";
import type { EnvironmentEvent } from "../events.ts";
import type { CommitSha } from "../ids.ts";
import { isKnown, withKnown } from "../known.ts";
import { classOf, end, type Person, type Promotion } from "../promotion.ts";
import { refuseInWords } from "../telling.ts";
import {
  badOf,
  isLater,
  isNewer,
  isQuarantined,
  standingPin,
  withoutFreed,
  type Bad,
  type Pin,
  type WrittenWord,
} from "./pin.ts";

/** A person's word that lifts a pin. */
export interface PinWord extends WrittenWord {
  readonly by: Person;
  readonly issue: number;
  /** What it is known by in the lane. */
  readonly name: string;
}

type Unpinned = Extract<EnvironmentEvent, { type: "EnvironmentUnpinned" }>;

/** Where the command of a promotion stands; null where nobody wrote one. */
export function wordOf({ cause, id }: Pick<Promotion, "cause" | "id">): WrittenWord | null {
  if (cause.kind !== "command") return null;
  return { commentId: cause.commentId, ordinal: Number(/\.(\d+)$/.exec(id)?.[1] ?? 1) };
}

/** A rollback was accepted: it pins the environment, and of earlier ones that have not begun it takes the place. */
export function onRollbackAccepted(
  lane: EnvironmentLane,
  promotion: Promotion,
  at: number,
  minutes: Minutes,
): EnvironmentLane {
  const { id, cargo, cause, environment, rollback } = promotion;
  const word = wordOf(promotion);
  // Whoever wrote `/unpin` below it has lifted the pin before it was heard.
  if (word !== null && isLater(lane.unpinned ?? null, word))
    return withoutOvertaken(lane, promotion, at, minutes);
  const others = lane.waiting.filter((one) => one.id !== id);
  const before = standingPin(lane.pin ?? null, others);
  const good: Bad = { version: cargo.version, sha: cargo.sha };
  const pin: Pin = {
    ...good,
    by: cause.kind === "command" ? cause.by.login : null,
    at,
    word: word ?? before?.word ?? null,
    promotionId: id,
    environment,
    reason: rollback?.reason ?? null,
    bad: withoutFreed(badOf(before, good, newerThan(lane)), lane.freed ?? [], word),
    ...(before === null ? {} : { before: withoutBefore(before) }),
  };
  record(minutes, actorOf(promotion), "environment.pinned", environment, {
    version: pin.version,
    bad: pin.bad.map(({ version }) => version),
  });
  return withoutOvertaken(withPin(lane, environment, pin, at, minutes), promotion, at, minutes);
}

function withoutBefore({ before: _older, ...pin }: Pin): Omit<Pin, "before"> {
  return pin;
}

function actorOf({ cause }: Promotion): string {
  return cause.kind === "command" ? `user:${cause.by.id}` : "waybill";
}

/** What may run here, or will by the time at which the rollback's turn comes. */
function newerThan({ delivered, disturbed, active }: EnvironmentLane): readonly Bad[] {
  return [delivered.at(-1) ?? [], disturbed ?? [], active?.cargo ?? []].flat();
}

/** Of two rollbacks that wait, the one that was written later is meant. */
function withoutOvertaken(
  lane: EnvironmentLane,
  promotion: Promotion,
  at: number,
  minutes: Minutes,
): EnvironmentLane {
  const overtaken = lane.waiting.filter((one) => classOf(one) === "rollback" && one.id !== promotion.id);
  if (overtaken.length === 0) return lane;
  const detail = { version: promotion.cargo.version, environment: promotion.environment };
  for (const { id } of overtaken)
    record(minutes, "waybill", "promotion.superseded", id, { by: promotion.id });
  const ended = overtaken.map((one) => end(one, "refused", { code: "rollback-overtaken", detail }, at));
  return {
    ...lane,
    waiting: lane.waiting.filter((one) => !overtaken.includes(one)),
    ended: [...lane.ended, ...ended],
  };
}

/** The commits by which hotfixes that were delivered here since came to the release branch. */
export function mendsSince(
  { fixes, delivered }: Pick<EnvironmentLane, "fixes" | "delivered">,
  { at }: Pick<Pin, "at">,
): readonly CommitSha[] {
  const since = delivered.filter((one) => one.at > at);
  return (fixes?.ports ?? []).flatMap(({ fix, port }) =>
    port !== null && since.some(({ sha }) => sha === fix) ? [port] : [],
  );
}

/** A person lifts the pin, and with it the quarantine. */
export function onUnpinned(lane: EnvironmentLane, event: Unpinned, minutes: Minutes): EnvironmentLane {
  const { word, environment, at } = event;
  if (isKnown(lane, word.name)) return lane;
  const { by, commentId, ordinal } = word;
  const heard: EnvironmentLane = withKnown(lane, word.name);
  const pin = lane.pin ?? null;
  react(word, "eyes", minutes);
  // Of a rollback that was asked for later this word says nothing.
  if (pin === null || isLater(pin.word, word)) {
    record(minutes, `user:${by.id}`, "unpin.in-vain", environment);
    react(word, "-1", minutes);
    const said = { ...word, command: `/unpin ${environment}` };
    refuseInWords(said, { code: "not-pinned", detail: { environment } }, minutes);
    return pin === null ? { ...heard, unpinned: { commentId, ordinal, by: by.login } } : heard;
  }
  record(minutes, `user:${by.id}`, "environment.unpinned", environment, { version: pin.version });
  react(word, "rocket", minutes);
  return {
    ...withPin(heard, environment, null, at, minutes),
    unpinned: { commentId, ordinal, by: by.login },
  };
}

/** Orders a reaction to a word about a pin. */
export function react(
  { commentId, name }: PinWord,
  content: "eyes" | "rocket" | "-1",
  minutes: Minutes,
): void {
  order(minutes, `react:${name}:${content}`, { type: "react", commentId, content });
}

/**
 * The lane after a promotion has ended: the delivery of a release that is not in quarantine, and that a person has asked for, lifts the pin; a rollback
 * that was refused, or cancelled before anything of it ran, has never been.
 */
export function liftedBy(
  lane: EnvironmentLane,
  { stage, environment, cargo, id, steps, ...promotion }: Promotion,
  at: number,
  minutes: Minutes,
): EnvironmentLane {
  const pin = lane.pin ?? null;
  const hasNeverBeen =
    stage === "refused" || (stage === "cancelled" && steps.every(({ runId }) => runId === null));
  if (pin?.promotionId === id && hasNeverBeen)
    return withPin(lane, environment, pin.before ?? null, at, minutes);
  // A hotfix mends what was gone back to, not what was gone back from.
  const lifts = stage === "delivered" && classOf(promotion) === "normal" && !isQuarantined(pin, cargo);
  // Nor has whoever brings an older release said anything of a newer one that is bad.
  if (pin === null || !lifts || pin.bad.some((bad) => isNewer(bad, cargo))) return lane;
  record(minutes, "waybill", "environment.unpinned", environment, { version: pin.version, by: id });
  return withPin(lane, environment, null, at, minutes);
}

/** The lane with another pin or none; the repository's own lane hears of what is in quarantine. `word`: whose word has changed the pin that stands. */
export function withPin(
  lane: EnvironmentLane,
  environment: string,
  pin: Pin | null,
  at: number,
  minutes: Minutes,
  word?: string,
): EnvironmentLane {
  const change = `${lane.pin?.promotionId ?? "none"}:${pin?.promotionId ?? "none"}`;
  order(minutes, `tell:quarantine:${change}${word === undefined ? "" : `:${word}`}`, {
    type: "tellLane",
    environment: "",
    event: {
      type: "QuarantineChanged",
      at,
      environment,
      good: pin?.version ?? null,
      by: pin?.by ?? null,
      reason: pin?.reason ?? null,
      bad: pin?.bad ?? [],
    },
  });
  return { ...lane, pin };
}
