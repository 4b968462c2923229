import type { InstallationId } from "../core/ids.ts";
import type { AuditRecord, ChainedAuditRecord } from "../core/ports.ts";
import { canonicalJson, chainRecords, GENESIS } from "./audit-chain.ts";
import { sql } from "kysely";
import type { Database, Tables, Trx } from "./database.ts";
import { rowsStatement } from "./rows.ts";
import { statement } from "./statement.ts";
import { fromJson } from "./text.ts";

const insertRecords = rowsStatement(
  {
    installation: "integer",
    seq: "integer",
    at: "integer",
    actor: "text",
    scope: "text",
    type: "text",
    ref: "text",
    data: "text",
    prev_hash: "text",
    hash: "text",
  },
  (columns, source) => sql`insert into audit (${columns}) select ${columns} from ${source}`,
);

type Head = Tables["audit_head"];

const lockedHead = statement<Pick<Head, "installation">, Pick<Head, "seq" | "hash">>(
  (slot, dialect) => sql`select seq, hash from audit_head where installation = ${slot("installation")}
    ${dialect === "postgres" ? sql`for update` : sql``}`,
);

const moveHead = statement<Head, never>(
  (slot) => sql`update audit_head set seq = ${slot("seq")}, hash = ${slot("hash")}
    where installation = ${slot("installation")}`,
);

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
  await insertRecords(
    database,
    trx,
    chained.map(({ prevHash, data, ...rest }) => ({
      ...rest,
      data: canonicalJson(data),
      prev_hash: prevHash,
    })),
  );
  await moveHead(database.dialect, trx, { installation, seq: last.seq, hash: last.hash });
}

async function lockHead(database: Database, trx: Trx, installation: InstallationId) {
  const [found] = await lockedHead(database.dialect, trx, { installation });
  if (found !== undefined) return found;
  await trx
    .insertInto("audit_head")
    .values({ installation, ...GENESIS })
    .onConflict((conflict) => conflict.column("installation").doNothing())
    .execute();
  const [head] = await lockedHead(database.dialect, trx, { installation });
  if (head === undefined) throw new Error(`installation ${installation} has no audit log`);
  return head;
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
