import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Dialect } from "../database.ts";
import type { StoreMigration } from "./migration.ts";

/** Receipts of deliveries, as they were signed. An older process delivers without one, as it always did. */
export function receipts(dialect: Dialect): StoreMigration {
  return {
    compatible: true,
    async up(db: Kysely<unknown>): Promise<void> {
      const [int, end] = dialect === "sqlite" ? [sql`integer`, sql` strict`] : [sql`bigint`, sql``];
      await sql`create table receipt (installation ${int} not null, repository ${int} not null, promotion text not null,
        environment text not null, at ${int} not null, key_id text, document text not null,
        primary key (installation, repository, promotion))${end}`.execute(db);
    },
  };
}
