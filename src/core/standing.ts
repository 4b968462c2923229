/**
 * How a repository stands with Waybill: whether it may act there at all. While it may not, the repository is parked: its work is held, not
 * lost, and goes on when GitHub says that it may. Webhooks only make us look; what counts is what GitHub answers when asked, so that late,
 * doubled and lost ones do no harm.
 */
import semver from "semver";
import { refuseLateCut } from "./cutting.ts";
import { order, record, type Minutes } from "./decision.ts";
import type { RepositoryEvent } from "./events.ts";
import { hotfixTags } from "./hotfix-model.ts";
import { refuseLateHotfixes } from "./hotfix.ts";
import { say } from "./notices.ts";
import type { KnownRelease } from "./release.ts";
import type { RepositoryLane } from "./repository.ts";

/**
 * Why nothing can be done in a repository. `removed`: it is not among the installation's repositories any more, for whatever reason
 * GitHub does not say; `deleted`: a webhook said so, and it is not to be found.
 */
export type ParkReason = "suspended" | "archived" | "uninstalled" | "removed" | "deleted";

/** What GitHub answers about a repository. `since` where GitHub says it. Times are epoch milliseconds. */
export type Standing =
  | { readonly kind: "active" }
  | { readonly kind: "parked"; readonly reason: ParkReason; readonly since: number | null };

/** A parked repository, as its lane remembers it. */
export interface Parked {
  readonly reason: ParkReason;
  readonly since: number;
  /** Since when GitHub says that there is no such installation or no such repository in it; null while it only lets nobody act. */
  readonly goneSince: number | null;
  /** It will not come back, as far as anybody can tell: what was under way has ended, and what is queued is dropped. */
  readonly lost: boolean;
}

/** An environment of the repository, and where its promotion that is under way reports; null for nowhere, or for none. */
export interface EnvironmentThread {
  readonly environment: string;
  readonly thread: number | null;
}

/** Webhooks that say something of installations and repositories themselves: they are never held. */
const LIFECYCLE_WEBHOOKS: ReadonlySet<string> = new Set([
  "installation",
  "installation_repositories",
  "installation_target",
  "repository",
]);

/** Whether a webhook's event is about the standing of repositories rather than about what goes on in them. */
export function isLifecycleWebhook(event: string): boolean {
  return LIFECYCLE_WEBHOOKS.has(event);
}

/** The timer of the next look: one at a time, however many webhooks make us look meanwhile. */
export const LOOK_TIMER = "wake:standing";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Should the webhook about its end be lost: looked at again after as long as it has lasted, within these bounds. */
const SOONEST_LOOK_MS = 15 * MINUTE_MS;
const LATEST_LOOK_MS = DAY_MS;
/**
 * What was taken away by mistake is put back within the day; and where no webhook has said so, that there is nothing may be a lapse of
 * GitHub's, or the word of another App whose id and key the server was given.
 */
const GONE_IS_LOST_MS = DAY_MS;

/** Somebody doubts how the repository stands: GitHub is asked. */
export function onStandingDoubted(
  lane: RepositoryLane,
  event: Extract<RepositoryEvent, { type: "StandingDoubted" }>,
  minutes: Minutes,
): RepositoryLane {
  const { hint } = event;
  // A look without a hint must not take the place of one that has it.
  order(minutes, "standing", { type: "lookAtStanding", hint }, { coalesce: hint !== null });
  return lane;
}

/** GitHub was asked how the repository stands. */
export function onStandingSeen(
  lane: RepositoryLane,
  event: Extract<RepositoryEvent, { type: "StandingSeen" }>,
  minutes: Minutes,
): RepositoryLane {
  const { standing } = event;
  if (standing.kind === "parked") return park(lane, standing, event, minutes);
  return lane.parked === null ? lane : resume({ ...lane, parked: null }, lane.parked, event, minutes);
}

type Seen = Extract<RepositoryEvent, { type: "StandingSeen" }>;

