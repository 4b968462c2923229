/** What the engine needs of whoever signs and keeps receipts. */
import type { LaneKey } from "../ports.ts";
import type { StoredReceipt } from "./place.ts";
import type { DeliveryReceipt } from "./receipt.ts";
import type { ReceiptPlace } from "./statement.ts";

/** Signs a receipt and keeps it; where one of its promotion is kept already, answers that. `name` is `owner/name`. */
export type KeepReceipt = (
  lane: LaneKey,
  receipt: DeliveryReceipt,
  place: Pick<ReceiptPlace, "name" | "server">,
) => Promise<StoredReceipt>;
