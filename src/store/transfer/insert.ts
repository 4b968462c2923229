import { sql } from "kysely";
import type { Database, Trx } from "../database.ts";
import { rowsStatement } from "../rows.ts";
import { EXPORT_AGAIN, TransferError } from "./format.ts";
import type { Batch } from "./read.ts";
import { TRANSFER_TABLES } from "./tables.ts";
import type { TableName, TransferRow, TransferTable } from "./tables.ts";

/** Whose columns are numbered by the database itself takes our numbers only when told so. */
function overriding({ numbered }: TransferTable, dialect: Database["dialect"]) {
  return numbered !== null && dialect === "postgres" ? sql`overriding system value` : sql``;
}

type Insert = ReturnType<typeof rowsStatement>;

const INSERTS: ReadonlyMap<TableName, Insert> = new Map(
  TRANSFER_TABLES.filter(({ columns }) => !Object.values(columns).includes("bytes")).map((table) => {
    const columns = Object.entries(table.columns).map(([name, kind]) => [
      name,
      kind.startsWith("integer") ? "integer" : "text",
    ]);
    const insert = rowsStatement(
      Object.fromEntries(columns) as Record<string, "integer" | "text">,
      (names, source, dialect) => sql<never>`insert into ${sql.table(table.name)} (${names})
        ${overriding(table, dialect)} select ${names} from ${source}`,
    );
    return [table.name, insert];
  }),
);

/** Inserts rows as they are, with their numbers. Throws TransferError naming their lines where the database refuses them. */
export async function insertRows(trx: Trx, database: Database, batch: Batch): Promise<void> {
  const insert = INSERTS.get(batch.table.name);
  try {
    if (insert === undefined) await insertPacks(trx, database, batch);
    else await insert(database, trx, batch.rows.map(orphaned));
  } catch (error) {
    if (database.isUnavailable(error) || !(error instanceof Error)) throw error;
    throw new TransferError(
      `The database refuses the rows of ${batch.table.name} up to line ${batch.lastLine}: ${error.message}.`,
      EXPORT_AGAIN,
      batch.firstLine,
    );
  }
}

/** Who ran a job is not coming back for it: its lease is over, so that the first sweep takes it up, its attempt counted. */
function orphaned(row: TransferRow): TransferRow {
  return row["state"] === "running" ? { ...row, lease_until: 0 } : row;
}

/** Bytes do not travel in JSON parameters. */
async function insertPacks(trx: Trx, { dialect }: Database, { table, rows }: Batch): Promise<void> {
  for (const row of rows) {
    const data = Buffer.from(String(row["data"]), "base64");
    await sql`insert into pack (id, received_at, data) ${overriding(table, dialect)}
      values (${row["id"]}, ${row["received_at"]}, ${data})`.execute(trx);
  }
}
