/**
 * The lane of a repository itself: the coming version with its notice, the tagged releases on their way, and what each
 * environment has reported. It asks environments for promotions; it never reaches into their lanes.
 */
import { newMinutes, order, record, type Decision, type Minutes } from "./decision.ts";
import type { RepositoryEvent } from "./events.ts";
import { requestAutomatic, requestBuilds, withArrival } from "./automatic.ts";
import type { CommitSha } from "./ids.ts";
import { drawReleased, drawUpcoming, type Notice, sayOnNotice } from "./notices.ts";
import type { PlanSnapshot } from "./promotion.ts";
import type { NotesSnapshot, Release } from "./release.ts";
import type { CommentView } from "./views.ts";

/** How many releases the lane remembers for defaults and for what is on its way. */
const RELEASES_KEPT = 50;
const UNSAID_KEPT = 20;
/** How many releases' notices are still redrawn as they go on. */
const NOTES_KEPT = 3;
/** How many words and answered comments it remembers, so that what is heard again is not said again. */
const SAID_KEPT = 500;

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

export interface RepositoryLane {
  readonly kind: "repository";
  /** Counts notices and automatic promotions, so that each has a name of its own. */
  readonly serial: number;
  readonly upcoming: Upcoming | null;
  readonly notice: Notice | null;
  readonly releases: readonly ReleaseOnItsWay[];
  readonly running: Readonly<Record<string, Running>>;
  /** The head that each merge-driven environment was last asked for. */
  readonly requestedHeads: Readonly<Record<string, CommitSha>>;
  readonly plans: readonly PlanSnapshot[];
  /** Words that wait for a notice to be said on. */
  readonly unsaid: readonly { readonly marker: string; readonly view: CommentView }[];
  /** The names of what was said already, `answers-77` for the answer to comment 77. */
  readonly said: readonly string[];
  /** What is wrong with the config, as it was said last; null while it is whole. Pushes that change nothing of it are not told again. */
  readonly brokenConfig: string | null;
}

export function newRepositoryLane(): RepositoryLane {
  return {
    kind: "repository",
    serial: 0,
    upcoming: null,
    notice: null,
    releases: [],
    running: {},
    requestedHeads: {},
    plans: [],
    unsaid: [],
    said: [],
    brokenConfig: null,
  };
}

/** Decides what an event means for a repository: its state afterwards, what to do, and what to write down. Pure. */
export function decideRepository(lane: RepositoryLane, event: RepositoryEvent): Decision<RepositoryLane> {
  const minutes = newMinutes();
  const state = applyEvent(lane, event, minutes);
  return { state, effects: minutes.effects, audit: minutes.audit };
}

function applyEvent(lane: RepositoryLane, event: RepositoryEvent, minutes: Minutes): RepositoryLane {
  switch (event.type) {
    case "BranchMoved":
      return onBranchMoved(lane, event, minutes);
    case "ReleaseTagged":
      return onReleaseTagged(lane, event, minutes);
    case "TagRefused":
      record(minutes, "github", "tag.refused", event.tag, { code: event.reason.code });
      return say(
        lane,
        tagMarker(event.tag, event.sha),
        { template: "tag-refused", tag: event.tag, reason: event.reason },
        minutes,
      );
    case "ConfigFoundBroken":
      return onConfigBroken(lane, event, minutes);
    case "CommandsAnswered":
      return onCommandsAnswered(lane, event, minutes);
    case "StrangerIgnored":
      record(minutes, `user:${event.by.id}`, "command.ignored", String(event.commentId), {
        command: event.command,
        issue: event.issue,
      });
      return lane;
    case "NoticeDrawn":
      return onNoticeDrawn(lane, event, minutes);
    case "EnvironmentDelivered":
      return onDelivered(lane, event, minutes);
    case "EnvironmentFailed":
      return say(lane, event.marker, event.view, minutes, event.view.version);
    case "ContainmentSeen":
      return event.contained
        ? requestAutomatic(withArrival(lane, event.version, event.environment), minutes, event.at)
        : lane;
  }
}

function onBranchMoved(
  lane: RepositoryLane,
  event: Extract<RepositoryEvent, { type: "BranchMoved" }>,
  minutes: Minutes,
): RepositoryLane {
  const planned: RepositoryLane = { ...lane, plans: event.plans, brokenConfig: null };
  if (event.notes.commitCount === 0) return requestBuilds({ ...planned, upcoming: null }, event, minutes);
  const sameAsDrawn =
    lane.upcoming?.head === event.head && lane.upcoming.notes.base?.sha === event.notes.base?.sha;
  if (sameAsDrawn) return planned;
  const upcoming: Upcoming = { version: event.version, head: event.head, notes: event.notes };
  record(minutes, "github", "branch.moved", event.head, {
    version: event.version,
    commits: event.notes.commitCount,
  });
  const noticed: RepositoryLane =
    lane.notice === null
      ? {
          ...planned,
          upcoming,
          serial: lane.serial + 1,
          notice: { serial: lane.serial + 1, issue: null, draftReleaseId: null },
        }
      : { ...planned, upcoming };
  drawUpcoming(noticed, minutes);
  return requestBuilds(noticed, event, minutes);
}

