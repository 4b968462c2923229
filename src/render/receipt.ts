/** What the final comment says of the signed receipt: where it stands, and how anybody verifies it. */
import { receiptRef, verifyCommand } from "../core/receipt/place.ts";

/** Where a receipt is unsigned, `signedAs` is null. A promotion's id is Waybill's own, and holds nothing that a shell or Markdown reads. */
export function receiptWords(
  promotion: string,
  signs: boolean,
): { readonly signedAs: string | null; readonly verify: string | null } {
  if (!signs || !/^[\w.-]+$/.test(promotion)) return { signedAs: null, verify: null };
  return { signedAs: `refs/${receiptRef(promotion)}`, verify: verifyCommand(promotion) };
}
