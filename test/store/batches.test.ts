/** Transactions that come at the same time are one of the database, and notice nothing of one another. */
import { AsyncLocalStorage } from "node:async_hooks";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  FenceLostError,
  StoreUnavailableError,
  type ClaimedJob,
  type LaneKey,
  type Store,
  type StoreTransaction,
} from "../../src/core/ports.ts";
import type { Database } from "../../src/store/database.ts";
import { GatheredReads } from "../../src/store/gathered.ts";
import { openDatabase } from "../../src/store/open.ts";
import { SqlStore } from "../../src/store/store.ts";
import { createTestDatabase, describePostgres } from "../support/postgres.ts";
import { acme, aJob, anAudit, aPromotion, NOW, prod, queue, temporaryFolder } from "./given.ts";

interface Desk {
  readonly store: Store;
  readonly database: Database;
  readonly url: string;
  /** How many transactions of the database there were since this was asked last. */
  readonly transactions: () => number;
  /** What is to become of the next transaction's commit. */
  next: "stands" | "is lost";
}

async function deskOn(url: string): Promise<Desk> {
  const database = await openDatabase(url, { cwd: "/" });
  let count = 0;
  const counted: Database = {
    ...database,
    async transaction(work) {
      count += 1;
      const { next } = desk;
      desk.next = "stands";
      const result = await database.transaction(work);
      if (next === "stands") return result;
      throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    },
    isUnavailable: (error) =>
      (error instanceof Error && error.message.includes("ECONNRESET")) || database.isUnavailable(error),
  };
  const store = new SqlStore(counted, { now: () => NOW });
  onTestFinished(() => store.close());
  const transactions = (): number => {
    const since = count;
    count = 0;
    return since;
  };
  const desk: Desk = { store, database, url, transactions, next: "stands" };
  return desk;
}

const lane = (index: number): LaneKey => ({ ...prod, environment: `e${index}` });

/** Lanes that have been there for a while. */
async function withLanes(desk: Desk, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1)
    await desk.store.transaction(async (tx) => {
      const { rev } = await tx.lockLane(lane(index));
      await tx.saveLane(lane(index), rev, "old");
      await tx.savePromotion(lane(index), aPromotion(`p${index}`, 0));
    });
  desk.transactions();
}

/** What the engine writes for an event. */
async function decide(tx: StoreTransaction, index: number, job?: ClaimedJob): Promise<unknown> {
  const { rev, state, promotions } = await tx.lockLane(lane(index));
  await tx.saveLane(lane(index), rev, `new ${index}`);
  for (const one of promotions) await tx.savePromotion(lane(index), { ...one, data: `new ${index}` });
  await tx.savePromotion(lane(index), aPromotion(`q${index}`, 0));
  await tx.appendAudit(acme, [anAudit(`a${index}`), anAudit(`b${index}`)]);
  await tx.addJobs([aJob({ payload: `effect ${index}`, key: `effects ${index}` })]);
  if (job !== undefined) await tx.completeJob(job, NOW);
  return state;
}

async function statesOf(store: Store, count: number): Promise<unknown[]> {
  const lanes = await Promise.all(
    Array.from({ length: count }, (_none, index) => store.readLane(lane(index))),
  );
  return lanes.map((one) => one?.state);
}

async function claimed(store: Store, count: number): Promise<ClaimedJob[]> {
  await queue(
    store,
    ...Array.from({ length: count }, (_none, index) => aJob({ payload: index, key: `key ${index}` })),
  );
  const jobs = await store.claim("me", NOW, count, NOW + 1_000);
  return jobs.toSorted((one, other) => Number(one.payload) - Number(other.payload));
}

