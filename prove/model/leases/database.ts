/** The real store on a real SQLite file, that can be put back to any earlier state, and whose process can die at a commit. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { Store } from "../../../src/core/ports.ts";
import { migrate, migrationsFor } from "../../../src/store/migrations/index.ts";
import { openSqlite, type SqliteDatabaseHandle } from "../../../src/store/sqlite/open.ts";
import { SqlStore } from "../../../src/store/store.ts";

/** What the intake and the queue write. `sqlite_sequence`: an id is never used twice. */
const TABLES = ["inbox", "pack", "job", "sqlite_sequence"] as const;

export type Row = Readonly<Record<string, SQLInputValue>>;
export type Rows = Readonly<Record<(typeof TABLES)[number], readonly Row[]>>;

export class ModelDatabase {
  readonly store: Store;
  /** Commits that are let through before the process dies; null where it lives on. */
  commitsLeft: number | null = null;
  now = 0;
  readonly #handle: SqliteDatabaseHandle;
  readonly #folder: string;

  private constructor(handle: SqliteDatabaseHandle, folder: string) {
    this.#handle = handle;
    this.#folder = folder;
    this.store = new SqlStore(handle, { now: () => this.now });
  }

  static async open(): Promise<ModelDatabase> {
    const folder = mkdtempSync(join(tmpdir(), "waybill-model-"));
    const handle = openSqlite(join(folder, "waybill.db"));
    // Nothing has to outlive this process: it is the commits that count, not the disk.
    handle.connection.exec("pragma synchronous = off");
    const database = new ModelDatabase(handle, folder);
    const prepare = handle.connection.prepare.bind(handle.connection);
    handle.connection.prepare = (text: string) => {
      const statement = prepare(text);
      return text === "commit" ? database.#mortal(statement) : statement;
    };
    await migrate(handle.writer, migrationsFor("sqlite"));
    return database;
  }

  async close(): Promise<void> {
    this.commitsLeft = null;
    await this.store.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #connection(): DatabaseSync {
    return this.#handle.connection;
  }

  /** A commit at which the process may die: then nothing of the transaction is there. */
  #mortal(commit: StatementSync): StatementSync {
    const run = commit.run.bind(commit);
    commit.run = () => {
      if (this.commitsLeft === 0) throw new Error("the process has died");
      if (this.commitsLeft !== null) this.commitsLeft -= 1;
      return run();
    };
    return commit;
  }

  read(): Rows {
    const all = TABLES.map((table) => [table, this.#connection.prepare(`select * from ${table}`).all()]);
    return Object.fromEntries(all) as Rows;
  }

  putBack(rows: Rows): void {
    if (this.#connection.isTransaction) this.#connection.exec("rollback");
    this.commitsLeft = null;
    this.#connection.exec("begin");
    for (const table of TABLES) {
      this.#connection.exec(`delete from ${table}`);
      for (const row of rows[table]) {
        const names = Object.keys(row);
        const marks = names.map(() => "?").join();
        this.#connection
          .prepare(`insert into ${table} (${names.join()}) values (${marks})`)
          .run(...names.map((name) => row[name] ?? null));
      }
    }
    // Inserting has moved the sequence on.
    this.#connection.exec("delete from sqlite_sequence");
    for (const { name, seq } of rows.sqlite_sequence)
      this.#connection
        .prepare("insert into sqlite_sequence (name, seq) values (?, ?)")
        .run(name ?? null, seq ?? null);
    this.#connection.exec("commit");
  }
}