function park(
  lane: RepositoryLane,
  { reason: seen, since }: Extract<Standing, { kind: "parked" }>,
  { at, hint, environments }: Seen,
  minutes: Minutes,
): RepositoryLane {
  const forGood = isForGood(seen, hint);
  const wasLost = lane.parked?.lost === true;
  // GitHub says no more than that it is not there: why it was lost, we know better.
  const reason = lane.parked !== null && wasLost && !forGood ? lane.parked.reason : seen;
  // GitHub's clock may be ahead of ours: nothing began after it was seen.
  const from = lane.parked?.since ?? Math.min(since ?? at, at);
  // From when it is gone, not parked: after a long suspension a single lapse would be enough otherwise.
  const goneSince = isGone(reason) ? (lane.parked?.goneSince ?? at) : null;
  const hasBeenGone = goneSince !== null && at - goneSince >= GONE_IS_LOST_MS;
  const lost = wasLost || forGood || hasBeenGone;
  const parked: Parked = { reason, since: from, goneSince, lost };
  if (lane.parked?.reason !== reason) record(minutes, "github", "repository.parked", reason, { since: from });
  if (lost && !wasLost) record(minutes, "waybill", "repository.lost", reason, { since: from });
  // Told once more where what could have come back is gone for good.
  if (lost && (!wasLost || forGood)) {
    for (const { environment } of environments) {
      order(minutes, `lost:${environment}:${at}`, {
        type: "tellLane",
        environment,
        event: { type: "RepositoryLost", at, reason, forGood },
      });
    }
  }
  if (!lost) orderLook(at, at - from, minutes);
  return { ...lane, parked };
}

function isGone(reason: ParkReason): boolean {
  return reason === "deleted" || reason === "uninstalled" || reason === "removed";
}

/** GitHub deletes nothing that it has not said so of, and gives a new installation a new id. */
function isForGood(reason: ParkReason, hint: ParkReason | null): boolean {
  return reason === "deleted" || (reason === "uninstalled" && hint === "uninstalled");
}

function orderLook(at: number, forMs: number, minutes: Minutes): void {
  const delayMs = Math.min(Math.max(forMs, SOONEST_LOOK_MS), LATEST_LOOK_MS);
  order(
    minutes,
    LOOK_TIMER,
    { type: "wake", event: { type: "StandingDoubted", at: at + delayMs, hint: null } },
    { delayMs },
  );
}

function resume(
  lane: RepositoryLane,
  was: Parked,
  { at, environments }: Seen,
  minutes: Minutes,
): RepositoryLane {
  const { reason, since, lost } = was;
  record(minutes, "github", "repository.resumed", reason, { since, lost });
  for (const { environment } of environments) {
    // What was accepted while that was being decided has lost its work, too.
    if (lost)
      order(minutes, `lost-before:${environment}:${since}`, {
        type: "tellLane",
        environment,
        event: { type: "RepositoryLost", at, reason, forGood: false },
      });
    order(minutes, `resumed:${environment}:${since}`, {
      type: "tellLane",
      environment,
      event: { type: "RepositoryResumed", at, since },
    });
  }
  refuseLateCut(lane, { since, at }, minutes);
  refuseLateHotfixes(lane, { since, at }, minutes);
  // What was merged or tagged meanwhile was told to nobody.
  order(minutes, `catch-up:${since}`, {
    type: "catchUp",
    known: newestKnown(lane),
    unreleased: lane.unreleased,
    hotfixes: hotfixTags(lane),
  });
  const view = { template: "resumed", reason, since, until: at, lost } as const;
  const marker = `resumed-${since}`;
  // What environments were asked for while that was being decided was dropped unheard; what they have, they do not take twice.
  const resumed = lost ? { ...lane, requestedHeads: {} } : lane;
  const threads = new Set(environments.flatMap(({ thread }) => (thread === null ? [] : [thread])));
  if (threads.size === 0) return say(resumed, marker, view, minutes);
  for (const issue of threads)
    order(minutes, `say:${marker}:${issue}`, { type: "comment", issue, marker, view });
  return resumed;
}

/** The releases from which on others are news: the newest that the lane knows, and the one that its notice counts from. */
export function newestKnown({ releases, upcoming }: RepositoryLane): readonly KnownRelease[] {
  const newest = releases.toSorted((one, other) => semver.rcompare(one.version, other.version))[0];
  const base = upcoming?.notes.base ?? null;
  return [...(newest === undefined ? [] : [newest]), ...(base === null ? [] : [base])].map(
    ({ version, tag, sha }) => ({ version, tag, sha }),
  );
}
