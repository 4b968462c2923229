/**
 * Drawing notices: what the notice issue and the draft release are to show now. Drawn whole each time; the performer
 * writes only what differs, and only inside Waybill's own block.
 */
import { placesBehind, withoutGraph } from "./behind.ts";
import { order, type Minutes } from "./decision.ts";
import { orderDraws, orderNotice, settleDraft } from "./draws.ts";
import { expectedUntil, nextExpected, type ExpectedDate } from "./calendar/expected.ts";
import type { CommitSha } from "./ids.ts";
import { isWritten } from "./plans.ts";
import { developmentVersion, tagOfVersion } from "./notes/index.ts";
import type { PlanSnapshot } from "./promotion.ts";
import type { NoticePlace, NoticeView, TryPlace } from "./release.ts";
import type { ReleaseOnItsWay, RepositoryLane } from "./repository.ts";
import type { CommentView } from "./views.ts";

export type Notice = NoticePlace;

/** A release may arrive in several places within moments: one write. */
const REDRAW_PAUSE_MS = 2_000;
const UNSAID_KEPT = 20;
/** How many words and answered comments it remembers, so that what is heard again is not said again. */
const SAID_KEPT = 500;

/** With a notice of the coming release: the one that there is, or a new one. */
export function withNotice(lane: RepositoryLane): RepositoryLane {
  if (lane.notice !== null) return lane;
  const serial = lane.serial + 1;
  return { ...lane, serial, notice: { serial, issue: null, draftReleaseId: null } };
}

/** Orders the notice and the draft of the coming version, if there is one, and remembers when they fall due. */
export function drawUpcoming(lane: RepositoryLane, minutes: Minutes, at: number): RepositoryLane {
  const { upcoming, notice } = lane;
  if (upcoming === null || notice === null) return lane;
  const view: NoticeView = {
    version: upcoming.version,
    commitCount: upcoming.notes.commitCount,
    notes: withoutGraph(upcoming.notes),
    places: placesOf(lane, (version) => isBuildOf(version, upcoming.version)),
    behind: placesBehind(lane, upcoming.version, upcoming.notes),
    ...earlyAccessOf(lane),
    tag: tagOfVersion(lane.plans[0]?.tagPattern ?? "v{version}", upcoming.version),
    pipeline: roadOf(lane),
    releaseOn: lane.plans[0]?.releaseOn ?? "tag",
    ...dateOf(lane, at),
    ...holdOf(lane, upcoming.version),
    released: null,
    closed: false,
  };
  const [plan] = lane.plans;
  const written = { notice: isDrawn(plan, notice), draft: isWritten(plan, "draft") };
  return { ...lane, draws: orderDraws(lane.draws, notice, view, at, written, minutes) };
}

/** Orders the notice of a tagged release, which follows it to the end of the pipeline. */
export function drawReleased(lane: RepositoryLane, release: ReleaseOnItsWay, minutes: Minutes): void {
  if (release.notice === null || release.notes === null) return;
  const ends = lane.plans.filter((plan) => plan.last).map((plan) => plan.environment.name);
  const view: NoticeView = {
    version: release.version,
    commitCount: release.notes.commitCount,
    notes: withoutGraph(release.notes),
    places: placesOf(lane, (version) => version === release.version || isBuildOf(version, release.version)),
    behind: placesBehind(lane, release.version, release.notes),
    tag: release.tag,
    pipeline: roadOf(lane),
    ...holdOf(lane, release.version),
    released: { tag: release.tag, arrived: release.arrived },
    closed: ends.length > 0 && ends.every((environment) => release.arrived.includes(environment)),
  };
  const [plan] = lane.plans;
  if (isDrawn(plan, release.notice))
    orderNotice(release.notice, view, release.notice.issue === null ? 0 : REDRAW_PAUSE_MS, minutes);
  if (release.arrived.length === 0 && isWritten(plan, "draft")) settleDraft(release.notice, view, minutes);
}

