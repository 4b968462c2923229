/**
 * Reads of a payload what the store files it under, mostly without parsing it: on pushes of 24 KB `JSON.parse` was the dearest part of
 * taking a delivery in, four times its signature (measured). Whoever works on the delivery later parses it, and believes only that.
 */
import type { InstallationId, RepositoryId } from "../core/ids.ts";

/** Where a payload belongs; null where it names none. */
export interface PayloadIds {
  readonly installation: InstallationId | null;
  readonly repository: RepositoryId | null;
}

/** So GitHub begins the two members that are looked for. */
const REPOSITORY = '"repository":{"id":';
const INSTALLATION = '"installation":{"id":';
/** A push names both within so many bytes, before its commits; nearly everything else ends with them. */
const FRONT = 12 * 1_024;
const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];
/** A member's value, from the colon on. */
const ID = /:\{"id":([1-9][0-9]{0,14})[,}]/y;
const END = /\s*$/y;

/**
 * The ids of `installation` and `repository` at the top of a JSON object: positive whole numbers that JavaScript holds exactly. Of well-formed
 * JSON that names no member twice the answer is that of `JSON.parse`. What is broken where it is not looked at may be answered as if it
 * were whole: it is signed, so it is GitHub's doing, and whoever works on it finds out.
 *
 * @param bytes well-formed UTF-8
 * @returns null where the bytes are no JSON object
 */
export function readPayloadIds(bytes: Buffer): PayloadIds | null {
  return idsInFront(bytes) ?? idsAtEnd(bytes) ?? idsOfWhole(bytes.toString("utf8"));
}

/** The ids, where the payload's own members at its beginning name both; else null. */
function idsInFront(bytes: Buffer): PayloadIds | null {
  const front = bytes.subarray(0, FRONT);
  if (front[0] !== OPEN_OBJECT || !front.includes(INSTALLATION)) return null;
  return idsFrom(front.toString("latin1", 1), "found");
}

/**
 * The ids, where the last thing that looks like a repository is one of the payload's own members and an installation follows it; else null.
 *
 * The quote before `repository` opens a string: had it closed one, or stood inside one, what follows could not follow, unless by an
 * escape before it. So from there on it is known what is a string, and what is nested in what; and where the object that it is a member of
 * ends with the payload, that object is the payload.
 */
function idsAtEnd(bytes: Buffer): PayloadIds | null {
  const start = bytes.lastIndexOf(REPOSITORY);
  if (start < 1 || bytes[start - 1] === BACKSLASH) return null;
  return idsFrom(bytes.toString("latin1", start), "end");
}

/**
 * The ids among the members of the object in which the text begins, between two of them; read until both are `found`, or to the `end` of the
 * object, which has to be the text's. Null where the text is not so, or names a member in another form than GitHub's.
 *
 * @param text of bytes as Latin-1: each a character, and all that matters here is ASCII
 */
function idsFrom(text: string, until: "found" | "end"): PayloadIds | null {
  const ids = { installation: null as number | null, repository: null as number | null };
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      if (end < 0) return null;
      if (depth === 0 && text.charCodeAt(end) === COLON) {
        const key = text.slice(at + 1, end - 1);
        if (key === "installation" || key === "repository") ids[key] = idAt(text, end);
        if (until === "found" && isWhole(ids)) return ids;
      }
      at = end - 1;
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) depth += 1;
    else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      depth -= 1;
      if (depth < 0) return isEnd(text, at + 1) && isWhole(ids) ? ids : null;
    }
  }
  return null;
}

function isWhole(ids: { readonly [Name in keyof PayloadIds]: number | null }): ids is PayloadIds {
  return ids.installation !== null && ids.repository !== null;
}

/** The position after a string's closing quote; -1 where it has none. */
function endOfString(text: string, open: number): number {
  for (let close = text.indexOf('"', open + 1); close > 0; close = text.indexOf('"', close + 1)) {
    let escapes = 0;
    while (text.charCodeAt(close - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return close + 1;
  }
  return -1;
}

function idAt(text: string, colon: number): number | null {
  ID.lastIndex = colon;
  const digits = ID.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}

function isEnd(text: string, at: number): boolean {
  END.lastIndex = at;
  return END.test(text);
}

function idsOfWhole(text: string): PayloadIds | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) return null;
  return {
    installation: idOf(json, "installation") as InstallationId | null,
    repository: idOf(json, "repository") as RepositoryId | null,
  };
}

/** The `id` of a member, if it is an id: a positive whole number that JavaScript holds exactly. */
function idOf(json: object, name: string): number | null {
  const member: unknown = Object.hasOwn(json, name) ? (json as Record<string, unknown>)[name] : null;
  if (typeof member !== "object" || member === null || !("id" in member)) return null;
  return Number.isSafeInteger(member.id) && Number(member.id) > 0 ? Number(member.id) : null;
}
