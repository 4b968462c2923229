/**
 * Cutting tags: the releases that Waybill makes itself, because a person asked for one or because every merge is one. The tag is the
 * release: once it is made, it goes the way of a tag that was pushed by hand.
 */
import semver from "semver";
import { nameOf } from "./commands/command.ts";
import { lateAfterParking } from "./commands/late.ts";
import { order, record, type Minutes } from "./decision.ts";
import type { RepositoryEvent } from "./events.ts";
import { hotfixTags } from "./hotfix-model.ts";
import { onHotfixCut, onHotfixCutRefused } from "./hotfix-release.ts";
import type { CommitSha } from "./ids.ts";
import { say, tagMarker, withSaid } from "./notices.ts";
import { tagOfVersion } from "./notes/index.ts";
import type { Problem } from "./promotion.ts";
import type { Cut, KnownRelease, NotesSnapshot } from "./release.ts";
import type { RepositoryLane } from "./repository.ts";
import { refuseInWords } from "./telling.ts";

/** Merges within this time of one another are one release; longer than a notice waits to be redrawn, so that it is shown first. */
const MERGES_PAUSE_MS = 5_000;
/** GitHub's webhook of a tag comes within moments; after this time the tag is looked at without it. */
const TAG_PAUSE_MS = 3_000;
const CUTS_KEPT = 50;
/** By then every attempt at a tag has come to its end; what was dropped meanwhile must not stand in the way for ever. */
const ORDER_COUNTS_MS = 24 * 60 * 60_000;

/**
 * A cut as the lane remembers it. `ordered`: nobody knows yet whether the tag is made; there is at most one of these. `unsure`: it was
 * tried too often, and may have been made all the same.
 */
export interface KnownCut extends Cut {
  readonly stage: "ordered" | "cut" | "unsure";
  /** When it came to this stage. */
  readonly at: number;
  /** Whether merges were to be released meanwhile: they wait for its end. */
  readonly isAwaited: boolean;
}

type Requested = Extract<RepositoryEvent, { type: "ReleaseRequested" }>;
type Refused = Extract<RepositoryEvent, { type: "CutRefused" }>;

/** Whether these changes move the version: what only touches documents or chores releases nothing by itself. */
export function isWorthRelease({ model }: NotesSnapshot, version: string): boolean {
  return model.bump !== null || model.releaseAs === version;
}

/** The commit at which a tag is one that Waybill made, or is just making; null where it is none. Anywhere else it is somebody's own. */
export function ownCommit(lane: RepositoryLane, tag: string): CommitSha | null {
  const known = [...lane.cuts, ...hotfixTags(lane).made];
  return known.find((cut) => cut.tag === tag)?.sha ?? null;
}

/** Where every merge is a release: sees to it that the one which has just become known is, after a pause. */
export function awaitMerges(lane: RepositoryLane, minutes: Minutes, at: number): void {
  if (mergeCut(lane) !== null) wakeForMerges(minutes, at);
}

function wakeForMerges(minutes: Minutes, at: number): void {
  const event = { type: "MergesDue", at: at + MERGES_PAUSE_MS } as const;
  order(minutes, "merges-due", { type: "wake", event }, { delayMs: MERGES_PAUSE_MS });
}

/** Releases what is merged, if there is still anything to release; while a tag is being made, its end asks again. */
export function releaseMerges(lane: RepositoryLane, minutes: Minutes, at: number): RepositoryLane {
  const underWay = orderedCut(lane, at);
  if (underWay !== null) return withCut(lane, { ...underWay, isAwaited: true });
  const cut = mergeCut(lane);
  if (cut === null) return lookAgain(lane, minutes);
  const objection = objectionTo(lane, cut, at);
  // The picture may be of before the last release, heard late.
  if (objection !== null) return lookAgain(sayNotReleased(lane, cut, objection, minutes), minutes);
  record(minutes, "waybill", "release.ordered", cut.tag, { version: cut.version, sha: cut.sha });
  return begin(lane, cut, at, minutes);
}

/** Has the branch looked at: something was to be released, and by what is known now there is nothing any more. */
function lookAgain(lane: RepositoryLane, minutes: Minutes): RepositoryLane {
  if (lane.plans[0]?.releaseOn === "merge")
    order(minutes, "look-again", {
      type: "catchUp",
      unreleased: lane.unreleased,
      hotfixes: hotfixTags(lane),
    });
  return lane;
}

function isReleased(lane: RepositoryLane, { version, sha }: Pick<Cut, "version" | "sha">): boolean {
  return knownReleases(lane).some((other) => other.version === version || other.sha === sha);
}

