/** The audit log with all that vouches for it, as of one moment: for commands that read beside a server. */
import type { StoredReceipt } from "../core/receipt/place.ts";
import type { Promotion } from "../core/promotion.ts";
import type { ChainedAuditRecord } from "../core/ports.ts";
import type { InstallationId, RepositoryId } from "../core/ids.ts";
import { chainedRecord } from "./audit.ts";
import type { AuditAnchor } from "./audit-chain.ts";
import type { Tables, Trx } from "./database.ts";
import { closeDatabase, openDatabase } from "./open.ts";
import { storedReceipt } from "./receipts.ts";
import { whenAvailable } from "./store.ts";
import { fromJson } from "./text.ts";
import { inSnapshot, readTable } from "./transfer/snapshot.ts";
import { TRANSFER_TABLES, type TableName } from "./transfer/tables.ts";

/** A promotion's row. */
export interface KnownPromotion {
  readonly installation: InstallationId;
  readonly repository: RepositoryId;
  readonly promotion: Promotion;
}

/** What can be read, each in the order of installations. */
export interface AuditReading {
  /** Where each installation's log ends. */
  heads(): AsyncGenerator<AuditAnchor & { readonly installation: InstallationId }>;
  receipts(): AsyncGenerator<StoredReceipt>;
  /** The records of all installations, oldest first within each. */
  records(): AsyncGenerator<ChainedAuditRecord>;
  promotions(): AsyncGenerator<KnownPromotion>;
}

/** Reads the store that DATABASE_URL names. Throws as `openStore` does. */
export async function readAudit<Result>(
  databaseUrl: string,
  cwd: string,
  work: (reading: AuditReading) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase(databaseUrl, { cwd, readOnly: true });
  try {
    return await whenAvailable(database, () => inSnapshot(database, (trx) => work(readingOf(trx))));
  } finally {
    await closeDatabase(database);
  }
}

function readingOf(trx: Trx): AuditReading {
  return {
    async *heads() {
      for await (const { installation, ...head } of rowsOf(trx, "audit_head"))
        yield { installation: installation as InstallationId, ...head };
    },
    async *receipts() {
      for await (const row of rowsOf(trx, "receipt")) yield storedReceipt(row);
    },
    async *records() {
      for await (const row of rowsOf(trx, "audit")) yield chainedRecord(row);
    },
    async *promotions() {
      for await (const row of rowsOf(trx, "promotion"))
        yield {
          installation: row.installation as InstallationId,
          repository: row.repository as RepositoryId,
          promotion: fromJson(row.data) as Promotion,
        };
    },
  };
}

async function* rowsOf<Name extends TableName>(trx: Trx, name: Name): AsyncGenerator<Tables[Name]> {
  const table = TRANSFER_TABLES.find((one) => one.name === name);
  if (table === undefined) throw new Error(`there is no table ${name}`);
  // The rows come out of the table of this name, which says what they hold.
  for await (const page of readTable(trx, table)) yield* page as unknown as Tables[Name][];
}
