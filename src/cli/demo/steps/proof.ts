/** The very end: what was delivered is proven by its receipt, and the audit log by itself; and not any more once a byte of them is another. */
import { createWriteStream, readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { readPublicKeys, type PublicKey } from "../../../receipts/keys.ts";
import { readAudit } from "../../../store/audit-read.ts";
import { exportAudit } from "../../audit/export.ts";
import { verifyFile, verifyStored, type Findings } from "../../audit/verify.ts";
import { verify } from "../../verify.ts";
import { hold, must, until } from "../patience.ts";
import type { Scene } from "../scene.ts";

const RECEIPTS = "refs/waybill/receipts/";

/** Does what `waybill verify` and `waybill audit verify` do, before and after one byte is changed. */
export async function playProof(scene: Scene): Promise<{ detail: string; look: string }> {
  const { server, publicKeys } = scene;
  const receipt = await receiptFile(scene);
  const keyFile = join(server.folder, "signing.pem.pub");
  writeFileSync(keyFile, publicKeys);
  const proven = await said(receipt, keyFile);
  hold(proven.code === 0 && proven.text.startsWith("Proven: "), "a receipt that is proven", proven.text);
  const keys = readPublicKeys(publicKeys);
  const whole = await readAudit(server.databaseUrl, server.folder, (store) =>
    verifyStored(store, keys, [receipt]),
  );
  hold(whole.ok, "an audit log that is whole", whole.text);
  changeReceipt(receipt);
  const changed = await said(receipt, keyFile);
  hold(
    changed.code === 1 && changed.text.includes("changed after it was signed"),
    "the changed receipt found out",
    changed.text,
  );
  const cut = await changedLog(scene, keys);
  hold(
    !cut.ok && cut.text.includes("does not verify at record"),
    "the changed audit log found out",
    cut.text,
  );
  return {
    detail: `${firstLine(proven.text)} ${firstLine(whole.text)} With one byte of each changed: ${firstLine(changed.text)} ${firstLine(cut.text)}`,
    look: scene.link(""),
  };
}

/** The newest receipt, as it stands at GitHub. */
async function receiptFile({ repository, server, ...watched }: Scene): Promise<string> {
  const text = await until(watched, "a receipt under refs/waybill/receipts", () => {
    const [, commit] = Object.entries(repository.refs()).findLast(([ref]) => ref.startsWith(RECEIPTS)) ?? [];
    const found = commit === undefined ? null : repository.file("receipt.json", commit);
    must(found !== null, "none");
    return found;
  });
  const path = join(server.folder, "receipt.json");
  writeFileSync(path, text);
  return path;
}

async function said(
  receipt: string,
  keyFile: string,
): Promise<{ readonly code: number; readonly text: string }> {
  let text = "";
  const take = (piece: string): void => void (text += piece);
  const code = await verify([receipt, "--key", keyFile], { stdout: take, stderr: take });
  return { code, text };
}

/** One byte of what it says: who asked for it. */
function changeReceipt(path: string): void {
  const envelope = JSON.parse(readFileSync(path, "utf8")) as { readonly payload: string };
  const said = Buffer.from(envelope.payload, "base64").toString();
  const payload = Buffer.from(said.replace('"login":"ana"', '"login":"anb"')).toString("base64");
  writeFileSync(path, JSON.stringify({ ...envelope, payload }));
}

/** The log as `waybill audit export` writes it, with one byte of its third record changed. */
async function changedLog({ server }: Scene, keys: readonly PublicKey[]): Promise<Findings> {
  const path = join(server.folder, "audit.jsonl");
  const stream = createWriteStream(path);
  await readAudit(server.databaseUrl, server.folder, (store) =>
    exportAudit(store, null, async (line) => void stream.write(line)),
  );
  stream.end();
  await once(stream, "close");
  const lines = readFileSync(path, "utf8").split("\n");
  const changed = lines.map((line, index) => (index === 3 ? line.replace('"actor":"', '"actor":"x') : line));
  writeFileSync(path, changed.join("\n"));
  return verifyFile(path, keys, []);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
