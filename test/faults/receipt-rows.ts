/** The row of the effect that keeps a signed receipt, and how it comes about (`github-rows.ts`). */
import { deliveryReceipt } from "../../src/core/receipt/receipt.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import { newPromotion } from "../../src/core/promotion.ts";
import type { Bench, Shop } from "./github-bench.ts";
import { dispatch, publish, type Of } from "./github-given.ts";
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

async function keepInRelease(shop: Shop, bench: Bench): Promise<Of<"keepReceipt">> {
  await shop.arrange(publish(shop, null));
  return { ...keep(shop, bench), asset: true };
}

export const RECEIPT_ROWS: { readonly keepReceipt: Row<"keepReceipt"> } = {
  keepReceipt: {
    scenes: [
      { name: "new", given: keep },
      { name: "kept, but nobody heard", again: true, given: keep },
      { name: "for its release, too", given: keepInRelease },
      { name: "kept there, but nobody heard", again: true, given: keepInRelease },
      {
        name: "for its release, where an upload broke off",
        async given(shop, bench) {
          const effect = await keepInRelease(shop, bench);
          shop.repository.breakUpload("v1.5.0", "receipt-prod-c77.json");
          return effect;
        },
      },
    ],
    // Objects that nothing names are nobody's loss.
    only: [
      "POST /repos/{owner}/{repo}/git/refs",
      "GET /repos/{owner}/{repo}/git/ref/{ref}",
      "GET /repos/{owner}/{repo}/releases/tags/{tag}",
      "POST /repos/{owner}/{repo}/releases/{release_id}/assets",
      "DELETE /repos/{owner}/{repo}/releases/assets/{asset_id}",
    ],
    transient: [],
    permanent: ["given up"],
  },
};
