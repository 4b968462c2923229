/**
 * GitHub in the world of the promises: runs, claims, the list of runs that lags, a person's right and the release's tag. It is plain data, and
 * every act answers what it has become and which promises were broken by it. What really runs is known here, and nowhere else.
 */
import { NOON, TICK_MS } from "./times.ts";

export interface Run {
  readonly id: number;
  readonly correlation: string;
  readonly environment: string;
  readonly promotion: string;
  readonly version: string;
  /** The commit of the ref that it was dispatched on, and the one that it was told to deploy. */
  readonly headSha: string;
  readonly inputSha: string;
  readonly status: "queued" | "in_progress" | "completed";
  readonly conclusion: string | null;
  readonly attempt: number;
  /** How its first attempt ended. */
  readonly first: string | null;
  /** Whether it got past its claim step, so that it deploys. */
  readonly claimed: boolean;
  /** Whether the list of runs shows it, and how many looks may still miss it. */
  readonly listed: boolean;
  readonly lag: number;
}

export interface GitHub {
  readonly runs: readonly Run[];
  /** Who holds the claim of a correlation id: a run, or Waybill. */
  readonly claims: Readonly<Record<string, number | "waybill">>;
  /** Since when the person may not command any more, and since when the tag of MOVED_VERSION names another commit. */
  readonly revokedAt: number | null;
  readonly movedAt: number | null;
  /** What really runs in each environment. */
  readonly landed: Readonly<Record<string, string>>;
  /** GitHub's deployment records, by correlation id: how many there are. */
  readonly deployments: Readonly<Record<string, number>>;
}

/** What an act comes to. */
export interface Outcome {
  readonly github: GitHub;
  readonly broken: readonly string[];
}

export const NEW_GITHUB: GitHub = {
  runs: [],
  claims: {},
  revokedAt: null,
  movedAt: null,
  landed: {},
  deployments: {},
};

/** The commits of the branch, oldest first, and the releases on them. */
export const COMMITS = ["142", "150", "160"].map((name) => name.padEnd(40, "0"));
export const VERSIONS = ["1.4.2", "1.5.0", "1.6.0"] as const;
/** The release whose tag somebody may move, and what it names then. */
export const MOVED_VERSION = "1.5.0";
export const MOVED_SHA = "bad".padEnd(40, "0");

export function commitOf(version: string): string {
  return COMMITS[VERSIONS.findIndex((one) => one === version)] ?? MOVED_SHA;
}

/** The commit that a release's tag names now. */
export function taggedCommit({ movedAt }: GitHub, version: string): string {
  return movedAt !== null && version === MOVED_VERSION ? MOVED_SHA : commitOf(version);
}

export interface Dispatched {
  readonly correlation: string;
  readonly environment: string;
  readonly component: string;
  readonly version: string;
  readonly sha: string;
  readonly lag: number;
}

/** GitHub takes a dispatch: there is one more run. */
export function dispatch(github: GitHub, order: Dispatched): Outcome & { readonly runId: number } {
  const { correlation, environment, component, version, sha, lag } = order;
  const twins = github.runs.filter((one) => one.correlation === correlation);
  const promotion = correlation.replace(/^again-/, "").slice(0, -component.length - 1);
  const again = correlation.startsWith("again-") ? 50 : 0;
  const id = Number(promotion.slice(1)) * 100 + again + twins.length;
  const run: Run = {
    id,
    correlation,
    environment,
    promotion,
    version,
    headSha: taggedCommit(github, version),
    inputSha: sha,
    status: "queued",
    conclusion: null,
    attempt: 1,
    first: null,
    claimed: false,
    listed: lag === 0,
    lag,
  };
  const runs = [...github.runs, run].toSorted((one, other) => one.id - other.id);
  return { github: { ...github, runs }, broken: brokenByDispatch(github, run, twins), runId: id };
}

function brokenByDispatch(github: GitHub, { correlation, version }: Run, twins: readonly Run[]): string[] {
  const since = (time: number | null): boolean => time !== null && NOON - time >= TICK_MS;
  const isMoved = version === MOVED_VERSION && since(github.movedAt);
  return [
    ...(twins.length > 0 ? [`P2: ${correlation} was dispatched twice`] : []),
    ...(since(github.revokedAt)
      ? [`P5: ${correlation} was dispatched for a person whose right was gone`]
      : []),
    ...(isMoved ? [`P5: ${correlation} was dispatched on a tag that names another commit`] : []),
  ];
}

/** A queued run begins: with its claim, where its workflow claims. */
export function begin(github: GitHub, run: Run, claims: boolean): Outcome {
  const holder = github.claims[run.correlation];
  if (claims && holder !== undefined) return end(github, run, "failure");
  const broken = github.runs.flatMap((other) => {
    const isAnother = other.claimed && other.environment === run.environment && other.id !== run.id;
    const isRunning = other.status === "in_progress" && other.attempt === 1;
    return [
      ...(isAnother && isRunning && other.promotion !== run.promotion
        ? [`P1: the rollouts ${other.promotion} and ${run.promotion} run at once in ${run.environment}`]
        : []),
      ...(isAnother && other.promotion === run.promotion
        ? [`P2: ${run.promotion} deploys twice, in the runs ${other.id} and ${run.id}`]
        : []),
    ];
  });
  const begun: Run = { ...run, status: "in_progress", claimed: true };
  const taken = claims ? { ...github.claims, [run.correlation]: run.id } : github.claims;
  return { github: { ...withRun(github, begun), claims: sorted(taken) }, broken };
}

/** A run ends. What succeeds has deployed what it was told to. */
export function end(github: GitHub, run: Run, conclusion: string): Outcome {
  const first = run.attempt === 1 ? conclusion : run.first;
  const ended: Run = { ...run, status: "completed", conclusion, first };
  const after = withRun(github, ended);
  if (conclusion !== "success" || !run.claimed) return { github: after, broken: [] };
  // A re-run is somebody's own doing, as is what it brings.
  if (run.attempt > 1) return { github: after, broken: [] };
  const landed = sorted({ ...github.landed, [run.environment]: run.version });
  return { github: { ...after, landed }, broken: brokenByLanding(github, run) };
}

/** An older release after a newer one. */
function brokenByLanding({ landed }: GitHub, { environment, version }: Run): string[] {
  const before = landed[environment] ?? VERSIONS[0];
  return version < before ? [`P3: ${version} lands in ${environment} after ${before}`] : [];
}

/** Somebody runs it again; the claim step stops it, where there is one. */
export function rerun(github: GitHub, run: Run): GitHub {
  return withRun(github, { ...run, attempt: run.attempt + 1, status: "in_progress", conclusion: null });
}

/** The list of runs shows everything from now on; or it misses once more what it has not shown yet. */
export function list(github: GitHub, shows: boolean): GitHub {
  const runs = github.runs.map((run) =>
    run.listed ? run : shows ? { ...run, listed: true, lag: 0 } : { ...run, lag: run.lag - 1 },
  );
  return { ...github, runs };
}

/** Whether a look at the list may still miss a run. */
export function mayMiss(github: GitHub): boolean {
  const hidden = github.runs.filter((run) => !run.listed);
  return hidden.length > 0 && hidden.every((run) => run.lag > 0);
}

function withRun(github: GitHub, changed: Run): GitHub {
  return { ...github, runs: github.runs.map((run) => (run.id === changed.id ? changed : run)) };
}

/** In the order of the keys, so that the same thing is written the same way. */
export function sorted<Value>(entries: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(entries).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
