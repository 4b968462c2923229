import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ClaimedJob, NewJob, Store } from "../../src/core/ports.ts";
import { migrate, migrationsFor } from "../../src/store/migrations/index.ts";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { SqlStore } from "../../src/store/store.ts";
import { aJob, NOW, payloads, temporaryFolder } from "./given.ts";
import { QueueModel } from "./queue-model.ts";
import type { ModelJob } from "./queue-model.ts";

type Step =
  | { readonly do: "add"; readonly jobs: readonly NewJob[] }
  | { readonly do: "claim"; readonly limit: number }
  | { readonly do: "complete"; readonly nth: number; readonly jobs: readonly NewJob[] }
  | { readonly do: "retry"; readonly nth: number; readonly delay: number; readonly keep: boolean }
  | { readonly do: "bury"; readonly nth: number }
  | { readonly do: "sweep"; readonly all: boolean }
  | { readonly do: "wait"; readonly ms: number };

const job: fc.Arbitrary<NewJob> = fc.record({
  kind: fc.constant("effect" as const),
  key: fc.constantFrom(null, "a", "b"),
  dedupe: fc.constantFrom(null, null, "x", "y"),
  coalesce: fc.boolean(),
  inOrder: fc.boolean(),
  priority: fc.constantFrom(0, 5),
  runAt: fc.constantFrom(NOW - 5, NOW, NOW + 7, NOW + 30),
  maxAttempts: fc.constant(5),
  payload: fc.nat(),
});
const jobs = fc.array(job, { minLength: 1, maxLength: 4 });
const nth = fc.nat(3);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("add" as const), jobs }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("claim" as const), limit: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("complete" as const),
      nth,
      jobs: fc.array(job, { maxLength: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("retry" as const),
      nth,
      delay: fc.constantFrom(0, 9),
      keep: fc.boolean(),
    }),
  },
  fc.record({ do: fc.constant("bury" as const), nth }),
  fc.record({ do: fc.constant("sweep" as const), all: fc.boolean() }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1, 10, 20) }) },
);

/** The store and the model side by side. */
class Pair {
  readonly store: Store;
  readonly model = new QueueModel();
  readonly clock: { time: number };
  held: { readonly real: ClaimedJob; readonly ideal: ModelJob }[] = [];

  constructor(store: Store, clock: { time: number }) {
    this.store = store;
    this.clock = clock;
  }

  async play(step: Step): Promise<void> {
    const now = this.clock.time;
    switch (step.do) {
      case "wait":
        this.clock.time += step.ms;
        return;
      case "add":
        for (const job of step.jobs) this.model.add(job, now);
        return this.store.transaction((tx) => tx.addJobs(step.jobs));
      case "claim":
        return this.#claim(step.limit);
      case "sweep": {
        const swept = this.model.sweep(now, step.all);
        expect(await this.store.sweep(now, step.all)).toBe(swept);
        this.held = this.held.filter(({ ideal }) => ideal.state === "running");
        return;
      }
      case "complete":
      case "retry":
      case "bury":
        return this.#end(step);
    }
  }

  async #claim(limit: number): Promise<void> {
    const now = this.clock.time;
    const ideal = this.model.claim("w", now, limit, now + 15);
    const real = await this.store.claim("w", now, limit, now + 15);
    expect(payloads(real)).toEqual(ideal.map((job) => job.payload));
    expect(real.map((job) => job.attempts)).toEqual(ideal.map((job) => job.attempts));
    real.forEach((job, index) => {
      const twin = ideal[index];
      if (twin !== undefined) this.held.push({ real: job, ideal: twin });
    });
  }

  async #end(step: Extract<Step, { nth: number }>): Promise<void> {
    const [taken] = this.held.splice(step.nth % Math.max(1, this.held.length), 1);
    if (taken === undefined) return;
    const { real, ideal } = taken;
    const now = this.clock.time;
    switch (step.do) {
      case "complete":
        this.model.end(ideal, "done");
        for (const job of step.jobs) this.model.add(job, now);
        return this.store.transaction(async (tx) => {
          await tx.addJobs(step.jobs);
          await tx.completeJob(real, now);
        });
      case "retry":
        this.model.putBack(ideal, now + step.delay, ideal.attempts - (step.keep ? 1 : 0));
        return this.store.retry(real, now + step.delay, "again", step.keep ? "keep" : "count");
      case "bury":
        this.model.end(ideal, "dead");
        return this.store.bury(real, now, "gave up");
    }
  }

  async compare(): Promise<void> {
    expect(this.model.violations()).toEqual([]);
    expect(await this.store.jobCounts()).toEqual(this.model.counts());
    expect(await this.store.nextDue()).toBe(this.model.nextDue());
  }
}

describe("the queue against its model", () => {
  it("does what the rules say, in any order of adding, claiming, ending, sweeping and waiting", async () => {
    const database = openSqlite(join(temporaryFolder(), "waybill.db"));
    // Nothing crashes here, so nothing has to reach the disk.
    database.connection.exec("pragma synchronous = off");
    await migrate(database.writer, migrationsFor("sqlite"));
    const clock = { time: NOW, now: () => clock.time };
    const store = new SqlStore(database, clock);
    onTestFinished(() => store.close());
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: "max" }), async (steps) => {
        database.connection.exec("delete from job");
        clock.time = NOW;
        const pair = new Pair(store, clock);
        for (const each of steps) {
          await pair.play(each);
          await pair.compare();
        }
      }),
      { numRuns: 100 },
    );
  });

  it("has a model that notices a line without a head", () => {
    const model = new QueueModel();
    model.add(aJob({ key: "a" }), NOW);
    model.add(aJob({ key: "a" }), NOW);
    const [head] = model.jobs;
    if (head !== undefined) head.state = "done";
    expect(model.violations()).toEqual(["a has 0 heads"]);
  });
});