/** The release that the merges so far come to, where every merge is one. */
function mergeCut({ plans, upcoming }: RepositoryLane): Cut | null {
  const [plan] = plans;
  if (plan?.releaseOn !== "merge" || upcoming === null) return null;
  const { version, head, notes } = upcoming;
  if (!isWorthRelease(notes, version)) return null;
  const tag = tagOfVersion(plan.tagPattern, version);
  return { version, tag, sha: head, branch: plan.branch, cause: { kind: "merge" } };
}

/** Makes the release that a person asked for, or says why not. The comment is the key: heard again, it is decided already. */
export function releaseByCommand(
  lane: RepositoryLane,
  { cut, head, at }: Requested,
  minutes: Minutes,
): RepositoryLane {
  const { cause } = cut;
  if (cause.kind !== "command") return lane;
  const name = nameOf("r", cause);
  if (lane.said.includes(name)) return lane;
  order(minutes, `react:${cause.commentId}:eyes`, {
    type: "react",
    commentId: cause.commentId,
    content: "eyes",
  });
  const known = withSaid(lane, name);
  const objection = objectionTo(lane, cut, at);
  if (objection !== null) {
    refuse(cut, objection, minutes);
    return known;
  }
  const { tag, sha, branch, version } = cut;
  record(minutes, `user:${cause.by.id}`, "release.requested", tag, {
    version,
    sha,
    commentId: cause.commentId,
  });
  if (head !== sha) {
    const view = { template: "cut-shown", by: cause.by.login, tag, sha, head, branch } as const;
    order(minutes, `shown:${name}`, { type: "comment", issue: cause.issue, marker: `shown-${name}`, view });
  }
  return begin(known, cut, at, minutes);
}

function begin(lane: RepositoryLane, cut: Cut, at: number, minutes: Minutes): RepositoryLane {
  order(minutes, `cut:${cut.tag}`, {
    type: "cutTag",
    cut,
    after: highestBefore(lane),
    unreleased: lane.unreleased,
  });
  return withCut(lane, { ...cut, stage: "ordered", at, isAwaited: false });
}

/**
 * The repository may be acted in again: a release that a person asked for long before, and whose tag was held meanwhile, is not made now. The
 * order that waits is given another sense; where it has been carried out, the tag stands and counts.
 */
export function refuseLateCut(
  lane: RepositoryLane,
  parked: { readonly since: number; readonly at: number },
  minutes: Minutes,
): void {
  const known = lane.cuts.find(({ stage }) => stage === "ordered");
  if (known?.cause.kind !== "command") return;
  const late = lateAfterParking(known.cause.text, known.at, parked);
  if (late === null) return;
  const { stage: _stage, at: _at, isAwaited: _isAwaited, ...cut } = known;
  order(
    minutes,
    `cut:${cut.tag}`,
    { type: "cutTag", cut, after: highestBefore(lane), unreleased: lane.unreleased, late },
    { coalesce: true },
  );
}

function withCut(lane: RepositoryLane, cut: KnownCut): RepositoryLane {
  return { ...lane, cuts: [...lane.cuts.filter(({ tag }) => tag !== cut.tag), cut].slice(-CUTS_KEPT) };
}

function orderedCut({ cuts }: RepositoryLane, now: number): KnownCut | null {
  return cuts.find(({ stage, at }) => stage === "ordered" && now - at < ORDER_COUNTS_MS) ?? null;
}

/** What is known to be released: every version once, every commit once, and never a lower version after a higher one. */
function objectionTo(lane: RepositoryLane, cut: Cut, at: number): Problem | null {
  const underWay = orderedCut(lane, at);
  if (underWay !== null) {
    const { version, tag } = underWay;
    return { code: "release-under-way", detail: { version, tag, wanted: cut.version } };
  }
  const known = knownReleases(lane);
  const twin = known.find((other) => other.sha === cut.sha && !becomesStable(other.version, cut));
  if (twin !== undefined)
    return { code: "already-released", detail: { version: twin.version, tag: twin.tag, sha: cut.sha } };
  const higher = known.find((other) => !semver.gt(cut.version, other.version));
  return higher === undefined
    ? null
    : {
        code: "version-not-higher",
        detail: { version: cut.version, highest: highestOf(known)?.version ?? null },
      };
}

/** A pre-release that a person makes the stable release, as it is: the one way in which a commit has two versions. */
function becomesStable(before: string, { version, cause }: Cut): boolean {
  const [from, to] = [semver.prerelease(before), semver.prerelease(version)];
  return cause.kind === "command" && from !== null && to === null;
}

function knownReleases({ releases, cuts }: RepositoryLane): readonly KnownRelease[] {
  return [...releases, ...cuts.filter(({ stage }) => stage === "cut")];
}

function highestOf(known: readonly KnownRelease[]): KnownRelease | null {
  return known.reduce<KnownRelease | null>(
    (best, one) => (best === null || semver.gt(one.version, best.version) ? one : best),
    null,
  );
}