function batchesOn(newUrl: () => Promise<string>): void {
  const desk = async (lanes: number): Promise<Desk> => {
    const made = await deskOn(await newUrl());
    await withLanes(made, lanes);
    return made;
  };

  it("twenty decisions that come at once are a few transactions, and stand as if each had its own", async () => {
    const { store, transactions } = await desk(20);
    const jobs = await claimed(store, 20);
    transactions();
    const states = await Promise.all(
      jobs.map((job, index) => store.transaction((tx) => decide(tx, index, job))),
    );
    expect(transactions()).toBeLessThanOrEqual(3);
    expect(states).toEqual(jobs.map(() => "old"));
    expect(await statesOf(store, 20)).toEqual(jobs.map((_job, index) => `new ${index}`));
    const read = await store.readLane(lane(7));
    expect(read?.promotions).toEqual([{ ...aPromotion("p7", 2), data: "new 7" }, aPromotion("q7", 1)]);
    expect(await store.jobCounts()).toMatchObject({ ready: 20, done: 20, running: 0 });
    const written = (await store.auditRecords(acme, 0, 100)).map(({ type }) => type);
    expect(written).toEqual(jobs.flatMap((_job, index) => [`a${index}`, `b${index}`]));
  });

  it("one that throws is left out, and the others stand", async () => {
    const { store, transactions } = await desk(5);
    const outcomes = await Promise.allSettled(
      [0, 1, 2, 3, 4].map((index) =>
        store.transaction(async (tx) => {
          await decide(tx, index);
          if (index === 2) throw new TypeError("a bug");
        }),
      ),
    );
    expect(outcomes.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
    ]);
    expect(outcomes[2]).toMatchObject({ reason: { message: "a bug" } });
    expect(await statesOf(store, 5)).toEqual(["new 0", "new 1", "old", "new 3", "new 4"]);
    expect(transactions()).toBeLessThanOrEqual(3);
  });

  it("one whose job is another's by now is refused, and nothing of it is written", async () => {
    const { store } = await desk(3);
    const jobs = await claimed(store, 3);
    await store.sweep(NOW + 5_000, false);
    const [, again] = [
      await store.transaction((tx) => tx.lockLane(lane(0))),
      await store.claim("other", NOW, 1, NOW + 9_000),
    ];
    // The first is the other's; the rest wait to be taken, and are nobody's.
    const outcomes = await Promise.allSettled([
      store.transaction((tx) => decide(tx, 0, jobs[0])),
      store.transaction((tx) => decide(tx, 1)),
      store.transaction((tx) => decide(tx, 2, again[0])),
    ]);
    expect(outcomes[0]).toMatchObject({ reason: expect.any(FenceLostError) as unknown });
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect(await statesOf(store, 3)).toEqual(["old", "new 1", "new 2"]);
  });

  it("one that wrote by an old revision fails alone", async () => {
    const { store } = await desk(3);
    const outcomes = await Promise.allSettled([
      store.transaction((tx) => decide(tx, 0)),
      store.transaction((tx) => tx.saveLane(lane(1), 77, "stale")),
      store.transaction((tx) => decide(tx, 2)),
    ]);
    expect(outcomes[1]).toMatchObject({
      reason: { message: expect.stringContaining("revision 77") as unknown },
    });
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await statesOf(store, 3)).toEqual(["new 0", "old", "new 2"]);
    const written = (await store.auditRecords(acme, 0, 100)).map(({ type }) => type);
    expect(written.toSorted()).toEqual(["a0", "a2", "b0", "b2"]);
  });

  it("one that throws when half of it is written takes nobody with it, and nothing of it stays", async () => {
    const { store } = await desk(3);
    const outcomes = await Promise.allSettled([
      store.transaction((tx) => decide(tx, 0)),
      store.transaction(async (tx) => {
        await tx.setParking(prod, { lost: false }, NOW);
        throw new Error("changed its mind");
      }),
      store.transaction((tx) => decide(tx, 2)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await store.parking(prod)).toBeNull();
    expect(await statesOf(store, 3)).toEqual(["new 0", "old", "new 2"]);
    expect(await store.jobCounts()).toMatchObject({ ready: 2 });
  });

  it("one that writes before it asks for a lane is done by itself, also where the lane is nobody's and it words its failure anew", async () => {
    const { store } = await desk(3);
    const mixed = async (tx: StoreTransaction): Promise<unknown> => {
      await tx.hearComments(prod, [902]);
      return decide(tx, 1).catch((error: unknown) => {
        throw new Error("worded anew", { cause: error });
      });
    };
    expect(await store.transaction(mixed)).toBe("old");
    const outcomes = await Promise.all([
      store.transaction((tx) => decide(tx, 0)),
      store.transaction(async (tx) => {
        await tx.forgetComment(prod, 902);
        return decide(tx, 2);
      }),
    ]);
    expect(outcomes).toEqual(["old", "old"]);
    expect(await statesOf(store, 3)).toEqual(["new 0", "new 1", "new 2"]);
    expect((await store.transaction((tx) => tx.hearComments(prod, [902]))).size).toBe(1);
  });

  it("of two that hear the same comment one hands its commands on", async () => {
    const { store } = await desk(0);
    const heard = await Promise.all(
      [1, 2, 3].map(() => store.transaction((tx) => tx.hearComments(prod, [901]))),
    );
    expect(heard.flatMap((one) => [...one])).toEqual([901]);
  });

  it("of several in one lane each sees what those before it did", async () => {
    const { store } = await desk(1);
    await store.transaction(async (tx) => tx.saveLane(lane(0), (await tx.lockLane(lane(0))).rev, 0));
    const count = async (tx: StoreTransaction): Promise<void> => {
      const { rev, state } = await tx.lockLane(lane(0));
      await tx.saveLane(lane(0), rev, Number(state) + 1);
    };
    await Promise.all(Array.from({ length: 9 }, () => store.transaction(count)));
    expect(await store.readLane(lane(0))).toMatchObject({ state: 9 });
  });

  it("a commit of which nobody knows whether it stands is not made again", async () => {
    const made = await desk(2);
    let begun = 0;
    made.next = "is lost";
    const outcomes = await Promise.allSettled(
      [0, 1].map((index) =>
        made.store.transaction((tx) => {
          begun += 1;
          return decide(tx, index);
        }),
      ),
    );
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ reason: expect.any(StoreUnavailableError) as unknown });
    expect(begun).toBe(2);
    expect(await statesOf(made.store, 2)).toEqual(["new 0", "new 1"]);
  });

  it("each works in its own context, whoever began the batch", async () => {
    const { store } = await desk(3);
    const whose = new AsyncLocalStorage<number>();
    const seen = await Promise.all(
      [0, 1, 2].map((index) =>
        whose.run(index, () =>
          store.transaction(async (tx) => {
            await tx.lockLane(lane(index));
            return whose.getStore();
          }),
        ),
      ),
    );
    expect(seen).toEqual([0, 1, 2]);
  });

  it("a lane cannot be locked when something of it was saved already, which would not be seen", async () => {
    const { store } = await desk(2);
    const late = store.transaction(async (tx) => {
      await tx.saveLane(lane(0), 1, "early");
      await tx.lockLane(lane(0));
    });
    await expect(late).rejects.toThrow("before it saves anything");
    expect(await statesOf(store, 2)).toEqual(["old", "old"]);
  });
}

