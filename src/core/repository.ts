/**
 * The lane of a repository itself: the coming version with its notice, the tagged releases on their way, and what each
 * environment has reported. It asks environments for promotions; it never reaches into their lanes.
 */
import { newMinutes, order, record, type Decision, type Minutes } from "./decision.ts";
import type { Spoken } from "./spoken.ts";
import type { RepositoryEvent } from "./events.ts";
import { requestAutomatic, requestBuilds, withArrival, withoutBuild } from "./automatic.ts";
import {
  awaitMerges,
  lookAtAwaitedTag,
  onCutRefused,
  onTagCut,
  releaseByCommand,
  releaseMerges,
  type KnownCut,
} from "./cutting.ts";
import type { AwaitedAssets } from "./assets.ts";
import { isChannelNews, onChannelNews, withoutOldTroubles, type ChannelTrouble } from "./channels/trouble.ts";
import { lookAtChangelog, type Changelog } from "./changelog/keeping.ts";
import { isConfigEvent, onConfigEvent, withConfigMended, type ConfigIssue } from "./config-check/issue.ts";
import type { Draws } from "./draws.ts";
import { onTalkDueAgain, onTalkGivenUp } from "./given-up.ts";
import { onHotfixEvent } from "./hotfix.ts";
import { isHotfixEvent } from "./hotfix-events.ts";
import { isHoldWord, onHoldWord, tellNewPlaces, type Holds } from "./hold.ts";
import type { Hotfix } from "./hotfix-model.ts";
import type { CommitSha } from "./ids.ts";
import { doubtAfter } from "./looks.ts";
import {
  tellNoticed,
  announceUpcoming,
  isExpectedAsAnnounced,
  onExpectedDue,
  type Announced,
} from "./announced.ts";
import {
  drawReleased,
  drawUpcoming,
  say,
  sayOnNotice,
  tagMarker,
  withNotice,
  withSaid,
  type Notice,
} from "./notices.ts";
import { tellsSomething } from "./news.ts";
import { orderPreview } from "./preview/order.ts";
import type { PlanSnapshot } from "./promotion.ts";
import type { ReleaseAnnouncement } from "./receipt/announcement.ts";
import { shownOf, type NotesSnapshot, type Release } from "./release.ts";
import { onQuarantineChanged } from "./rollback/kept-back.ts";
import type { KeptBack } from "./rollback/pin.ts";
import { onStandingDoubted, onStandingSeen, type Parked } from "./standing.ts";
import { isFilesEvent, onFilesEvent } from "./release-files.ts";
import { onReleaseTagged, writeNotesAnew } from "./tagged.ts";
import type { CommentView } from "./views.ts";

/** A list of its own: no stranger may push what was said out of the lane's memory. */
const IGNORED_KEPT = 200;

/** What is merged but not released. */
export interface Upcoming {
  readonly version: string;
  readonly head: CommitSha;
  readonly notes: NotesSnapshot;
}

/** A release on its way through the pipeline. */
export interface ReleaseOnItsWay extends Release {
  readonly notice: Notice | null;
  /** Kept while the notice is still redrawn. */
  readonly notes: NotesSnapshot | null;
  /** What the notice had announced; absent where there was none, and in what an earlier Waybill stored. */
  readonly announcement?: ReleaseAnnouncement;
  /** Environments that were asked for it automatically. */
  readonly requested: readonly string[];
  /** Environments that have delivered it, or a later build that carries it. */
  readonly arrived: readonly string[];
}

/** What an environment reported to run. */
export interface Running {
  readonly version: string;
  readonly sha: CommitSha;
  readonly url: string | null;
  readonly at: number;
}

