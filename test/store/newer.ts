/** What versions of Waybill that are yet to come bring along, for tests of old and new processes on one database. */
import { sql } from "kysely";
import type { Dialect } from "../../src/store/database.ts";
import { migrationsFor } from "../../src/store/migrations/index.ts";
import type { StoreMigration } from "../../src/store/migrations/migration.ts";

/** Older processes go on after it. */
const COMPATIBLE: StoreMigration = {
  compatible: true,
  async up(db) {
    await sql`alter table job add column note text`.execute(db);
    await sql`create table note (text text not null)`.execute(db);
  },
};

/** Older processes stop after it. */
const BREAKING: StoreMigration = {
  up: async (db) => void (await sql`alter table lane add column owner text`.execute(db)),
};

/**
 * - `today`: what this version knows · `compatible`: the next one · `breaking`: the one after that
 * - `later`: the one after that, whose own step is compatible again
 */
export type KnownSchema = "today" | "compatible" | "breaking" | "later";

/** The migrations that a process of a version knows. */
export function schemaOf(known: KnownSchema): (dialect: Dialect) => Record<string, StoreMigration> {
  return (dialect) => ({
    ...migrationsFor(dialect),
    ...(known === "today" ? {} : { "9996_compatible": COMPATIBLE }),
    ...(known === "breaking" || known === "later" ? { "9997_breaking": BREAKING } : {}),
    ...(known === "later"
      ? {
          "9998_later": {
            ...COMPATIBLE,
            up: async (db) => void (await sql`create table later (id int)`.execute(db)),
          },
        }
      : {}),
  });
}
