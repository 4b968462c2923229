import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import { Client } from "pg";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { StoreUnavailableError } from "../../src/core/ports.ts";
import type { Store } from "../../src/core/ports.ts";
import { openStore, verifyChain } from "../../src/store/index.ts";
import { silentLogger } from "../../src/store/logger.ts";
import { openPostgres } from "../../src/store/postgres/open.ts";
import { createTestDatabase, describePostgres } from "../support/postgres.ts";
import { makeClusterFolder, PostgresCluster } from "../support/postgres-cluster.ts";
import { acme, aDelivery, aJob, anAudit, claimAll, NOW, prod, queue } from "./given.ts";
import { Hammer, seeded } from "./hammer.ts";
import { StoreProcess } from "./process.ts";

const clock = { now: () => NOW };

async function openReplica(address: string): Promise<Store> {
  const store = await openStore(address, { cwd: "/", clock });
  onTestFinished(() => store.close());
  return store;
}

async function ask(address: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: address });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

describePostgres("replicas on one PostgreSQL", () => {
  it("strand no job, run no key twice at once and lose nothing, whatever they do at the same time", async () => {
    const address = await createTestDatabase();
    const replicas = [await openReplica(address), await openReplica(address), await openReplica(address)];
    const seed = Date.now() % 1e9;
    const result = await new Hammer(seeded(seed)).run(replicas, 5, 40);
    expect({ seed, errors: result.errors }).toEqual({ seed, errors: [] });
    expect(result.overlaps).toEqual([]);
    const counts = await replicas[0]?.jobCounts();
    expect({ seed, ...counts }).toMatchObject({ seed, waiting: 0, ready: 0, running: 0, dead: 0 });
    const wrong = result.added.filter((payload) => result.completions.get(payload) !== 1);
    expect({ seed, wrong }).toEqual({ seed, wrong: [] });
    // Not even a deadlock that the server would have to break: transactions take their locks in one order.
    expect(result.unavailable).toBe(0);
    expect(result.added.length).toBeGreaterThan(300);
  });

  it("store a delivery once that reaches all of them at the same moment, in any order", async () => {
    const address = await createTestDatabase();
    const replicas = [await openReplica(address), await openReplica(address), await openReplica(address)];
    const batch = Array.from({ length: 60 }, (_, index) => aDelivery(`d${index}`));
    const orders = [batch, batch.toReversed(), [...batch.slice(30), ...batch.slice(0, 30)]];
    const outcomes = await Promise.all(replicas.map((store, index) => store.receive(orders[index] ?? [])));
    expect(outcomes.flat().filter((outcome) => outcome === "accepted")).toHaveLength(60);
    expect(await replicas[0]?.jobCounts()).toMatchObject({ ready: 1, waiting: 59 });
  });

  it("hand each job to one of them", async () => {
    const address = await createTestDatabase();
    const replicas = [await openReplica(address), await openReplica(address), await openReplica(address)];
    await queue(replicas[0] as Store, ...Array.from({ length: 90 }, (_, index) => aJob({ payload: index })));
    const claims = await Promise.all(
      [0, 1, 2, 0, 1, 2].map((index) => (replicas[index] as Store).claim(`w${index}`, NOW, 20, NOW + 1)),
    );
    const ids = claims.flat().map((job) => job.id);
    expect(new Set(ids).size).toBe(ids.length);
    const rest = await claimAll(replicas[0] as Store);
    expect(ids.length + rest.length).toBe(90);
  });

  it("tell each other of new work", async () => {
    const address = await createTestDatabase();
    const [one, two] = [await openReplica(address), await openReplica(address)];
    const heard = vi.fn<() => void>();
    onTestFinished(two.onWork(heard));
    // It listens once the first call has come.
    await expect.poll(() => heard.mock.calls.length, { timeout: 5_000 }).toBeGreaterThan(0);
    const before = heard.mock.calls.length;
    await queue(one, aJob());
    await expect.poll(() => heard.mock.calls.length, { timeout: 5_000 }).toBeGreaterThan(before);
  });

  it("write durably although the server's default is not to", async () => {
    const address = await createTestDatabase();
    const name = new URL(address).pathname.slice(1);
    await ask(address, `alter database ${name} set synchronous_commit = off`);
    const store = await openReplica(address);
    await queue(store, aJob());
    expect(await ask(address, "show synchronous_commit")).toEqual([{ synchronous_commit: "off" }]);
    // A session tells its settings only to itself: ask through the store's own way of connecting.
    const database = openPostgres(address, false, silentLogger);
    const { rows } = await sql`show synchronous_commit`.execute(database.writer);
    expect(rows).toEqual([{ synchronous_commit: "on" }]);
    await database.work.close();
    await database.close();
  });
});

