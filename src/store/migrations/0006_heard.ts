import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Dialect } from "../database.ts";
import type { StoreMigration } from "./migration.ts";

/** Comments whose commands were handed to the lanes. An older process hands them on without writing it down, as it always did. */
export function heard(dialect: Dialect): StoreMigration {
  return {
    compatible: true,
    async up(db: Kysely<unknown>): Promise<void> {
      const [int, end] = dialect === "sqlite" ? [sql`integer`, sql` strict`] : [sql`bigint`, sql``];
      await sql`create table heard (installation ${int} not null, repository ${int} not null, comment ${int} not null,
        primary key (installation, repository, comment))${end}`.execute(db);
    },
  };
}
