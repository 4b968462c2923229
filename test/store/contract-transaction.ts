import { expect, it, vi } from "vitest";
import { FenceLostError, StoreUnavailableError } from "../../src/core/ports.ts";
import type { StoreTransaction } from "../../src/core/ports.ts";
import type { Subject } from "./contract.ts";
import { acme, aJob, anAudit, aPromotion, claimAll, claimOne, complete, prod, queue } from "./given.ts";

/** Transactions: all or nothing, also against a careless caller. */
export function transactionContract(subject: Subject): void {
  it("writes lane, promotion, audit and jobs together, and gives the result", async () => {
    const { store } = subject;
    await queue(store, aJob({ payload: "event" }));
    const event = await claimOne(store);
    const result = await store.transaction(async (tx) => {
      await tx.lockLane(prod);
      await tx.saveLane(prod, 0, "decided");
      await tx.savePromotion(prod, aPromotion("p1", 0));
      await tx.appendAudit(acme, [anAudit("accepted")]);
      await tx.addJobs([aJob({ payload: "effect" })]);
      await tx.completeJob(event, 5);
      return "result";
    });
    expect(result).toBe("result");
    expect(await store.jobCounts()).toMatchObject({ ready: 1, done: 1 });
    expect(await store.readLane(prod)).toMatchObject({ state: "decided", promotions: [{ id: "p1" }] });
  });

  it("writes nothing at all when the work throws, or its job is no longer its own", async () => {
    const { store } = subject;
    await queue(store, aJob());
    const lost = await claimOne(store);
    await store.sweep(0, true);
    const current = await claimOne(store);
    const everything = async (tx: StoreTransaction) => {
      await tx.lockLane(prod);
      await tx.saveLane(prod, 0, "never");
      await tx.savePromotion(prod, aPromotion("p1", 0));
      await tx.appendAudit(acme, [anAudit("never")]);
      await tx.addJobs([aJob()]);
    };
    const throwing = store.transaction(async (tx) => {
      await everything(tx);
      throw new TypeError("a bug");
    });
    await expect(throwing).rejects.toThrow(TypeError);
    const fenced = store.transaction(async (tx) => {
      await everything(tx);
      await tx.completeJob(lost, 5);
    });
    await expect(fenced).rejects.toThrow(FenceLostError);
    const swallowed = store.transaction(async (tx) => {
      await everything(tx);
      await tx.completeJob(lost, 5).catch(() => "never mind");
    });
    await expect(swallowed).rejects.toThrow(FenceLostError);
    expect(await store.readLane(prod)).toBeNull();
    expect(await store.auditRecords(acme, 0, 10)).toEqual([]);
    expect(await store.jobCounts()).toMatchObject({ ready: 0, running: 1, done: 0 });
    await complete(store, current);
  });

  it("refuses a caller who goes on after the end, or does not wait for what was begun", async () => {
    const { store } = subject;
    let leaked: StoreTransaction | undefined;
    await store.transaction(async (tx) => {
      leaked = tx;
    });
    await expect(leaked?.addJobs([aJob()])).rejects.toThrow("after its end");
    let floating: Promise<unknown> | undefined;
    const careless = store.transaction(async (tx) => {
      floating = tx.lockLane(prod);
      floating.catch(() => {});
    });
    await expect(careless).rejects.toThrow("awaited");
    await floating?.catch(() => {});
    await store.ping();
    expect(await store.readLane(prod)).toBeNull();
  });

  it("gives each of many transactions at once its turn", async () => {
    const { store } = subject;
    const works = Array.from({ length: 40 }, (_, index) =>
      index % 4 === 3
        ? store
            .transaction(async (tx) => {
              await tx.addJobs([aJob({ payload: "never" })]);
              throw new Error("no");
            })
            .catch(() => "failed")
        : queue(store, aJob({ payload: index })),
    );
    await Promise.all(works);
    expect(await claimAll(store)).toHaveLength(30);
  });

  it("calls back when work may be due, and no longer after the way to stop it was taken", async () => {
    const { store } = subject;
    const heard = vi.fn<() => void>();
    const stop = store.onWork(heard);
    await queue(store, aJob());
    await expect.poll(() => heard.mock.calls.length).toBeGreaterThan(0);
    stop();
    const before = heard.mock.calls.length;
    await queue(store, aJob());
    await store.ping();
    expect(heard.mock.calls.length).toBe(before);
  });

  it("says that it is unavailable once it was closed, and closes twice without complaint", async () => {
    const { store } = subject;
    await store.close();
    await store.close();
    await expect(store.ping()).rejects.toThrow(StoreUnavailableError);
    await expect(queue(store, aJob())).rejects.toThrow(StoreUnavailableError);
    await expect(claimAll(store)).rejects.toThrow(StoreUnavailableError);
  });
}