describePostgres("a PostgreSQL server that crashes", () => {
  let cluster: PostgresCluster;
  beforeAll(async () => {
    cluster = new PostgresCluster(makeClusterFolder());
    const remove = () => cluster.remove();
    process.once("exit", remove);
    await cluster.create({ durable: true });
    await cluster.start();
    return () => process.removeListener("exit", remove);
  });
  afterAll(() => cluster.remove());

  it("makes the store unavailable, and loses nothing acknowledged, once and again", async () => {
    const address = await cluster.createDatabase();
    const store = await openReplica(address);
    const acknowledged: string[] = [];
    const errors: unknown[] = [];
    const writing = { over: false };
    const write = async (writer: number) => {
      for (let round = 0; !writing.over; round += 1) {
        const ids = [`${writer}-${round}-a`, `${writer}-${round}-b`];
        try {
          await store.receive(ids.map((id) => aDelivery(id)));
          acknowledged.push(...ids);
          await store.transaction((tx) => tx.appendAudit(acme, [anAudit("stored", { ref: ids.join() })]));
        } catch (error) {
          errors.push(error);
          await pause(20);
        }
      }
    };
    const writers = [0, 1, 2, 3].map(write);
    for (let crash = 0; crash < 3; crash += 1) {
      const before = acknowledged.length;
      await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(before + 40);
      await cluster.stop("immediate");
      await expect(store.ping()).rejects.toThrow(StoreUnavailableError);
      await cluster.start();
    }
    const before = acknowledged.length;
    await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(before + 40);
    writing.over = true;
    await Promise.all(writers);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.filter((error) => !(error instanceof StoreUnavailableError))).toEqual([]);
    const again = await store.receive(acknowledged.map((id) => aDelivery(id)));
    expect(new Set(again)).toEqual(new Set(["duplicate"]));
    expect(verifyChain(await store.auditRecords(acme, 0, 1e6))).toMatchObject({ intact: true });
  });

  it("does not end the process that listens, and is listened to again with one connection", async () => {
    const address = await cluster.createDatabase();
    const [one, two] = [await openReplica(address), await openReplica(address)];
    const heard = vi.fn<() => void>();
    onTestFinished(two.onWork(heard));
    await expect.poll(() => heard.mock.calls.length, { timeout: 5_000 }).toBeGreaterThan(0);
    await cluster.stop("immediate");
    // Down for longer than one attempt to listen takes.
    await pause(1_500);
    const before = heard.mock.calls.length;
    await cluster.start();
    await expect.poll(() => heard.mock.calls.length, { timeout: 10_000 }).toBeGreaterThan(before);
    const listening = await ask(
      address,
      "select pid from pg_stat_activity where query = 'listen waybill_work' and datname = current_database()",
    );
    expect(listening).toHaveLength(1);
    const again = heard.mock.calls.length;
    await queue(one, aJob());
    await expect.poll(() => heard.mock.calls.length, { timeout: 5_000 }).toBeGreaterThan(again);
  });

  it("cannot be opened while it is down, and says so without the password", async () => {
    const address = (await cluster.createDatabase()).replace("//waybill@", "//waybill:hunter2@");
    await cluster.stop("fast");
    const failure = await openStore(address, { cwd: "/" }).catch((error: unknown) => error);
    await cluster.start();
    expect(failure).toBeInstanceOf(StoreUnavailableError);
    expect(String(failure) + String((failure as Error).cause) + JSON.stringify(failure)).not.toContain(
      "hunter2",
    );
    expect((failure as Error).stack).not.toContain("hunter2");
  });

  it("keeps the lane of a writer that was killed free for the next", async () => {
    const address = await cluster.createDatabase();
    const [first, second] = [1, 2].map((tag) => new StoreProcess("write", address, `p${tag}`));
    await first?.hears(8);
    await first?.kill();
    await second?.hears((second?.said.length ?? 0) + 8);
    await second?.kill();
    const store = await openReplica(address);
    const rounds = [...(first?.said ?? []), ...(second?.said ?? [])];
    const acknowledged = rounds.flatMap((said) => said.acknowledged ?? []);
    const again = await store.receive(acknowledged.map((id) => aDelivery(id)));
    expect(new Set(again)).toEqual(new Set(["duplicate"]));
    const records = await store.auditRecords(acme, 0, 1e6);
    expect(verifyChain(records)).toMatchObject({ intact: true });
    expect(await store.readLane(prod)).toMatchObject({ rev: records.length });
  });
});
