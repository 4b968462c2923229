/**
 * DSSE envelopes: what is signed is the payload's bytes with its type, never a parsed document.
 * https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
 */
import { createHash } from "node:crypto";
import { canonicalJson } from "../core/canonical.ts";
import type { Statement } from "../core/receipt/statement.ts";
import type { Signer } from "./keys.ts";

/** https://github.com/in-toto/attestation/blob/main/spec/v1/envelope.md */
export const PAYLOAD_TYPE = "application/vnd.in-toto+json";

/** The pre-authentication encoding: what a signature covers. */
export function preAuthentication(type: string, body: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `;
  return Buffer.concat([Buffer.from(head), body]);
}

/**
 * The statement in its envelope, as text: canonical JSON with a line break at its end. Without a signer the list of signatures is empty: an unsigned
 * receipt. The same statement and key give the same bytes, since Ed25519 takes no chance.
 */
export function sealed(statement: Statement<object>, signer: Signer | null): string {
  const payload = Buffer.from(canonicalJson(withDigests(statement)));
  const signatures =
    signer === null
      ? []
      : [
          {
            keyid: signer.id,
            sig: signer.sign(preAuthentication(PAYLOAD_TYPE, payload)).toString("base64"),
          },
        ];
  const envelope = { payload: payload.toString("base64"), payloadType: PAYLOAD_TYPE, signatures };
  return `${canonicalJson(envelope)}\n`;
}

/**
 * The statement with a digest of each of its parts in the predicate. They prove nothing, since the signature covers all; they tell which part somebody
 * has changed, where it does not verify.
 */
function withDigests(statement: Statement<object>): Statement<object> {
  // Through JSON: what is undefined is not there.
  const plain = JSON.parse(JSON.stringify(statement)) as Statement<object>;
  return { ...plain, predicate: { ...plain.predicate, digests: digestsOf(plain) } };
}

/** SHA-256 in hexadecimal digits of each part's canonical JSON, by where it stands: `subject`, `predicate.release`. */
export function digestsOf(statement: object): Record<string, string> {
  const { predicate, ...rest } = statement as Record<string, unknown>;
  const { digests: _digests, ...parts } = (predicate ?? {}) as Record<string, unknown>;
  const named = [
    ...Object.entries(rest),
    ...Object.entries(parts).map(([name, part]) => [`predicate.${name}`, part] as const),
  ];
  return Object.fromEntries(
    named.map(([name, part]) => [name, createHash("sha256").update(canonicalJson(part)).digest("hex")]),
  );
}
