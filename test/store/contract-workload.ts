import { expect, it } from "vitest";
import type { Subject } from "./contract.ts";
import { aJob, aPromotion, complete, dev, globex, NOW, prod, queue } from "./given.ts";

/** The queue in numbers, as metrics show it. */
export function workloadContract(subject: Subject): void {
  it("of an empty store there is nothing", async () => {
    expect(await subject.store.workload(NOW)).toEqual({
      jobs: [],
      oldestDue: null,
      openPromotions: 0,
      busyEnvironments: 0,
    });
  });

  it("counts jobs by kind and by what they wait for, and does not count done ones", async () => {
    const { store } = subject;
    await queue(store, aJob(), aJob());
    await complete(store, await claimNext(store));
    await store.bury(await claimNext(store), NOW, "gave up");
    await queue(store, aJob({ kind: "event", key: "lane" }), aJob({ kind: "event", key: "lane" }));
    await queue(store, aJob({ runAt: NOW + 1 }), aJob({ key: "timer", runAt: NOW + 1 }));
    await queue(
      store,
      aJob({ kind: "delivery", runAt: NOW - 9 }),
      aJob({ kind: "delivery", runAt: NOW - 5 }),
    );
    await claimNext(store);
    const { jobs, oldestDue } = await store.workload(NOW);
    const told = jobs.map(({ kind, state, count }) => `${count} ${kind} ${state}`).sort();
    expect(told).toEqual([
      "1 delivery due",
      "1 delivery running",
      "1 effect dead",
      "1 event due",
      "1 event waiting",
      "2 effect scheduled",
    ]);
    expect(oldestDue).toBe(NOW - 5);
    // A job that is only due later is no backlog.
    expect((await store.workload(NOW - 6)).oldestDue).toBeNull();
  });

  it("counts promotions that have not ended, and each environment once", async () => {
    const { store } = subject;
    const elsewhere = { ...prod, installation: globex };
    await store.transaction(async (tx) => {
      await tx.savePromotion(prod, aPromotion("p1", 0));
      await tx.savePromotion(prod, aPromotion("p2", 0));
      await tx.savePromotion(dev, aPromotion("p3", 0));
      await tx.savePromotion(dev, aPromotion("p4", 0, { open: false }));
      await tx.savePromotion(elsewhere, aPromotion("p1", 0));
    });
    expect(await store.workload(NOW)).toMatchObject({ openPromotions: 4, busyEnvironments: 3 });
  });
}

/** The next job that is due; others may be too. */
async function claimNext(store: Subject["store"]) {
  const [job] = await store.claim("worker", NOW, 1, NOW + 60_000);
  if (job === undefined) throw new Error("nothing is due");
  return job;
}
