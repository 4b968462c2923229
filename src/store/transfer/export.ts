import { createHash } from "node:crypto";
import { AuditLogCheck, describeFlaw } from "../audit-log.ts";
import type { AuditFlaw, AuditRow } from "../audit-log.ts";
import type { Database, Trx } from "../database.ts";
import { closeDatabase, openDatabase } from "../open.ts";
import { whenAvailable } from "../store.ts";
import { encodeLine, FORMAT, NEWEST_SCHEMA, TransferError } from "./format.ts";
import type { Header, Trailer } from "./format.ts";
import { watchServers } from "./servers.ts";
import { inSnapshot, readNumbers, readTable } from "./snapshot.ts";
import { noRows, TRANSFER_TABLES } from "./tables.ts";
import type { RowCounts, TransferRow, TransferTable } from "./tables.ts";

/** How a store is exported. */
export interface ExportOptions {
  /** What a relative `sqlite:PATH` is relative to. */
  readonly cwd: string;
  /** Refuse where a server works on the store. */
  readonly final: boolean;
  readonly now: () => number;
  /** Takes a piece of the file; resolves when it has room for the next. */
  readonly write: (piece: string) => Promise<void>;
  /** Is told once, before anything is written, who works on the store meanwhile. */
  readonly onServer: (who: string) => void;
}

/** What was exported. */
export interface Exported {
  readonly rows: Readonly<RowCounts>;
  /** Whether no server worked on the store meanwhile, as far as could be seen. */
  readonly final: boolean;
}

/**
 * Writes all that must survive of the store that DATABASE_URL names, as of one moment; beside a running server too. The audit log is
 * verified on the way. Throws TransferError where it may not be exported so, and as `openStore` does.
 */
export async function exportStore(databaseUrl: string, options: ExportOptions): Promise<Exported> {
  const database = await openDatabase(databaseUrl, { cwd: options.cwd, readOnly: true, exact: true });
  try {
    const watch = watchServers(databaseUrl, options.cwd, database);
    try {
      const seen = () => whenAvailable(database, () => watch.seen());
      const before = await seen();
      if (before !== null && options.final) throw serverRuns(before);
      if (before !== null) options.onServer(before);
      return await whenAvailable(database, () =>
        inSnapshot(database, (trx) => write(trx, database, options, seen, before)),
      );
    } finally {
      watch.end();
    }
  } finally {
    await closeDatabase(database);
  }
}

async function write(
  trx: Trx,
  database: Database,
  options: ExportOptions,
  seen: () => Promise<string | null>,
  before: string | null,
): Promise<Exported> {
  const hash = createHash("sha256");
  const rows = noRows();
  const check = new AuditLogCheck();
  const put = async (text: string): Promise<void> => {
    hash.update(text);
    await options.write(text);
  };
  const header: Header = {
    waybill: "store",
    format: FORMAT,
    schema: NEWEST_SCHEMA,
    source: database.dialect,
    at: new Date(options.now()).toISOString(),
    numbers: await readNumbers(database, trx),
  };
  await put(encodeLine(header));
  for (const table of TRANSFER_TABLES) {
    for await (const page of readTable(trx, table)) {
      rows[table.name] += page.length;
      for (const row of page) inspect(check, table, row);
      await put(page.map((row) => encodeLine({ table: table.name, row })).join(""));
    }
  }
  refuseFlaw(check.end());
  const after = before ?? (await seen());
  if (after !== null && options.final) throw serverRuns(after);
  const final = before === null && after === null;
  const trailer: Trailer = { end: true, final, rows, sha256: hash.digest("hex") };
  await options.write(encodeLine(trailer));
  return { rows, final };
}

function inspect(check: AuditLogCheck, { name }: TransferTable, row: TransferRow): void {
  // The rows come out of the tables of these names, which say what they hold.
  if (name === "audit_head") {
    const { installation, seq, hash } = row as { installation: number; seq: number; hash: string };
    check.expect(installation, { seq, hash });
  } else if (name === "audit") refuseFlaw(check.add(row as unknown as AuditRow));
}

function refuseFlaw(flaw: AuditFlaw | null): void {
  if (flaw === null) return;
  throw new TransferError(
    `In the store, ${describeFlaw(flaw)}.`,
    "Somebody has changed it, or the disk has: keep the database as it is, and find out; a backup that verifies can be put in its place.",
  );
}

function serverRuns(who: string): TransferError {
  return new TransferError(
    `A server works on the store (${who}), and --final wants none.`,
    "Stop it, and let it be stopped until the import is done.",
  );
}