export interface RepositoryLane extends Spoken {
  readonly kind: "repository";
  /** Counts notices and automatic promotions, so that each has a name of its own. */
  readonly serial: number;
  readonly upcoming: Upcoming | null;
  readonly notice: Notice | null;
  /** When the coming version's notice and draft are drawn; null while there are none. */
  readonly draws: Draws | null;
  /** What people were told of the coming release; absent before there was one, and in what an earlier Waybill stored. */
  readonly announced?: Announced;
  readonly releases: readonly ReleaseOnItsWay[];
  readonly running: Readonly<Record<string, Running>>;
  /** The head that each merge-driven environment was last asked for. */
  readonly requestedHeads: Readonly<Record<string, CommitSha>>;
  readonly plans: readonly PlanSnapshot[];
  /** Words that wait for a notice to be said on. */
  readonly unsaid: readonly { readonly marker: string; readonly view: CommentView }[];
  /** The names of what was said already, `answers-77` for the answer to comment 77. */
  readonly said: readonly string[];
  /** Comments by strangers that looked like commands: nothing is answered, and each is written down once. */
  readonly ignored: readonly number[];
  /** The tags that Waybill is making or has made itself. */
  readonly cuts: readonly KnownCut[];
  /** Tags that fit the pattern and yet are no releases, because only `/release` makes one. */
  readonly unreleased: readonly string[];
  /** What is wrong with the config, as it was said last; null while it is whole. Pushes that change nothing of it are not told again. */
  readonly brokenConfig: string | null;
  /** The issue that says so; absent where it never was broken, and in what an earlier Waybill stored. */
  readonly configIssue?: ConfigIssue;
  /** The hotfixes that are not over, the oldest first; absent in what an earlier Waybill stored (`hotfixesOf`). */
  readonly hotfixes?: readonly Hotfix[];
  /** Why and since when nothing can be done in this repository; null while Waybill may act. */
  readonly parked: Parked | null;
  /** What CHANGELOG.md lacks; absent where the config has never asked for one. */
  readonly changelog?: Changelog;
  /** Releases that are drafts until their files are there; absent where there never were any. */
  readonly awaited?: readonly AwaitedAssets[];
  /** Versions that people have stopped; absent where nobody ever did. */
  readonly holds?: Holds;
  /** By environment; absent where nothing was ever rolled back. */
  readonly quarantine?: Readonly<Record<string, KeptBack>>;
  /** Channels that have not taken what they were told, by name; absent where all always did. */
  readonly troubles?: Readonly<Record<string, ChannelTrouble>>;
}

export function newRepositoryLane(): RepositoryLane {
  return {
    kind: "repository",
    serial: 0,
    upcoming: null,
    notice: null,
    draws: null,
    releases: [],
    running: {},
    requestedHeads: {},
    plans: [],
    unsaid: [],
    said: [],
    ignored: [],
    cuts: [],
    unreleased: [],
    brokenConfig: null,
    parked: null,
  };
}

/** Decides what an event means for a repository: its state afterwards, what to do, and what to write down. Pure. */
export function decideRepository(lane: RepositoryLane, event: RepositoryEvent): Decision<RepositoryLane> {
  const minutes = newMinutes();
  const state = applyEvent(lane, event, minutes);
  return { state, effects: minutes.effects, audit: minutes.audit };
}

