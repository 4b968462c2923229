/** Signing keys as Standard Webhooks write them. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme */

const KEY = /^whsec_([A-Za-z0-9+/]{32,86}={0,2})$/;
/** How long a key is. */
export const KEY_BYTES = { least: 24, most: 64 } as const;

/** The key that is written as `whsec_` and its base64; null where that is none. White space around it does not count. */
export function signingKey(text: string): Uint8Array | null {
  const key = Buffer.from(KEY.exec(text.trim())?.[1] ?? "", "base64");
  return key.length >= KEY_BYTES.least && key.length <= KEY_BYTES.most ? key : null;
}
