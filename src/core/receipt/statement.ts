/**
 * Receipts and checkpoints as in-toto statements: the JSON that is signed.
 * https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
 */
import type { InstallationId, RepositoryId } from "../ids.ts";
import type { DeliveryReceipt } from "./receipt.ts";

export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
/** What a receipt's predicate is: a name, not an address. docs/receipts.md describes it. */
export const RECEIPT_TYPE = "urn:waybill:delivery-receipt:v1";
/** The predicate of a checkpoint of the audit log. */
export const CHECKPOINT_TYPE = "urn:waybill:audit-checkpoint:v1";

/** A place in an installation's audit log; null before its first record. */
export interface AuditPlace {
  readonly installation: InstallationId;
  /** The record's number; 0 is the place before the first. */
  readonly seq: number;
  /** Its hash, 64 hexadecimal digits. */
  readonly hash: string;
}

/** Where a delivery belongs, as far as the core does not know. */
export interface ReceiptPlace {
  readonly installation: InstallationId;
  readonly repository: RepositoryId;
  /** `owner/name`, as it was called then. */
  readonly name: string;
  /** `https://github.com`, or a GitHub Enterprise Server. */
  readonly server: string;
  /** The newest record of the audit log when this was signed: so each receipt is a checkpoint, too. */
  readonly audit: AuditPlace;
}

/** An in-toto statement. */
export interface Statement<Predicate> {
  readonly _type: typeof STATEMENT_TYPE;
  readonly subject: readonly {
    readonly name: string;
    readonly digest: Readonly<Record<string, string>>;
  }[];
  readonly predicateType: string;
  readonly predicate: Predicate;
}

/** What a receipt's statement says. */
export interface ReceiptPredicate extends DeliveryReceipt {
  readonly repository: Pick<ReceiptPlace, "name" | "server"> & {
    readonly id: RepositoryId;
    readonly installation: InstallationId;
  };
  readonly audit: AuditPlace;
}

/**
 * The receipt as a statement. Its subjects are the commits that run: of the release, and of each component, so that who looks for a commit finds the
 * receipts of it.
 */
export function receiptStatement(
  receipt: DeliveryReceipt,
  { installation, repository: id, name, server, audit }: ReceiptPlace,
): Statement<ReceiptPredicate> {
  const { release, components } = receipt;
  const subjects = [
    { name: `${name}@${release.version}`, commit: release.commit },
    ...components.map((one) => ({ name: `${name}/${one.name}@${one.version}`, commit: one.commit })),
  ];
  return {
    _type: STATEMENT_TYPE,
    subject: subjects.map((one) => ({ name: one.name, digest: { gitCommit: one.commit } })),
    predicateType: RECEIPT_TYPE,
    predicate: { ...receipt, repository: { id, installation, name, server }, audit },
  };
}

/** A place in the audit log as a statement. @param at ISO 8601 */
export function checkpointStatement(
  audit: AuditPlace,
  at: string,
): Statement<{ readonly audit: AuditPlace; readonly at: string }> {
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: `audit-log/${audit.installation}`, digest: { sha256: audit.hash } }],
    predicateType: CHECKPOINT_TYPE,
    predicate: { audit, at },
  };
}
