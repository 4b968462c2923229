/**
 * Signing as Standard Webhooks have it, so that ready-made libraries can verify it.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHmac } from "node:crypto";

/**
 * The headers of the specification: the id, the time in seconds, and a signature by each key.
 *
 * @param id without a full stop, which parts what is signed
 * @param at epoch milliseconds
 */
export function signatureHeaders(
  id: string,
  at: number,
  body: string,
  keys: readonly Uint8Array[],
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1_000));
  const sign = (key: Uint8Array): string =>
    `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": keys.map(sign).join(" "),
  };
}
