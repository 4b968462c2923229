/** The row of the effect that keeps a signed receipt, and how it comes about (`github-rows.ts`). */
import { deliveryReceipt } from "../../src/core/receipt/receipt.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import { newPromotion } from "../../src/core/promotion.ts";
import type { Bench, Shop } from "./github-bench.ts";
import { dispatch, type Of } from "./github-given.ts";
import type { Row } from "./github-rows.ts";

function keep(shop: Shop, bench: Bench): Of<"keepReceipt"> {
  const { cargo, cause, plan } = dispatch(shop, bench);
  const promotionId = "c77" as PromotionId;
  const asked = newPromotion(
    { id: promotionId, environment: "prod", cargo, cause, plan, reportOn: 1 },
    bench.now(),
  );
  return { type: "keepReceipt", promotionId, receipt: deliveryReceipt({ ...asked, stage: "delivered" }) };
}

export const RECEIPT_ROWS: { readonly keepReceipt: Row<"keepReceipt"> } = {
  keepReceipt: {
    scenes: [
      { name: "new", given: keep },
      { name: "kept, but nobody heard", again: true, given: keep },
    ],
    // Objects that nothing names are nobody's loss.
    only: ["POST /repos/{owner}/{repo}/git/refs", "GET /repos/{owner}/{repo}/git/ref/{ref}"],
    transient: [],
    permanent: ["given up"],
  },
};
