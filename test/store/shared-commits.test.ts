/** Transactions on SQLite that come at the same time share a commit, and notice nothing of one another. */
import { AsyncLocalStorage } from "node:async_hooks";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { StoreUnavailableError, type Store, type StoreTransaction } from "../../src/core/ports.ts";
import { appendAudit } from "../../src/store/audit.ts";
import { migrate, migrationsFor } from "../../src/store/migrations/index.ts";
import { openSqlite, type SqliteDatabaseHandle } from "../../src/store/sqlite/open.ts";
import { SqlStore } from "../../src/store/store.ts";
import { acme, aJob, anAudit, dev, NOW, prod, temporaryFolder } from "./given.ts";

interface Opened {
  readonly store: Store;
  readonly database: SqliteDatabaseHandle;
  /** How many commits there were since this was asked last. */
  readonly commits: () => number;
}

async function openTestStore(): Promise<Opened> {
  const database = openSqlite(join(temporaryFolder(), "waybill.db"));
  const commits = countCommits(database);
  await migrate(database.writer, migrationsFor("sqlite"));
  commits();
  const store = new SqlStore(database, { now: () => NOW });
  onTestFinished(() => store.close());
  return { store, database, commits };
}

/** Before anything is written: its statements are prepared once. */
function countCommits({ connection }: SqliteDatabaseHandle): () => number {
  let count = 0;
  const prepare = connection.prepare.bind(connection);
  connection.prepare = (text: string) => {
    const statement = prepare(text);
    const run = statement.run.bind(statement);
    if (text === "commit")
      statement.run = () => {
        count += 1;
        return run();
      };
    return statement;
  };
  return () => {
    const since = count;
    count = 0;
    return since;
  };
}

const word = (text: string) => (tx: StoreTransaction) => tx.appendAudit(acme, [anAudit(text)]);

async function wordsOf(store: Store): Promise<readonly string[]> {
  return (await store.auditRecords(acme, 0, 1_000)).map(({ type }) => type);
}

describe("transactions that come at the same time", () => {
  it("are on disk in a few commits, in the order in which they came", async () => {
    const { store, commits } = await openTestStore();
    const texts = Array.from({ length: 100 }, (_none, index) => `word ${index}`);
    await Promise.all(texts.map((text) => store.transaction(word(text))));
    const needed = commits();
    expect(needed).toBeGreaterThan(0);
    expect(needed).toBeLessThanOrEqual(5);
    expect(await wordsOf(store)).toEqual(texts);
  });

  it("are each answered only when others can read what they wrote", async () => {
    const { store } = await openTestStore();
    const seen = await Promise.all(
      ["first", "second", "third"].map(async (text) => {
        await store.transaction(word(text));
        return (await wordsOf(store)).includes(text);
      }),
    );
    expect(seen).toEqual([true, true, true]);
  });

  it("are undone one by one where they fail: what the others did stands", async () => {
    const { store, commits } = await openTestStore();
    const outcomes = await Promise.allSettled([
      store.transaction(word("before")),
      store.transaction(async (tx) => {
        await tx.lockLane(prod);
        await tx.saveLane(prod, 0, "never");
        await word("never")(tx);
        await tx.addJobs([aJob()]);
        throw new Error("it was not to be");
      }),
      store.transaction(async (tx) => {
        await word("after")(tx);
        await tx.addJobs([aJob({ payload: "after" })]);
      }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(outcomes[1]).toMatchObject({ reason: { message: "it was not to be" } });
    // Theirs, and one for whoever had a new lane: it is done by itself.
    expect(commits()).toBeLessThanOrEqual(2);
    expect(await wordsOf(store)).toEqual(["before", "after"]);
    expect(await store.readLane(prod)).toBeNull();
    expect(await store.jobCounts()).toMatchObject({ ready: 1 });
  });

  it("see what those before them did, as if each had its own commit", async () => {
    const { store } = await openTestStore();
    const count = (tx: StoreTransaction) =>
      tx.lockLane(dev).then(async ({ rev, state }) => {
        await tx.saveLane(dev, rev, Number(state ?? 0) + 1);
      });
    await Promise.all(Array.from({ length: 50 }, () => store.transaction(count)));
    expect(await store.readLane(dev)).toMatchObject({ rev: 50, state: 50 });
  });

  it("fail together where the disk is full: none of them is half there, and none is said to be done", async () => {
    const { store, database } = await openTestStore();
    await store.transaction(word("before"));
    const pages = Number(database.connection.prepare("pragma page_count").get()?.["page_count"]);
    database.connection.exec(`pragma max_page_count = ${pages + 4}`);
    const long = "a word ".repeat(20_000);
    const outcomes = await Promise.allSettled([
      store.transaction(word("early")),
      store.transaction((tx) => tx.appendAudit(acme, [anAudit("long", { data: { long } })])),
      store.transaction(word("late")),
    ]);
    const unavailable = outcomes.filter(
      (outcome) => outcome.status === "rejected" && outcome.reason instanceof StoreUnavailableError,
    );
    // Who comes after the one that did not fit may have a commit of its own, and then stands.
    const done = outcomes.flatMap(({ status }, index) =>
      status === "fulfilled" ? [["early", "long", "late"][index]] : [],
    );
    expect(unavailable.length + done.length).toBe(3);
    expect(done).not.toContain("long");
    expect(await wordsOf(store)).toEqual(["before", ...done]);
    database.connection.exec("pragma max_page_count = 100000");
    await store.transaction(word("again"));
    expect(await wordsOf(store)).toEqual(["before", ...done, "again"]);
  });

  it("fail together where the database has undone the whole of them by itself, as on a broken disk", async () => {
    const { store, database } = await openTestStore();
    const outcomes = await Promise.allSettled([
      database.transaction((trx) =>
        appendAudit(database, trx, [{ installation: acme, records: [anAudit("early")] }]),
      ),
      database.transaction(() => {
        database.connection.exec("rollback");
        return Promise.reject(new Error("disk I/O error"));
      }),
    ]);
    const said = { status: "rejected", reason: { message: "disk I/O error" } };
    expect(outcomes).toMatchObject([said, said]);
    expect(await wordsOf(store)).toEqual([]);
    await store.transaction(word("again"));
    expect(await wordsOf(store)).toEqual(["again"]);
  });

  it("keep the context in which each was begun: log lines carry their own fields", async () => {
    const { store } = await openTestStore();
    const context = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    await Promise.all(
      ["ana", "wes", "kim"].map((name) =>
        context.run(name, () =>
          store.transaction(async (tx) => {
            await word(name)(tx);
            seen.push(context.getStore());
          }),
        ),
      ),
    );
    expect(seen).toEqual(["ana", "wes", "kim"]);
  });
});
