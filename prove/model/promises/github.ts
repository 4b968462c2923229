/**
 * GitHub in the world of the promises: runs, claims, the list of runs that lags, a person's right and the release's tag. It is plain data, and
 * every act answers what it has become and which promises were broken by it. What really runs is known here, and nowhere else.
 */
import { commitOf, contains, HOTFIX, MOVED_SHA, MOVED_VERSION, VERSIONS } from "./commits.ts";
import { NOON, TICK_MS } from "./times.ts";

export interface Run {
  readonly id: number;
  readonly correlation: string;
  readonly environment: string;
  readonly component: string;
  readonly promotion: string;
  /** Whether it is to go back: a rollback's. */
  readonly isBack: boolean;
  readonly isRetry: boolean;
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
  /** Told to stop: it ends by this, or as it would have. */
  readonly stopping: boolean;
}

export interface GitHub {
  readonly runs: readonly Run[];
  /** Who holds the claim of a correlation id: a run, or Waybill. */
  readonly claims: Readonly<Record<string, number | "waybill">>;
  /** Since when the person may not command any more, and since when the tag of MOVED_VERSION names another commit. */
  readonly revokedAt: number | null;
  readonly movedAt: number | null;
  /** Whether the approver's word does not count any more. */
  readonly isDenied: boolean;
  /** The commits whose check has failed, and how often one has changed. */
  readonly failing: readonly string[];
  readonly flips: number;
  /** What really runs in each place: an environment's component. */
  readonly landed: Readonly<Record<string, string>>;
  /** GitHub's deployment records, by correlation id: how many there are. */
  readonly deployments: Readonly<Record<string, number>>;
}

/** What an act comes to. */
export interface Outcome {
  readonly github: GitHub;
  readonly broken: readonly string[];
}

/** The component that every scene has. */
const FIRST_COMPONENT = "api";

export const NEW_GITHUB: GitHub = {
  runs: [],
  claims: {},
  revokedAt: null,
  movedAt: null,
  isDenied: false,
  failing: [],
  flips: 0,
  landed: {},
  deployments: {},
};

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
  /** The promotions that are rollbacks because people asked for them. */
  readonly rollbacks: readonly string[];
  /** Those that go on from what failed. */
  readonly retries: readonly string[];
}

/** A place in which something runs. */
export function placeOf(environment: string, component: string): string {
  return `${environment} ${component}`;
}

/** Runs have numbers by what they are for, so that the order in which they are started does not tell states apart. */
function numberOf(correlation: string, promotion: string, component: string): number {
  const again = correlation.startsWith("again-") ? 50 : 0;
  const byItself = promotion.startsWith("b") ? 20 : 0;
  const second = component === FIRST_COMPONENT ? 0 : 10;
  return Number(promotion.replaceAll(/\D/g, "")) * 100 + again + byItself + second;
}

/** GitHub takes a dispatch: there is one more run. */
export function dispatch(github: GitHub, order: Dispatched): Outcome & { readonly runId: number } {
  const { correlation, environment, component, version, sha, lag, rollbacks, retries } = order;
  const twins = github.runs.filter((one) => one.correlation === correlation);
  const promotion = correlation.replace(/^again-/, "").slice(0, -component.length - 1);
  const id = numberOf(correlation, promotion, component) + twins.length;
  const run: Run = {
    id,
    correlation,
    environment,
    component,
    promotion,
    isBack: rollbacks.includes(promotion) || promotion.startsWith("b"),
    isRetry: retries.includes(promotion),
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
    stopping: false,
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

/** A retry runs anew what had failed, and nothing that had succeeded and still runs. */
function brokenByRetry({ landed }: GitHub, { promotion, environment, component, version }: Run): string[] {
  return landed[placeOf(environment, component)] === version
    ? [`P2: ${promotion} deploys ${component} again, which had succeeded`]
    : [];
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
      ...(isAnother && other.promotion === run.promotion && other.component === run.component
        ? [`P2: ${run.promotion} deploys twice, in the runs ${other.id} and ${run.id}`]
        : []),
    ];
  });
  if (run.isRetry) broken.push(...brokenByRetry(github, run));
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
  const landed = sorted({ ...github.landed, [placeOf(run.environment, run.component)]: run.version });
  return { github: { ...after, landed }, broken: brokenByLanding(github, run) };
}

/** An older release after a newer one, or one without the hotfix's fix after one that has it: but by a rollback. */
function brokenByLanding({ landed }: GitHub, { environment, component, version, isBack }: Run): string[] {
  const before = landed[placeOf(environment, component)] ?? VERSIONS[0];
  if (isBack) return [];
  return [
    ...(version < before ? [`P3: ${version} lands in ${environment} after ${before}`] : []),
    ...(hasFix(before) && !hasFix(version)
      ? [`P3: ${version} lands in ${environment}, and the fix of ${HOTFIX.version} is lost there`]
      : []),
  ];
}

/** Whether a release has the hotfix's fix, by its own commit or by the one that has brought it to the release branch. */
function hasFix(version: string): boolean {
  return contains(version, commitOf(HOTFIX.version)) || contains(version, HOTFIX.port);
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

/** GitHub is told to stop a run: it will, or is done before. */
export function cancel(github: GitHub, run: Run): GitHub {
  return withRun(github, { ...run, stopping: true });
}

/** The check of a commit changes: it was run again. */
export function flip(github: GitHub, sha: string): GitHub {
  const others = github.failing.filter((one) => one !== sha);
  const failing = others.length < github.failing.length ? others : [...others, sha].toSorted();
  return { ...github, failing, flips: github.flips + 1 };
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
