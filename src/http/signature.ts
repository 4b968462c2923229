/** Checks that a webhook comes from GitHub. */
import { createHmac, timingSafeEqual } from "node:crypto";

const SIGNATURE = /^sha256=[0-9a-f]{64}$/;

/** Whether a text has the form of GitHub's `X-Hub-Signature-256`. */
export function isSignature(text: string | undefined): text is string {
  return text !== undefined && SIGNATURE.test(text);
}

/**
 * Whether `signature` is the HMAC-SHA-256 of exactly these bytes under one of the secrets. Takes the same time whichever
 * secret it is, and whether any is.
 *
 * @param signature as `isSignature` found it right.
 * @see https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
 */
export function isSigned(bytes: Buffer, signature: string, secrets: readonly string[]): boolean {
  const given = Buffer.from(signature.slice("sha256=".length), "hex");
  let matches = 0;
  for (const secret of secrets) {
    const expected = createHmac("sha256", secret).update(bytes).digest();
    matches |= Number(timingSafeEqual(given, expected));
  }
  return matches === 1;
}
