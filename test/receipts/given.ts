/** A receipt and the keys to it. */
import type { InstallationId, RepositoryId } from "../../src/core/ids.ts";
import type { Promotion } from "../../src/core/promotion.ts";
import { deliveryReceipt } from "../../src/core/receipt/receipt.ts";
import { receiptStatement } from "../../src/core/receipt/statement.ts";
import { sealed } from "../../src/receipts/envelope.ts";
import { createSigner, newPrivateKey, publicKeysText, readPublicKeys } from "../../src/receipts/keys.ts";
import type { PublicKey, Signer } from "../../src/receipts/keys.ts";
import { givenEnvironment, NOON } from "../core/given.ts";
import { delivered } from "../core/given-road.ts";

/** The shop's 1.5.0, delivered to production and seen there. */
export function deliveredPromotion(): Promotion {
  const [promotion] = givenEnvironment(...delivered.slice(0, -1)).when(...delivered.slice(-1)).lane.ended;
  if (promotion === undefined) throw new Error("nothing was delivered");
  return promotion;
}

const installation = 12 as InstallationId;

export const PLACE = {
  installation,
  repository: 34 as RepositoryId,
  name: "acme/shop",
  server: "https://github.com",
  audit: { installation, seq: 7, hash: "ab".repeat(32) },
};

const privateKey = newPrivateKey();
export const signer = createSigner(privateKey);
/** Somebody's, whom nobody trusts. */
export const stranger = createSigner(newPrivateKey());

/** The team's public key, as who verifies has it: written to a file and read from there. */
export function teamKey(retired: number | null = null): PublicKey {
  const [key] = readPublicKeys(privateKey);
  if (key === undefined) throw new Error("there is no key");
  const [read] = readPublicKeys(publicKeysText([{ ...key, made: NOON, retired }]));
  if (read === undefined) throw new Error("no key was written");
  return read;
}

/** The receipt's envelope, as text. */
export function receiptText(by: Signer | null = signer): string {
  return sealed(receiptStatement(deliveryReceipt(deliveredPromotion()), PLACE), by);
}
