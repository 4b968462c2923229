import { sql } from "kysely";
import { describeFlaw, verifyAuditLog } from "../audit-log.ts";
import type { Database, Trx } from "../database.ts";
import { closeDatabase, openDatabase } from "../open.ts";
import { whenAvailable } from "../store.ts";
import { NEWEST_SCHEMA, TransferError } from "./format.ts";
import type { Header, Trailer } from "./format.ts";
import { insertRows } from "./insert.ts";
import { TransferReader } from "./read.ts";
import { countRows, readNumbers, waitPatiently } from "./snapshot.ts";
import { TRANSFER_TABLES } from "./tables.ts";

/** How a store is imported. */
export interface ImportOptions {
  /** What a relative `sqlite:PATH` is relative to. */
  readonly cwd: string;
  /** Begins to read the file. */
  readonly open: () => AsyncIterable<Uint8Array>;
  /** Whether it can be read twice: then it is checked whole before the database is opened. */
  readonly twice: boolean;
  /** Take a file too that was written beside a running server. */
  readonly rehearsal: boolean;
}

/** What was imported. */
export interface Imported {
  readonly header: Header;
  readonly trailer: Trailer;
  /** Jobs that were running when the file was written; whoever starts takes them up. */
  readonly orphans: number;
}

/**
 * Brings a file of `exportStore` into the empty database that DATABASE_URL names, all of it or nothing: in one transaction, which is only
 * committed when the file's end has proved it whole and the audit log was verified in its new place. Throws TransferError, and as
 * `openStore` does.
 */
export async function importStore(databaseUrl: string, options: ImportOptions): Promise<Imported> {
  if (options.twice) {
    const reader = new TransferReader(NEWEST_SCHEMA);
    for await (const _ of reader.batches(options.open()));
    requireFinal(reader.trailer, options);
  }
  const database = await openDatabase(databaseUrl, { cwd: options.cwd, exact: true });
  try {
    return await whenAvailable(database, () =>
      database.writer
        .transaction()
        .setIsolationLevel("read committed")
        .execute((trx) => fill(trx, database, options)),
    );
  } finally {
    await closeDatabase(database);
  }
}

function requireFinal({ final }: Trailer, { rehearsal }: ImportOptions): void {
  if (final || rehearsal) return;
  throw new TransferError(
    "The file was written while a server worked on the store: what it did since is not in it, and would be lost or done again.",
    "Stop the server, export with --final, and import that file. To try only how it goes, on a store that no server will use, import with --rehearsal.",
  );
}

async function fill(trx: Trx, database: Database, options: ImportOptions): Promise<Imported> {
  await database.checkSchema(trx);
  await waitPatiently(database, trx);
  await lockTables(trx, database);
  await requireEmpty(trx);
  const reader = new TransferReader(NEWEST_SCHEMA);
  let orphans = 0;
  for await (const batch of reader.batches(options.open())) {
    if (batch.table.name === "job") orphans += batch.rows.filter(({ state }) => state === "running").length;
    await insertRows(trx, database, batch);
  }
  requireFinal(reader.trailer, options);
  await requireArrived(trx, reader.trailer);
  await continueNumbers(trx, database, reader.header);
  return { header: reader.header, trailer: reader.trailer, orphans };
}

/** A server that is connected already would write between our look whether it is empty and our commit. */
async function lockTables(trx: Trx, { dialect }: Database): Promise<void> {
  // On SQLite the transaction is the only one.
  if (dialect === "sqlite") return;
  const tables = sql.join(TRANSFER_TABLES.map(({ name }) => sql.table(name)));
  await sql`lock table ${tables} in access exclusive mode`.execute(trx);
}

async function requireEmpty(trx: Trx): Promise<void> {
  const filled: string[] = [];
  for (const { name } of TRANSFER_TABLES) {
    const { rows } = await sql`select 1 from ${sql.table(name)} limit 1`.execute(trx);
    if (rows.length > 0) filled.push(name);
  }
  if (filled.length === 0) return;
  throw new TransferError(
    `The store that DATABASE_URL names is not empty (there are rows in ${filled.join(", ")}), and an import fills only an empty one.`,
    "Name a new database. A server that was started on this one has begun to fill it.",
  );
}

/** Looked at where they are now: what was counted and verified on the way here is not yet what was stored. */
async function requireArrived(trx: Trx, { rows }: Trailer): Promise<void> {
  for (const table of TRANSFER_TABLES) {
    const count = await countRows(trx, table);
    if (count !== rows[table.name])
      throw new Error(`${rows[table.name]} rows of ${table.name} were brought, and ${count} are there`);
  }
  const flaw = await verifyAuditLog(trx);
  if (flaw !== null) throw new Error(`where it was brought, ${describeFlaw(flaw)}`);
}

/** No number is given out twice: also not one whose row was pruned, as other rows may still name it. */
async function continueNumbers(trx: Trx, database: Database, { numbers }: Header): Promise<void> {
  const here = await readNumbers(database, trx);
  for (const { name, numbered } of TRANSFER_TABLES) {
    if (numbered === null || (name !== "pack" && name !== "inbox" && name !== "job")) continue;
    const highest = await sql<{ highest: number | null }>`select max(${sql.ref(numbered)}) as highest
      from ${sql.table(name)}`.execute(trx);
    const last = Math.max(numbers[name], here[name], highest.rows[0]?.highest ?? 0);
    if (database.dialect === "postgres")
      // As a change of the table and not by setval(), which no rollback would take back.
      await sql`alter table ${sql.table(name)} alter column ${sql.ref(numbered)} restart with ${sql.lit(last + 1)}`.execute(
        trx,
      );
    else {
      await sql`delete from sqlite_sequence where name = ${name}`.execute(trx);
      await sql`insert into sqlite_sequence (name, seq) values (${name}, ${last})`.execute(trx);
    }
  }
}
