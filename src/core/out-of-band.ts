/**
 * Runs that are at work in an environment and that Waybill did not start: somebody started a deployment workflow by hand, ran a run of
 * Waybill's again, or has a workflow of another kind that deploys here. They are nobody's promotion. While one goes on, nothing of Waybill's begins (what promise
 * P1 is for); what it leaves behind is written down, said, and shown by the next promotion.
 */
import { order, record, type Minutes, type Policy } from "./decision.ts";
import { disturbedByHand, type ByHand } from "./disturbed.ts";
import type { EnvironmentLane } from "./environment.ts";
import type { EnvironmentEvent } from "./events.ts";
import type { CommitSha } from "./ids.ts";

/** One attempt of a run that Waybill did not start. */
export interface OutOfBandRun {
  readonly id: number;
  readonly attempt: number;
  /** Of the lane that keeps it. */
  readonly environment: string;
  readonly url: string;
  /** Who started it: a login, or null where GitHub does not say. */
  readonly by: string | null;
  /** The version that its name, its tag or its deployment tells; null where none does. */
  readonly version: string | null;
  readonly sha: CommitSha;
  /** Whether it is known to be for this very environment; else it may be for another one that has the same workflow. */
  readonly certain: boolean;
}

/** What a lane keeps of them. */
export interface OutOfBand {
  readonly underWay: readonly OutOfBandRun[];
  /** Attempts that are over, or are a step's own after all: `501.1`. What is heard of them later is nothing new. */
  readonly past: readonly string[];
  /** When one of them had ended last, however it did, epoch milliseconds; absent where none has, and in what an earlier Waybill stored. */
  readonly touchedAt?: number;
}

type Attempt = Pick<OutOfBandRun, "id" | "attempt">;
type Seen = Extract<EnvironmentEvent, { type: "OutOfBandSeen" }>;
type LookDue = Extract<EnvironmentEvent, { type: "OutOfBandLookDue" }>;

const NOTHING: OutOfBand = { underWay: [], past: [] };
/** So many are started by hand at a time in no environment. */
const UNDER_WAY_KEPT = 20;
/** Enough for duplicates, bounded for years of use. */
const PAST_KEPT = 100;

/** A run was seen at work here, or at its end. However often and in whatever order that is heard, it is one run. */
export function onOutOfBandSeen(
  lane: EnvironmentLane,
  { at, run, end }: Seen,
  minutes: Minutes,
  policy: Policy,
): EnvironmentLane {
  const { environment } = run;
  const name = nameOf(run);
  const { underWay, past } = lane.outOfBand ?? NOTHING;
  if (past.includes(name)) return lane;
  if (isAdopted(lane, run)) return over(lane, run);
  const known = underWay.find((one) => nameOf(one) === name);
  // GitHub runs again only what has ended.
  if (underWay.some((one) => one.id === run.id && one.attempt > run.attempt)) return over(lane, run);
  const seen: OutOfBandRun = known?.certain === true ? { ...run, certain: true } : run;
  const details = { runId: run.id, attempt: run.attempt, by: run.by, version: run.version, sha: run.sha };
  if (end === null) {
    if (known === undefined) {
      record(minutes, "github", "out-of-band.begun", environment, { ...details, certain: run.certain });
      lookLater(run, at, minutes, policy);
    }
    const others = underWay.filter((one) => one.id !== run.id);
    const kept = [...others, seen].slice(-UNDER_WAY_KEPT);
    return { ...lane, outOfBand: { ...(lane.outOfBand ?? NOTHING), underWay: kept } };
  }
  const { conclusion } = end;
  record(minutes, "github", "out-of-band.ended", environment, {
    ...details,
    certain: seen.certain,
    conclusion,
  });
  const after = touched(over(lane, run), end.at);
  return conclusion === "success" && seen.certain ? deployed(after, seen, end.at, minutes) : after;
}