function highestBefore(lane: RepositoryLane): Pick<KnownRelease, "tag" | "sha"> | null {
  const base = lane.upcoming?.notes.base ?? null;
  // A hotfix's release is on a line of its own, of which the release branch holds nothing yet.
  const hotfixes = new Set(hotfixTags(lane).versions);
  const known = knownReleases(lane).filter(({ version }) => !hotfixes.has(version));
  const highest = highestOf([...known, ...(base === null ? [] : [base])]);
  return highest === null ? null : { tag: highest.tag, sha: highest.sha };
}

/** The tag is made. What follows is what follows every release tag; here only its maker is answered. */
export function onTagCut(
  lane: RepositoryLane,
  event: Extract<RepositoryEvent, { type: "TagCut" }>,
  minutes: Minutes,
): RepositoryLane {
  const { cut, at } = event;
  if (cut.cause.kind === "hotfix") return onHotfixCut(lane, event, minutes);
  const { cause, tag, version, sha } = cut;
  const known = lane.cuts.find((other) => other.tag === tag);
  if (known?.stage === "cut") return lane;
  record(minutes, "waybill", "tag.cut", tag, { version, sha, cause: cause.kind });
  if (cause.kind === "command")
    order(minutes, `react:${cause.commentId}:end`, {
      type: "react",
      commentId: cause.commentId,
      content: "rocket",
    });
  const awaited = { type: "TagAwaited", at: at + TAG_PAUSE_MS, tag } as const;
  order(minutes, `await-tag:${tag}`, { type: "wake", event: awaited }, { delayMs: TAG_PAUSE_MS });
  if (known?.isAwaited === true) wakeForMerges(minutes, at);
  return withCut(lane, { ...cut, stage: "cut", at, isAwaited: false });
}

/** Where GitHub's webhook of the own tag was lost, the tag is looked at, and goes the very same way. */
export function lookAtAwaitedTag(lane: RepositoryLane, tag: string, minutes: Minutes): RepositoryLane {
  if (!isReleasedTag(lane, tag)) lookAtTag(lane, tag, minutes);
  return lane;
}

function lookAtTag(lane: RepositoryLane, tag: string, minutes: Minutes): void {
  const { unreleased } = lane;
  const own = ownCommit(lane, tag);
  order(minutes, `look-at-tag:${tag}`, {
    type: "lookAtTag",
    tag,
    own,
    unreleased,
    hotfixes: hotfixTags(lane),
  });
}

/** The tag was not made: whoever asked is told why. What is merged by now is tried again where every merge is a release. */
export function onCutRefused(lane: RepositoryLane, event: Refused, minutes: Minutes): RepositoryLane {
  const { cut, problem, unsure, at } = event;
  if (cut.cause.kind === "hotfix") return onHotfixCutRefused(lane, event, minutes);
  const known = lane.cuts.find((other) => other.tag === cut.tag && other.stage === "ordered");
  if (known === undefined) return lane;
  refuse(cut, problem, minutes);
  const rest: RepositoryLane = { ...lane, cuts: lane.cuts.filter(({ tag }) => tag !== cut.tag) };
  const settled = unsure ? withCut(rest, { ...cut, stage: "unsure", at, isAwaited: false }) : rest;
  const next = cut.cause.kind === "merge" ? sayNotReleased(settled, cut, problem, minutes) : settled;
  if (known.isAwaited) wakeForMerges(minutes, at);
  // Somebody else's tag of which nobody has heard: it counts from now on.
  const unheard = problem.code === "version-tagged" ? cut.tag : problem.detail["newer"];
  if (typeof unheard === "string" && !isReleasedTag(next, unheard)) lookAtTag(next, unheard, minutes);
  return next;
}

function isReleasedTag({ releases }: RepositoryLane, tag: string): boolean {
  return releases.some((release) => release.tag === tag);
}

function refuse({ cause, tag }: Cut, problem: Problem, minutes: Minutes): void {
  if (cause.kind !== "command") return;
  const { commentId, by, issue, text } = cause;
  record(minutes, `user:${by.id}`, "command.refused", String(commentId), {
    command: text,
    tag,
    code: problem.code,
  });
  order(minutes, `react:${commentId}:end`, { type: "react", commentId, content: "-1" });
  refuseInWords({ name: nameOf("r", cause), issue, by, command: text }, problem, minutes);
}

/** Nobody asked, so it is said on the notice, once for each version; nothing where the version or the commit is released anyway. */
function sayNotReleased(
  lane: RepositoryLane,
  { version, tag, sha }: Cut,
  problem: Problem,
  minutes: Minutes,
): RepositoryLane {
  if (isReleased(lane, { version, sha })) return lane;
  record(minutes, "waybill", "release.refused", tag, { version, sha, code: problem.code });
  return say(lane, `cut-${tagMarker(tag, null)}`, { template: "cut-refused", version, problem }, minutes);
}
