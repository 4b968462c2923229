/** Signs a receipt and keeps it in the store: once, whatever is asked again. */
import { receiptStatement } from "../core/receipt/statement.ts";
import type { Clock, Store } from "../core/ports.ts";
import type { KeepReceipt } from "../core/receipt/ports.ts";
import { sealed } from "./envelope.ts";
import type { Signer } from "./keys.ts";

export interface KeeperOptions {
  readonly store: Pick<Store, "readReceipt" | "keepReceipt" | "auditHead">;
  readonly clock: Clock;
  /** Null: receipts are unsigned. */
  readonly signer: Signer | null;
}

/** Makes the keeper. A receipt that is kept already stays as it is, also by an earlier key, or unsigned. */
export function createReceiptKeeper({ store, clock, signer }: KeeperOptions): KeepReceipt {
  return async ({ installation, repository, environment }, receipt, { name, server }) => {
    const { promotion } = receipt;
    const known = await store.readReceipt(installation, repository, promotion);
    if (known !== null) return known;
    const audit = { installation, ...(await store.auditHead(installation)) };
    const statement = receiptStatement(receipt, { installation, repository, name, server, audit });
    return store.keepReceipt({
      installation,
      repository,
      promotion,
      environment: environment === "" ? receipt.environment.name : environment,
      at: clock.now(),
      keyId: signer?.id ?? null,
      document: sealed(statement, signer),
    });
  };
}
