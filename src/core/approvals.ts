/**
 * Approvals of releases for an environment, as its lane keeps them: who gave his word for which version at which commit, and who took it back.
 * Words are heard in any order; of one person's the one that was written last holds.
 */
import { order, record, type Minutes } from "./decision.ts";
import type { EnvironmentLane } from "./environment.ts";
import type { EnvironmentEvent } from "./events.ts";
import type { CommitSha } from "./ids.ts";
import { isKnown, withKnown } from "./known.ts";
import type { Cargo, Person, Problem, Promotion, PromotionCause } from "./promotion.ts";
import { refuseInWords } from "./telling.ts";
import { isSameRelease } from "./release.ts";

/** One person's word. Plain data, kept in the lane. */
export interface Approval {
  readonly by: Person;
  /** When it was heard, epoch milliseconds. */
  readonly at: number;
  readonly commentId: number;
  /** 1 for the first command of the comment. */
  readonly ordinal: number;
  /** Null where a person takes back his word for all versions. */
  readonly version: string | null;
  /** The commit that was approved; null where a word was taken back. */
  readonly sha: CommitSha | null;
  readonly reason: string | null;
}

/** The command, and where it was given; `name` is what it is known by in the lane. */
export interface ApprovalWord {
  readonly by: Person;
  readonly commentId: number;
  readonly ordinal: number;
  readonly issue: number;
  readonly name: string;
}

/** Enough for every release that waits; the oldest are let go. Nobody can push the words of others out by many of his own. */
const KEPT = 300;
const KEPT_OF_ONE = 20;
/** None counts for longer, whatever the config says. */
const LONGEST_MS = 90 * 24 * 60 * 60_000;

type Approved = Extract<EnvironmentEvent, { type: "ReleaseApproved" }>;
type Withdrawn = Extract<EnvironmentEvent, { type: "ApprovalWithdrawn" }>;

/** A person approves a release. His word for what he asked for himself is none. */
export function onApproved(lane: EnvironmentLane, event: Approved, minutes: Minutes): EnvironmentLane {
  const { word, at, version, sha, reason, environment } = event;
  if (isKnown(lane, word.name)) return lane;
  const heard = withKnown(lane, word.name);
  const own = asksFor(lane, { version, sha }).filter(({ cause }) => requesterOf(cause)?.id === word.by.id);
  const isOwn = own.length > 0 && own.length === asksFor(lane, { version, sha }).length;
  record(minutes, `user:${word.by.id}`, isOwn ? "approval.refused" : "release.approved", word.name, {
    version,
    sha,
    reason,
  });
  if (isOwn) {
    refuse(word, `/approve ${environment} ${version}`, ownApproval(environment, version), minutes);
    return heard;
  }
  react(word, "rocket", minutes);
  const { by, commentId, ordinal } = word;
  return doubted(withWord(heard, { by, at, commentId, ordinal, version, sha, reason }, at));
}

function ownApproval(environment: string, version: string): Problem {
  return { code: "approval-own", detail: { environment, version } };
}

/** A person takes back his approvals, of one version or of all. */
export function onWithdrawn(lane: EnvironmentLane, event: Withdrawn, minutes: Minutes): EnvironmentLane {
  const { word, at, version, environment } = event;
  if (isKnown(lane, word.name)) return lane;
  const heard = withKnown(lane, word.name);
  const { by, commentId, ordinal } = word;
  const taken: Approval = { by, at, commentId, ordinal, version, sha: null, reason: null };
  const isInVain = !standing(lane.approvals ?? [], at, LONGEST_MS).some((one) => takesBack(taken, one));
  record(
    minutes,
    `user:${by.id}`,
    isInVain ? "unapprove.in-vain" : "approval.withdrawn",
    word.name,
    version === null ? {} : { version },
  );
  if (isInVain)
    refuse(
      word,
      `/unapprove ${environment}${version === null ? "" : ` ${version}`}`,
      { code: "not-approved", detail: { environment, version } },
      minutes,
    );
  else react(word, "rocket", minutes);
  return doubted(withWord(heard, taken, at));
}

/** The approvals that count for a cargo: of this version at this commit, not expired, not taken back, the last of each person. */
export function approvalsOf(
  approvals: readonly Approval[],
  { version, sha }: Pick<Cargo, "version" | "sha">,
  at: number,
  expiresMs: number,
): readonly Approval[] {
  const given = standing(approvals, at, expiresMs).filter(
    (one) => one.sha === sha && one.version === version,
  );
  return given.filter((one) => !given.some((other) => other.by.id === one.by.id && isLater(other, one)));
}

/** The person who asked for a promotion; null where nobody did. */
export function requesterOf(cause: PromotionCause): Person | null {
  return cause.kind === "command" ? cause.by : null;
}

/** All that were given and neither expired nor were taken back. */
function standing(approvals: readonly Approval[], at: number, expiresMs: number): readonly Approval[] {
  return approvals.filter(
    (one) => one.sha !== null && one.at + expiresMs > at && !approvals.some((other) => takesBack(other, one)),
  );
}

/** Whether a word takes back another one of the same person, that was written before it. */
function takesBack(word: Approval, given: Approval): boolean {
  return (
    word.sha === null &&
    word.by.id === given.by.id &&
    (word.version === null || word.version === given.version) &&
    isLater(word, given)
  );
}

function isLater(one: Approval, other: Approval): boolean {
  return (
    one.commentId > other.commentId || (one.commentId === other.commentId && one.ordinal > other.ordinal)
  );
}

function withWord(lane: EnvironmentLane, word: Approval, at: number): EnvironmentLane {
  const fresh = (lane.approvals ?? []).filter((one) => one.at + LONGEST_MS > at);
  const own = fresh.filter(({ by }) => by.id === word.by.id).slice(-(KEPT_OF_ONE - 1));
  const kept = fresh.filter((one) => one.by.id !== word.by.id || own.includes(one));
  return { ...lane, approvals: [...kept, word].slice(-KEPT) };
}

/** Whoever may count is looked at anew for what waits for approvals. */
function doubted(lane: EnvironmentLane): EnvironmentLane {
  const again = (promotion: Promotion): Promotion =>
    promotion.findings?.approvals === undefined && promotion.look?.asked !== true
      ? promotion
      : { ...promotion, look: { nr: 0, asked: false, ...promotion.look, doubted: true } };
  return { ...lane, waiting: lane.waiting.map(again) };
}

function asksFor({ waiting }: EnvironmentLane, release: Pick<Cargo, "version" | "sha">) {
  return waiting.filter(({ cargo }) => isSameRelease(cargo, release));
}

function refuse(word: ApprovalWord, command: string, problem: Problem, minutes: Minutes): void {
  react(word, "-1", minutes);
  refuseInWords({ ...word, command }, problem, minutes);
}

function react({ commentId }: ApprovalWord, end: "rocket" | "-1", minutes: Minutes): void {
  for (const content of ["eyes", end] as const)
    order(minutes, `react:${commentId}:${content}`, { type: "react", commentId, content });
}
