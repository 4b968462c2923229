import type { InstallationId } from "../core/ids.ts";
import type { AuditRecord, ChainedAuditRecord } from "../core/ports.ts";
import { canonicalJson } from "../core/canonical.ts";
import { chainRecords, GENESIS, type AuditAnchor } from "./audit-chain.ts";
import { sql } from "kysely";
import type { Database, Tables, Trx } from "./database.ts";
import { rowsStatement } from "./rows.ts";
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

/** What is to be written into an installation's log. */
export interface AuditPart {
  readonly installation: InstallationId;
  readonly records: readonly AuditRecord[];
}

type Head = AuditAnchor & { readonly installation: number };

const lockedHeads = rowsStatement<Head>(
  { installation: "integer" },
  (_columns, source, dialect) => sql<Head>`select installation, seq, hash from audit_head
    where installation in (select r.installation from ${source}) order by installation
    ${dialect === "postgres" ? sql`for update` : sql``}`,
);

const newHeads = rowsStatement(
  { installation: "integer", seq: "integer", hash: "text" },
  (columns, source) => sql`insert into audit_head (${columns})
    select ${columns} from ${source} where true on conflict (installation) do nothing`,
);

const moveHeads = rowsStatement(
  { installation: "integer", seq: "integer", hash: "text" },
  (_columns, source) => sql`update audit_head set seq = r.seq, hash = r.hash
    from ${source} where audit_head.installation = r.installation`,
);

/**
 * Appends records to the chains of their installations, in the order given; the chains' heads stay locked until the transaction ends, so that each has one
 * order.
 */
export async function appendAudit(database: Database, trx: Trx, parts: readonly AuditPart[]): Promise<void> {
  const records = Map.groupBy(
    parts.filter((part) => part.records.length > 0),
    ({ installation }) => installation,
  );
  if (records.size === 0) return;
  const heads = await lockHeads(database, trx, [...records.keys()]);
  const chains = heads.map(({ installation, ...head }) => {
    const id = installation as InstallationId;
    return chainRecords(
      id,
      head,
      (records.get(id) ?? []).flatMap((part) => part.records),
    );
  });
  const lines = chains.flat().map(({ prevHash, data, ...rest }) => ({
    ...rest,
    data: canonicalJson(data),
    prev_hash: prevHash,
  }));
  await insertRecords(database, trx, lines);
  const last = chains.flatMap((chain) => chain.at(-1) ?? []);
  await moveHeads(
    database,
    trx,
    last.map(({ installation, seq, hash }) => ({ installation, seq, hash })),
  );
}

/** Locked in one order everywhere, so that no two who need several wait for each other. */
async function lockHeads(
  database: Database,
  trx: Trx,
  installations: readonly InstallationId[],
): Promise<readonly Head[]> {
  const wanted = installations
    .toSorted((one, other) => one - other)
    .map((installation) => ({ installation }));
  const found = await lockedHeads(database, trx, wanted);
  if (found.length === wanted.length) return found;
  await newHeads(
    database,
    trx,
    wanted.map((one) => ({ ...one, ...GENESIS })),
  );
  return lockedHeads(database, trx, wanted);
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
  return rows.map(chainedRecord);
}

/** A record as its row has it. */
export function chainedRecord({ prev_hash: prevHash, data, ...row }: Tables["audit"]): ChainedAuditRecord {
  return { ...row, installation: row.installation as InstallationId, data: fromJson(data), prevHash };
}