function applyEvent(lane: RepositoryLane, event: RepositoryEvent, minutes: Minutes): RepositoryLane {
  if (isHotfixEvent(event)) return onHotfixEvent(lane, event, minutes);
  if (isHoldWord(event)) return onHoldWord(lane, event, minutes);
  if (isFilesEvent(event)) return onFilesEvent(lane, event, minutes);
  if (isConfigEvent(event)) return onConfigEvent(lane, event, minutes);
  if (isChannelNews(event)) return onChannelNews(lane, event, minutes);
  switch (event.type) {
    case "BranchMoved":
      return onBranchMoved(lane, event, minutes);
    case "ReleaseTagged":
      return onReleaseTagged(lane, event, minutes);
    case "TagRefused":
      return onTagRefused(lane, event, minutes);
    case "CommandsAnswered":
      return onCommandsAnswered(lane, event, minutes);
    case "StrangerIgnored":
      return onStrangerIgnored(lane, event, minutes);
    case "StandingDoubted":
      return onStandingDoubted(lane, event, minutes);
    case "StandingSeen":
      return onStandingSeen(lane, event, minutes);
    case "TalkGivenUp":
      return onTalkGivenUp(lane, event, minutes);
    case "TalkDueAgain":
      return onTalkDueAgain(lane, event, minutes);
    case "NoticeDrawn":
      return onNoticeDrawn(lane, event, minutes);
    case "DraftDrawn":
      return withPlace(lane, event.serial, { draftReleaseId: event.draftReleaseId });
    case "EnvironmentDelivered":
      return onDelivered(lane, event, minutes);
    case "EnvironmentFailed":
    case "DeployedByHand":
    case "DriftSeen":
      return say(lane, event.marker, event.view, minutes, event.view.version);
    case "QuarantineChanged":
      return onQuarantineChanged(lane, event, minutes);
    case "BuildOverdue":
      return withoutBuild(lane, event, minutes);
    case "ContainmentSeen":
      return onContainmentSeen(lane, event, minutes);
    case "ReleaseRequested":
      return releaseByCommand(lane, event, minutes);
    case "MergesDue":
      return releaseMerges(lane, minutes, event.at);
    case "NotesAsked":
      return writeNotesAnew(lane, event, minutes);
    case "ExpectedDue":
      return onExpectedDue(lane, event, minutes);
    case "PullChanged":
      return orderPreview(lane, event.number, minutes);
    case "TagCut":
      return onTagCut(lane, event, minutes);
    case "TagAwaited":
      return lookAtAwaitedTag(lane, event.tag, minutes);
    case "CutRefused":
      return onCutRefused(lane, event, minutes);
  }
}

function onContainmentSeen(
  lane: RepositoryLane,
  { contained, version, environment, at }: Extract<RepositoryEvent, { type: "ContainmentSeen" }>,
  minutes: Minutes,
): RepositoryLane {
  return contained ? requestAutomatic(withArrival(lane, version, environment), minutes, at) : lane;
}

function onTagRefused(
  lane: RepositoryLane,
  { tag, sha, reason }: Extract<RepositoryEvent, { type: "TagRefused" }>,
  minutes: Minutes,
): RepositoryLane {
  record(minutes, "github", "tag.refused", tag, { code: reason.code });
  return say(lane, tagMarker(tag, sha), { template: "tag-refused", tag, reason }, minutes);
}

function onStrangerIgnored(
  lane: RepositoryLane,
  { commentId, by, command, issue }: Extract<RepositoryEvent, { type: "StrangerIgnored" }>,
  minutes: Minutes,
): RepositoryLane {
  if (lane.ignored.includes(commentId)) return lane;
  record(minutes, `user:${by.id}`, "command.ignored", String(commentId), { command, issue });
  return { ...lane, ignored: [...lane.ignored, commentId].slice(-IGNORED_KEPT) };
}

function onBranchMoved(
  lane: RepositoryLane,
  event: Extract<RepositoryEvent, { type: "BranchMoved" }>,
  minutes: Minutes,
): RepositoryLane {
  const whole = withConfigMended(lane, event.plans[0]?.configSha ?? event.head, minutes);
  const read = withoutOldTroubles({ ...whole, plans: event.plans });
  const planned = lookAtChangelog(read, minutes);
  tellNewPlaces(lane, planned, event.at, minutes);
  if (event.notes.commitCount === 0) return requestBuilds({ ...planned, upcoming: null }, event, minutes);
  const sameAsDrawn =
    lane.upcoming?.head === event.head &&
    lane.upcoming.version === event.version &&
    lane.upcoming.notes.base?.sha === event.notes.base?.sha &&
    // The config may be on another branch than what is released: then other sections come without another head.
    JSON.stringify(shownOf(lane.upcoming.notes)) === JSON.stringify(shownOf(event.notes));
  // Asked for all the same: an environment may have given a build of it back. And the config may name another date.
  if (sameAsDrawn) {
    const isSameDate = isExpectedAsAnnounced(planned, event.at);
    return requestBuilds(isSameDate ? planned : announceUpcoming(planned, minutes, event.at), event, minutes);
  }
  const upcoming: Upcoming = { version: event.version, head: event.head, notes: event.notes };
  record(minutes, "github", "branch.moved", event.head, {
    version: event.version,
    commits: event.notes.commitCount,
  });
  const now: RepositoryLane = { ...planned, upcoming };
  // Words that wait for a notice are reason enough for one.
  const noticed = tellsSomething(event.notes) || lane.unsaid.length > 0 ? withNotice(now) : now;
  const drawn = announceUpcoming(noticed, minutes, event.at);
  awaitMerges(drawn, minutes, event.at);
  return requestBuilds(drawn, event, minutes);
}

