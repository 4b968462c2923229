/**
 * The reconciler's clockwork: who is looked at when, as jobs in the store, so that however many replicas there are, each subject is
 * looked at once. What a look finds goes through the same door as webhooks.
 */
import type { LaneEvent } from "../core/events.ts";
import {
  OutOfReachError,
  RetryLaterError,
  StoreUnavailableError,
  type ClaimedJob,
  type Clock,
  type Logger,
  type NewJob,
  type RepositoryKey,
  type Store,
  type Look,
  type Reconciler,
} from "../core/ports.ts";
import type { LookSubject, LookTimes, StoredLook } from "../core/reconciling.ts";
import { eventJob } from "./jobs.ts";
import { firstHeard } from "./step.ts";

/** After webhooks, decisions and deployments: looking can always wait. */
const PRIORITY = 50;
/**
 * Only a process that dies over a look leaves it to be tried again; whatever GitHub answers is an end. A server that is killed again and again may
 * be killed over each.
 */
const ATTEMPTS = 50;
const HOUR_MS = 60 * 60_000;
/** How long a repository without Waybill's config is left alone; its config comes by a push, which a webhook tells. */
const IDLE_MS = 6 * HOUR_MS;
/** A lost repository that is put back is found among the installation's; this is for the case that nobody can look there. */
const LOST_MS = 24 * HOUR_MS;
const LONGEST_PAUSE_MS = HOUR_MS;
/** So often a repository may be out of reach in which Waybill has never done anything. */
const FAILURES_OF_STRANGERS = 5;
/** How often it is asked which installations there are, at most. */
const INSTALLATIONS_EVERY_MS = HOUR_MS;
/** What one look costs when nothing was lost, and what all looks of an installation may cost in an hour: three in ten of its calls. */
const CALLS_OF_A_LOOK = 7;
const CALLS_AN_HOUR = 1_500;
/** Jobs that fall due together are spread over so much time each, so that many repositories are no stampede. */
const SPREAD_MS = 1_000;
const MOST_FOUND = 10_000;

export interface ReconcileContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How looks are done: by whom, and how often one is enough, in milliseconds. */
export interface Reconciling {
  readonly reconciler: Reconciler;
  readonly everyMs: number;
}

interface LookPayload {
  readonly subject: LookSubject;
  /** Looks even if there was a look just now: what happened while no server ran is not to wait. */
  readonly always: boolean;
}

/** The job for a look. There is never more than one waiting for a subject. */
function lookJob(subject: LookSubject, runAt: number, always = false): NewJob {
  const payload: LookPayload = { subject, always };
  return {
    kind: "look",
    // Not in the line of the repository's webhooks: no command is to wait for a look. What both of them tell is told once.
    key: lookName(subject),
    dedupe: `${lookName(subject)}${always ? ":always" : ""}`,
    priority: PRIORITY,
    runAt,
    maxAttempts: ATTEMPTS,
    payload,
  };
}

/** A subject in words, for names of jobs: `look:repository:1:12`. */
function lookName(subject: LookSubject): string {
  return subject.kind === "repository"
    ? `look:repository:${subject.installation}:${subject.repository}`
    : `look:${subject.kind}`;
}

/** The subject of a look's job, and its repository, for the log. */
export function subjectOf(job: ClaimedJob): LookSubject {
  return (job.payload as LookPayload).subject;
}

/**
 * Queues a look at everything that has not been looked at for long enough. Called again and again by every replica, which costs the
 * store two reads: the jobs' names see to it that nothing is queued twice.
 *
 * @param atStart whether the App's deliveries are looked at in any case
 * @returns how many looks were queued
 */
export async function queueLooks(
  { store, clock }: Omit<ReconcileContext, "logger">,
  everyMs: number,
  atStart: boolean,
): Promise<number> {
  const now = clock.now();
  const looks = await store.looks();
  const last = new Map(looks.map((look) => [lookName(look.subject), look]));
  const repositories = unique([
    ...looks.flatMap(({ subject }) => (subject.kind === "repository" ? [subject] : [])),
    ...(await store.repositories()),
  ]);
  const share = leastPauses(repositories, last);
  const due = repositories.filter((subject) =>
    isDue(last.get(lookName(subject)), now, share.get(subject.installation) ?? 0),
  );
  const jobs = due.map((subject) => lookJob(subject, spread(now, due.length, everyMs)));
  for (const subject of [{ kind: "deliveries" }, { kind: "installations" }] as const)
    if (isDue(last.get(lookName(subject)), now, 0)) jobs.push(lookJob(subject, now));
  if (atStart) jobs.push(lookJob({ kind: "deliveries" }, now, true));
  if (jobs.length > 0) await store.transaction((tx) => tx.addJobs(jobs));
  return jobs.length;
}

function unique(keys: readonly RepositoryKey[]): Extract<LookSubject, { kind: "repository" }>[] {
  const subjects = keys.map(
    ({ installation, repository }) => ({ kind: "repository", installation, repository }) as const,
  );
  return [...new Map(subjects.map((subject) => [lookName(subject), subject])).values()];
}

/** An installation's calls are shared by its repositories: the more of them there are to look at, the rarer each is. In milliseconds. */
function leastPauses(
  repositories: readonly RepositoryKey[],
  last: ReadonlyMap<string, LookTimes>,
): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { installation, repository } of repositories) {
    const look = last.get(lookName({ kind: "repository", installation, repository }));
    if ((look?.pauseMs ?? 0) < IDLE_MS / 2) counts.set(installation, (counts.get(installation) ?? 0) + 1);
  }
  return new Map(
    [...counts].map(([installation, count]) => [
      installation,
      (count * CALLS_OF_A_LOOK * HOUR_MS) / CALLS_AN_HOUR,
    ]),
  );
}

