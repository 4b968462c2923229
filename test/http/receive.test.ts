import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StoreUnavailableError } from "../../src/core/ports.ts";
import type { DeliveryOutcome, NewDelivery } from "../../src/core/ports.ts";
import { createReceiver } from "../../src/engine/receive.ts";
import type { ReceiverOptions } from "../../src/engine/receive.ts";

type Incoming = Omit<NewDelivery, "receivedAt">;

function delivery(deliveryId: string, payload = "{}"): Incoming {
  return { deliveryId, event: "push", installation: null, repository: null, payload: Buffer.from(payload) };
}

/** A store that remembers what was committed and in which groups, and waits for the test before each commit. */
class SteppedStore {
  readonly committed = new Set<string>();
  readonly batches: string[][] = [];
  commits: (() => void)[] = [];
  failure: ((ids: readonly string[]) => Error | null) | null = null;
  active = 0;

  async receive(deliveries: readonly NewDelivery[]): Promise<readonly DeliveryOutcome[]> {
    this.active += 1;
    expect(this.active).toBe(1);
    const ids = deliveries.map((one) => one.deliveryId);
    this.batches.push(ids);
    await new Promise<void>((resolve) => this.commits.push(resolve));
    this.active -= 1;
    const failure = this.failure?.(ids) ?? null;
    if (failure !== null) throw failure;
    return ids.map((id) => {
      if (this.committed.has(id)) return "duplicate";
      this.committed.add(id);
      return "accepted";
    });
  }

