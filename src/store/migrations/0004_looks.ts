import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Dialect } from "../database.ts";

/** What was looked at at GitHub, when, and what is remembered of it for the next look. */
export function looks(dialect: Dialect): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const [int, end] = dialect === "sqlite" ? [sql`integer`, sql` strict`] : [sql`bigint`, sql``];
      await sql`create table look (kind text not null, installation ${int} not null, repository ${int} not null,
        looked_at ${int} not null, pause ${int} not null, failures ${int} not null, memory text not null,
        primary key (kind, installation, repository))${end}`.execute(db);
    },
  };
}
