/** The App's key pair, for tests that play an App. */
import { generateKeyPairSync } from "node:crypto";

export interface AppKey {
  /** PKCS#8 PEM. */
  readonly privateKey: string;
  /** SPKI PEM. */
  readonly publicKey: string;
}

const made = new Map<number, AppKey>();

/**
 * A pair made at run time, once in a process: to make one costs a tenth of a second of work, and each stand-in is an App of its own
 * also where two are given the same key. 2048 bits are what GitHub gives; signing with fewer costs a fraction.
 */
export function appKey(bits: 1024 | 2048 = 2048): AppKey {
  const known = made.get(bits);
  if (known !== undefined) return known;
  const pair = generateKeyPairSync("rsa", { modulusLength: bits });
  const key = {
    privateKey: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: pair.publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
  made.set(bits, key);
  return key;
}
