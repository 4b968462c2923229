/** Where a receipt is kept: in the store, and where it is signed at GitHub. */
import type { InstallationId, PromotionId, RepositoryId } from "../ids.ts";

/** A receipt as it is kept: written once, and never changed. */
export interface StoredReceipt {
  readonly installation: InstallationId;
  readonly repository: RepositoryId;
  readonly promotion: PromotionId;
  readonly environment: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Of the key that has signed it; null where none did. */
  readonly keyId: string | null;
  /** The DSSE envelope as text. */
  readonly document: string;
}

/** The file's name in the commit that the ref names. */
export const RECEIPT_FILE = "receipt.json";

/** The ref, without `refs/` before it. A promotion's id fits a ref's name, as correlation ids do that begin with it. */
export function receiptRef(promotion: string): string {
  return `waybill/receipts/${promotion}`;
}

/** A command that fetches a receipt and verifies it, also where the repository is private. */
export function verifyCommand(promotion: string): string {
  return `git fetch origin refs/${receiptRef(promotion)} && git show FETCH_HEAD:${RECEIPT_FILE} | waybill verify -`;
}
