/** The key by which receipts are signed, among the operator's settings. No message repeats a value. */
import { resolve } from "node:path";
import { pemOf } from "./environment-pem.ts";
import type { Reader } from "./environment-secrets.ts";
import { createSigner, KeyProblem } from "./receipts/keys.ts";

const KEY = "WAYBILL_SIGNING_KEY";
const FILE = "WAYBILL_SIGNING_KEY_FILE";
/** The variables that name it. */
export const SIGNING_VARIABLES: readonly string[] = [KEY, FILE];
const MEND = "Set it to a key that `waybill keys new` has made, or leave it out: then receipts are unsigned.";

/** The private key as PKCS #8 PEM; null where none is set. */
export function readSigningKey(reader: Reader): string | null {
  const given = reader.get(KEY);
  const path = reader.get(FILE);
  if (given !== null && path !== null) {
    reader.wrong(KEY, `${FILE} is set too.`, "Set only one of the two.");
    return null;
  }
  if (given !== null) return checkedKey(reader, KEY, given);
  return path === null ? null : keyInFile(reader, path);
}

function keyInFile(reader: Reader, path: string): string | null {
  if (path.includes("-----BEGIN")) {
    reader.wrong(FILE, "It holds a key, not a path.", `Put the key itself into ${KEY}.`);
    return null;
  }
  try {
    const { text, mode } = reader.readFile(resolve(reader.cwd, path));
    // 0o077: what group and others may do with it.
    if (mode !== null && (mode & 0o077) !== 0)
      reader.warn(FILE, "Others on this machine can read the key's file.", "Run `chmod 600` on it.");
    return checkedKey(reader, FILE, text);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    reader.wrong(FILE, `The file cannot be read (${code}).`, MEND);
    return null;
  }
}

function checkedKey({ wrong }: Reader, variable: string, raw: string): string | null {
  const pem = pemOf(raw);
  if (pem === null) {
    wrong(variable, "It holds no PEM private key.", MEND);
    return null;
  }
  try {
    createSigner(pem);
    return pem;
  } catch (error) {
    const why = error instanceof KeyProblem ? error.message : "the private key cannot be read";
    wrong(variable, `${why.charAt(0).toUpperCase()}${why.slice(1)}.`, MEND);
    return null;
  }
}
