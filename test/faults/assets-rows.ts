/** The row of the effect that publishes a release when its files are there, and how it comes about (`github-rows.ts`). */
import { uploadAsset } from "../support/shop.ts";
import type { Bench, Shop } from "./github-bench.ts";
import { publish, type Of } from "./github-given.ts";
import type { Row } from "./github-rows.ts";

/** The draft of 1.5.0 waits for a file. */
async function waiting(shop: Shop): Promise<Of<"lookAtAssets">> {
  const end = await shop.arrange({ ...publish(shop, null), assets: ["*.tgz"] });
  const [event] = end.kind === "done" ? end.result : [];
  if (event?.type !== "AssetsSeen" || event.outcome !== "waiting") throw new Error("it does not wait");
  return { type: "lookAtAssets", wanted: event.wanted };
}

/** And there it is. */
async function complete(shop: Shop, { sandbox }: Bench): Promise<Of<"lookAtAssets">> {
  const effect = await waiting(shop);
  await uploadAsset({ sandbox, shop: shop.repository }, "ana", "v1.5.0", "shop.tgz");
  return effect;
}

export const ASSETS_ROWS: { readonly lookAtAssets: Row<"lookAtAssets"> } = {
  lookAtAssets: {
    scenes: [
      { name: "that are there", given: complete },
      { name: "that are there, but nobody heard", again: true, given: complete },
      { name: "that are not", given: waiting },
    ],
    transient: [],
    permanent: ["said", "given up"],
    says: ["AssetsSeen"],
  },
};
