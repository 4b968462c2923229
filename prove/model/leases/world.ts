/**
 * The world of the leases: the real store, webhooks that GitHub sends again, and workers that die, stand still, or do not hear that they got a job. What is
 * acknowledged must be done, and no job may be two workers' at once.
 */
import type { InstallationId, RepositoryId } from "../../../src/core/ids.ts";
import { FenceLostError, type ClaimedJob, type NewDelivery } from "../../../src/core/ports.ts";
import { passOn } from "../../../src/engine/step.ts";
import type { Bounds } from "../bounds.ts";
import type { Step, World } from "../search.ts";
import type { ModelDatabase, Row, Rows } from "./database.ts";

/** As `engine/worker` has it: leases are renewed, and those of the dead looked for, three times in a lease. */
const LEASE_MS = 30_000;
const ROUND_MS = LEASE_MS / 3;
/** By then a lease has run out, and somebody has looked for it. */
const ROUNDS_UNTIL_FREE = 5;
const NAMES = ["A", "B"] as const;

interface Worker {
  /** How often it was started anew: no owner's name is used twice. */
  readonly life: number;
  readonly hands: readonly ClaimedJob[];
}

interface Delivery {
  readonly sent: number;
  /** GitHub has a 2xx, and does not send it again by itself. */
  readonly acknowledged: boolean;
  readonly done: number;
}

export interface State {
  readonly rows: Rows;
  readonly now: number;
  readonly workers: readonly Worker[];
  readonly deliveries: readonly Delivery[];
  /** For how many rounds a running job has been in nobody's hand, and at which attempt each was begun last. */
  readonly orphanedFor: Readonly<Record<number, number>>;
  readonly begunAt: Readonly<Record<number, number>>;
  /** Crashes, answers of the store that were not heard, rounds in which a worker stood still. */
  readonly spent: readonly [number, number, number];
}

type Ending = "done" | "dies-before" | "dies-after-one";

export type Act =
  | { readonly do: "send"; readonly delivery: number; readonly ending: Ending }
  | { readonly do: "claim"; readonly worker: number; readonly isHeard: boolean }
  | { readonly do: "finish"; readonly worker: number; readonly hand: number }
  | { readonly do: "die"; readonly worker: number }
  | { readonly do: "round"; readonly stalled: number | null };

export class LeasesWorld implements World<State, Act> {
  readonly initial: State;
  readonly #database: ModelDatabase;
  readonly #bounds: Bounds;

  constructor(database: ModelDatabase, deliveries: number, bounds: Bounds) {
    this.#database = database;
    this.#bounds = bounds;
    const nobody: Worker = { life: 1, hands: [] };
    this.initial = {
      rows: database.read(),
      now: 1_000_000,
      workers: NAMES.slice(0, bounds.replicas).map(() => nobody),
      deliveries: Array.from({ length: deliveries }, () => ({ sent: 0, acknowledged: false, done: 0 })),
      orphanedFor: {},
      begunAt: {},
      spent: [0, 0, 0],
    };
  }

  /** Owners by who they are now, leases by how much is left of them; what is only written for people is left out. */
  key({ rows, now, workers, deliveries, orphanedFor, begunAt }: State): string {
    const jobs = rows.job.map((row) => ({
      id: row["id"],
      state: row["state"],
      attempts: row["attempts"],
      owner: this.#whoIs(row["owner"], workers),
      left: row["lease_until"] === null ? null : Math.max(Number(row["lease_until"]) - now, 0),
      orphaned: orphanedFor[Number(row["id"])] ?? 0,
      begunAt: begunAt[Number(row["id"])] ?? 0,
    }));
    const known = rows.inbox.map((row) => row["delivery_id"]);
    const hands = workers.map((worker) => worker.hands.map(({ id, attempts }) => `${id}:${attempts}`));
    const sent = deliveries.map(({ sent, acknowledged, done }) => [sent > 0, acknowledged, done]);
    return JSON.stringify([jobs, known, hands, sent]);
  }

