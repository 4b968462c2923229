/**
 * How a repository stands with Waybill: whether it may act there at all. While it may not, the repository is parked: its work is held, not
 * lost, and goes on when GitHub says that it may. Webhooks only make us look; what counts is what GitHub answers when asked, so that late,
 * doubled and lost ones do no harm.
 */
import { order, record, type Minutes } from "./decision.ts";
import type { RepositoryEvent } from "./events.ts";
import { say } from "./notices.ts";
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

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Should the webhook about its end be lost: looked at again after as long as it has lasted, within these bounds. */
const SOONEST_LOOK_MS = 15 * MINUTE_MS;
const LATEST_LOOK_MS = DAY_MS;
/** A repository that was taken out of the installation by mistake is put back within the day. */
const REMOVED_IS_LOST_MS = DAY_MS;
/** What only one answer says, and no webhook, may be a lapse of GitHub's. */
const UNINSTALLED_IS_LOST_MS = 10 * MINUTE_MS;

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
  { reason, since }: Extract<Standing, { kind: "parked" }>,
  { at, hint, environments }: Seen,
  minutes: Minutes,
): RepositoryLane {
  // GitHub's clock may be ahead of ours: nothing began after it was seen.
  const from = lane.parked?.since ?? Math.min(since ?? at, at);
  const lost = lane.parked?.lost === true || isLost(reason, hint, at - from);
  const parked: Parked = { reason, since: from, lost };
  if (lane.parked?.reason !== reason) record(minutes, "github", "repository.parked", reason, { since: from });
  if (lost && lane.parked?.lost !== true) {
    record(minutes, "waybill", "repository.lost", reason, { since: from });
    for (const { environment } of environments) {
      order(minutes, `lost:${environment}:${from}`, {
        type: "tellLane",
        environment,
        event: { type: "RepositoryLost", at, reason },
      });
    }
  }
  if (!lost) orderLook(at, at - from, minutes);
  return { ...lane, parked };
}

function isLost(reason: ParkReason, hint: ParkReason | null, forMs: number): boolean {
  if (reason === "deleted") return true;
  if (reason === "uninstalled") return hint === "uninstalled" || forMs >= UNINSTALLED_IS_LOST_MS;
  return reason === "removed" && forMs >= REMOVED_IS_LOST_MS;
}

function orderLook(at: number, forMs: number, minutes: Minutes): void {
  const delayMs = Math.min(Math.max(forMs, SOONEST_LOOK_MS), LATEST_LOOK_MS);
  order(
    minutes,
    // One such timer at a time, however many webhooks make us look meanwhile.
    "wake:standing",
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
    order(minutes, `resumed:${environment}:${since}`, {
      type: "tellLane",
      environment,
      event: { type: "RepositoryResumed", at, since },
    });
  }
  // What was merged or tagged meanwhile was told to nobody.
  order(minutes, `catch-up:${since}`, {
    type: "catchUp",
    newest: newestKnown(lane),
    unreleased: lane.unreleased,
  });
  const view = { template: "resumed", reason, since, until: at, lost } as const;
  const marker = `resumed-${since}`;
  const threads = new Set(environments.flatMap(({ thread }) => (thread === null ? [] : [thread])));
  if (threads.size === 0) return say(lane, marker, view, minutes);
  for (const issue of threads)
    order(minutes, `say:${marker}:${issue}`, { type: "comment", issue, marker, view });
  return lane;
}

/** The versions from which new ones are told: those of the releases that the lane knows, and of the one that its notice counts from. */
function newestKnown(lane: RepositoryLane): readonly string[] {
  const base = lane.upcoming?.notes.base?.version;
  return [...lane.releases.map(({ version }) => version), ...(base === undefined ? [] : [base])];
}