describe("transactions at the same time on SQLite", () =>
  batchesOn(async () => `sqlite:${join(temporaryFolder(), "waybill.db")}`));

describePostgres("transactions at the same time on PostgreSQL", () => {
  batchesOn(createTestDatabase);

  it("nobody waits for a lane that somebody else has but who wants that one", async () => {
    const desk = await deskOn(await createTestDatabase());
    await withLanes(desk, 4);
    const other = await deskOn(desk.url);
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    const { promise: isHeld, resolve: holds } = Promise.withResolvers<void>();
    const holding = other.store.transaction(async (tx) => {
      await tx.lockLane(lane(1));
      holds();
      await held;
      await tx.saveLane(lane(1), 1, "the other's");
    });
    await isHeld;
    const waiting = desk.store.transaction((tx) => decide(tx, 1));
    await Promise.all([0, 2, 3].map((index) => desk.store.transaction((tx) => decide(tx, index))));
    expect(await statesOf(desk.store, 4)).toEqual(["new 0", "old", "new 2", "new 3"]);
    letGo();
    await holding;
    expect(await waiting).toBe("the other's");
    expect(await statesOf(desk.store, 4)).toEqual(["new 0", "new 1", "new 2", "new 3"]);
  });
});

describe("reads that come while another is under way", () => {
  it("are answered by one statement, begun after all of them were asked", async () => {
    const asked: number[][] = [];
    const doors: (() => void)[] = [];
    const reads = new GatheredReads<number, string>(async (keys) => {
      asked.push([...keys]);
      await new Promise<void>((resolve) => doors.push(resolve));
      return keys.map((key) => `value ${key}`);
    });
    const first = reads.of(1);
    const others = [reads.of(2), reads.of(3), reads.of(2)];
    doors[0]?.();
    expect(await first).toBe("value 1");
    await expect.poll(() => doors.length).toBe(2);
    doors[1]?.();
    expect(await Promise.all(others)).toEqual(["value 2", "value 3", "value 2"]);
    expect(asked).toEqual([[1], [2, 3, 2]]);
  });

  it("fail together with what reading threw, and the next are read anew", async () => {
    let isDown = true;
    const reads = new GatheredReads<number, number>((keys) =>
      isDown ? Promise.reject(new Error("away")) : Promise.resolve(keys),
    );
    const outcomes = await Promise.allSettled([reads.of(1), reads.of(2)]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    isDown = false;
    expect(await reads.of(3)).toBe(3);
  });
});