  #whoIs(owner: unknown, workers: readonly Worker[]): string | null {
    if (owner === null || owner === undefined) return null;
    const at = workers.findIndex((worker, index) => ownerName(index, worker) === owner);
    return NAMES[at] ?? "dead";
  }

  spent({ spent, deliveries }: State): readonly number[] {
    return [...spent, ...deliveries.map(({ sent }) => sent)];
  }

  acts({ rows, workers, deliveries, spent: [crashes, lost, stalls] }: State): readonly Act[] {
    const mayDie = crashes < this.#bounds.crashes;
    const mayLose = lost < this.#bounds.lost;
    const mayStall = stalls < this.#bounds.slow;
    // With nothing to take, to renew or to look for, taking it and letting time go by change nothing.
    const isDue = rows.job.some((row) => row["state"] === "ready");
    const endings: readonly Ending[] = mayDie ? ["done", "dies-before", "dies-after-one"] : ["done"];
    return [
      ...deliveries.flatMap(({ sent }, delivery) =>
        sent <= this.#bounds.duplicates
          ? endings.map((ending) => ({ do: "send", delivery, ending }) as const)
          : [],
      ),
      ...workers.flatMap(({ hands }, worker): Act[] => [
        ...(isDue ? [{ do: "claim", worker, isHeard: true } as const] : []),
        ...(isDue && mayLose ? [{ do: "claim", worker, isHeard: false } as const] : []),
        ...hands.map((_job, hand) => ({ do: "finish", worker, hand }) as const),
        ...(mayDie && hands.length > 0 ? [{ do: "die", worker } as const] : []),
        ...(mayStall && hands.length > 0 ? [{ do: "round", stalled: worker } as const] : []),
      ]),
      ...(rows.job.some((row) => row["state"] === "running")
        ? [{ do: "round", stalled: null } as const]
        : []),
    ];
  }

  judge({ rows, deliveries, orphanedFor, workers }: State): readonly string[] {
    const stuck = Object.entries(orphanedFor).filter(([, rounds]) => rounds > ROUNDS_UNTIL_FREE);
    if (stuck.length > 0)
      return [`P4: the job ${stuck[0]?.[0]} is in nobody's hand, and nobody ever takes it up`];
    const isBusy =
      rows.job.some((row) => row["state"] !== "done") || workers.some(({ hands }) => hands.length > 0);
    if (isBusy) return [];
    return deliveries.flatMap(({ acknowledged, done }, index) =>
      acknowledged && done === 0
        ? [`P4: webhook ${index + 1} was acknowledged, and nothing ever came of it`]
        : [],
    );
  }

  async next(state: State, act: Act): Promise<Step<State>> {
    this.#database.putBack(state.rows);
    this.#database.now = state.now;
    const { state: after, broken } = await this.#do(state, act);
    return { state: { ...after, rows: this.#database.read() }, broken };
  }

  #do(state: State, act: Act): Promise<Step<State>> {
    switch (act.do) {
      case "send":
        return this.#send(state, act.delivery, act.ending);
      case "claim":
        return this.#claim(state, act.worker, act.isHeard);
      case "finish":
        return this.#finish(state, act.worker, act.hand);
      case "die": {
        const workers = state.workers.map((one, at) =>
          at === act.worker ? { life: one.life + 1, hands: [] } : one,
        );
        return Promise.resolve({ state: { ...state, workers, spent: more(state.spent, 0) }, broken: [] });
      }
      case "round":
        return this.#round(state, act.stalled);
    }
  }

  async #send(state: State, index: number, ending: Ending): Promise<Step<State>> {
    this.#database.commitsLeft = ending === "done" ? null : ending === "dies-before" ? 0 : 1;
    const answer = await this.#database.store.receive([deliveryOf(index, state.now)]).catch(() => null);
    const isAnswered = answer !== null && ending === "done";
    const deliveries = state.deliveries.map((one, at) =>
      at === index ? { ...one, sent: one.sent + 1, acknowledged: one.acknowledged || isAnswered } : one,
    );
    const spent = ending === "done" ? state.spent : more(state.spent, 0);
    return { state: { ...state, deliveries, spent }, broken: [] };
  }

  async #claim(state: State, index: number, isHeard: boolean): Promise<Step<State>> {
    const { now } = state;
    const worker = state.workers[index] ?? { life: 0, hands: [] };
    const jobs = await this.#database.store.claim(ownerName(index, worker), now, 1, now + LEASE_MS);
    if (!isHeard) return { state: { ...state, spent: more(state.spent, 1) }, broken: [] };
    const workers = state.workers.map((one, at) =>
      at === index ? { ...one, hands: [...one.hands, ...jobs] } : one,
    );
    const broken = jobs.flatMap(({ id, attempts }) =>
      attempts <= (state.begunAt[id] ?? 0)
        ? [`P2: the job ${id} was begun twice as attempt ${attempts}`]
        : [],
    );
    const begunAt = {
      ...state.begunAt,
      ...Object.fromEntries(jobs.map(({ id, attempts }) => [id, attempts])),
    };
    const held = new Set(jobs.map(({ id }) => String(id)));
    const orphanedFor = Object.fromEntries(Object.entries(state.orphanedFor).filter(([id]) => !held.has(id)));
    return { state: { ...state, workers, begunAt, orphanedFor }, broken };
  }

  async #finish(state: State, index: number, hand: number): Promise<Step<State>> {
    const worker = state.workers[index];
    const job = worker?.hands[hand];
    if (worker === undefined || job === undefined) throw new Error("there is no such job in hand");
    const row = state.rows.job.find((one) => one["id"] === job.id);
    const isTaken = await this.#write(job);
    const hands = worker.hands.filter((_one, at) => at !== hand);
    const workers = state.workers.map((one, at) => (at === index ? { ...one, hands } : one));
    const of = Number((job.payload as { deliveryId: string }).deliveryId.slice(1)) - 1;
    const deliveries = state.deliveries.map((one, at) =>
      at === of && isTaken ? { ...one, done: one.done + 1 } : one,
    );
    return { state: { ...state, workers, deliveries }, broken: isTaken ? brokenBy(job, row) : [] };
  }

  /** Writes down that a job is done; false where it is another's by now. */
  async #write(job: ClaimedJob): Promise<boolean> {
    const { store, now } = this.#database;
    const policy = { lookEveryMs: 60_000, traceEveryMs: 60_000 };
    try {
      await passOn({ store, clock: { now: () => now }, policy }, job, [], {});
      return true;
    } catch (error) {
      if (error instanceof FenceLostError) return false;
      throw error;
    }
  }

  /** A third of a lease goes by: every worker that does not stand still renews what it has in hand, and looks for what others left behind. */
  async #round(state: State, stalled: number | null): Promise<Step<State>> {
    const now = state.now + ROUND_MS;
    this.#database.now = now;
    for (const [index, worker] of state.workers.entries()) {
      if (index === stalled) continue;
      // As `engine/worker` does it: without a job in hand there is nothing to renew.
      if (worker.hands.length > 0)
        await this.#database.store.renew(ownerName(index, worker), worker.hands, now + LEASE_MS);
      await this.#database.store.sweep(now, false);
    }
    const held = new Set(state.workers.flatMap(({ hands }) => hands.map(({ id }) => id)));
    const running = this.#database.read().job.filter((row) => row["state"] === "running");
    const orphans = running.map((row) => Number(row["id"])).filter((id) => !held.has(id));
    const orphanedFor = Object.fromEntries(orphans.map((id) => [id, (state.orphanedFor[id] ?? 0) + 1]));
    const spent = stalled === null ? state.spent : more(state.spent, 2);
    return { state: { ...state, now, orphanedFor, spent }, broken: [] };
  }

  tell(_state: State, act: Act): Promise<readonly string[]> {
    return Promise.resolve([wordsOf(act)]);
  }
}

