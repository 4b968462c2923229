/**
 * `waybill keys new|list|rotate [FILE]`: the keys by which receipts are signed. Private keys are written for this user alone, and never shown. Exit
 * codes: 0 done, 1 not done, 2 usage.
 */
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { createSigner, KeyProblem, newPrivateKey, publicKeysText, readPublicKeys } from "../receipts/keys.ts";
import type { PublicKey } from "../receipts/keys.ts";
import type { CommandIo } from "./main.ts";
import { keysIn, publicFileOf, textIn } from "./receipts/trust.ts";
import { Refusal, refusing } from "./store/refusal.ts";
import { storeRequest, theFile } from "./store/request.ts";
import { beginWholeFile } from "./store/whole-file.ts";
import { listing } from "./store/words.ts";

const DEFAULT_FILE = "waybill-signing.pem";
const USAGE = `Usage: waybill keys new|list|rotate [FILE]

The keys by which receipts are signed (Ed25519).

  new     make a key: the private one in FILE, which only this user may read, and the public one in FILE.pub
  list    the public keys in FILE.pub: which one signs, and which were retired when
  rotate  make a new private key in FILE; the old one is gone, and its public key stays in FILE.pub, retired
  FILE    default: ${DEFAULT_FILE}

The server signs with the key that WAYBILL_SIGNING_KEY_FILE names when it starts. FILE.pub is for whoever verifies.
`;

/**
 * Runs the command.
 *
 * @param argv what follows the word `keys`
 * @returns the exit code
 */
export function keys(argv: readonly string[], io: CommandIo): Promise<number> {
  return refusing("keys", USAGE, io, async () => {
    const request = storeRequest(argv, []);
    const [action = "", ...files] = request === "help" ? ["help"] : request.files;
    const file = action === "help" ? "" : theFile(files.length === 0 ? [DEFAULT_FILE] : files);
    switch (action) {
      case "help":
        io.stdout(USAGE);
        return 0;
      case "new":
        io.stdout(makeKey(file));
        return 0;
      case "list":
        io.stdout(keyList(keysIn(publicFileOf(file)), signingId(file)));
        return 0;
      case "rotate":
        io.stdout(rotateKey(file));
        return 0;
      default:
        throw new Refusal(2, action === "" ? "Say what is to be done." : `There is no \`keys ${action}\`.`);
    }
  });
}

function makeKey(file: string): string {
  const pem = newPrivateKey();
  const publicFile = publicFileOf(file);
  // Its public keys may still be asked for, though the private one is gone.
  if (existsSync(publicFile))
    throw new Refusal(
      1,
      `${publicFile} is there already.`,
      "Name another file, or use `waybill keys rotate`.",
    );
  writeWhole(file, pem, false);
  writePublic(publicFile, [{ ...onlyKey(pem), made: Date.now() }]);
  return `${listing([
    ["private key", `${file}: only this user may read it; back it up where secrets are`],
    ["public key", `${publicFile}: for whoever verifies`],
    ["key id", createSigner(pem).id],
  ])}Start the server with WAYBILL_SIGNING_KEY_FILE=${file}\n`;
}

/**
 * The new public key is written first, then the private one, then that the old one is retired: wherever this breaks off, nothing that was signed is
 * unknown, and nothing counts that should not.
 */
function rotateKey(file: string): string {
  const old = signingId(file);
  if (old === null)
    throw new Refusal(1, `There is no private key in ${file}.`, "Make one by `waybill keys new`.");
  const publicFile = publicFileOf(file);
  const known = existsSync(publicFile) ? keysIn(publicFile) : [onlyKey(textIn(file))];
  const pem = newPrivateKey();
  const next = { ...onlyKey(pem), made: Date.now() };
  writePublic(publicFile, [next, ...known]);
  writeWhole(file, pem, true);
  const now = Date.now();
  const retired = known.map((key) => (key.retired === null ? { ...key, retired: now } : key));
  writePublic(publicFile, [next, ...retired]);
  return `${listing([
    ["signs now", next.id],
    ["retired", old],
  ])}Restart the server at once: what it signs with the old key from now on is not proven. Hand out ${publicFile} anew.\n`;
}

/** The id of the private key in a file; null where there is no such file. */
function signingId(file: string): string | null {
  if (!existsSync(file)) return null;
  try {
    return createSigner(textIn(file)).id;
  } catch (error) {
    if (error instanceof KeyProblem) throw new Refusal(1, `${file} cannot be used: ${error.message}.`);
    throw error;
  }
}

function onlyKey(pem: string): PublicKey {
  const [key] = readPublicKeys(pem);
  if (key === undefined) throw new Error("a key has no public half");
  return key;
}

function keyList(all: readonly PublicKey[], signing: string | null): string {
  const rows = all.map(({ id, made, retired }) => {
    const state = retired !== null ? `retired ${iso(retired)}` : id === signing ? "signs" : "in use";
    return [id, made === null ? state : `${state}, made ${iso(made)}`] as const;
  });
  const isMissing = signing !== null && all.every(({ id }) => id !== signing);
  return listing(isMissing ? [[signing, "signs, and stands in no file of public keys"], ...rows] : rows);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** Only this user may read it, from the first byte on. */
function writeWhole(path: string, text: string, force: boolean): void {
  const file = beginWholeFile(path, force);
  try {
    writeFileSync(file.partial, text);
    file.keep();
  } finally {
    file.discard();
  }
}

function writePublic(path: string, all: readonly PublicKey[]): void {
  writeWhole(path, publicKeysText(all), true);
  chmodSync(path, 0o644);
}
