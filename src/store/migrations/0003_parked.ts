import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Dialect } from "../database.ts";

/** Repositories in which nothing can be done for now, and the jobs that are held meanwhile. */
export function parked(dialect: Dialect): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const [int, end] = dialect === "sqlite" ? [sql`integer`, sql` strict`] : [sql`bigint`, sql``];
      await sql`create table parked (installation ${int} not null, repository ${int} not null,
        lost ${int} not null check (lost in (0, 1)), primary key (installation, repository))${end}`.execute(
        db,
      );
      await sql`alter table job add column held text`.execute(db);
      await sql`create index job_held on job (held) where held is not null`.execute(db);
    },
  };
}
