/** A worker on a real store, with a performer, a translator and a clock in the test's hands. */
import { rmSync } from "node:fs";
import { onTestFinished, vi } from "vitest";
import type { Effect, PlannedEffect } from "../../src/core/effects.ts";
import type { EnvironmentLane } from "../../src/core/environment.ts";
import type { LaneEvent, WaybillEvent } from "../../src/core/events.ts";
import type { InstallationId, RepositoryId } from "../../src/core/ids.ts";
import type { LaneKey, Logger, NewJob, Store } from "../../src/core/ports.ts";
import { effectJob, eventJob } from "../../src/engine/jobs.ts";
import { createLaneReader } from "../../src/engine/lane-reader.ts";
import { Worker } from "../../src/engine/worker.ts";
import { openStore } from "../../src/store/index.ts";
import { environmentSeen, NOON, POLICY } from "../core/given.ts";
import { quickFolder } from "../support/quick-folder.ts";

export const prod: LaneKey = {
  installation: 1 as InstallationId,
  repository: 12 as RepositoryId,
  environment: "prod",
};
export const repository: LaneKey = { ...prod, environment: "" };

/** Looks again and again, every few milliseconds, until it no longer fails. */
export function until(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 10_000, interval: 4 });
}

/** One call of the performer, still to be answered. */
export interface Call {
  readonly effect: Effect;
  readonly attempt: number;
  answer(...events: readonly WaybillEvent[]): void;
  fail(error: Error): void;
}

export interface Desk {
  readonly store: Store;
  /** Calls that nobody has answered yet, oldest first. */
  readonly open: Call[];
  /** Every call that was made. */
  readonly calls: { readonly effect: Effect; readonly attempt: number }[];
  readonly log: { readonly level: string; readonly message: string; readonly fields: unknown }[];
  now: number;
  queue(...jobs: readonly NewJob[]): Promise<void>;
  /** Waits until the worker has called that often in all; answers the open calls. */
  called(times: number): Promise<readonly Call[]>;
  /** Waits until nothing is being done or due. */
  quiet(): Promise<void>;
  counts(): ReturnType<Store["jobCounts"]>;
}

export function react(commentId: number): Effect {
  return { type: "react", commentId, content: "eyes" };
}

export function planned(effect: Effect, id: string, more: Partial<PlannedEffect> = {}): PlannedEffect {
  return { id, effect, delayMs: 0, serial: null, coalesce: false, ...more };
}

export function effectOf(
  effect: Effect,
  id: string,
  more: Partial<PlannedEffect> = {},
  lane = prod,
  at = NOON,
): NewJob {
  return effectJob(lane, planned(effect, id, more), at);
}

export function eventOf(event: WaybillEvent, lane = prod, at = NOON): NewJob {
  return eventJob({ lane, event }, at, null);
}

/** What the store knows of prod. */
export async function laneOf(store: Store): Promise<EnvironmentLane | null> {
  return createLaneReader(store).environment(prod.installation, prod.repository, prod.environment);
}

export interface DeskOptions {
  readonly wrap?: (store: Store) => Store;
  readonly concurrency?: number;
  readonly leaseMs?: number;
  readonly translate?: () => Promise<readonly LaneEvent[]>;
  /** Default: true; false for a second desk at the same store. */
  readonly start?: boolean;
}

/** Opens a store of the test's own. */
export async function freshStore(): Promise<Store> {
  const folder = quickFolder("waybill-engine-");
  const store = await openStore("sqlite:waybill.db", { cwd: folder });
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return store;
}

/** Sets up a worker named `owner` at a store. */
export function deskAt(store: Store, options: DeskOptions = {}, owner = "worker"): Desk & { worker: Worker } {
  const open: Call[] = [];
  const calls: Desk["calls"] = [];
  const log: Desk["log"] = [];
  const said = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) =>
    void log.push({ level, message, fields });
  const logger: Logger = {
    debug: said("debug"),
    info: said("info"),
    warn: said("warn"),
    error: said("error"),
  };
  const desk = { now: NOON };
  const worker = new Worker({
    store: options.wrap?.(store) ?? store,
    clock: { now: () => desk.now },
    policy: POLICY,
    owner,
    logger,
    concurrency: options.concurrency ?? 8,
    leaseMs: options.leaseMs ?? 60_000,
    pollMs: 5,
    translator: { translate: options.translate ?? (() => Promise.resolve([])) },
    performer: {
      perform: (_lane, effect, attempt) => {
        // Nobody left anything under way: these tests are about what comes after.
        if (effect.type === "lookAtEnvironment")
          return Promise.resolve([environmentSeen([], { at: desk.now, environment: effect.environment })]);
        calls.push({ effect, attempt });
        return new Promise((resolve, reject) => {
          const settle = (): void => void open.splice(open.indexOf(call), 1);
          const call: Call = {
            effect,
            attempt,
            answer: (...events) => {
              settle();
              resolve(events);
            },
            fail: (error) => {
              settle();
              reject(error);
            },
          };
          open.push(call);
        });
      },
    },
  });
  onTestFinished(() => worker.stop(0));
  if (options.start !== false) worker.start();
  return Object.assign(desk, {
    store,
    worker,
    open,
    calls,
    log,
    queue: (...jobs: readonly NewJob[]) => store.transaction((tx) => tx.addJobs(jobs)),
    called: async (times: number) => {
      await until(() => {
        if (calls.length < times) throw new Error(`called ${calls.length} times, not ${times}`);
      });
      return open;
    },
    quiet: () =>
      until(async () => {
        const counts = await store.jobCounts();
        const due = await store.nextDue();
        if (counts.running > 0 || (due !== null && due <= desk.now)) throw new Error(JSON.stringify(counts));
      }),
    counts: () => store.jobCounts(),
  });
}