/** It has done its work: something else may run here than what Waybill brought last. */
function deployed(
  lane: EnvironmentLane,
  { id, attempt, environment, by, url, version, sha }: OutOfBandRun,
  at: number,
  minutes: Minutes,
): EnvironmentLane {
  const running = lane.delivered.at(-1) ?? null;
  // Heard of late: what was delivered since has taken its place. And the very release that runs here, once more, changes nothing.
  const isReplaced = running !== null && at < running.at;
  const isSame = running?.sha === sha && (version === null || version === running.version);
  if (isReplaced || isSame) return lane;
  const byHand: ByHand = { version: version ?? sha.slice(0, 7), sha, by, url, at };
  record(minutes, "github", "environment.out-of-band", environment, {
    runId: id,
    version: byHand.version,
    sha,
  });
  const marker = `by-hand-${environment}-${id}-${attempt}`;
  order(minutes, `tell:${marker}`, {
    type: "tellLane",
    environment: "",
    event: {
      type: "DeployedByHand",
      at,
      marker,
      view: { template: "by-hand", environment, running: running?.version ?? null, ...byHand },
    },
  });
  return { ...lane, disturbed: disturbedByHand(lane.disturbed ?? null, byHand) };
}

/** Whether it is a step's own: found by its name where a person was asked, or by its claim. A re-run never is. */
function isAdopted({ active }: EnvironmentLane, { id, attempt }: Attempt): boolean {
  return attempt === 1 && active !== null && active.steps.some(({ runId }) => runId === id);
}

/** A run that somebody else started was taken for a step's own: it is none of these, whatever else is heard of it. */
export function withoutAdopted(lane: EnvironmentLane, event: EnvironmentEvent): EnvironmentLane {
  const isForeign = (id: number): boolean => lane.outOfBand?.underWay.some((run) => run.id === id) === true;
  const run =
    event.type === "RunObserved" && !event.run.byWaybill
      ? event.run
      : event.type === "RunStarted" && isForeign(event.runId)
        ? { id: event.runId, attempt: 1 }
        : null;
  return run !== null && isAdopted(lane, run) ? over(lane, run) : lane;
}

/** Whether something else may have changed what runs here since this time (epoch milliseconds): it has ended since, however it did, or goes on. */
export function isTouchedSince({ outOfBand }: Pick<EnvironmentLane, "outOfBand">, since: number): boolean {
  const { underWay = [], touchedAt = -Infinity } = outOfBand ?? {};
  return underWay.length > 0 || touchedAt >= since;
}

/** Something may have been changed here that Waybill did not start: a run of which nobody knows what it did, or a time in which nobody could look. */
export function touched(lane: EnvironmentLane, at: number): EnvironmentLane {
  const before = lane.outOfBand ?? NOTHING;
  return { ...lane, outOfBand: { ...before, touchedAt: Math.max(before.touchedAt ?? at, at) } };
}

function over(lane: EnvironmentLane, run: Attempt): EnvironmentLane {
  const { underWay, past, ...rest } = lane.outOfBand ?? NOTHING;
  const name = nameOf(run);
  return {
    ...lane,
    outOfBand: {
      ...rest,
      underWay: underWay.filter((one) => nameOf(one) !== name),
      past: past.includes(name) ? past : [...past, name].slice(-PAST_KEPT),
    },
  };
}

function nameOf({ id, attempt }: Attempt): string {
  return `${id}.${attempt}`;
}

/** The webhook of its end may be lost. */
function lookLater(
  { id: runId, attempt }: Attempt,
  at: number,
  minutes: Minutes,
  { lookEveryMs }: Policy,
): void {
  const due = at + lookEveryMs;
  const event = { type: "OutOfBandLookDue", at: due, runId, attempt } as const;
  order(
    minutes,
    `wake:out-of-band:${runId}.${attempt}:${due}`,
    { type: "wake", event },
    { delayMs: lookEveryMs },
  );
}

/** It is time to look whether a run has ended. */
export function onOutOfBandLookDue(
  lane: EnvironmentLane,
  { at, runId, attempt }: LookDue,
  minutes: Minutes,
  policy: Policy,
): EnvironmentLane {
  const run = lane.outOfBand?.underWay.find((one) => one.id === runId && one.attempt === attempt);
  if (run !== undefined) look(run, at, minutes, policy);
  return lane;
}

/** The repository was lost, and its timers with it. */
export function lookAgain(lane: EnvironmentLane, at: number, minutes: Minutes, policy: Policy): void {
  if (lane.untold !== null) for (const run of lane.outOfBand?.underWay ?? []) look(run, at, minutes, policy);
}

function look(run: OutOfBandRun, at: number, minutes: Minutes, policy: Policy): void {
  order(minutes, `out-of-band:${nameOf(run)}`, { type: "lookAtOutOfBand", run });
  lookLater(run, at, minutes, policy);
}
