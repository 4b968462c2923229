/**
 * Words on releases for an environment, as its lane keeps them: who approved or rejected which version at which commit, and who took that back.
 * They are heard in any order; of one person's words on a release the one that was written last holds.
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
  /** The commit that was approved, or rejected; null where a word was taken back. */
  readonly sha: CommitSha | null;
  readonly reason: string | null;
  /** Set where the person says no; absent where not, and in what an earlier Waybill stored. */
  readonly no?: true;
}

/** The command, and where it was given; `name` is what it is known by in the lane. */
export interface ApprovalWord {
  readonly by: Person;
  readonly commentId: number;
  readonly ordinal: number;
  readonly issue: number;
  readonly name: string;
}

/**
 * Enough for every release that waits; the oldest are let go. Nobody can push the words of others out by many of his own, and no approval a word that
 * says no.
 */
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
  return withWord(heard, { by, at, commentId, ordinal, version, sha, reason }, at);
}

function ownApproval(environment: string, version: string): Problem {
  return { code: "approval-own", detail: { environment, version } };
}

/** A person takes back what he said, be it yes or no, of one version or of all. */
export function onWithdrawn(lane: EnvironmentLane, event: Withdrawn, minutes: Minutes): EnvironmentLane {
  const { word, at, version, environment } = event;
  if (isKnown(lane, word.name)) return lane;
  const heard = withKnown(lane, word.name);
  const { by, commentId, ordinal } = word;
  const taken: Approval = { by, at, commentId, ordinal, version, sha: null, reason: null };
  const given = (lane.approvals ?? []).filter((one) => one.at + LONGEST_MS > at);
  const isInVain = !standing(given).some((one) => takesBack(taken, one));
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
  return withWord(heard, taken, at);
}

/** The approvals that count for a cargo: of this version at this commit, not expired, not taken back, the last word of each person. */
export function approvalsOf(...asked: Parameters<typeof wordsOn>): readonly Approval[] {
  return wordsOn(...asked).filter(({ no }) => no === undefined);
}

/** The words by which people reject a cargo, counted as approvals are. */
export function rejectionsOf(...asked: Parameters<typeof wordsOn>): readonly Approval[] {
  return wordsOn(...asked).filter(({ no }) => no !== undefined);
}

function wordsOn(
  approvals: readonly Approval[],
  { version, sha }: Pick<Cargo, "version" | "sha">,
  at: number,
  expiresMs: number,
): readonly Approval[] {
  const given = standing(approvals).filter((one) => one.sha === sha && one.version === version);
  // A word that has expired has still taken the place of those before it.
  return given.filter((one) => one.at + expiresMs > at && !given.some((other) => replaces(other, one)));
}

/** The person who asked for a promotion; null where nobody did. */
export function requesterOf(cause: PromotionCause): Person | null {
  return cause.kind === "command" ? cause.by : null;
}

/** All that were given and not taken back. */
function standing(approvals: readonly Approval[]): readonly Approval[] {
  return approvals.filter((one) => one.sha !== null && !approvals.some((other) => takesBack(other, one)));
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

/** Whether a word on a release was written after another one of the same person on the same release. */
function replaces(word: Approval, given: Approval): boolean {
  return (
    word.sha !== null &&
    word.sha === given.sha &&
    word.version === given.version &&
    word.by.id === given.by.id &&
    isLater(word, given)
  );
}

/** The lane with another word of a person; whoever may count is looked at anew for what waits. */
export function withWord(lane: EnvironmentLane, word: Approval, at: number): EnvironmentLane {
  const all = [...(lane.approvals ?? []).filter((one) => one.at + LONGEST_MS > at), word];
  // What holds no more is let go first, so that it never comes to hold again when what took its place is let go.
  const holding = all.filter(
    (one) => one.sha === null || !all.some((other) => takesBack(other, one) || replaces(other, one)),
  );
  const kinds = [true, undefined].map((no) => bounded(holding.filter((one) => one.no === no)));
  const approvals = holding.filter((one) => kinds.some((kept) => kept.includes(one)));
  return doubted({ ...lane, approvals });
}

/** Words of one kind, the oldest of them let go. */
function bounded(words: readonly Approval[]): readonly Approval[] {
  const ofOne = ({ id }: Person) => words.filter(({ by }) => by.id === id);
  return words.filter((one) => ofOne(one.by).slice(-KEPT_OF_ONE).includes(one)).slice(-KEPT);
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

/** Says in words why a word of a person does not count. */
export function refuse(word: ApprovalWord, command: string, problem: Problem, minutes: Minutes): void {
  react(word, "-1", minutes);
  refuseInWords({ ...word, command }, problem, minutes);
}

/** Orders the reactions to a word: that it is understood, and what came of it. */
export function react({ commentId }: ApprovalWord, end: "rocket" | "-1", minutes: Minutes): void {
  for (const content of ["eyes", end] as const)
    order(minutes, `react:${commentId}:${content}`, { type: "react", commentId, content });
}
