import { expect, it } from "vitest";
import type { PromotionId, RepositoryId } from "../../src/core/ids.ts";
import type { LaneKey, StoreTransaction } from "../../src/core/ports.ts";
import type { Subject } from "./contract.ts";
import { acme, aPromotion, dev, globex, prod, shop } from "./given.ts";

/** Lanes: loaded under lock, written by revision, each tenant's its own. */
export function lanesContract(subject: Subject): void {
  it("loads a new lane empty, and as it was saved from then on", async () => {
    const { store } = subject;
    expect(await store.readLane(prod)).toBeNull();
    await store.transaction(async (tx) => {
      expect(await tx.lockLane(prod)).toEqual({ rev: 0, state: null, promotions: [] });
      await tx.saveLane(prod, 0, { frozen: true });
      await tx.savePromotion(prod, aPromotion("p2", 0));
      await tx.savePromotion(prod, aPromotion("p1", 0, { data: { text: "naïve 🚀 \0" } }));
    });
    const expected = {
      rev: 1,
      state: { frozen: true },
      promotions: [aPromotion("p1", 1, { data: { text: "naïve 🚀 \0" } }), aPromotion("p2", 1)],
    };
    expect(await store.transaction((tx) => tx.lockLane(prod))).toEqual(expected);
    const restarted = await subject.reopen();
    expect(await restarted.readLane(prod)).toEqual(expected);
  });

  it("keeps an ended promotion readable, and out of its lane", async () => {
    const { store } = subject;
    await store.transaction(async (tx) => {
      await tx.lockLane(prod);
      await tx.savePromotion(prod, aPromotion("p1", 0));
      await tx.savePromotion(prod, aPromotion("p1", 1, { open: false, data: { status: "delivered" } }));
    });
    expect(await store.readLane(prod)).toEqual({ rev: 0, state: null, promotions: [] });
    const ended = { id: "p1", rev: 2, open: false, data: { status: "delivered" } };
    expect(await store.readPromotion(acme, shop, "p1" as PromotionId)).toEqual(ended);
    expect(await store.readPromotion(acme, shop, "p2" as PromotionId)).toBeNull();
  });

  it("shows nobody another tenant's, repository's or environment's rows", async () => {
    const { store } = subject;
    await store.transaction(async (tx) => {
      await tx.lockLane(prod);
      await tx.saveLane(prod, 0, "acme's");
      await tx.savePromotion(prod, aPromotion("p1", 0));
    });
    const strangers: LaneKey[] = [
      { ...prod, installation: globex },
      { ...prod, repository: 13 as RepositoryId },
      dev,
      { ...prod, environment: "" },
    ];
    for (const lane of strangers) {
      expect(await store.readLane(lane)).toBeNull();
      expect(await store.transaction((tx) => tx.lockLane(lane))).toMatchObject({ rev: 0, promotions: [] });
      const change = store.transaction((tx) => tx.savePromotion(lane, aPromotion("p1", 1)));
      await expect(change).rejects.toThrow("revision 1");
    }
    expect(await store.readPromotion(globex, shop, "p1" as PromotionId)).toBeNull();
    // The same id in another tenant is another promotion.
    await store.transaction((tx) => tx.savePromotion({ ...prod, installation: globex }, aPromotion("p1", 0)));
    expect(await store.readPromotion(acme, shop, "p1" as PromotionId)).toMatchObject({ rev: 1 });
  });

  it("knows every repository of which there is a lane, once, whichever tenant's it is", async () => {
    const { store } = subject;
    expect(await store.repositories()).toEqual([]);
    const cafe = 13 as RepositoryId;
    const lanes: LaneKey[] = [
      { ...prod, installation: globex },
      prod,
      dev,
      { installation: acme, repository: cafe, environment: "" },
    ];
    for (const lane of lanes) await store.transaction((tx) => tx.lockLane(lane));
    await expect(
      store.transaction(async (tx) => {
        await tx.lockLane({ ...prod, repository: 14 as RepositoryId });
        throw new Error("rolled back");
      }),
    ).rejects.toThrow("rolled back");
    expect(await store.repositories()).toEqual([
      { installation: acme, repository: shop },
      { installation: acme, repository: cafe },
      { installation: globex, repository: shop },
    ]);
    expect(await store.repositories(globex)).toEqual([{ installation: globex, repository: shop }]);
  });

  it("refuses a write by an old revision, and keeps nothing of its transaction", async () => {
    const { store } = subject;
    await store.transaction(async (tx) => {
      await tx.lockLane(prod);
      await tx.saveLane(prod, 0, "first");
      await tx.savePromotion(prod, aPromotion("p1", 0));
    });
    const stale: ((tx: StoreTransaction) => Promise<void>)[] = [
      (tx) => tx.saveLane(prod, 0, "stale"),
      (tx) => tx.saveLane(dev, 0, "never locked"),
      (tx) => tx.savePromotion(prod, aPromotion("p1", 0)),
      (tx) => tx.savePromotion(prod, aPromotion("p1", 2)),
      async (tx) => {
        await tx.saveLane(prod, 1, "second");
        await tx.savePromotion(prod, aPromotion("p1", 7));
      },
    ];
    for (const attempt of stale) await expect(store.transaction(attempt)).rejects.toThrow("revision");
    expect(await store.readLane(prod)).toEqual({
      rev: 1,
      state: "first",
      promotions: [aPromotion("p1", 1)],
    });
  });

  it("lets one transaction at a time have a lane: no update is lost", async () => {
    const { store } = subject;
    const counts = Array.from({ length: 20 }, () =>
      store.transaction(async (tx) => {
        const lane = await tx.lockLane(prod);
        await tx.saveLane(prod, lane.rev, ((lane.state as number | null) ?? 0) + 1);
      }),
    );
    await Promise.all(counts);
    expect(await store.readLane(prod)).toMatchObject({ rev: 20, state: 20 });
  });

  it("answers reads from inside a transaction without waiting for it", async () => {
    const { store } = subject;
    // More at once than there are connections to read with.
    const works = Array.from({ length: 12 }, (_, index) =>
      store.transaction(async (tx) => {
        const lane = { ...prod, environment: `e${index}` };
        await tx.lockLane(lane);
        await tx.saveLane(lane, 0, "mine");
        return [await store.readLane(lane), await store.readLane(dev)];
      }),
    );
    for (const seen of await Promise.all(works)) expect(seen).toEqual([null, null]);
  });
}
