/**
 * Commands that come too late: what a person wanted a quarter of an hour ago may be wrong by now, so it is answered and not run. Webhooks
 * get lost, and servers stand still; nobody is to be surprised by a deployment hours later.
 */
import type { EnvironmentLane } from "../environment.ts";
import type { Problem } from "../promotion.ts";
import type { RepositoryLane } from "../repository.ts";
import type { CommandResult } from "./command.ts";

const MINUTE_MS = 60_000;
/** How old a command may be to be run. */
export const COMMAND_LIVES_MS = 15 * MINUTE_MS;
const ORDER_LIVES_MS = 120 * MINUTE_MS;

/**
 * How old a comment is, in milliseconds. Both times must be of one clock, GitHub's: ours may be hours off.
 *
 * @param createdAt as GitHub writes it: `2026-11-20T19:02:00Z`
 * @param now epoch milliseconds
 * @returns 0 for one from the future, or whose time cannot be read
 */
export function ageOf(createdAt: string, now: number): number {
  const written = Date.parse(createdAt);
  return Number.isNaN(written) ? 0 : Math.max(0, now - written);
}

/** What a command comes to when it is so old: words stay words, but nothing is done any more. */
export function ifInTime(result: CommandResult, command: string, ageMs: number): CommandResult {
  if (result.kind === "answer" || ageMs <= COMMAND_LIVES_MS) return result;
  return { kind: "answer", answer: { kind: "refusal", command, problem: lateProblem(command, ageMs) } };
}

function lateProblem(command: string, ageMs: number): Problem {
  return {
    code: "command-late",
    detail: { again: command, ...inWords(ageMs), limit: COMMAND_LIVES_MS / MINUTE_MS },
  };
}

/** Whether a parked time, or what of it came after `from`, is longer than a command lives. */
export function isHeldTooLong(
  from: number,
  { since, at }: { readonly since: number; readonly at: number },
): boolean {
  return at - Math.max(since, from) > COMMAND_LIVES_MS;
}

/**
 * Why a command that was heard in time is not done any more: nothing of it had begun when the repository was parked, and that lasted longer
 * than a command lives. Null where it still counts. A command that only waited for its turn is not late.
 */
export function lateAfterParking(
  command: string,
  heardAt: number,
  { since, at }: { readonly since: number; readonly at: number },
): Problem | null {
  if (!isHeldTooLong(heardAt, { since, at })) return null;
  const { code, detail } = lateProblem(command, at - heardAt);
  return { code, detail: { ...detail, parked: true } };
}

/** An age in the unit in which people would say it; never one of anything, so that no form of the word is needed. */
function inWords(ageMs: number): { readonly age: number; readonly unit: "minutes" | "hours" | "days" } {
  const minutes = Math.floor(ageMs / MINUTE_MS);
  if (minutes < 120) return { age: minutes, unit: "minutes" };
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? { age: hours, unit: "hours" } : { age: Math.floor(hours / 24), unit: "days" };
}

/**
 * Why the first run of what a person asked for is not started any more: its order was held for hours, by whatever. GitHub's limits let go within
 * one. Null where it still counts.
 */
export function lateToBegin(
  command: string,
  { heardAt, orderedAt }: { readonly heardAt: number; readonly orderedAt: number },
  now: number,
): Problem | null {
  if (now - orderedAt <= ORDER_LIVES_MS) return null;
  const { code, detail } = lateProblem(command, now - heardAt);
  return { code, detail: { ...detail, parked: true } };
}

/** Whether a comment's commands are known to the lanes already, whatever became of them: then it is not too late, but done. */
export function isHeard(
  commentId: number,
  repository: RepositoryLane | null,
  environments: readonly (EnvironmentLane | null)[],
): boolean {
  // `c77` is a promotion, `r77` a release or a word on a run, `f77` one on a freeze, `h77` one on a hotfix, `n77` one on notes, `o77` one that holds a version, `p77` one on a pin, `v77` one that approves or rejects, `x77` a cancel,
  // `answers-77` an answer; `c77.2` is the second command.
  const names = new Set(
    ["c", "r", "f", "h", "n", "o", "p", "v", "x", "answers-"].map((letter) => `${letter}${commentId}`),
  );
  const known = [...environments.flatMap((lane) => lane?.known ?? []), ...(repository?.said ?? [])];
  return (
    known.some((name) => names.has(name.replace(/\.\d+$/, ""))) ||
    repository?.ignored.includes(commentId) === true
  );
}
