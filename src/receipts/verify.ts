/** What a receipt proves, and what it does not: without a network, by the keys that somebody trusts. */
import { verify } from "node:crypto";
import { z } from "zod";
import { CHECKPOINT_TYPE, RECEIPT_TYPE, STATEMENT_TYPE } from "../core/receipt/statement.ts";
import { digestsOf, PAYLOAD_TYPE, preAuthentication } from "./envelope.ts";
import type { PublicKey } from "./keys.ts";

/** No receipt is larger: a thousand probes with all their evidence are half of that. */
export const LARGEST_RECEIPT = 1_024 * 1_024;

/** What is read of a statement, of whichever kind it is. */
export type Said = z.infer<typeof said>;

/**
 * - `proven`: signed by a key that is trusted, and not changed since
 * - `unsigned`: nobody has signed it · `unknown-key`: signed by keys that are not trusted here
 * - `retired-key`: signed by a key for a moment after that was retired
 * - `changed`: something of it is not what was signed; `fields` says what, as far as can be told
 * - `unreadable`: it is no receipt
 */
export type Verdict =
  | { readonly verdict: "proven"; readonly key: PublicKey; readonly said: Said }
  | { readonly verdict: "unsigned"; readonly said: Said }
  | { readonly verdict: "unknown-key"; readonly keys: readonly string[]; readonly said: Said }
  | { readonly verdict: "retired-key"; readonly key: PublicKey; readonly said: Said }
  | { readonly verdict: "changed"; readonly fields: readonly string[] }
  | { readonly verdict: "unreadable"; readonly reason: string };

const envelope = z.object({
  payload: z.string(),
  payloadType: z.string(),
  signatures: z.array(z.object({ keyid: z.string().max(200).optional(), sig: z.string().max(200) })).max(20),
});

const person = z.object({ id: z.number(), login: z.string() });
const audit = z.object({ installation: z.number(), seq: z.int().min(0), hash: z.string() });
const receipt = z.object({
  promotion: z.string(),
  kind: z.string(),
  repository: z.object({ id: z.number(), installation: z.number(), name: z.string(), server: z.string() }),
  release: z.object({ version: z.string(), tag: z.string().nullable(), commit: z.string() }),
  environment: z.object({ name: z.string(), url: z.string().nullable() }),
  when: z.object({
    requested: z.string(),
    started: z.string(),
    finished: z.iso.datetime(),
    observed: z.string().nullable(),
  }),
  who: z.object({ cause: z.string(), requested: person.nullable(), approved: z.array(person) }),
  components: z.array(z.object({ name: z.string(), version: z.string(), commit: z.string() })),
  verification: z.object({ by: z.enum(["observed", "workflows"]) }),
  replaced: z.object({ version: z.string().nullable() }).nullable(),
  rollback: z.string().nullable(),
  audit,
});
const statement = z.object({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(z.object({ name: z.string(), digest: z.record(z.string(), z.string()) })).min(1),
});
const said = z.discriminatedUnion("predicateType", [
  statement.extend({ predicateType: z.literal(RECEIPT_TYPE), predicate: receipt }),
  statement.extend({
    predicateType: z.literal(CHECKPOINT_TYPE),
    predicate: z.object({ audit, at: z.iso.datetime() }),
  }),
]);

/** Verifies a receipt or a checkpoint, from the text of its envelope. */
export function verifyReceipt(text: string, trusted: readonly PublicKey[]): Verdict {
  const opened = envelope.safeParse(jsonOf(text));
  if (!opened.success) return unreadable("it is no DSSE envelope in JSON");
  const { payload, payloadType, signatures } = opened.data;
  const body = bytesOf(payload);
  if (body === null) return { verdict: "changed", fields: ["payload"] };
  const signed = preAuthentication(payloadType, body);
  // The id that stands with a signature is a hint that nobody has signed: all keys are tried.
  const found = signatures.flatMap(({ sig, keyid }, index) => {
    const bytes = bytesOf(sig);
    const key = bytes === null ? undefined : trusted.find((one) => verify(null, signed, one.key, bytes));
    return key === undefined ? [] : [{ key, keyid, index }];
  });
  const [first] = found;
  const document: unknown = jsonOf(body.toString("utf8"));
  if (first === undefined) return unverified(opened.data, document, trusted);
  if (first.keyid !== undefined && first.keyid !== first.key.id)
    return { verdict: "changed", fields: [`signatures[${first.index}].keyid`] };
  if (payloadType !== PAYLOAD_TYPE) return unreadable(`its type is not ${PAYLOAD_TYPE}`);
  const read = said.safeParse(document);
  if (!read.success)
    return unreadable("what was signed is neither a receipt nor a checkpoint that this Waybill knows");
  const { key } = first;
  const isLate = key.retired !== null && momentOf(read.data) >= key.retired;
  return { verdict: isLate ? "retired-key" : "proven", key, said: read.data };
}

/** When it says that it happened, epoch milliseconds: nobody but its signer vouches for that. */
export function momentOf({ predicate }: Said): number {
  return Date.parse("when" in predicate ? predicate.when.finished : predicate.at);
}

function unverified(
  { payloadType, signatures }: z.infer<typeof envelope>,
  document: unknown,
  trusted: readonly PublicKey[],
): Verdict {
  if (payloadType !== PAYLOAD_TYPE) return { verdict: "changed", fields: ["payloadType"] };
  const changed = changedParts(document);
  if (changed.length > 0) return { verdict: "changed", fields: changed };
  const read = said.safeParse(document);
  if (!read.success) return unreadable("it holds neither a receipt nor a checkpoint that this Waybill knows");
  if (signatures.length === 0) return { verdict: "unsigned", said: read.data };
  // By a key that is known, and yet it does not verify: the signature was changed, or all of the rest with its digests.
  const known = signatures.findIndex(({ keyid }) => trusted.some(({ id }) => id === keyid));
  if (known >= 0) return { verdict: "changed", fields: [`signatures[${known}].sig`] };
  return { verdict: "unknown-key", keys: signatures.map(({ keyid }) => keyid ?? "unnamed"), said: read.data };
}

/** The parts that are not what their digests say; all of it where there is nothing to read. */
function changedParts(document: unknown): string[] {
  if (typeof document !== "object" || document === null || !("predicate" in document)) return ["payload"];
  const { predicate } = document;
  if (typeof predicate !== "object" || predicate === null || !("digests" in predicate)) return ["payload"];
  const written = z.record(z.string(), z.string()).safeParse(predicate.digests);
  if (!written.success) return ["predicate.digests"];
  const found = digestsOf(document);
  const names = [...new Set([...Object.keys(written.data), ...Object.keys(found)])];
  return names.filter((name) => written.data[name] !== found[name]).toSorted();
}

function unreadable(reason: string): Verdict {
  return { verdict: "unreadable", reason };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Standard or URL-safe base64, as verifiers must take both; null for anything else: Node would pass over it. */
function bytesOf(text: string): Buffer | null {
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Buffer.from(standard, "base64");
  return bytes.toString("base64").replace(/=+$/, "") === standard.replace(/=+$/, "") ? bytes : null;
}
