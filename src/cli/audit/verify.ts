/** `waybill audit verify`: is the log what was written, all of it, and who says so besides itself? */
import { createReadStream } from "node:fs";
import type { InstallationId } from "../../core/ids.ts";
import type { AuditReading } from "../../store/audit-read.ts";
import { describeFlaw } from "../../store/audit-log.ts";
import { verifyReceipt, LARGEST_RECEIPT } from "../../receipts/verify.ts";
import type { PublicKey } from "../../receipts/keys.ts";
import { readSource } from "../receipts/source.ts";
import { sentence, tidy } from "../store/refusal.ts";
import { grouped } from "../store/words.ts";
import { AnchoredCheck, type Flaw, type Walked } from "./check.ts";
import { readAuditLines } from "./file.ts";

/** What vouches for a log, and what does not. */
interface Vouching {
  readonly check: AnchoredCheck;
  readonly keys: readonly PublicKey[];
  /** Envelopes that were changed or belong elsewhere: each is a finding. */
  readonly bad: string[];
  /** How many are unsigned, or signed by keys that are not trusted here: they say nothing. */
  silent: number;
}

/** What came of it. */
export interface Findings {
  readonly ok: boolean;
  readonly text: string;
}

/** Takes an envelope as what vouches for a place, where it is proven. `of`: the promotion whose receipt it must be. */
function vouch(vouching: Vouching, envelope: string, by: string, of: string | null = null): void {
  const verdict = verifyReceipt(envelope, vouching.keys);
  switch (verdict.verdict) {
    case "proven": {
      const { predicate } = verdict.said;
      if (of !== null && !("promotion" in predicate && predicate.promotion === of))
        vouching.bad.push(`${by} is that of something else`);
      vouching.check.sign({
        ...predicate.audit,
        installation: predicate.audit.installation as InstallationId,
        by,
      });
      return;
    }
    case "unsigned":
    case "unknown-key":
      vouching.silent += 1;
      return;
    case "changed":
      vouching.bad.push(`${by} was changed after it was signed (${verdict.fields.join(", ")})`);
      return;
    case "retired-key":
      vouching.bad.push(`${by} is signed by a key that was retired before`);
      return;
    case "unreadable":
      vouching.bad.push(`${by} cannot be read: ${verdict.reason}`);
  }
}

async function begin(keys: readonly PublicKey[], files: readonly string[]): Promise<Vouching> {
  const vouching: Vouching = { check: new AnchoredCheck(), keys, bad: [], silent: 0 };
  for (const file of files) vouch(vouching, await readSource(file, LARGEST_RECEIPT), file);
  return vouching;
}

/** Verifies the log in a store, with the receipts that it keeps and those of files. */
export async function verifyStored(
  reading: AuditReading,
  keys: readonly PublicKey[],
  files: readonly string[],
): Promise<Findings> {
  const vouching = await begin(keys, files);
  for await (const { installation, ...head } of reading.heads()) vouching.check.expect(installation, head);
  for await (const { promotion, installation, document } of reading.receipts())
    vouch(vouching, document, `the receipt of ${promotion} (installation ${installation})`, promotion);
  for await (const record of reading.records()) {
    const flaw = vouching.check.add(record);
    if (flaw !== null) return broken(flaw, vouching);
  }
  return concluded(vouching);
}

/** Verifies a log in a file: first what vouches for it, which stands behind the records. */
export async function verifyFile(
  path: string,
  keys: readonly PublicKey[],
  files: readonly string[],
): Promise<Findings> {
  const vouching = await begin(keys, files);
  const lines = () => readAuditLines(path, createReadStream(path));
  for await (const line of lines()) if ("signed" in line) vouch(vouching, line.signed, line.of);
  for await (const line of lines()) {
    const flaw = "record" in line ? vouching.check.add(line.record) : null;
    if (flaw !== null) return broken(flaw, vouching);
  }
  return concluded(vouching);
}

function concluded(vouching: Vouching): Findings {
  const end = vouching.check.end();
  if (!isWalked(end)) return broken(end, vouching);
  const lines = end.map(walkedWords);
  const silent =
    vouching.silent === 0
      ? ""
      : `${grouped(vouching.silent)} unsigned or signed by keys that you do not trust: they say nothing.\n`;
  const text = `${lines.join("")}${end.length === 0 ? "There is no record.\n" : ""}${silent}${badWords(vouching)}`;
  return { ok: vouching.bad.length === 0, text };
}

function isWalked(end: Flaw | readonly Walked[]): end is readonly Walked[] {
  return Array.isArray(end);
}

function walkedWords({ installation, head, anchors, anchored }: Walked): string {
  const whole = `Installation ${installation}: ${grouped(head.seq)} records, unbroken.`;
  if (anchored === null)
    return `${whole} Nobody has signed where it ends: that none is missing at its end, only the log itself says.\n`;
  const after = head.seq - anchored.seq;
  const rest =
    after === 0 ? "" : ` That none is missing of the ${grouped(after)} after that, only the log itself says.`;
  return `${whole} ${grouped(anchors)} signed ${anchors === 1 ? "place" : "places"}, the last at record ${grouped(anchored.seq)} (${tidy(anchored.by)}).${rest}\n`;
}

function broken(flaw: Flaw, vouching: Vouching): Findings {
  const by = flaw.by === null ? "" : ` So says ${tidy(flaw.by)}.`;
  return { ok: false, text: `${sentence(describeFlaw(flaw))}${by}\n${badWords(vouching)}` };
}

function badWords({ bad }: Vouching): string {
  return bad.map((one) => `${sentence(tidy(one))}\n`).join("");
}