/** A look that lies in the future was dated by a clock that was wrong: then nobody knows how long ago it was. */
function isDue(look: LookTimes | undefined, now: number, leastPauseMs: number): boolean {
  if (look === undefined || look.lookedAt > now) return true;
  return now - look.lookedAt >= Math.max(look.pauseMs, leastPauseMs);
}

/** Does a look: what it finds, what it remembers and the job's end are written in one transaction. Answers the events' types. */
export async function performLook(
  context: ReconcileContext,
  { reconciler, everyMs }: Reconciling,
  job: ClaimedJob,
): Promise<readonly string[]> {
  const { subject, always } = job.payload as LookPayload;
  const { store, clock } = context;
  const last = await store.readLook(subject);
  const parking = subject.kind === "repository" ? await store.parking(subject) : null;
  // Before all else: that it is among the installation's repositories again may be why it is looked at.
  if (subject.kind === "repository" && parking !== null) {
    const pauseMs = Math.max(parking.lost ? LOST_MS : IDLE_MS, everyMs);
    const seen = { ...nothingSeen(last), events: [doubtOf(subject, clock.now())] };
    await finish(context, job, seen, everyMs, pauseMs);
    return ["StandingDoubted"];
  }
  // Two replicas may have queued it one after the other.
  if (!always && last !== null && !isDue(last, clock.now(), 0)) {
    await store.transaction((tx) => tx.completeJob(job, clock.now()));
    return [];
  }
  const look = await tryLook(reconciler, subject, last);
  if (look.error !== null) {
    await afterFailure(context, job, last, look.error, everyMs);
    return [];
  }
  await finish(context, job, look.seen, everyMs);
  return look.seen.events.map(({ event }) => event.type);
}

type Tried = { readonly seen: Look; readonly error: null } | { readonly error: Error };

async function tryLook(
  reconciler: Reconciler,
  subject: LookSubject,
  last: StoredLook | null,
): Promise<Tried> {
  try {
    return { seen: await reconciler.look(subject, last?.memory ?? null), error: null };
  } catch (error) {
    // The lanes are read meanwhile: that the store is away is no failure of GitHub's.
    if (error instanceof StoreUnavailableError) throw error;
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}

function nothingSeen(last: StoredLook | null): Look {
  return { events: [], memory: last?.memory ?? null, found: [], idle: false };
}

async function finish(
  { store, clock }: ReconcileContext,
  job: ClaimedJob,
  look: Look,
  everyMs: number,
  usualMs = usualPause(subjectOf(job), everyMs, look.idle),
): Promise<void> {
  const subject = subjectOf(job);
  const now = clock.now();
  const pauseMs = jittered(usualMs);
  const found = look.found.slice(0, MOST_FOUND);
  await store.transaction(async (tx) => {
    const events = await firstHeard(tx, look.events);
    await tx.addJobs([
      ...events.map((event) => eventJob(event, now, null)),
      ...found.map((one) => lookJob(one, spread(now, found.length, everyMs))),
    ]);
    await tx.saveLook({ subject, lookedAt: now, pauseMs, failures: 0, memory: look.memory });
    await tx.completeJob(job, now);
  });
}

/** A moment for one of so many that fall due together. */
function spread(now: number, count: number, everyMs: number): number {
  return now + Math.round(Math.random() * Math.min(count * SPREAD_MS, everyMs));
}

function usualPause({ kind }: LookSubject, everyMs: number, idle: boolean): number {
  if (kind === "installations") return Math.max(everyMs, INSTALLATIONS_EVERY_MS);
  return idle ? Math.max(everyMs, IDLE_MS) : everyMs;
}

/** A tenth sooner or later, so that what began together does not stay together. */
function jittered(pauseMs: number): number {
  return Math.round(pauseMs * (0.9 + Math.random() * 0.2));
}

/**
 * GitHub could not be asked. That is no job's failure: the next look finds all that this one would have found. The pauses grow, and
 * only the first failure in a row is told aloud.
 */
async function afterFailure(
  { store, clock, logger }: ReconcileContext,
  job: ClaimedJob,
  last: StoredLook | null,
  error: Error,
  everyMs: number,
): Promise<void> {
  const subject = subjectOf(job);
  const now = clock.now();
  const failures = (last?.failures ?? 0) + 1;
  const patient = Math.min(everyMs * 2 ** Math.min(failures, 10), Math.max(LONGEST_PAUSE_MS, everyMs));
  const told = error instanceof RetryLaterError ? error.retryAt - now : 0;
  const pauseMs = Math.max(jittered(patient), told);
  const line = { look: lookName(subject), failures, error: error.message.slice(0, 300) };
  if (failures === 1)
    logger.warn(line, "GitHub could not be looked at; it is tried again after growing pauses");
  else logger.debug(line, "GitHub could not be looked at again");
  const lost = error instanceof OutOfReachError ? error.repository : null;
  const isKnown = lost !== null && (await store.readLane({ ...lost, environment: "" })) !== null;
  await store.transaction(async (tx) => {
    // Nothing was ever done there, and it does not come back within the hour: if it ever does, it is found anew.
    if (lost !== null && !isKnown && failures >= FAILURES_OF_STRANGERS) await tx.forgetLook(subject);
    else await tx.saveLook({ subject, lookedAt: now, pauseMs, failures, memory: last?.memory ?? null });
    if (lost !== null && isKnown) await tx.addJobs([eventJob(doubtOf(lost, now), now, null)]);
    await tx.completeJob(job, now);
  });
}

/** Somebody is to look how the repository stands. */
function doubtOf({ installation, repository }: RepositoryKey, at: number): LaneEvent {
  const lane = { installation, repository, environment: "" };
  return { lane, event: { type: "StandingDoubted", at, hint: null } };
}
