import { createHash } from "node:crypto";
import type { AuditRecord, ChainedAuditRecord } from "../core/ports.ts";
import type { InstallationId } from "../core/ids.ts";
import { canonicalJson } from "../core/canonical.ts";
import { fromJson, storableText, toJson } from "./text.ts";

/** The `prevHash` of an installation's first record: 64 zeros. */
export const GENESIS_HASH = "0".repeat(64);

/** A place in an installation's chain; `seq` 0 with GENESIS_HASH is the place before the first record. */
export interface AuditAnchor {
  readonly seq: number;
  readonly hash: string;
}

/** The place before an installation's first record. */
export const GENESIS: AuditAnchor = { seq: 0, hash: GENESIS_HASH };

/**
 * The hash of one audit record: SHA-256, in lower-case hex, over the UTF-8 bytes of the canonical JSON of the record with its place
 * (`at`, `actor`, `data`, `installation`, `prevHash`, `ref`, `scope`, `seq`, `type`). Anybody can compute it with
 * standard tools.
 */
function auditHash(record: Omit<ChainedAuditRecord, "hash">): string {
  const { installation, seq, at, actor, scope, type, ref, data, prevHash } = record;
  const covered = { actor, at, data, installation, prevHash, ref, scope, seq, type };
  return createHash("sha256").update(canonicalJson(covered)).digest("hex");
}

/** Chains records to the place `after`, in the order given; texts become as the databases can hold them, `data` as JSON returns it. */
export function chainRecords(
  installation: InstallationId,
  after: AuditAnchor,
  records: readonly AuditRecord[],
): ChainedAuditRecord[] {
  let { seq, hash } = after;
  return records.map((record) => {
    seq += 1;
    const unhashed = {
      installation,
      seq,
      at: record.at,
      actor: storableText(record.actor),
      scope: storableText(record.scope),
      type: storableText(record.type),
      ref: storableText(record.ref),
      data: fromJson(toJson(record.data)),
      prevHash: hash,
    };
    hash = auditHash(unhashed);
    return { ...unhashed, hash };
  });
}

/**
 * What is wrong with a chain, and at which record: a gap or wrong order (`sequence`), a record of another installation, a `prevHash`
 * that is not the hash before (`link`), contents that do not give the hash (`contents`), a chain that does not reach its
 * anchor (`truncated`) or holds something else there (`anchor`).
 */
export type ChainProblem = "sequence" | "installation" | "link" | "contents" | "truncated" | "anchor";

/** The verdict on a chain: its last place, or the first thing that is wrong. */
export type ChainVerdict =
  | { readonly intact: true; readonly head: AuditAnchor }
  | { readonly intact: false; readonly seq: number; readonly problem: ChainProblem };

/**
 * Verifies records of one installation, oldest first. `after` is the trusted place that they continue (default: the genesis);
 * `anchor` is a place known from elsewhere that the chain must contain: without one, missing last records cannot be seen.
 * Pure: no database, so that an auditor can run it on an export.
 */
export function verifyChain(
  records: readonly ChainedAuditRecord[],
  options: { readonly after?: AuditAnchor; readonly anchor?: AuditAnchor } = {},
): ChainVerdict {
  const after = options.after ?? GENESIS;
  const { anchor } = options;
  let head = after;
  for (const record of records) {
    const problem = recordProblem(record, head, records[0]);
    if (problem !== null) return { intact: false, seq: head.seq + 1, problem };
    head = { seq: record.seq, hash: record.hash };
    if (anchor?.seq === record.seq && anchor.hash !== record.hash)
      return { intact: false, seq: record.seq, problem: "anchor" };
  }
  if (anchor !== undefined && anchor.seq > head.seq)
    return { intact: false, seq: head.seq + 1, problem: "truncated" };
  if (anchor?.seq === after.seq && anchor.hash !== after.hash)
    return { intact: false, seq: after.seq, problem: "anchor" };
  return { intact: true, head };
}

function recordProblem(
  record: ChainedAuditRecord,
  before: AuditAnchor,
  first: ChainedAuditRecord | undefined,
): ChainProblem | null {
  if (record.installation !== first?.installation) return "installation";
  if (record.seq !== before.seq + 1) return "sequence";
  if (record.prevHash !== before.hash) return "link";
  if (auditHash(record) !== record.hash) return "contents";
  return null;
}
