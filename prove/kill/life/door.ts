/**
 * In the place of `src/store/index.ts`, for `main.ts` alone: the store as it is, before and after which the process dies where it was told to. The work
 * of an effect is what lies between the claim of its job and the transaction that writes down that it is done.
 */
import { readdirSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { ClaimedJob, Store, StoreTransaction } from "../../../src/core/ports.ts";
import { openStore as open, type StoreOptions } from "../../../src/store/index.ts";
import { isOf, overlaid, type CrashPoint } from "../../../test/faults/crashing-store.ts";
import { LAST_WORDS, nameOf, type Boundary, type GoOn, type Word } from "../orders.ts";
import { life } from "./begin.ts";
import { goOn } from "./time.ts";

export { StoreConfigError } from "../../../src/store/index.ts";

const STANDARD_ERROR = 2;
/** So long a renewal may take, as the database may be down, in milliseconds of the machine's time. */
const RENEWS_WITHIN_MS = 5_000;
const startTimer = globalThis.setTimeout;

/** The store of `src/store`, with the process's death in it. @throws as that does */
export async function openStore(databaseUrl: string, options: StoreOptions): Promise<Store> {
  const store = await open(databaseUrl, options);
  const wakes = new Set<() => void>();
  const renewals = new Set<Promise<unknown>>();
  listen(wakes, renewals);
  say({ opened: life.unloaded() });
  return overlaid<Store>(store, {
    claim: async (owner, now, limit, leaseUntil) => {
      const jobs = await store.claim(owner, now, limit, leaseUntil);
      for (const job of jobs) dieIfTold(job, "before");
      return jobs;
    },
    transaction: (work) =>
      store.transaction((tx) =>
        work(
          overlaid<StoreTransaction>(tx, {
            completeJob: (job, at) => {
              dieIfTold(job, "after");
              return tx.completeJob(job, at);
            },
          }),
        ),
      ),
    renew: (...given) => {
      const renewal = store.renew(...given);
      renewals.add(renewal);
      const over = (): void => void renewals.delete(renewal);
      renewal.then(over, over);
      return renewal;
    },
    onWork: (callback) => {
      wakes.add(callback);
      const stop = store.onWork(callback);
      return () => {
        wakes.delete(callback);
        stop();
      };
    },
  });
}

function dieIfTold(job: ClaimedJob, point: CrashPoint): void {
  const boundary = life.boundaries.find((one) => one.point === point && isOf(job, one.type));
  if (boundary === undefined || !takesToken(boundary)) return;
  writeSync(STANDARD_ERROR, `${LAST_WORDS}${nameOf(boundary)}\n`);
  process.kill(process.pid, "SIGKILL");
  // The signal may take a moment, in which nothing more may happen.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Whether somebody is still to die at this boundary, to which several servers may come at a time. */
function takesToken(boundary: Boundary): boolean {
  const tokens = readdirSync(life.tokens).filter((file) => file.startsWith(`${nameOf(boundary)}.`));
  return tokens.some((token) => {
    try {
      unlinkSync(join(life.tokens, token));
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
      throw error;
    }
  });
}

/** Time goes on no further before those who live have renewed their leases: however busy the machine is, nobody is taken for dead. */
function listen(wakes: ReadonlySet<() => void>, renewals: ReadonlySet<Promise<unknown>>): void {
  process.on("message", ({ goOnMs }: GoOn) => {
    goOn(goOnMs);
    for (const wake of wakes) wake();
    const patience = new Promise((resolve) => startTimer(resolve, RENEWS_WITHIN_MS).unref());
    void Promise.race([Promise.allSettled(renewals), patience]).then(() => say({ wentOn: true }));
  });
  // Only to be told, not to be kept alive by.
  process.channel?.unref();
}

function say(word: Word): void {
  process.send?.(word);
}
