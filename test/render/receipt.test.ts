/** What the final comment says of its signed receipt. */
import { expect, it } from "vitest";
import { receiptView } from "../../src/core/views.ts";
import { createTextRenderer } from "../../src/render/text.ts";
import { deliveredPromotion } from "../receipts/given.ts";

it("names the ref, and a command that fetches and verifies it", () => {
  const view = receiptView(deliveredPromotion(), {});
  const { body } = createTextRenderer({ signs: true }).comment(view, "receipt-c101");
  expect(body).toContain("| Receipt | signed, kept as `refs/waybill/receipts/c101` |");
  expect(body.trimEnd().split("\n").at(-1)).toBe(
    "Whoever has the team's public keys can verify it: `git fetch origin refs/waybill/receipts/c101 && git show FETCH_HEAD:receipt.json | waybill verify -`",
  );
});