/** One that stands already promises to be kept up to date: it is, to its end, also where no new one is wanted any more. */
function isDrawn(plan: PlanSnapshot | undefined, { issue }: Notice): boolean {
  return issue !== null || isWritten(plan, "notice");
}

/** Orders one word on a notice issue: an edit of the issue notifies nobody, a comment does. */
export function sayOnNotice(issue: number, marker: string, view: CommentView, minutes: Minutes): void {
  order(minutes, `say:${marker}`, { type: "comment", issue, marker, view });
}

/** Says a word on the notice of the version it is about, or else on the coming one; keeps it until there is a notice. */
export function say(
  lane: RepositoryLane,
  marker: string,
  view: CommentView,
  minutes: Minutes,
  version?: string,
): RepositoryLane {
  if (lane.said.includes(marker)) return lane;
  const now = withSaid(lane, marker);
  const own = lane.releases.find((release) => release.version === version)?.notice?.issue ?? null;
  const issue = own ?? lane.notice?.issue ?? lane.releases.at(-1)?.notice?.issue ?? null;
  // There will be none to say it on.
  if (issue === null && !isWritten(lane.plans[0], "notice")) return now;
  if (issue === null) return { ...now, unsaid: [...lane.unsaid, { marker, view }].slice(-UNSAID_KEPT) };
  sayOnNotice(issue, marker, view, minutes);
  return now;
}

/** Remembers that something was said, or a comment answered. */
export function withSaid(lane: RepositoryLane, marker: string): RepositoryLane {
  return { ...lane, said: [...lane.said, marker].slice(-SAID_KEPT) };
}

/** The name of what is said about a tag at a commit. Tags may hold characters that a marker may not. */
export function tagMarker(tag: string, sha: CommitSha | null): string {
  const plain = tag.replaceAll(/[^A-Za-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
  return `tag-${sha ?? "none"}-${plain.slice(0, 80).replace(/-$/, "")}`.replace(/-$/, "");
}

/** When the coming release is expected, seen from a moment; null where the config says nothing of it. */
export function comingDate({ plans }: Pick<RepositoryLane, "plans">, at: number): ExpectedDate | null {
  const rule = plans[0]?.expected;
  return rule === undefined ? null : nextExpected(rule, at);
}

/** The same for the notice; a config that says nothing of it leaves views as they always were. */
function dateOf(lane: RepositoryLane, at: number): Pick<NoticeView, "expected"> {
  const date = comingDate(lane, at);
  return date === null ? {} : { expected: { ...date, isOver: expectedUntil(date) <= at } };
}

function holdOf({ holds }: RepositoryLane, version: string): Pick<NoticeView, "hold"> {
  const hold = holds?.states.find((state) => state.version === version)?.hold ?? null;
  return hold === null ? {} : { hold };
}

function earlyAccessOf({ plans }: RepositoryLane): Pick<NoticeView, "earlyAccess"> {
  const earlyAccess = plans[0]?.earlyAccess;
  return earlyAccess === undefined ? {} : { earlyAccess };
}

function placesOf(lane: RepositoryLane, carries: (version: string) => boolean): TryPlace[] {
  return Object.entries(lane.running)
    .filter(([, running]) => carries(running.version))
    .map(([environment, running]) => ({ environment, version: running.version, url: running.url }));
}

/** Where releases go; environments that take every merge have had its changes already. */
function roadOf(lane: RepositoryLane): string[] {
  return lane.plans
    .filter((plan) => plan.environment.promote !== "merge")
    .map((plan) => plan.environment.name);
}

/** Whether `version` is a build of `coming`: `1.5.0-dev.3` of `1.5.0`. A pre-release with a tag of its own is none. */
function isBuildOf(version: string, coming: string): boolean {
  const [stem = ""] = developmentVersion(coming, 0).split(/0$/);
  return version.startsWith(stem);
}
