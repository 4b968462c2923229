/** A release tag was heard of: it is a release that goes on its way, or it is said why it is none. */
import { requestAutomatic } from "./automatic.ts";
import { tellOfRelease } from "./channels/release.ts";
import { toBeWritten } from "./changelog/keeping.ts";
import { ownCommit } from "./cutting.ts";
import { order, record, type Minutes } from "./decision.ts";
import type { RepositoryEvent } from "./events.ts";
import { onHotfixTagged } from "./hotfix-release.ts";
import { nameOf } from "./commands/command.ts";
import { drawReleased, withNotice, say, tagMarker, withSaid } from "./notices.ts";
import { orderPublished } from "./publishing.ts";
import { announcementOf } from "./receipt/announcement.ts";
import { RELEASES_KEPT } from "./release.ts";
import type { ReleaseOnItsWay, RepositoryLane } from "./repository.ts";
import type { CommentView } from "./views.ts";

/** As many tags as somebody may push by hand in vain before they are mended. */
const UNRELEASED_KEPT = 100;
/** How many releases' notices are still redrawn as they go on. */
const NOTES_KEPT = 3;

type Tagged = Extract<RepositoryEvent, { type: "ReleaseTagged" }>;

/** Takes a tag for the release that it is. One that is known already, or that is no release by the config, changes nothing but what is said. */
export function onReleaseTagged(lane: RepositoryLane, event: Tagged, minutes: Minutes): RepositoryLane {
  const { release } = event;
  const known = lane.releases.find((other) => other.version === release.version);
  if (known !== undefined) {
    if (known.sha === release.sha) return { ...lane, plans: event.plans };
    record(minutes, "github", "tag.moved", release.tag, { before: known.sha, now: release.sha });
    const view: CommentView = {
      template: "tag-refused",
      tag: release.tag,
      reason: { code: "moved", before: known.sha },
    };
    return say(lane, tagMarker(release.tag, release.sha), view, minutes, release.version);
  }
  if (event.plans[0]?.releaseOn === "command" && ownCommit(lane, release.tag) !== release.sha) {
    record(minutes, "github", "tag.refused", release.tag, { code: "by-command" });
    const view: CommentView = { template: "tag-refused", tag: release.tag, reason: { code: "by-command" } };
    return say(withUnreleased(lane, release.tag), tagMarker(release.tag, release.sha), view, minutes);
  }
  return release.hotfix === undefined ? adopt(lane, event, minutes) : onHotfixTagged(lane, event, minutes);
}

/**
 * The published notes are written anew, because somebody has asked for it: of what its commits, overrides and the config say now. What people wrote
 * beside them stays, as ever.
 */
export function writeNotesAnew(
  lane: RepositoryLane,
  event: Extract<RepositoryEvent, { type: "NotesAsked" }>,
  minutes: Minutes,
): RepositoryLane {
  const { by, commentId, release, notes } = event;
  const name = nameOf("n", event);
  // The comment is the key, not the webhook.
  if (lane.said.includes(name)) return lane;
  const heard = withSaid(lane, name);
  order(minutes, `react:${commentId}:eyes`, { type: "react", commentId, content: "eyes" });
  const known = lane.releases.find(({ version, sha }) => version === release.version && sha === release.sha);
  if (known === undefined) {
    order(minutes, `react:${commentId}:end`, { type: "react", commentId, content: "-1" });
    return heard;
  }
  const { version, tag, sha } = known;
  record(minutes, `user:${by.id}`, "notes.asked", tag, { version, sha, commentId });
  const notice = known.notice === null ? null : { serial: known.notice.serial, draftReleaseId: null };
  orderPublished({ ...event, release: known, plans: lane.plans }, notice, minutes, name);
  order(
    minutes,
    `react:${commentId}:end`,
    { type: "react", commentId, content: "rocket" },
    { serial: "notice" },
  );
  // A notice that is still redrawn shows them, too.
  if (known.notes === null) return heard;
  const renewed: ReleaseOnItsWay = { ...known, notes };
  drawReleased(heard, renewed, minutes);
  return { ...heard, releases: heard.releases.map((one) => (one === known ? renewed : one)) };
}

/** The notice that announced these changes now follows them; what is merged from here on gets a notice of its own. */
function adopt(before: RepositoryLane, event: Tagged, minutes: Minutes): RepositoryLane {
  const { release } = event;
  // What had nothing to tell has no notice yet. A release is followed on one all the same.
  const lane = before.upcoming === null ? before : withNotice(before);
  record(minutes, "github", "release.tagged", release.tag, { version: release.version, sha: release.sha });
  const adopted: ReleaseOnItsWay = {
    ...release,
    notice: lane.notice,
    notes: event.notes,
    ...announcedIn(lane, event),
    requested: [],
    arrived: [],
  };
  const next: RepositoryLane = {
    ...lane,
    plans: event.plans,
    upcoming: null,
    notice: null,
    draws: null,
    releases: [...lane.releases.map(withoutOldNotes), adopted].slice(-RELEASES_KEPT),
    unreleased: lane.unreleased.filter((tag) => tag !== release.tag),
  };
  orderPublished(event, lane.notice, minutes);
  drawReleased(next, adopted, minutes);
  tellOfRelease(next, release, event.notes, lane.notice?.issue ?? null, event.at, minutes);
  return requestAutomatic(toBeWritten(next, release, event.at, minutes), minutes, event.at);
}

function announcedIn(
  { upcoming, notice, announced }: RepositoryLane,
  { notes }: Tagged,
): Pick<ReleaseOnItsWay, "announcement"> {
  if (upcoming === null || notice === null) return {};
  const expected = announced?.serial === notice.serial ? announced.expected : null;
  return { announcement: announcementOf({ ...upcoming, expected }, notes) };
}

function withUnreleased(lane: RepositoryLane, tag: string): RepositoryLane {
  const others = lane.unreleased.filter((other) => other !== tag);
  return { ...lane, unreleased: [...others, tag].slice(-UNRELEASED_KEPT) };
}

/** Notes are large: those of earlier releases, whose notices have been drawn to the end or are overtaken, are let go. */
function withoutOldNotes(
  release: ReleaseOnItsWay,
  index: number,
  all: readonly ReleaseOnItsWay[],
): ReleaseOnItsWay {
  return index < all.length - NOTES_KEPT ? { ...release, notes: null } : release;
}