function onDelivered(
  lane: RepositoryLane,
  event: Extract<RepositoryEvent, { type: "EnvironmentDelivered" }>,
  minutes: Minutes,
): RepositoryLane {
  const running: Running = { version: event.version, sha: event.sha, url: event.url, at: event.at };
  const reported: RepositoryLane = { ...lane, running: { ...lane.running, [event.environment]: running } };
  const carried = lane.releases
    .filter((release) => release.sha === event.sha)
    .map((release) => release.version);
  const arrived = carried.reduce((now, version) => withArrival(now, version, event.environment), reported);
  doubtAfter(lane.plans, event, minutes);
  const drawn = drawUpcoming(arrived, minutes, event.at);
  for (const version of carried) {
    const release = drawn.releases.find((other) => other.version === version);
    if (release !== undefined) drawReleased(drawn, release, minutes);
  }
  return requestAutomatic(drawn, minutes, event.at);
}

function onNoticeDrawn(
  lane: RepositoryLane,
  event: Extract<RepositoryEvent, { type: "NoticeDrawn" }>,
  minutes: Minutes,
): RepositoryLane {
  const { serial, issue } = event;
  const placed = tellFirstDrawn(lane, withPlace(lane, serial, { issue }), event, minutes);
  if (issue === null) return placed;
  for (const word of lane.unsaid) sayOnNotice(issue, word.marker, word.view, minutes);
  return { ...placed, unsaid: [] };
}

/** Channels hear of the coming release once its notice stands; where the repository takes no issues, as soon as that shows. */
function tellFirstDrawn(
  before: RepositoryLane,
  now: RepositoryLane,
  { serial, at }: Extract<RepositoryEvent, { type: "NoticeDrawn" }>,
  minutes: Minutes,
): RepositoryLane {
  const isFirst = now.notice?.serial === serial && before.notice?.issue === null;
  return isFirst ? tellNoticed(now, at, minutes) : now;
}

/** Notes where a notice stands, in whichever release has taken it over meanwhile. */
function withPlace(lane: RepositoryLane, serial: number, place: Partial<Notice>): RepositoryLane {
  const placed = (notice: Notice | null): Notice | null =>
    notice?.serial === serial ? { ...notice, ...place } : notice;
  return {
    ...lane,
    notice: placed(lane.notice),
    releases: lane.releases.map((release) => ({ ...release, notice: placed(release.notice) })),
  };
}

function onCommandsAnswered(
  lane: RepositoryLane,
  event: Extract<RepositoryEvent, { type: "CommandsAnswered" }>,
  minutes: Minutes,
): RepositoryLane {
  const { commentId, issue, by, answers } = event;
  const marker = `answers-${commentId}`;
  // The comment is the key, not the webhook: heard again, it is answered already (PROMISES.md, threat 10).
  if (lane.said.includes(marker)) return lane;
  const refused = answers.every((answer) => answer.kind === "refusal");
  const actor = `user:${by.id}`;
  for (const answer of answers) {
    record(
      minutes,
      actor,
      answer.kind === "refusal" ? "command.refused" : "command.answered",
      String(commentId),
      {
        command: answer.command,
        ...(answer.kind === "refusal" ? { code: answer.problem.code } : {}),
      },
    );
  }
  order(minutes, `react:${commentId}:eyes`, { type: "react", commentId, content: "eyes" });
  order(minutes, `react:${commentId}:end`, { type: "react", commentId, content: refused ? "-1" : "rocket" });
  order(minutes, `answers:${commentId}`, {
    type: "comment",
    issue,
    marker,
    view: { template: "answers", by: by.login, answers },
  });
  return withSaid(lane, marker);
}
