/**
 * An audit log as a file: JSON, one value a line. Each record in canonical JSON with its hash; then the envelopes of receipts and checkpoints that vouch
 * for it. docs/receipts.md describes it.
 */
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { z } from "zod";
import { canonicalJson } from "../../core/canonical.ts";
import type { InstallationId } from "../../core/ids.ts";
import type { ChainedAuditRecord } from "../../core/ports.ts";
import { Refusal } from "../store/refusal.ts";

/** The first line. */
export const FIRST_LINE = `${JSON.stringify({ waybill: "audit", format: 1 })}\n`;

const first = z.strictObject({ waybill: z.literal("audit"), format: z.literal(1) });
const record = z.strictObject({
  installation: z.number(),
  seq: z.number(),
  at: z.number(),
  actor: z.string(),
  scope: z.string(),
  type: z.string(),
  ref: z.string(),
  data: z.unknown(),
  prevHash: z.string(),
  hash: z.string(),
});
const signed = z.strictObject({ signed: z.string(), of: z.string() });

/** A line of the file, behind the first. `of`: what the envelope is, `the receipt of c101`. */
export type AuditLine =
  | { readonly record: ChainedAuditRecord }
  | { readonly signed: string; readonly of: string };

/** A record as a line. */
export function recordLine(one: ChainedAuditRecord): string {
  return `${canonicalJson(one)}\n`;
}

/** An envelope as a line. */
export function signedLine(envelope: string, of: string): string {
  return `${JSON.stringify({ signed: envelope, of })}\n`;
}

/** The lines of a file. @throws Refusal at one that is none, with its number */
export async function* readAuditLines(name: string, stream: Readable): AsyncGenerator<AuditLine> {
  let number = 0;
  for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) {
    number += 1;
    const value = jsonOf(text);
    if (number === 1) {
      if (!first.safeParse(value).success)
        throw new Refusal(
          1,
          `${name}:1  This is no audit log of Waybill.`,
          "Name what `waybill audit export` has written.",
        );
      continue;
    }
    const asRecord = record.safeParse(value);
    if (asRecord.success) {
      const { installation, ...rest } = asRecord.data;
      yield { record: { ...rest, data: rest.data, installation: installation as InstallationId } };
      continue;
    }
    const asSigned = signed.safeParse(value);
    if (!asSigned.success)
      throw new Refusal(
        1,
        `${name}:${number}  This line is neither a record nor an envelope.`,
        "Somebody has changed the file: export it anew.",
      );
    yield asSigned.data;
  }
  if (number === 0)
    throw new Refusal(1, `${name} is empty.`, "Name what `waybill audit export` has written.");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
