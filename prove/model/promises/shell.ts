/**
 * The real shell in the world of the promises. Jobs are done by `engine/job`, which decides by `core/decide` and performs by `github/effects`; runs'
 * webhooks are translated by `github/webhooks`. Only the store is a model: one that remembers what was written in a transaction, so that the world
 * can apply it when it pleases. All of it is a function of what it is given, and is worked out once.
 */
import type { Effect } from "../../../src/core/effects.ts";
import type { EnvironmentLane } from "../../../src/core/environment.ts";
import type { WaybillEvent } from "../../../src/core/events.ts";
import type { InstallationId, PromotionId, RepositoryId } from "../../../src/core/ids.ts";
import type {
  AuditRecord,
  ClaimedJob,
  EffectPerformer,
  LaneKey,
  LaneReader,
  NewJob,
  Store,
  StoredLane,
  StoredPromotion,
  StoreTransaction,
} from "../../../src/core/ports.ts";
import type { TextRenderer } from "../../../src/core/wording.ts";
import { doJob } from "../../../src/engine/job.ts";
import { toLaneState } from "../../../src/engine/lanes.ts";
import { NO_LANES } from "../../../test/support/no-lanes.ts";
import { createGitHubPerformer } from "../../../src/github/effects/index.ts";
import type { GitHub as GitHubClient, RepositoryClient } from "../../../src/github/client.ts";
import { checkRun } from "../../../src/github/webhooks/checks.ts";
import type { WebhookContext } from "../../../src/github/webhooks/webhook.ts";
import { workflowRun } from "../../../src/github/webhooks/workflow-run.ts";
import { NEW_GITHUB, type GitHub, type Run } from "./github.ts";
import { CHECK, Desk, shownRun, type Fate, type Workflows } from "./octokit.ts";
import { NOON, PATIENCE_MS, TICK_MS } from "./times.ts";

const installation = 1 as InstallationId;
const repository = 12 as RepositoryId;
const clock = { now: () => NOON };
const policy = { lookEveryMs: TICK_MS, traceEveryMs: TICK_MS };

/** An environment's rows: its own, and those of its promotions. Revisions are not kept: the lane is locked while it is decided on. */
export interface Rows {
  readonly state: unknown;
  readonly promotions: readonly StoredPromotion[];
}

/** An environment in which nothing has happened; that no other installation left a run there has been seen. */
export const NEW_ROWS: Rows = {
  state: {
    kind: "environment",
    delivered: [],
    known: [],
    left: { kind: "none" },
    untold: null,
    active: null,
    waiting: [],
  },
  promotions: [],
};

export function laneKey(environment: string): LaneKey {
  return { installation, repository, environment };
}

/** What a transaction wrote. */
interface Written {
  rows: Rows;
  readonly jobs: NewJob[];
  readonly audit: AuditRecord[];
  completed: boolean;
  /** Put back, to be tried again. */
  retried: boolean;
}

/** What an event came to. */
export interface Decided {
  readonly rows: Rows;
  readonly jobs: readonly NewJob[];
  readonly audit: readonly AuditRecord[];
}

/** What an effect came to: `events` once it is settled, or nothing but another attempt. */
export interface Performed {
  readonly github: GitHub;
  readonly events: readonly WaybillEvent[];
  readonly retried: boolean;
  readonly broken: readonly string[];
}

/** Decides an event on its lane, as a worker does. */
export async function decideOn(rows: Rows, environment: string, event: WaybillEvent): Promise<Decided> {
  const written = newlyWritten(rows);
  await work(written, claimed("event", { lane: laneKey(environment), event }, 1), NOBODY);
  if (!written.completed) throw new Error(`${event.type} was not decided`);
  return written;
}

/** A decision in a line: what was written down, and what was ordered. */
export function toldOf({ audit, jobs }: Decided): string {
  const written = audit.map(({ type, ref }) => `${type} ${ref}`);
  const ordered = jobs.map(({ payload }) => {
    const { effect, event } = payload as { effect?: Effect; event?: WaybillEvent };
    return effect?.type ?? event?.type ?? "nothing";
  });
  const decided = written.join(", ") || "nothing new";
  return ordered.length === 0 ? decided : `${decided}; orders ${ordered.join(", ")}`;
}

/** Performs an effect at GitHub, as a worker does at this attempt. */
export async function performAt(
  github: GitHub,
  environment: string,
  effect: Effect,
  attempts: number,
  fate: Fate,
  workflows: Workflows,
): Promise<Performed> {
  const desk = new Desk(github, fate, workflows);
  const client = desk.client();
  const performer = createGitHubPerformer({
    github: { forRepository: () => Promise.resolve(client) } as unknown as GitHubClient,
    // No gate of the scenes' environments asks other lanes; how those delivered a release decides nothing.
    lanes: NO_LANES,
    text: {} as TextRenderer,
    clock,
    lostAnswerWaitMs: PATIENCE_MS,
  });
  const attempt = async (nr: number): Promise<Written> => {
    const seen = newlyWritten(NEW_ROWS);
    await work(seen, claimed("effect", { lane: laneKey(environment), effect }, nr), performer);
    return seen;
  };
  let written = await attempt(attempts);
  // A refusal is believed by the process that has met it before: this one makes the next attempt, too.
  if (written.retried && attempts > 1 && fate === "done") written = await attempt(attempts + 1);
  const events = written.jobs.map(({ payload }) => (payload as { event: WaybillEvent }).event);
  return { github: desk.github, events, retried: written.retried, broken: desk.broken };
}

