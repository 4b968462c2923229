import { zstdCompressSync } from "node:zlib";
import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Dialect } from "../database.ts";

/** Payloads move out of the inbox into compressed packs; those that are there get a pack each. Jobs of deliveries are named by number. */
export function packs(dialect: Dialect): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const [int, bytes, id, end] =
        dialect === "sqlite"
          ? [sql`integer`, sql`blob`, sql`integer primary key autoincrement`, sql` strict`]
          : [sql`bigint`, sql`bytea`, sql`bigint generated always as identity primary key`, sql``];
      // Never the same id twice: rows of the inbox go on naming packs that were pruned.
      await sql`create table pack (id ${id}, received_at ${int} not null, data ${bytes} not null)${end}`.execute(
        db,
      );
      await sql`create index pack_age on pack (received_at)`.execute(db);
      for (const column of ["pack", "pack_start", "pack_length"])
        await sql`alter table inbox add column ${sql.ref(column)} ${int}`.execute(db);
      await movePayloads(db);
      // By the unique index on the id: a join on the composed text would read the inbox once for each job.
      await sql`update job set dedupe = 'delivery:' || inbox.seq from inbox
        where job.kind = 'delivery' and inbox.delivery_id = substr(job.dedupe, 10)`.execute(db);
      await sql`drop index inbox_payload`.execute(db);
      await sql`alter table inbox drop column payload`.execute(db);
      await sql`create index inbox_pack on inbox (pack)`.execute(db);
    },
  };
}

interface Payload {
  readonly seq: number;
  readonly payload: string;
  readonly received_at: number;
}

async function movePayloads(db: Kysely<unknown>): Promise<void> {
  for (;;) {
    const { rows } = await sql<Payload>`select seq, payload, received_at from inbox
      where payload is not null and pack is null limit 1`.execute(db);
    const [row] = rows;
    if (row === undefined) return;
    const payload = Buffer.from(row.payload);
    const packed = await sql<{ id: number }>`insert into pack (received_at, data)
      values (${row.received_at}, ${zstdCompressSync(payload)}) returning id`.execute(db);
    await sql`update inbox set pack = ${packed.rows[0]?.id}, pack_start = 0, pack_length = ${payload.length}
      where seq = ${row.seq}`.execute(db);
  }
}