function wordsOf(act: Act): string {
  switch (act.do) {
    case "send": {
      const ends = {
        done: "it is answered",
        "dies-before": "the server dies before it has stored anything",
        "dies-after-one": "the server dies after its first commit",
      };
      return `GitHub sends webhook ${act.delivery + 1}: ${ends[act.ending]}`;
    }
    case "claim":
      return `worker ${NAMES[act.worker]} takes a job${act.isHeard ? "" : ", but does not hear of it"}`;
    case "finish":
      return `worker ${NAMES[act.worker]} has done the job, and writes that down`;
    case "die":
      return `worker ${NAMES[act.worker]} dies, and starts anew`;
    case "round":
      return `a third of a lease goes by; leases are renewed${act.stalled === null ? "" : `, but worker ${NAMES[act.stalled]} stands still`}`;
  }
}

/** A job that was written down as done must have been this worker's, at this attempt. */
function brokenBy({ id, owner, attempts }: ClaimedJob, row: Row | undefined): string[] {
  const isHis = row?.["owner"] === owner && row["attempts"] === attempts;
  return isHis ? [] : [`P2: the job ${id} was written down by a worker whose job it was no more`];
}

function more([crashes, lost, stalls]: State["spent"], at: 0 | 1 | 2): State["spent"] {
  return [crashes + (at === 0 ? 1 : 0), lost + (at === 1 ? 1 : 0), stalls + (at === 2 ? 1 : 0)];
}

function ownerName(index: number, { life }: Worker): string {
  return `${NAMES[index]}${life}`;
}

function deliveryOf(index: number, now: number): NewDelivery {
  return {
    deliveryId: `d${index + 1}`,
    event: "push",
    installation: 1 as InstallationId,
    // In repositories of their own, so that they need not wait for one another.
    repository: (index + 1) as RepositoryId,
    payload: Buffer.from("{}"),
    receivedAt: now,
  };
}
