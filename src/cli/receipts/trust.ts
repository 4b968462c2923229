/** Which keys who verifies trusts: those of files, or the server's own. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { readEnvironment } from "../../environment.ts";
import { KeyProblem, readPublicKeys, type PublicKey } from "../../receipts/keys.ts";
import { Refusal, systemReason } from "../store/refusal.ts";
import { typedFolder } from "../typed.ts";

/** No file of keys is larger. */
const LARGEST_KEYS = 256 * 1_024;
/** Where the public keys of a private one stand: beside it. */
export function publicFileOf(privateFile: string): string {
  return `${privateFile}.pub`;
}

/** The keys of these files; without any, those of this process's environment. @throws Refusal where there are none */
export function trustedKeys(files: readonly string[]): PublicKey[] {
  const keys = files.length === 0 ? ownKeys() : files.flatMap((file) => keysIn(resolve(typedFolder(), file)));
  // Of a key that stands twice, the file that says when it was retired counts: it would else come back by the other.
  const byId = Map.groupBy(keys, ({ id }) => id);
  return [...byId.values()].flatMap(
    (same) => same.find(({ retired }) => retired !== null) ?? same.slice(0, 1),
  );
}

/** The keys of this process's environment, as far as there are any. */
export function ownKeysOrNone(): PublicKey[] {
  const isSet = ["WAYBILL_SIGNING_KEY_FILE", "WAYBILL_SIGNING_KEY"].some(
    (name) => (process.env[name] ?? "") !== "",
  );
  return isSet ? ownKeys() : [];
}

function ownKeys(): PublicKey[] {
  const path = process.env["WAYBILL_SIGNING_KEY_FILE"]?.trim();
  const beside = path === undefined ? null : publicFileOf(resolve(process.cwd(), path));
  if (beside !== null && existsSync(beside)) return keysIn(beside);
  const reading = readEnvironment(process.env, process.cwd());
  const { signingKey } = reading.ok ? reading.settings : reading.incomplete;
  if (signingKey !== null) return readPublicKeys(signingKey);
  throw new Refusal(
    2,
    "There is no key to verify with.",
    "Name the file of the team's public keys: `--key waybill-signing.pem.pub`.",
  );
}

/** The public keys of a file. @throws Refusal */
export function keysIn(path: string): PublicKey[] {
  return readPublicKeysOf(path, textIn(path));
}

function readPublicKeysOf(path: string, text: string): PublicKey[] {
  try {
    return readPublicKeys(text);
  } catch (error) {
    if (error instanceof KeyProblem)
      throw new Refusal(
        2,
        `${path} cannot be used: ${error.message}.`,
        "Name a file that `waybill keys` has written.",
      );
    throw error;
  }
}

/** The text of a file of keys. @throws Refusal */
export function textIn(path: string): string {
  try {
    if (statSync(path).size > LARGEST_KEYS) throw new Refusal(2, `${path} is too large for a file of keys.`);
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(
      2,
      `${path} cannot be read: ${systemReason(error)}.`,
      "Name a file that this user may read.",
    );
  }
}
