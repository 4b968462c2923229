import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Dialect } from "../database.ts";
import type { StoreMigration } from "./migration.ts";

/** The oldest schema that who writes has to know: what an older process can read of a migration that is newer than itself. */
export function writersFrom(dialect: Dialect): StoreMigration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const end = dialect === "sqlite" ? sql` strict` : sql``;
      await sql`create table writers_from (migration text not null)${end}`.execute(db);
      await sql`insert into writers_from (migration) values (${WRITERS_FROM})`.execute(db);
    },
  };
}

/** Its own name. Whoever does not know this one stops at any migration, compatible or not. */
export const WRITERS_FROM = "0005_writers_from";
