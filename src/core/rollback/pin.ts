/**
 * The pin of an environment, and the quarantine that comes with it: after a rollback nothing goes there by itself, and what was rolled back is not
 * taken again, until a person lifts both or brings a release that is not in quarantine.
 */
import semver from "semver";
import type { CommitSha, PromotionId } from "../ids.ts";
import type { PromotionClass } from "../promotion.ts";
import { isSameRelease } from "../release.ts";

/** A version that was rolled back. */
export interface Bad {
  readonly version: string;
  readonly sha: CommitSha;
}

/** A word of a person, by its place in the order in which words are written. */
export interface WrittenWord {
  readonly commentId: number;
  /** 1 for the first command of the comment. */
  readonly ordinal: number;
}

/** A person's word that takes a version out of quarantine. */
export interface Freed extends WrittenWord {
  readonly version: string;
}

/** What a rollback leaves behind, from its acceptance on. */
export interface Pin {
  /** What the environment goes back to. */
  readonly version: string;
  readonly sha: CommitSha;
  /** The person's login; null where Waybill went back by itself. */
  readonly by: string | null;
  readonly at: number;
  /** The command; null where there was none. */
  readonly word: WrittenWord | null;
  readonly promotionId: PromotionId;
  readonly environment: string;
  readonly reason: string | null;
  /** In quarantine: what ran, and what was half done. */
  readonly bad: readonly Bad[];
  /** The pin before this rollback, should it be taken back before it has begun; absent where there was none. */
  readonly before?: Omit<Pin, "before">;
}

/** As many rollbacks in a row as nobody makes. */
export const BAD_KEPT = 50;

/** The pin as another rollback finds it: one that still waits makes way for it, and has put nothing into quarantine. */
export function standingPin(
  pin: Pin | null,
  waiting: readonly { readonly class?: PromotionClass }[],
): Pin | null {
  const isWaiting = waiting.some((one) => one.class === "rollback");
  return pin !== null && isWaiting ? (pin.before ?? null) : pin;
}

/** Whether a release is among those that were rolled back, by its name or by its commit. */
export function isAmong(
  bad: readonly Bad[],
  { version, sha }: { readonly version: string; readonly sha: CommitSha | null },
): boolean {
  return bad.some((one) => one.version === version || one.sha === sha);
}

/** Whether a version is in quarantine by its name or by its commit. */
export function isQuarantined(pin: Pin | null, release: Parameters<typeof isAmong>[1]): boolean {
  return pin !== null && isAmong(pin.bad, release);
}

/** Whether a word was written after another one; a word that nobody wrote is before all others. */
export function isLater(one: WrittenWord | null, other: WrittenWord | null): boolean {
  if (one === null || other === null) return one !== null;
  return (
    one.commentId > other.commentId || (one.commentId === other.commentId && one.ordinal > other.ordinal)
  );
}

/** Whether one version is known to be newer than another: what was deployed by hand may have none, and nobody can tell then. */
export function isNewer(one: Pick<Bad, "version">, other: Pick<Bad, "version">): boolean {
  const [first, second] = [semver.valid(one.version), semver.valid(other.version)];
  return first !== null && second !== null && semver.gt(first, second);
}

/** What a rollback to a version puts into quarantine, besides what is there: all of these that are newer. */
export function badOf(before: Pin | null, good: Bad, newer: readonly Bad[]): readonly Bad[] {
  const known = before?.bad ?? [];
  const found = newer.filter(
    (one, at) =>
      isNewer(one, good) &&
      one.sha !== good.sha &&
      ![...known, ...newer.slice(0, at)].some((other) => isSameRelease(other, one)),
  );
  return [...known, ...found.map(({ version, sha }) => ({ version, sha }))].slice(-BAD_KEPT);
}

/** What stays in quarantine when a version is let out: whatever else that commit is called goes with it. */
export function without(bad: readonly Bad[], version: string): readonly Bad[] {
  const out = bad.filter((one) => one.version === version);
  return bad.filter((one) => out.every(({ sha }) => sha !== one.sha));
}

/** What a rollback puts into quarantine, but for what people who wrote below it have let out already: they were heard out of order. */
export function withoutFreed(
  bad: readonly Bad[],
  freed: readonly Freed[],
  rollback: WrittenWord | null,
): readonly Bad[] {
  if (rollback === null) return bad;
  return freed.reduce((now, word) => (isLater(word, rollback) ? without(now, word.version) : now), bad);
}

/** What is in quarantine in an environment, as the repository's own lane was told last. */
export interface KeptBack {
  readonly at: number;
  readonly bad: readonly Bad[];
}

/** Whether a release is in quarantine anywhere. `quarantine` is by environment; absent where nothing was ever rolled back. */
export function isKeptBack(
  quarantine: Readonly<Record<string, KeptBack>> | undefined,
  release: Bad,
): boolean {
  return Object.values(quarantine ?? {}).some(({ bad }) => isAmong(bad, release));
}