function onReleaseTagged(
  lane: RepositoryLane,
  event: Extract<RepositoryEvent, { type: "ReleaseTagged" }>,
  minutes: Minutes,
): RepositoryLane {
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
  record(minutes, "github", "release.tagged", release.tag, { version: release.version, sha: release.sha });
  // The notice that announced these changes now follows them; what is merged from here on gets a notice of its own.
  const adopted: ReleaseOnItsWay = {
    ...release,
    notice: lane.notice,
    notes: event.notes,
    requested: [],
    arrived: [],
  };
  const next: RepositoryLane = {
    ...lane,
    plans: event.plans,
    upcoming: null,
    notice: null,
    releases: [...lane.releases.map(withoutOldNotes), adopted].slice(-RELEASES_KEPT),
  };
  order(
    minutes,
    `publish:${release.tag}`,
    {
      type: "publishRelease",
      tag: release.tag,
      sha: release.sha,
      draftReleaseId: lane.notice?.draftReleaseId ?? null,
      noticeSerial: lane.notice?.serial ?? null,
      view: {
        version: release.version,
        tag: release.tag,
        prerelease: release.prerelease,
        notes: event.notes,
      },
    },
    { serial: "notice" },
  );
  drawReleased(next, adopted, minutes);
  return requestAutomatic(next, minutes, event.at);
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
  drawUpcoming(arrived, minutes);
  for (const version of carried) {
    const release = arrived.releases.find((other) => other.version === version);
    if (release !== undefined) drawReleased(arrived, release, minutes);
  }
  return requestAutomatic(arrived, minutes, event.at);
}

/** Notes are large: those of earlier releases, whose notices have been drawn to the end or are overtaken, are let go. */
function withoutOldNotes(
  release: ReleaseOnItsWay,
  index: number,
  all: readonly ReleaseOnItsWay[],
): ReleaseOnItsWay {
  return index < all.length - NOTES_KEPT ? { ...release, notes: null } : release;
}

function onNoticeDrawn(
  lane: RepositoryLane,
  event: Extract<RepositoryEvent, { type: "NoticeDrawn" }>,
  minutes: Minutes,
): RepositoryLane {
  const place: Notice = { serial: event.serial, issue: event.issue, draftReleaseId: event.draftReleaseId };
  const placed: RepositoryLane = {
    ...lane,
    notice: lane.notice?.serial === event.serial ? place : lane.notice,
    releases: lane.releases.map((release) =>
      release.notice?.serial === event.serial ? { ...release, notice: place } : release,
    ),
  };
  const { issue } = event;
  if (issue === null) return placed;
  for (const word of lane.unsaid) sayOnNotice(issue, word.marker, word.view, minutes);
  return { ...placed, unsaid: [] };
}

/** Says a word on the notice of the version it is about, or else on the coming one; keeps it until there is a notice. */
function say(
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
  if (issue === null) return { ...now, unsaid: [...lane.unsaid, { marker, view }].slice(-UNSAID_KEPT) };
  sayOnNotice(issue, marker, view, minutes);
  return now;
}

function withSaid(lane: RepositoryLane, marker: string): RepositoryLane {
  return { ...lane, said: [...lane.said, marker].slice(-SAID_KEPT) };
}

/** The name of what is said about a tag at a commit. Tags may hold characters that a marker may not. */
function tagMarker(tag: string, sha: CommitSha | null): string {
  const plain = tag.replaceAll(/[^A-Za-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
  return `tag-${sha ?? "none"}-${plain.slice(0, 80).replace(/-$/, "")}`.replace(/-$/, "");
}

function onConfigBroken(
  lane: RepositoryLane,
  event: Extract<RepositoryEvent, { type: "ConfigFoundBroken" }>,
  minutes: Minutes,
): RepositoryLane {
  record(minutes, "github", "config.broken", event.head, { problems: event.problems.length });
  const brokenConfig = JSON.stringify(event.problems);
  if (lane.brokenConfig === brokenConfig) return lane;
  const view: CommentView = {
    template: "config-broken",
    path: event.path,
    head: event.head,
    problems: event.problems,
  };
  return say({ ...lane, brokenConfig }, `config-${event.head}`, view, minutes);
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