/** An event, and the environment that it is told to. */
export interface Told {
  readonly environment: string;
  readonly event: WaybillEvent;
}

const NO_WORKFLOWS: Workflows = { claims: true, adopts: true, lag: 0 };

/** What a run's webhook comes to, in the lanes as they are. */
export async function translateRun(run: Run, lanes: ReadonlyMap<string, Rows>): Promise<readonly Told[]> {
  // What is asked about the run meanwhile is how its first attempt ended, which does not change any more.
  const client = new Desk({ ...NEW_GITHUB, runs: [run] }, "done", NO_WORKFLOWS).client();
  const payload = { action: run.status, workflow_run: shownRun(run) };
  return workflowRun(payload, webhookContext(client, lanes));
}

/** What the webhook of a check that has come to an end comes to, in the lanes as they are. */
export async function translateCheck(
  sha: string,
  lanes: ReadonlyMap<string, Rows>,
): Promise<readonly Told[]> {
  const client = new Desk(NEW_GITHUB, "done", NO_WORKFLOWS).client();
  const payload = { action: "completed", check_run: { name: CHECK, head_sha: sha } };
  return checkRun(payload, webhookContext(client, lanes));
}

function webhookContext(client: RepositoryClient, lanes: ReadonlyMap<string, Rows>): WebhookContext {
  const reader = {
    environments: () => Promise.resolve([...lanes.keys()]),
    // The repository's own lane is not in this world: it knows no workflow, and what others start is none of it.
    repository: () => Promise.resolve(null),
    environment: (_installation: number, _repository: number, name: string) =>
      Promise.resolve(laneOf(name, lanes.get(name) ?? NEW_ROWS)),
  };
  return {
    connect: () => Promise.resolve(client),
    defaultBranch: "main",
    lanes: reader as unknown as LaneReader,
    installation,
    repository,
    now: clock.now,
  };
}

/** An environment's lane as its rows have it. */
export function laneOf(environment: string, rows: Rows): EnvironmentLane {
  const lane = toLaneState(laneKey(environment), storedLane(rows));
  if (lane.kind !== "environment") throw new Error(`${environment} is no environment`);
  return lane;
}

function storedLane({ state, promotions }: Rows): StoredLane {
  return { rev: 0, state, promotions: promotions.filter(({ open }) => open) };
}

const NOBODY: EffectPerformer = {
  perform: () => Promise.reject(new Error("an event was taken for an effect")),
};

function claimed(kind: "event" | "effect", payload: unknown, attempts: number): ClaimedJob {
  return { id: 1, kind, key: null, attempts, maxAttempts: 100, payload, owner: "replica" };
}

function newlyWritten(rows: Rows): Written {
  return { rows, jobs: [], audit: [], completed: false, retried: false };
}

async function work(written: Written, job: ClaimedJob, performer: EffectPerformer): Promise<void> {
  let trouble: string | null = null;
  await doJob(
    {
      store: recordingStore(written),
      clock,
      policy,
      performer,
      translator: { translate: () => Promise.resolve([]) },
      logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      onReport: ({ outcome, error }) => {
        if (outcome !== "done" && outcome !== "failed") trouble = `${outcome}: ${error}`;
      },
    },
    job,
  );
  if (trouble !== null) throw new Error(`a job came to no end: ${String(trouble)}`);
}

function quiet(): void {}

/** MODEL of the store, as far as one job sees it: reads answer what the world holds, writes are remembered. */
function recordingStore(written: Written): Store {
  const store: Partial<Store> = {
    parking: () => Promise.resolve(null),
    readPromotion: (_installation, _repository, id: PromotionId) =>
      Promise.resolve(written.rows.promotions.find((one) => one.id === id) ?? null),
    transaction: (run) => run(recordingTransaction(written)),
    retry: () => {
      written.retried = true;
      return Promise.resolve();
    },
  };
  return store as Store;
}

function recordingTransaction(written: Written): StoreTransaction {
  const tx: Partial<StoreTransaction> = {
    lockLane: () => Promise.resolve(storedLane(written.rows)),
    saveLane: (_key, _rev, state) => {
      written.rows = { ...written.rows, state };
      return Promise.resolve();
    },
    savePromotion: (_key, promotion) => {
      const others = written.rows.promotions.filter((one) => one.id !== promotion.id);
      const saved = [...others, { ...promotion, rev: 0 }];
      const promotions = saved.toSorted((one, other) => (one.id < other.id ? -1 : 1));
      written.rows = { ...written.rows, promotions };
      return Promise.resolve();
    },
    appendAudit: (_installation, records) => {
      written.audit.push(...records);
      return Promise.resolve();
    },
    addJobs: (jobs) => {
      written.jobs.push(...jobs);
      return Promise.resolve();
    },
    completeJob: () => {
      written.completed = true;
      return Promise.resolve();
    },
  };
  return tx as StoreTransaction;
}
