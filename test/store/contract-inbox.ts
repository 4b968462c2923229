import { expect, it } from "vitest";
import type { InstallationId, RepositoryId } from "../../src/core/ids.ts";
import type { Subject } from "./contract.ts";
import { aDelivery, asStored, claimAll, claimOne, complete, NOW, payloads, queue, aJob } from "./given.ts";

/** Deliveries: stored once, with one job each, whatever comes twice. */
export function inboxContract(subject: Subject): void {
  it("stores a delivery with its job, and gives it back as it came", async () => {
    const { store } = subject;
    const delivery = aDelivery("one", { payload: '{"zen":"Keep it logically awesome. 🚀 \\u0000"}' });
    expect(await store.receive([delivery])).toEqual(["accepted"]);
    expect(await store.delivery("one")).toEqual(asStored(delivery));
    expect(await claimAll(store)).toEqual([
      {
        id: expect.any(Number),
        kind: "delivery",
        key: "repo:1:12",
        attempts: 1,
        maxAttempts: 40,
        payload: { deliveryId: "one" },
        owner: "worker",
      },
    ]);
    expect(await store.delivery("never came")).toBeNull();
  });

  it("knows a delivery again, in a later batch, in the same one, and after a restart", async () => {
    const { store } = subject;
    expect(await store.receive([aDelivery("one"), aDelivery("two"), aDelivery("one")])).toEqual([
      "accepted",
      "accepted",
      "duplicate",
    ]);
    expect(await store.receive([aDelivery("three"), aDelivery("two")])).toEqual(["accepted", "duplicate"]);
    const restarted = await subject.reopen();
    expect(await restarted.receive([aDelivery("one")])).toEqual(["duplicate"]);
    expect(await restarted.jobCounts()).toEqual({ waiting: 2, ready: 1, running: 0, done: 0, dead: 0 });
  });

  it("works deliveries of one repository off in the order in which they came, and of several side by side", async () => {
    const { store } = subject;
    const elsewhere = { repository: 13 as RepositoryId };
    const otherTenant = { installation: 2 as InstallationId };
    const batch = [aDelivery("z1"), aDelivery("a2"), aDelivery("b", elsewhere), aDelivery("c", otherTenant)];
    await store.receive([...batch, aDelivery("ping", { installation: null, repository: null })]);
    const first = await claimAll(store);
    expect(payloads(first)).toEqual(["z1", "b", "c", "ping"].map((deliveryId) => ({ deliveryId })));
    expect(await claimAll(store)).toEqual([]);
    for (const job of first) await complete(store, job);
    expect(payloads(await claimAll(store))).toEqual([{ deliveryId: "a2" }]);
  });

  it("revives a dead delivery when it comes again, with all its attempts", async () => {
    const { store } = subject;
    await store.receive([aDelivery("one")]);
    await store.bury(await claimOne(store), NOW, "gave up");
    expect(await claimAll(store)).toEqual([]);

    expect(await store.receive([aDelivery("one", { receivedAt: NOW + 5 })])).toEqual(["revived"]);
    const again = await claimOne(store, "worker", NOW + 5);
    expect(again).toMatchObject({ attempts: 1, payload: { deliveryId: "one" } });
    expect(await store.receive([aDelivery("one")])).toEqual(["duplicate"]);
    await complete(store, again);
    expect(await store.receive([aDelivery("one")])).toEqual(["duplicate"]);
  });

  it("lets a revived delivery wait behind the one that runs, and before the ones that wait", async () => {
    const { store } = subject;
    await store.receive([aDelivery("one"), aDelivery("two"), aDelivery("three")]);
    await store.bury(await claimOne(store), NOW, "gave up");
    const two = await claimOne(store);
    expect(await store.receive([aDelivery("four"), aDelivery("one")])).toEqual(["accepted", "revived"]);
    expect(await claimAll(store)).toEqual([]);
    await complete(store, two);
    const order = [];
    for (let left = 3; left > 0; left -= 1) {
      const job = await claimOne(store);
      order.push(job.payload);
      await complete(store, job);
    }
    expect(order).toEqual(["one", "three", "four"].map((deliveryId) => ({ deliveryId })));
  });

  it("takes a hostile text without losing the rest of the batch", async () => {
    const { store } = subject;
    const hostile = aDelivery("bad\0id", { event: "'; drop table job; --", payload: '"\0"' });
    expect(await store.receive([aDelivery("one"), hostile, aDelivery("bad\0id")])).toEqual([
      "accepted",
      "accepted",
      "duplicate",
    ]);
    expect(await store.delivery("bad\0id")).toMatchObject({
      event: hostile.event,
      payload: '"\0"',
    });
    expect(await store.receive([])).toEqual([]);
  });

  it("stores a batch larger than one statement may be", async () => {
    const { store } = subject;
    const batch = Array.from({ length: 1_234 }, (_, index) => aDelivery(`d${index}`));
    expect(new Set(await store.receive(batch))).toEqual(new Set(["accepted"]));
    expect(new Set(await store.receive(batch.toReversed()))).toEqual(new Set(["duplicate"]));
    expect(await store.jobCounts()).toMatchObject({ ready: 1, waiting: 1_233 });
  });

  it("prunes what is over and old, and still knows the ids", async () => {
    const { store } = subject;
    await store.receive([aDelivery("done")]);
    await complete(store, await claimOne(store), NOW);
    await store.receive([aDelivery("dead")]);
    await store.bury(await claimOne(store), NOW, "gave up");
    await store.receive([aDelivery("queued")]);
    await queue(store, aJob({ payload: "recent" }));
    const recent = (await claimAll(store)).find((job) => job.payload === "recent");
    if (recent !== undefined) await complete(store, recent, NOW + 10);
    await store.sweep(NOW, true);

    await store.prune(NOW + 1, NOW + 1);
    expect(await store.jobCounts()).toEqual({ waiting: 0, ready: 1, running: 0, done: 1, dead: 1 });
    expect(await store.delivery("done")).toBeNull();
    expect(await store.delivery("queued")).toEqual(asStored(aDelivery("queued")));
    expect(await store.receive([aDelivery("done"), aDelivery("dead")])).toEqual(["duplicate", "revived"]);
    expect(await store.delivery("dead")).toEqual(asStored(aDelivery("dead")));
  });
}
