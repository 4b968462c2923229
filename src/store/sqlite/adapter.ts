import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { SqliteAdapter, SqliteDialect } from "kysely";
import type { SqliteDatabase, SqliteStatement } from "kysely";

/** How many prepared statements are kept; the store has far fewer texts, except for batches of unusual sizes. */
const STATEMENT_LIMIT = 200;

/**
 * `begin` of a writer takes the write lock at once: a transaction that starts by reading and then wants to write could
 * otherwise fail without waiting when something else (a backup tool, the console) has written in between.
 */
const BEGIN = { writer: "begin immediate", reader: "begin" } as const;

/** node:sqlite in the form that Kysely's SQLite dialect drives (https://nodejs.org/api/sqlite.html). */
class NodeSqliteDatabase implements SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #role: keyof typeof BEGIN;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(database: DatabaseSync, role: keyof typeof BEGIN) {
    this.#database = database;
    this.#role = role;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  prepare(sql: string): SqliteStatement {
    // SQLite has rolled back already when a write hits a full disk; a second rollback would hide the first error.
    if (sql === "rollback" && !this.#database.isTransaction) return NOTHING;
    const cached = this.#statements.get(sql);
    if (cached !== undefined) {
      // Moved to the end, so that the one that is dropped is the one used longest ago.
      this.#statements.delete(sql);
      this.#statements.set(sql, cached);
      return cached;
    }
    const statement = wrap(this.#database.prepare(sql === "begin" ? BEGIN[this.#role] : sql));
    this.#statements.set(sql, statement);
    if (this.#statements.size > STATEMENT_LIMIT) {
      const oldest = this.#statements.keys().next();
      if (!oldest.done) this.#statements.delete(oldest.value);
    }
    return statement;
  }
}

const NOTHING: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [][Symbol.iterator](),
};

function wrap(statement: StatementSync): SqliteStatement {
  const values = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  };
}

/** SQLite's schema changes are transactional; Kysely's adapter does not say so, and a kill amid a migration would leave half of it. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Kysely's SQLite dialect over one connection of node:sqlite. */
export class NodeSqliteDialect extends SqliteDialect {
  constructor(database: DatabaseSync, role: "writer" | "reader") {
    super({ database: new NodeSqliteDatabase(database, role) });
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter();
  }
}
