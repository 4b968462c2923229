/**
 * Drawing notices: what the notice issue and the draft release are to show now. Drawn whole each time; the performer
 * writes only what differs, and only inside Waybill's own block.
 */
import { order, type Minutes } from "./decision.ts";
import { developmentVersion, tagOfVersion } from "./notes/index.ts";
import type { NoticePlace, NoticeView, TryPlace } from "./release.ts";
import type { ReleaseOnItsWay, RepositoryLane } from "./repository.ts";
import type { CommentView } from "./views.ts";

export type Notice = NoticePlace;

/** Many merges in a row, one write: a notice that stands already is redrawn after this pause. */
const REDRAW_PAUSE_MS = 2_000;

/** Orders the notice and the draft of the coming version, if there is one. */
export function drawUpcoming(lane: RepositoryLane, minutes: Minutes): void {
  const { upcoming, notice } = lane;
  if (upcoming === null || notice === null) return;
  draw(minutes, notice, {
    version: upcoming.version,
    commitCount: upcoming.notes.commitCount,
    notes: upcoming.notes,
    places: placesOf(lane, (version) => isBuildOf(version, upcoming.version)),
    tag: tagOfVersion(lane.plans[0]?.tagPattern ?? "v{version}", upcoming.version),
    pipeline: roadOf(lane),
    released: null,
    closed: false,
  });
}

/** Orders the notice of a tagged release, which follows it to the end of the pipeline. */
export function drawReleased(lane: RepositoryLane, release: ReleaseOnItsWay, minutes: Minutes): void {
  if (release.notice === null || release.notes === null) return;
  const ends = lane.plans.filter((plan) => plan.last).map((plan) => plan.environment.name);
  draw(minutes, release.notice, {
    version: release.version,
    commitCount: release.notes.commitCount,
    notes: release.notes,
    places: placesOf(lane, (version) => version === release.version || isBuildOf(version, release.version)),
    tag: release.tag,
    pipeline: roadOf(lane),
    released: { tag: release.tag, arrived: release.arrived },
    closed: ends.length > 0 && ends.every((environment) => release.arrived.includes(environment)),
  });
}

function draw(minutes: Minutes, notice: Notice, view: NoticeView): void {
  order(
    minutes,
    `notice:${notice.serial}`,
    {
      type: "drawNotice",
      serial: notice.serial,
      issue: notice.issue,
      draftReleaseId: notice.draftReleaseId,
      view,
    },
    { serial: "notice", coalesce: true, delayMs: notice.issue === null ? 0 : REDRAW_PAUSE_MS },
  );
}

/** Orders one word on a notice issue: an edit of the issue notifies nobody, a comment does. */
export function sayOnNotice(issue: number, marker: string, view: CommentView, minutes: Minutes): void {
  order(minutes, `say:${marker}`, { type: "comment", issue, marker, view });
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