  /** Lets every commit through until the receiver is idle. */
  async runUntil(idle: Promise<void>): Promise<void> {
    const state = { idle: false };
    const ended = idle.then(() => {
      state.idle = true;
    });
    while (!state.idle) {
      for (const commit of this.commits.splice(0)) commit();
      await turn();
    }
    await ended;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function receiverOf(store: SteppedStore, options: Partial<ReceiverOptions> = {}) {
  let hints = 0;
  const clock = { now: () => 1_000 };
  const receiver = createReceiver({ store, clock, onAccepted: () => void (hints += 1), ...options });
  return { receiver, hints: () => hints };
}

describe("group commit", () => {
  it("commits what arrives together together, and what arrives meanwhile next", async () => {
    const store = new SteppedStore();
    const { receiver, hints } = receiverOf(store);
    const first = ["a", "b"].map((id) => receiver.receive(delivery(id)));
    while (store.active === 0) await turn();
    const second = ["c", "d", "e"].map((id) => receiver.receive(delivery(id)));
    await store.runUntil(receiver.idle());
    expect(await Promise.all([...first, ...second])).toEqual([
      "accepted",
      "accepted",
      "accepted",
      "accepted",
      "accepted",
    ]);
    expect(store.batches).toEqual([
      ["a", "b"],
      ["c", "d", "e"],
    ]);
    expect(hints()).toBe(2);
  });

  it("waits for more as long as each turn brings some, and no longer than for a full batch", async () => {
    const store = new SteppedStore();
    const { receiver } = receiverOf(store, { maxBatch: 4 });
    const ids = ["a", "b", "c", "d", "e", "f"];
    const answers: Promise<DeliveryOutcome>[] = [];
    for (const id of ids) {
      answers.push(receiver.receive(delivery(id)));
      await turn();
    }
    await store.runUntil(receiver.idle());
    expect(await Promise.all(answers)).toEqual(ids.map(() => "accepted"));
    expect(store.batches).toEqual([
      ["a", "b", "c", "d"],
      ["e", "f"],
    ]);
  });

  it("answers nobody before the commit", async () => {
    const store = new SteppedStore();
    const { receiver } = receiverOf(store);
    let answered = false;
    const waiting = receiver.receive(delivery("a")).then(() => {
      answered = true;
    });
    for (let time = 0; time < 5; time += 1) await turn();
    expect({ answered, batches: store.batches }).toEqual({ answered: false, batches: [["a"]] });
    await store.runUntil(receiver.idle());
    await waiting;
    expect(answered).toBe(true);
  });

  it("stamps the time and gives no hint for duplicates", async () => {
    const seen: NewDelivery[] = [];
    let hints = 0;
    const receive = (all: readonly NewDelivery[]): Promise<DeliveryOutcome[]> => {
      seen.push(...all);
      return Promise.resolve(all.map(() => "duplicate"));
    };
    const receiver = createReceiver({
      store: { receive },
      clock: { now: () => 77 },
      onAccepted: () => void (hints += 1),
    });
    expect(await receiver.receive(delivery("a"))).toBe("duplicate");
    expect(seen[0]?.receivedAt).toBe(77);
    expect(hints).toBe(0);
  });

  it("shows the store each delivery of a batch once", async () => {
    const store = new SteppedStore();
    const { receiver } = receiverOf(store);
    const answers = ["a", "a", "b", "a"].map((id) => receiver.receive(delivery(id)));
    await store.runUntil(receiver.idle());
    expect(await Promise.all(answers)).toEqual(["accepted", "duplicate", "accepted", "duplicate"]);
    expect(store.batches).toEqual([["a", "b"]]);
  });

  it("sends a large delivery alone", async () => {
    const store = new SteppedStore();
    const { receiver } = receiverOf(store, { maxBatchSize: 10 });
    const sizes: [string, number][] = [
      ["a", 4],
      ["b", 4],
      ["c", 4],
      ["d", 50],
      ["e", 1],
    ];
    const answers = sizes.map(([id, size]) => receiver.receive(delivery(id, "x".repeat(size))));
    await store.runUntil(receiver.idle());
    expect(await Promise.all(answers)).toEqual(sizes.map(() => "accepted"));
    expect(store.batches).toEqual([["a", "b"], ["c"], ["d"], ["e"]]);
  });
});

describe("when it cannot be stored", () => {
  it("an outage refuses the whole batch, and the next one is tried anew", async () => {
    const store = new SteppedStore();
    const { receiver } = receiverOf(store);
    store.failure = () => new StoreUnavailableError("no disk");
    const refused = ["a", "b"].map((id) => receiver.receive(delivery(id)));
    const settled = Promise.allSettled(refused);
    await store.runUntil(receiver.idle());
    for (const one of await settled) expect(one).toMatchObject({ reason: expect.any(StoreUnavailableError) });
    expect(store.batches).toHaveLength(1);
    store.failure = null;
    const again = receiver.receive(delivery("a"));
    await store.runUntil(receiver.idle());
    expect(await again).toBe("accepted");
  });

  it("one delivery that the store chokes on does not take the others along", async () => {
    const store = new SteppedStore();
    const { receiver } = receiverOf(store);
    store.failure = (ids) => (ids.includes("bad") ? new Error("constraint") : null);
    const all = Promise.allSettled(["a", "bad", "b"].map((id) => receiver.receive(delivery(id))));
    await store.runUntil(receiver.idle());
    const [first, bad, last] = await all;
    expect([first, last]).toMatchObject([{ value: "accepted" }, { value: "accepted" }]);
    expect(bad).toMatchObject({ reason: expect.any(StoreUnavailableError) });
  });

  it("too many that wait are refused at once, by count and by size", async () => {
    for (const limits of [{ maxWaiting: 3 }, { maxWaitingSize: 6 }]) {
      const store = new SteppedStore();
      const { receiver } = receiverOf(store, limits);
      const taken = ["a", "b", "c"].map((id) => receiver.receive(delivery(id)));
      await expect(receiver.receive(delivery("d"))).rejects.toThrow(StoreUnavailableError);
      await store.runUntil(receiver.idle());
      expect(await Promise.all(taken)).toHaveLength(3);
    }
  });
});

describe("whatever arrives in whatever order", () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant("arrive" as const), id: fc.integer({ min: 0, max: 12 }) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("commit" as const), fails: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("turn" as const) }) },
  );

  it("accepts each delivery at most once, and what it answered is stored", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        async (steps, maxBatch) => {
          const store = new SteppedStore();
          const { receiver } = receiverOf(store, { maxBatch });
          const answers: { id: string; answer: Promise<DeliveryOutcome> }[] = [];
          for (const one of steps) {
            if (one.kind === "arrive") {
              const answer = receiver.receive(delivery(`id-${one.id}`));
              answer.catch(() => {});
              answers.push({ id: `id-${one.id}`, answer });
            } else if (one.kind === "commit") {
              store.failure = one.fails ? () => new StoreUnavailableError("down") : null;
              for (const commit of store.commits.splice(0)) commit();
              await turn();
            } else {
              await turn();
            }
          }
          store.failure = null;
          await store.runUntil(receiver.idle());
          const accepted = new Map<string, number>();
          for (const { id, answer } of answers) {
            const outcome = await answer.catch(() => null);
            if (outcome !== null) expect(store.committed.has(id)).toBe(true);
            if (outcome === "accepted") accepted.set(id, (accepted.get(id) ?? 0) + 1);
          }
          for (const id of store.committed) expect(accepted.get(id)).toBe(1);
          for (const batch of store.batches) {
            expect(batch.length).toBeLessThanOrEqual(maxBatch);
            expect(new Set(batch).size).toBe(batch.length);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
