import { existsSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { StoreUnavailableError } from "../../src/core/ports.ts";
import type { Store } from "../../src/core/ports.ts";
import { openStore, verifyChain } from "../../src/store/index.ts";
import { migrate, migrationsFor } from "../../src/store/migrations/index.ts";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { SqlStore } from "../../src/store/store.ts";
import {
  acme,
  aDelivery,
  aJob,
  anAudit,
  claimAll,
  claimOne,
  NOW,
  prod,
  queue,
  temporaryFolder,
} from "./given.ts";
import { StoreProcess } from "./process.ts";

async function openTestStore(path: string): Promise<Store> {
  const store = await openStore(`sqlite:${path}`, { cwd: "/" });
  onTestFinished(() => store.close());
  return store;
}

describe("two servers on one SQLite file", () => {
  it("the second is refused by the first's process id, and changes nothing", async () => {
    const path = join(temporaryFolder(), "waybill.db");
    const first = new StoreProcess("hold", `sqlite:${path}`);
    const { opened } = await first.hears(1);
    await expect(openStore(`sqlite:${path}`, { cwd: "/" })).rejects.toMatchObject({
      name: "StoreConfigError",
      problem: "in-use",
      message: expect.stringContaining(`process ${opened} on`),
    });
    const second = new StoreProcess("hold", `sqlite:${path}`);
    const refusal = await second.hears(1);
    expect(refusal).toMatchObject({ refused: "StoreConfigError" });
    expect(refusal.message).toMatch(/DATABASE_URL.*stop that one/);
    // One who only reads is welcome beside it.
    const reader = await openStore(`sqlite:${path}`, { cwd: "/", readOnly: true });
    expect(await reader.jobCounts()).toMatchObject({ ready: 0 });
    await reader.close();
  });

  it("the file is free at once when its holder was killed, whoever has its process id now", async () => {
    const path = join(temporaryFolder(), "waybill.db");
    const first = new StoreProcess("hold", `sqlite:${path}`);
    await first.hears(1);
    await first.kill();
    // As if the killed one's process id were now that of a living process: of this one.
    const note = new DatabaseSync(`${path}.lock`);
    note
      .prepare("update holder set note = ?")
      .run(JSON.stringify({ pid: process.pid, host: "h", since: "s" }));
    note.close();
    const store = await openTestStore(path);
    await store.ping();
  });

  it("the file is free after a close, and a reader's end does not free it", async () => {
    const path = join(temporaryFolder(), "waybill.db");
    const store = await openTestStore(path);
    const reader = await openStore(`sqlite:${path}`, { cwd: "/", readOnly: true });
    await reader.close();
    await expect(openStore(`sqlite:${path}`, { cwd: "/" })).rejects.toMatchObject({ problem: "in-use" });
    await store.close();
    await (await openTestStore(path)).ping();
  });

  it("of many that start at once, exactly one gets it", async () => {
    const path = join(temporaryFolder(), "waybill.db");
    const processes = [1, 2, 3].map(() => new StoreProcess("hold", `sqlite:${path}`));
    const said = await Promise.all(processes.map((process) => process.hears(1)));
    expect(said.filter(({ opened }) => opened !== undefined)).toHaveLength(1);
    expect(said.filter(({ refused }) => refused === "StoreConfigError")).toHaveLength(2);
  });
});

describe("a full disk", () => {
  async function storeWithPages(): Promise<{ store: Store; allow: (pages: number) => void; pages: number }> {
    const database = openSqlite(join(temporaryFolder(), "waybill.db"));
    await migrate(database.writer, migrationsFor("sqlite"));
    const store = new SqlStore(database, { now: () => NOW });
    onTestFinished(() => store.close());
    const pages = Number(database.connection.prepare("pragma page_count").get()?.["page_count"]);
    return { store, pages, allow: (limit) => database.connection.exec(`pragma max_page_count = ${limit}`) };
  }

  it("makes the store unavailable, leaves nothing half done, and is over when there is room again", async () => {
    const { store, pages, allow } = await storeWithPages();
    await store.receive([aDelivery("before")]);
    await queue(store, aJob({ payload: "before" }));
    allow(pages + 8);
    // Payloads are compressed, a batch as one: what repeats itself would fit.
    const noise = (): string => randomBytes(30_000).toString("base64");
    const long = noise();
    const batch = [0, 1, 2].map((part) => aDelivery(`full-${part}`, { payload: `"${noise()}"` }));
    await expect(store.receive(batch)).rejects.toThrow(StoreUnavailableError);
    const work = store.transaction(async (tx) => {
      await tx.lockLane(prod);
      await tx.saveLane(prod, 0, "never");
      await tx.appendAudit(acme, [anAudit("never", { data: { long: long.repeat(3) } })]);
      await tx.addJobs([aJob({ payload: long })]);
    });
    await expect(work).rejects.toThrow(StoreUnavailableError);

    expect(await store.delivery("full-0")).toBeNull();
    expect(await store.readLane(prod)).toBeNull();
    expect(await store.auditRecords(acme, 0, 10)).toEqual([]);
    expect(await store.jobCounts()).toEqual({ waiting: 0, ready: 2, running: 0, done: 0, dead: 0 });
    allow(100_000);
    expect(await store.receive(batch)).toEqual(["accepted", "accepted", "accepted"]);
    expect(await claimAll(store)).toHaveLength(2);
  });
});

describe("another program that writes the file", () => {
  it("makes the store unavailable only for as long as it holds the database", async () => {
    const path = join(temporaryFolder(), "waybill.db");
    const store = await openTestStore(path);
    await store.receive([aDelivery("before")]);
    const console = new DatabaseSync(path);
    onTestFinished(() => {
      if (console.isOpen) console.close();
    });
    console.exec("begin immediate");
    await expect(store.receive([aDelivery("during")])).rejects.toThrow(StoreUnavailableError);
    expect(await store.delivery("before")).toMatchObject({ deliveryId: "before" });
    console.exec("rollback");
    expect(await store.receive([aDelivery("during")])).toEqual(["accepted"]);
  });
});

describe("kill -9", () => {
  it("loses nothing that was acknowledged, and leaves no half of a round", async () => {
    const path = join(temporaryFolder(), "waybill.db");
    const acknowledged: string[] = [];
    const rounds: string[] = [];
    for (let kill = 0; kill < 6; kill += 1) {
      const writer = new StoreProcess("write", `sqlite:${path}`, `k${kill}`);
      await writer.hears(2 + kill * 5);
      await writer.kill();
      for (const said of writer.said) {
        acknowledged.push(...(said.acknowledged ?? []));
        if (said.round !== undefined) rounds.push(said.round);
      }
    }
    expect(acknowledged.length).toBeGreaterThan(100);

    const store = await openTestStore(path);
    const again = await store.receive(acknowledged.map((id) => aDelivery(id)));
    expect(new Set(again)).toEqual(new Set(["duplicate"]));
    const records = await store.auditRecords(acme, 0, 1e6);
    expect(verifyChain(records)).toMatchObject({ intact: true });
    const recorded = new Set(records.map((record) => record.ref));
    expect(rounds.filter((round) => !recorded.has(round))).toEqual([]);
    // Lane, audit log and job of a round were written together or not at all.
    expect(await store.readLane(prod)).toMatchObject({ rev: records.length, state: records.length });
    const before = await store.jobCounts();
    await store.sweep(0, true);
    const after = await store.jobCounts();
    expect(after).toEqual({ ...before, running: 0, ready: before.ready + before.running });
    const laneJobs: unknown[] = [];
    const deliveries = records.length * 3 + 24;
    for (let left = deliveries + records.length; left > 0; left -= 1) {
      const [job] = await store.claim("last", Date.now(), 1, Date.now() + 60_000);
      if (job === undefined) break;
      if (job.kind === "effect") laneJobs.push(job.payload);
      await store.transaction((tx) => tx.completeJob(job, NOW));
    }
    expect(await store.jobCounts()).toMatchObject({ waiting: 0, ready: 0, running: 0, dead: 0 });
    const waitedFor = records.map((record) => record.ref);
    expect(waitedFor.slice(-laneJobs.length)).toEqual(laneJobs);
  });
});

describe("leases", () => {
  it("run out where the holder is gone, and not where it renews what it runs", async () => {
    const path = join(temporaryFolder(), "waybill.db");
    const store = await openTestStore(path);
    await queue(store, aJob({ payload: "kept" }), aJob({ payload: "orphan" }));
    const [kept, orphan] = await claimAll(store, "w", NOW);
    if (kept === undefined || orphan === undefined) throw new Error("two jobs were due");
    expect(await store.renew("w", [kept], NOW + 200_000)).toEqual([kept.id]);
    expect(await store.sweep(NOW + 100_000, false)).toBe(1);
    expect(await claimOne(store, "other", NOW + 100_000)).toMatchObject({ id: orphan.id, attempts: 2 });
    expect(existsSync(`${path}.lock`)).toBe(true);
  });
});
