import type { InstallationId } from "../core/ids.ts";
import type { AuditRecord, ChainedAuditRecord } from "../core/ports.ts";
import { canonicalJson, chainRecords, GENESIS } from "./audit-chain.ts";
import type { Database, Trx } from "./database.ts";
import { inChunks } from "./chunks.ts";
import { fromJson } from "./text.ts";

/** Appends records to the installation's chain; its head stays locked until the transaction ends, so that there is one order. */
export async function appendAudit(
  database: Database,
  trx: Trx,
  installation: InstallationId,
  records: readonly AuditRecord[],
): Promise<void> {
  if (records.length === 0) return;
  const head = await lockHead(database, trx, installation);
  const chained = chainRecords(installation, head, records);
  const last = chained.at(-1) ?? head;
  for (const chunk of inChunks(chained))
    await trx
      .insertInto("audit")
      .values(
        chunk.map(({ prevHash, data, ...rest }) => ({
          ...rest,
          data: canonicalJson(data),
          prev_hash: prevHash,
        })),
      )
      .execute();
  await trx
    .updateTable("audit_head")
    .set({ seq: last.seq, hash: last.hash })
    .where("installation", "=", installation)
    .execute();
}

async function lockHead(database: Database, trx: Trx, installation: InstallationId) {
  const head = trx
    .selectFrom("audit_head")
    .select(["seq", "hash"])
    .where("installation", "=", installation)
    .$if(database.dialect === "postgres", (query) => query.forUpdate());
  const found = await head.executeTakeFirst();
  if (found) return found;
  await trx
    .insertInto("audit_head")
    .values({ installation, ...GENESIS })
    .onConflict((conflict) => conflict.column("installation").doNothing())
    .execute();
  return head.executeTakeFirstOrThrow();
}

/** The installation's records after `afterSeq`, oldest first, at most `limit`. */
export async function auditRecords(
  database: Database,
  installation: InstallationId,
  afterSeq: number,
  limit: number,
): Promise<ChainedAuditRecord[]> {
  const rows = await database.reader
    .selectFrom("audit")
    .selectAll()
    .where("installation", "=", installation)
    .where("seq", ">", afterSeq)
    .orderBy("seq")
    .limit(limit)
    .execute();
  return rows.map(({ prev_hash, data, ...rest }) => ({
    ...rest,
    installation,
    data: fromJson(data),
    prevHash: prev_hash,
  }));
}
