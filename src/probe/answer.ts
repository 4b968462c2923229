/** Reads the version out of an HTTP answer, within limits; the answering system is not trusted. */
import type { IncomingMessage } from "node:http";
import { isUtf8 } from "node:buffer";
import { valueAt } from "../core/jsonpath.ts";
import type { JsonPathStep } from "../core/jsonpath.ts";
import { firstGroup, type Pattern } from "../core/pattern.ts";
import { REDACTED } from "../core/secrets.ts";
import { codeOf } from "./target.ts";

/** What is looked for: steps into a JSON body, or a header, or (neither) the body's text; of a text what a pattern finds in it. */
export interface Wanted {
  readonly steps: readonly JsonPathStep[] | null;
  readonly header: string | null;
  readonly pattern: Pattern | null;
  readonly maxBytes: number;
  /** What was sent along and is secret: it is crossed out before anything is looked for, so that no pattern can pick it apart. */
  readonly secrets: readonly string[];
  /** Which numbers of JSON are a value: whole ones, as versions have them, or any. */
  readonly takes: "whole" | "any";
  /** A status of 2xx is all that is wanted. */
  readonly isAnswerEnough: boolean;
}

export type AnswerReading =
  | { readonly kind: "value"; readonly value: string; readonly status: number }
  | { readonly kind: "answered" }
  | { readonly kind: "unreadable"; readonly status: number; readonly reason: string }
  | { readonly kind: "unreachable"; readonly reason: string };

const MAX_VALUE_LENGTH = 256;
// Control, format (as bidirectional overrides), private-use and line-breaking characters are in no version.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Reads the wanted value of an answer: 2xx only, no redirect, no compression, at most `maxBytes` of body. Never rejects. */
export async function readAnswer(response: IncomingMessage, wanted: Wanted): Promise<AnswerReading> {
  const status = response.statusCode ?? 0;
  if (wanted.isAnswerEnough) {
    const reason = objectionToStatus(status);
    return reason === null ? { kind: "answered" } : { kind: "unreadable", status, reason };
  }
  if (wanted.header !== null) {
    const header = response.headers[wanted.header.toLowerCase()];
    const objection =
      objectionToStatus(status) ??
      (typeof header === "string" ? null : "the answer does not have the header, or has it several times");
    return objection === null
      ? fromText(without(String(header), wanted.secrets), wanted.pattern, status)
      : { kind: "unreadable", status, reason: objection };
  }
  const read = await readText(response, wanted.maxBytes);
  if (read.kind !== "text") return read;
  const { steps, pattern, secrets } = wanted;
  const text = without(read.text, secrets);
  return steps === null
    ? fromText(text, pattern, status)
    : withoutIn(fromJson(text, steps, wanted.takes, status), secrets);
}

/** A text without the secrets that were sent along. */
function without(text: string, secrets: readonly string[]): string {
  return secrets.reduce((left, secret) => left.replaceAll(secret, REDACTED), text);
}

/** JSON can write each character in several ways, so its value is looked through once more. */
function withoutIn(reading: AnswerReading, secrets: readonly string[]): AnswerReading {
  return reading.kind === "value" ? { ...reading, value: without(reading.value, secrets) } : reading;
}

function fromText(text: string, pattern: Pattern | null, status: number): AnswerReading {
  const value = pattern === null ? text : firstGroup(pattern, text);
  if (value !== null) return valueOrReason(value, status);
  return { kind: "unreadable", status, reason: "nothing in the answer matches the pattern" };
}

export type TextReading =
  | { readonly kind: "text"; readonly text: string }
  | Exclude<AnswerReading, { kind: "value" | "answered" }>;

/** Reads the whole text of an answer: 2xx only, no redirect, no compression, at most `maxBytes`, UTF-8. Never rejects. */
export async function readText(response: IncomingMessage, maxBytes: number): Promise<TextReading> {
  const status = response.statusCode ?? 0;
  const unreadable = (reason: string): TextReading => ({ kind: "unreadable", status, reason });
  const objection = objectionToStatus(status);
  if (objection !== null) return unreadable(objection);
  const encoding = (response.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (encoding !== "identity" && encoding !== "")
    return unreadable("the answer is compressed, though none was asked for");
  const body = await readBody(response, maxBytes);
  if (body.kind === "tooLong") return unreadable(`the answer is longer than ${maxBytes} bytes`);
  if (body.kind === "broken") return { kind: "unreachable", reason: `the answer broke off (${body.code})` };
  if (!isUtf8(body.bytes)) return unreadable("the answer is not UTF-8");
  return { kind: "text", text: body.bytes.toString("utf8").replace(/^\uFEFF/, "") };
}

function objectionToStatus(status: number): string | null {
  if (status >= 300 && status < 400) return `status ${status}: redirects are not followed`;
  return status < 200 || status >= 300 ? `status ${status}` : null;
}

function fromJson(
  text: string,
  steps: readonly JsonPathStep[],
  takes: Wanted["takes"],
  status: number,
): AnswerReading {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: "unreadable", status, reason: "the answer is not JSON" };
  }
  const value = valueAt(steps, json, takes);
  if (value !== null) return valueOrReason(value, status);
  const wanted = takes === "any" ? "text or number" : "text or whole number";
  return { kind: "unreadable", status, reason: `there is no ${wanted} at the JSON path` };
}

function valueOrReason(raw: string, status: number): AnswerReading {
  const value = raw.trim();
  if (value === "") return { kind: "unreadable", status, reason: "the value is empty" };
  if (value.length > MAX_VALUE_LENGTH) {
    return { kind: "unreadable", status, reason: `the value is longer than ${MAX_VALUE_LENGTH} characters` };
  }
  if (UNPRINTABLE.test(value))
    return { kind: "unreadable", status, reason: "the value has characters that cannot be printed" };
  return { kind: "value", value, status };
}

type Body =
  | { readonly kind: "whole"; readonly bytes: Buffer }
  | { readonly kind: "tooLong" }
  | { readonly kind: "broken"; readonly code: string };

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Body> {
  if (Number(response.headers["content-length"] ?? 0) > maxBytes) return { kind: "tooLong" };
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) return { kind: "tooLong" };
      chunks.push(chunk);
    }
  } catch (error) {
    return { kind: "broken", code: codeOf(error) };
  }
  // A body that ends before its announced length ends the stream without an error.
  return response.complete
    ? { kind: "whole", bytes: Buffer.concat(chunks) }
    : { kind: "broken", code: "ECONNRESET" };
}
