import { expect, it } from "vitest";
import { FenceLostError } from "../../src/core/ports.ts";
import type { Store } from "../../src/core/ports.ts";
import type { Subject } from "./contract.ts";
import { aJob, claimAll, claimOne, complete, LEASE, NOW, payloads, queue } from "./given.ts";

/** Works everything off that is due, one after the other; answers the payloads in that order. */
async function workOff(store: Store, now = NOW): Promise<unknown[]> {
  const order: unknown[] = [];
  for (;;) {
    const [job] = await store.claim("worker", now, 1, now + 1);
    if (job === undefined) return order;
    order.push(job.payload);
    await complete(store, job, now);
  }
}

/** The queue: one job of a key at a time, fenced by owner and attempt, nothing stranded. */
export function queueContract(subject: Subject): void {
  it("hands out what is due by priority, then time, then age, up to the limit", async () => {
    const { store } = subject;
    await queue(
      store,
      aJob({ payload: "late", runAt: NOW - 1 }),
      aJob({ payload: "early", runAt: NOW - 5 }),
      aJob({ payload: "urgent", priority: -10 }),
      aJob({ payload: "idle", priority: 100, runAt: 0 }),
      aJob({ payload: "later", runAt: NOW + 1 }),
      aJob({ payload: "early too", runAt: NOW - 5 }),
    );
    expect(payloads(await store.claim("a", NOW, 3, LEASE))).toEqual(["urgent", "early", "early too"]);
    expect(payloads(await store.claim("b", NOW, 0, LEASE))).toEqual([]);
    expect(payloads(await store.claim("b", NOW, 9, LEASE))).toEqual(["late", "idle"]);
    expect(await store.claim("b", NOW, 9, LEASE)).toEqual([]);
    expect(payloads(await store.claim("b", NOW + 1, 9, LEASE))).toEqual(["later"]);
  });

  it("gives payloads back as JSON does", async () => {
    const { store } = subject;
    const payload = { text: "naïve 🚀 \0 \uD800", list: [1, null, { deep: true }], number: 1e-7 };
    await queue(store, aJob({ payload }), aJob({ payload: undefined }));
    expect(payloads(await claimAll(store))).toEqual([payload, null]);
  });

  it("runs one job of a key at a time, first come first served, whatever their priorities", async () => {
    const { store } = subject;
    await queue(store, aJob({ key: "lane", payload: 1, priority: 9 }), aJob({ key: "lane", payload: 2 }));
    await queue(store, aJob({ key: "lane", payload: 3, priority: -9 }), aJob({ key: "other", payload: "o" }));
    expect(payloads(await claimAll(store))).toEqual(["o", 1]);
    expect(await claimAll(store)).toEqual([]);
    await store.sweep(NOW, true);
    expect(await workOff(store)).toEqual(["o", 1, 2, 3]);
  });

  it("gives a key on when its job is done, buried, or done together with a new one", async () => {
    const { store } = subject;
    await queue(store, ...[1, 2, 3, 4].map((payload) => aJob({ key: "lane", payload })));
    await complete(store, await claimOne(store));
    const second = await claimOne(store);
    await store.bury(second, NOW, "gave up");
    const third = await claimOne(store);
    await store.transaction(async (tx) => {
      await tx.addJobs([aJob({ key: "lane", payload: "from 3" })]);
      await tx.completeJob(third, NOW);
    });
    expect(await workOff(store)).toEqual([4, "from 3"]);
    expect(await store.jobCounts()).toEqual({ waiting: 0, ready: 0, running: 0, done: 4, dead: 1 });
  });

  it("lets a retried job keep its place at the head of its key", async () => {
    const { store } = subject;
    await queue(store, aJob({ key: "lane", payload: 1 }), aJob({ key: "lane", payload: 2 }));
    const first = await claimOne(store);
    await store.retry(first, NOW + 50, "GitHub answered 502");
    expect(await claimAll(store)).toEqual([]);
    expect(await store.nextDue()).toBe(NOW + 50);
    const again = await claimOne(store, "worker", NOW + 50);
    expect(again).toMatchObject({ id: first.id, attempts: 2, payload: 1 });
    await store.retry(again, NOW, "not begun", "keep");
    expect(await claimOne(store)).toMatchObject({ id: first.id, attempts: 2 });
  });

  it("does not let a timer hold up its key before it is due", async () => {
    const { store, clock } = subject;
    await queue(store, aJob({ key: "lane", payload: "in three days", runAt: NOW + 300 }));
    await queue(store, aJob({ key: "lane", payload: "now" }));
    expect(await store.jobCounts()).toMatchObject({ waiting: 1, ready: 1 });
    expect(await workOff(store)).toEqual(["now"]);
    expect(await store.nextDue()).toBe(NOW + 300);
    clock.time = NOW + 300;
    await queue(store, aJob({ key: "lane", payload: "then", runAt: NOW + 300 }));
    const running = await store.claim("a", NOW + 300, 1, LEASE);
    expect(payloads(running)).toEqual(["then"]);
    // Due, and behind the one that runs.
    expect(await claimAll(store, "b", NOW + 301)).toEqual([]);
    for (const job of running) await complete(store, job);
    expect(await workOff(store, NOW + 301)).toEqual(["in three days"]);
  });

  it("lets nothing that is to come in order overtake what waits for its time, whenever it comes and whatever the clock says", async () => {
    const { store, clock } = subject;
    const inOrder = (payload: string, runAt: number) =>
      aJob({ key: "status", payload, runAt, inOrder: true });
    await queue(store, inOrder("in_progress", NOW + 100), inOrder("success, by a clock behind", NOW + 50));
    // It was ordered before the first fell due, and is queued after.
    clock.time = NOW + 101;
    await queue(store, inOrder("inactive", NOW + 100), aJob({ key: "status", payload: "no matter when" }));
    expect(await store.nextDue()).toBe(NOW);
    expect(await workOff(store, NOW + 101)).toEqual([
      "no matter when",
      "in_progress",
      "success, by a clock behind",
      "inactive",
    ]);
  });

  it("knows when the next job falls due", async () => {
    const { store } = subject;
    expect(await store.nextDue()).toBeNull();
    await queue(store, aJob({ runAt: NOW + 500, priority: -1 }), aJob({ runAt: NOW + 400 }));
    expect(await store.nextDue()).toBe(NOW + 400);
    await queue(store, aJob({ key: "lane", runAt: NOW + 300 }));
    expect(await store.nextDue()).toBe(NOW + 300);
    await queue(store, aJob({ runAt: NOW - 7, priority: 5 }));
    expect(await store.nextDue()).toBe(NOW - 7);
    await claimAll(store, "worker", NOW + 1_000);
    expect(await store.nextDue()).toBeNull();
  });

  it("queues no second job with the same dedupe; coalescing gives the first the newer payload", async () => {
    const { store } = subject;
    await queue(store, aJob({ dedupe: "notice", payload: 1 }), aJob({ dedupe: "notice", payload: 2 }));
    await queue(store, aJob({ dedupe: "notice", payload: 3 }));
    await queue(store, aJob({ dedupe: "comment", payload: "a", coalesce: true }));
    await queue(store, aJob({ dedupe: "comment", payload: "b", coalesce: true }));
    await queue(
      store,
      aJob({ dedupe: "comment", payload: "c", coalesce: true }),
      aJob({ dedupe: "comment", payload: "d", coalesce: true }),
      aJob({ dedupe: "comment", payload: "dropped" }),
    );
    const running = await claimAll(store);
    expect(payloads(running)).toEqual([1, "d"]);
    // What runs is no longer in the way of a new one.
    await queue(store, aJob({ dedupe: "comment", payload: "e", coalesce: true }));
    expect(payloads(await claimAll(store))).toEqual(["e"]);
    for (const job of running) await complete(store, job);
  });

  it("coalesces with a job that waits behind its key, also across keys, and strands nobody", async () => {
    const { store } = subject;
    await queue(store, aJob({ key: "k", payload: 1 }), aJob({ key: "k", dedupe: "d", payload: 2 }));
    await queue(store, aJob({ key: "k", dedupe: "d", payload: 3, coalesce: true }));
    // The head that was planned for "other" vanishes into the job of "k"; the next of its line must not wait for it.
    await queue(
      store,
      aJob({ key: "other", dedupe: "d", payload: "vanishes" }),
      aJob({ key: "other", payload: "o" }),
    );
    expect(new Set(await workOff(store))).toEqual(new Set([1, 3, "o"]));
  });

  it("merges a retried job with its twin that was queued meanwhile: attempts of the old, payload of the new", async () => {
    const { store } = subject;
    const job = (payload: string, coalesce: boolean) => aJob({ key: "k", dedupe: "d", payload, coalesce });
    await queue(store, job("old", true), aJob({ key: "k", payload: "behind" }));
    const old = await claimOne(store);
    await queue(store, job("new", true));
    await store.retry(old, NOW, "reset");
    expect(await store.jobCounts()).toMatchObject({ waiting: 1, ready: 1, done: 1 });
    const again = await claimOne(store);
    expect(again).toMatchObject({ id: old.id, attempts: 2, payload: "new" });

    await queue(store, job("not coalescing", false));
    await store.sweep(NOW, true);
    expect(await claimOne(store)).toMatchObject({ attempts: 3, payload: "new" });
    await queue(store, job("not coalescing", false));
    await queue(store, job("latest", true));
    await store.sweep(NOW, true);
    expect(await workOff(store)).toEqual(["latest", "behind"]);
  });

  it("merges with a twin under another key, or under none, and gives that key on", async () => {
    const { store } = subject;
    await queue(store, aJob({ key: "k", dedupe: "d", payload: "old" }));
    const old = await claimOne(store);
    await queue(store, aJob({ key: "l", dedupe: "d", payload: "twin" }), aJob({ key: "l", payload: "next" }));
    await store.retry(old, NOW, "reset");
    expect(await workOff(store)).toEqual(["old", "next"]);
    await queue(store, aJob({ dedupe: "e", payload: "keyless" }));
    const keyless = await claimOne(store);
    await queue(store, aJob({ dedupe: "e", payload: "its twin" }));
    await store.retry(keyless, NOW, "reset");
    expect(await workOff(store)).toEqual(["keyless"]);
  });

  it("lets only the owner at its attempt end a job, put it back or bury it", async () => {
    const { store } = subject;
    await queue(store, aJob({ key: "k" }));
    const lost = await claimOne(store, "slow");
    expect(await store.sweep(LEASE - 1, false)).toBe(0);
    expect(await store.sweep(LEASE, false)).toBe(1);
    const current = await claimOne(store, "quick");
    const attempts = [
      () => complete(store, lost),
      () => store.retry(lost, NOW, "late"),
      () => store.bury(lost, NOW, "late"),
      () => complete(store, { ...current, owner: "slow" }),
      () => complete(store, { ...current, attempts: 1 }),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toThrow(FenceLostError);
    await complete(store, current);
    await expect(complete(store, current)).rejects.toThrow(FenceLostError);
    expect(await store.jobCounts()).toMatchObject({ done: 1, ready: 0, running: 0 });
  });

  it("renews the leases of exactly the jobs named, and says which were still held", async () => {
    const { store } = subject;
    await queue(store, aJob({ payload: 1 }), aJob({ payload: 2 }), aJob({ payload: 3 }));
    const [one, two, three] = await store.claim("w", NOW, 3, NOW + 10);
    if (one === undefined || two === undefined || three === undefined) throw new Error("three jobs were due");
    await complete(store, three);
    const named = [one, three, { ...two, attempts: 9 }, { ...two, owner: "other" }];
    expect(await store.renew("w", named, NOW + 100)).toEqual([one.id]);
    expect(await store.renew("other", [one], NOW + 100)).toEqual([]);
    expect(await store.renew("w", [], NOW + 100)).toEqual([]);
    // The second was never renewed: an orphan's lease runs out although its owner lives.
    expect(await store.sweep(NOW + 50, false)).toBe(1);
    expect(await claimOne(store)).toMatchObject({ payload: 2, attempts: 2 });
    expect(await store.sweep(NOW + 100, false)).toBe(1);
  });

  it("sweeps every running job of a process that has ended, and keeps the keys in order", async () => {
    const { store } = subject;
    const jobs = Array.from({ length: 1_203 }, (_, index) => aJob({ payload: index }));
    await queue(store, ...jobs, aJob({ key: "k", payload: "k1" }), aJob({ key: "k", payload: "k2" }));
    const running = await store.claim("gone", NOW, 2_000, LEASE);
    expect(running).toHaveLength(1_204);
    const restarted = await subject.reopen();
    expect(await restarted.sweep(NOW, true)).toBe(1_204);
    const again = await restarted.claim("new", NOW, 2_000, LEASE);
    expect(again).toHaveLength(1_204);
    expect(again.every((job) => job.attempts === 2)).toBe(true);
    expect(payloads(again)).not.toContain("k2");
  });

  it("keeps a long or hostile error without failing", async () => {
    const { store } = subject;
    await queue(store, aJob());
    await store.retry(await claimOne(store), NOW, `\0\uD800${"🚀".repeat(5_000)}`);
    await store.bury(await claimOne(store), NOW, `x${"🚀".repeat(5_000)}`);
    expect(await store.jobCounts()).toMatchObject({ dead: 1 });
  });
}
