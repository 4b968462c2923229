import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Database, Tables, Trx } from "../database.ts";
import { TRANSFER_TABLES } from "./tables.ts";
import type { TransferRow, TransferTable } from "./tables.ts";

/**
 * Runs `work` in one transaction that sees the database as it was at its beginning, whatever others write meanwhile, and may last: a file
 * is written as fast as its reader takes it.
 */
export function inSnapshot<Result>(database: Database, work: (trx: Trx) => Promise<Result>): Promise<Result> {
  return database.reader
    .transaction()
    .setIsolationLevel("repeatable read")
    .execute(async (trx) => {
      await waitPatiently(database, trx);
      return work(trx);
    });
}

/** Lets a transaction wait for its file as long as it takes: the server would end it after a minute. */
export async function waitPatiently({ dialect }: Database, trx: Trx): Promise<void> {
  if (dialect === "postgres") await sql`set local idle_in_transaction_session_timeout = 0`.execute(trx);
}

type StoredRow = Readonly<Record<string, string | number | null | Uint8Array>>;

/** The rows of a table by its key, some at a time: no more of it is in memory. */
export async function* readTable(trx: Trx, table: TransferTable): AsyncGenerator<readonly TransferRow[]> {
  const columns = sql.join(Object.keys(table.columns).map((name) => sql.ref(name)));
  const key = sql.join(table.key.map((name) => sql.ref(name)));
  const only = table.only ?? sql<boolean>`1 = 1`;
  let further = sql<boolean>`1 = 1`;
  for (;;) {
    const { rows } = await sql<StoredRow>`select ${columns} from ${sql.table(table.name)}
      where ${only} and ${further} order by ${key} limit ${table.atOnce}`.execute(trx);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(travelling);
    if (rows.length < table.atOnce) return;
    further = sql<boolean>`(${key}) > (${sql.join(table.key.map((name) => last[name]))})`;
  }
}

function travelling(row: StoredRow): TransferRow {
  const entries = Object.entries(row).map(([name, value]): [string, string | number | null] => [
    name,
    value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
  ]);
  return Object.fromEntries(entries);
}

/** The highest number that each self-numbering table has given out, by the table's name; 0 for none. */
export async function readNumbers(
  { dialect }: Database,
  db: Kysely<Tables>,
): Promise<{ pack: number; inbox: number; job: number }> {
  const numbers = { pack: 0, inbox: 0, job: 0 };
  for (const { name, numbered } of TRANSFER_TABLES) {
    if (numbered === null || !Object.hasOwn(numbers, name)) continue;
    const { rows } = await (dialect === "sqlite"
      ? sql<{ number: number }>`select seq as number from sqlite_sequence where name = ${name}`.execute(db)
      : postgresNumber(name, numbered).then((statement) => statement.execute(db)));
    numbers[name as keyof typeof numbers] = rows[0]?.number ?? 0;
  }
  return numbers;

  /** A sequence does not go back when a transaction does, so it is never behind the rows of a snapshot. */
  async function postgresNumber(name: string, column: string) {
    const found = await sql<{
      sequence: string;
    }>`select pg_get_serial_sequence(${name}, ${column}) as sequence`.execute(db);
    // Quoted by the server itself.
    const sequence = sql.raw(found.rows[0]?.sequence ?? "");
    return sql<{
      number: number;
    }>`select case when is_called then last_value else last_value - 1 end as number from ${sequence}`;
  }
}

/** How many rows there are in each table that travels, those left out that do not. */
export async function countRows(trx: Kysely<Tables>, table: TransferTable): Promise<number> {
  const only = table.only ?? sql<boolean>`1 = 1`;
  const { rows } = await sql<{
    count: number;
  }>`select count(*) as count from ${sql.table(table.name)} where ${only}`.execute(trx);
  return rows[0]?.count ?? 0;
}
