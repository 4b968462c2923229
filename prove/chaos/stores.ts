/** The databases of the cases: opened once for all of them, emptied between two, and reached through gates. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import type { Clock, Store } from "../../src/core/ports.ts";
import type { Database } from "../../src/store/database.ts";
import { openDatabase, closeDatabase } from "../../src/store/open.ts";
import { SqlStore } from "../../src/store/store.ts";
import { quickFolder } from "../../test/support/quick-folder.ts";
import type { Gates } from "./gates.ts";
import { as, isOutside, outside, type Being, type Surroundings } from "./surroundings.ts";

const TABLES = ["job", "inbox", "pack", "lane", "parked", "look", "promotion"] as const;

const READS: ReadonlySet<string> = new Set([
  "delivery",
  "environments",
  "jobCounts",
  "looks",
  "nextDue",
  "parking",
  "readLane",
  "readLook",
  "readPromotion",
  "repositories",
]);

/**
 * Whether an operation of the store has written something, so that it matters whether its process lives to hear of it. Between what was only read and the next gate
 * nothing happens that others could see: to die there, or to be late, is to do so at that gate.
 */
function hasWritten(name: string, value: unknown): boolean {
  if (name === "claim") return (value as readonly unknown[]).length > 0;
  return name === "sweep" ? value !== 0 : !READS.has(name);
}

export class CaseDatabase {
  readonly database: Database;
  /** Whether several processes may work on it at a time. */
  readonly isShared: boolean;
  readonly #folder: string | null;

  private constructor(database: Database, folder: string | null) {
    this.database = database;
    this.isShared = database.dialect === "postgres";
    this.#folder = folder;
  }

  /** Opens an empty SQLite file of its own, or the database at an address, which nobody else uses. */
  static async open(url: string | null): Promise<CaseDatabase> {
    const folder = url === null ? quickFolder("waybill-chaos-") : null;
    const address = url ?? `sqlite:${join(folder ?? "", "waybill.db")}`;
    const database = await openDatabase(address, { cwd: process.cwd() });
    // Nothing has to outlive this process: it is the commits that count, not the disk.
    if (url === null) await sql`pragma synchronous = off`.execute(database.writer);
    return new CaseDatabase({ ...database, work: hints(database.dialect === "postgres") }, folder);
  }

  /** Forgets all cases so far. */
  async empty(): Promise<void> {
    void this.database.work.close();
    await this.database.writer.transaction().execute(async (trx) => {
      for (const table of TABLES) await sql`delete from ${sql.table(table)}`.execute(trx);
    });
  }

  async close(): Promise<void> {
    await closeDatabase(this.database);
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The store as the judge reads it: without gates. */
  store(clock: Clock): Store {
    return new SqlStore(this.database, clock);
  }

  /** The store as one process has it: each of its operations passes a gate before and after. */
  gated(clock: Clock, who: Being, gates: Gates, surroundings: Surroundings): Store {
    const store = new SqlStore(this.database, clock);
    return new Proxy<Store>(store, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        if (name === "close") return () => Promise.resolve();
        if (name === "onWork")
          return (callback: () => void) => target.onWork(() => void (who.alive && as(who, callback)));
        return async (...values: unknown[]): Promise<unknown> => {
          const run = () => Reflect.apply(method, target, values) as Promise<unknown>;
          // What is read amid a transaction belongs to it.
          if (isOutside()) return run();
          await gates.pass("store", who, String(name));
          const result = await surroundings
            .during(() => outside(run))
            .then(
              (value) => ({ value, error: null }),
              (error: unknown) => ({ value: null, error: { thrown: error } }),
            );
          if (result.error !== null || hasWritten(String(name), result.value))
            await gates.pass("stored", who, String(name));
          if (result.error !== null) throw result.error.thrown;
          return result.value;
        };
      },
    });
  }
}

/** Hints between the processes of a case: at once, and not by the database, whose own come whenever they come. */
function hints(isShared: boolean): Database["work"] {
  const callbacks = new Set<() => void>();
  return {
    announce() {
      // One that works alone looks for work whenever it has done something.
      if (isShared) for (const callback of callbacks) queueMicrotask(callback);
    },
    subscribe(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    close: () => Promise.resolve(callbacks.clear()),
  };
}
