/**
 * Keys: Ed25519 (RFC 8032). The private one as PKCS #8 PEM; public ones as SubjectPublicKeyInfo PEM, several in one file, each with lines before it that
 * say when it was made and when it was retired. Openssl reads all of them.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** A public key that somebody trusts. */
export interface PublicKey {
  /** `keyIdOf`. */
  readonly id: string;
  readonly key: KeyObject;
  /** Epoch milliseconds; null where the file does not say. */
  readonly made: number | null;
  /** From then on nothing that it has signed counts; null while it is in use. */
  readonly retired: number | null;
}

/** Signs; the private key is in no property, so that it reaches no log. */
export interface Signer {
  readonly id: string;
  readonly publicKey: KeyObject;
  sign(bytes: Uint8Array): Buffer;
}

/** A file of keys that cannot be used. The message is a clause and quotes nothing of the file. */
export class KeyProblem extends Error {
  override readonly name = "KeyProblem";
}

const PEM = /-----BEGIN ([A-Z0-9 ]{1,40})-----[A-Za-z0-9+/=\s]{1,8000}-----END \1-----/g;
const PUBLIC = "PUBLIC KEY";
const PRIVATE = "PRIVATE KEY";
const MOST_KEYS = 100;

/**
 * The id of a key: SHA-256, in lower-case hexadecimal digits, of its public half as SubjectPublicKeyInfo in DER. So says
 * `openssl pkey -in KEY -pubout -outform DER | sha256sum`.
 */
export function keyIdOf(key: KeyObject): string {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");
}

/** A signer by a private key in PEM. @throws KeyProblem */
export function createSigner(pem: string): Signer {
  const key = privateKeyOf(pem);
  return {
    id: keyIdOf(key),
    publicKey: createPublicKey(key),
    // Null: Ed25519 hashes by itself.
    sign: (bytes) => sign(null, bytes, key),
  };
}

function privateKeyOf(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // OpenSSL's message may quote the input.
    throw new KeyProblem("the private key cannot be read (damaged, cut off, or with a passphrase)");
  }
  if (key.asymmetricKeyType !== "ed25519") throw new KeyProblem("the key is not an Ed25519 key");
  return key;
}

/** A new private key as PKCS #8 PEM. */
export function newPrivateKey(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** The public keys of a file, as they stand there; of a private one its public half. @throws KeyProblem */
export function readPublicKeys(text: string): PublicKey[] {
  const keys: PublicKey[] = [];
  let last = 0;
  for (const match of text.matchAll(PEM)) {
    const [pem, kind] = match;
    if (keys.length === MOST_KEYS) throw new KeyProblem(`it has more than ${MOST_KEYS} keys`);
    const before = text.slice(last, match.index);
    last = match.index + pem.length;
    const key = kind === PRIVATE ? createPublicKey(privateKeyOf(pem)) : publicKeyOf(pem, kind ?? "");
    keys.push({
      id: keyIdOf(key),
      key,
      made: momentIn(before, "made"),
      retired: momentIn(before, "retired"),
    });
  }
  if (keys.length === 0) throw new KeyProblem("it holds no key in PEM");
  return keys;
}

function publicKeyOf(pem: string, kind: string): KeyObject {
  if (kind !== PUBLIC) throw new KeyProblem(`it holds a ${kind}, which is no key of Waybill`);
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw new KeyProblem("a public key in it cannot be read");
  }
  if (key.asymmetricKeyType !== "ed25519") throw new KeyProblem("a key in it is not an Ed25519 key");
  return key;
}

function momentIn(lines: string, word: string): number | null {
  const text = new RegExp(`^${word}: *(\\S+)`, "m").exec(lines)?.[1];
  if (text === undefined) return null;
  const at = Date.parse(text);
  // Read as "never", it would bring a retired key back.
  if (Number.isNaN(at)) throw new KeyProblem(`the moment after \`${word}:\` cannot be read`);
  return at;
}

/** Public keys as a file: newest first, each with its id and moments. */
export function publicKeysText(keys: readonly PublicKey[]): string {
  const head =
    "Public keys of Waybill's receipts. Give this file to whoever verifies them: waybill verify --key FILE\n";
  const blocks = keys.map(({ id, key, made, retired }) => {
    const moments = [
      ...(made === null ? [] : [`made: ${new Date(made).toISOString()}`]),
      ...(retired === null ? [] : [`retired: ${new Date(retired).toISOString()}`]),
    ];
    return `\n${[`key: ${id}`, ...moments].join("\n")}\n${key.export({ type: "spki", format: "pem" }).toString()}`;
  });
  return `${head}${blocks.join("")}`;
}
