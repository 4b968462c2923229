/**
 * Takes in what systems report of themselves: one small POST, signed as Standard Webhooks have it, stored before it is answered. Whoever cannot sign
 * learns nothing: an unknown repository, an unknown secret and a wrong signature have the same answer.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { isUtf8 } from "node:buffer";
import type { IncomingHttpHeaders } from "node:http";
import { StoreUnavailableError } from "../core/ports.ts";
import { readReport, REPORT_EVENT, type ReportPlace, type StoredReport } from "../core/report-in.ts";
import { announcedLength, createBodyBudget, readBody } from "./body.ts";
import type { Answer, Handler, Route } from "./routes.ts";
import type { ReceiveDelivery } from "./webhook.ts";

export interface ReportOptions {
  /** The keys by which reports to a place may be signed; none where there is no such place, or no such secret for it. */
  readonly keysOf: (place: ReportPlace) => readonly Uint8Array[];
  readonly receive: ReceiveDelivery;
  readonly now: () => number;
}

/** Everything below it is `OWNER/REPOSITORY/SECRET`. */
export const REPORT_PATH = "/report/*";
const PLACE =
  /^\/report\/([A-Za-z0-9](?:[A-Za-z0-9-]{0,38}))\/([A-Za-z0-9._-]{1,100})\/([A-Z][A-Z0-9_]{0,63})$/;
const ID = /^[\w-]{1,100}$/;
const SIGNATURES = /^(?:v[0-9a]{1,3},[A-Za-z0-9+/=]{1,100} ?){1,10}$/;
const MAX_BYTES = 4_096;
const MAX_HELD_BYTES = 1_024 * 1_024;
/** How far a sender's clock may be off. */
const TOLERANCE_MS = 5 * 60_000;
/** Of one place in a minute. A fleet of many nodes reports all at once. */
const PER_MINUTE = 600;

/** Makes the route of reports. */
export function reportRoute(options: ReportOptions): Route {
  return { path: REPORT_PATH, methods: { POST: createReportHandler(options) } };
}

interface Signed {
  readonly id: string;
  readonly timestamp: string;
  readonly signatures: readonly string[];
}

function createReportHandler({ keysOf, receive, now }: ReportOptions): Handler {
  const budget = createBodyBudget(MAX_HELD_BYTES);
  const mayCome = createLimit(now);
  // What an unknown place is held against, so that it takes as long as a known one.
  const nobody = [randomBytes(32)];
  return async ({ request, path, expectBody }) => {
    if ((announcedLength(request) ?? 0) > MAX_BYTES) return refused(413, "the body is too large");
    const signed = readSigned(request.headers);
    let held = 0;
    try {
      expectBody();
      const reading = await readBody(request, MAX_BYTES, budget, (bytes) => void (held += bytes));
      if (reading.kind === "tooLarge") return refused(413, "the body is too large");
      if (reading.kind === "overloaded") return unavailable("too much at a time");
      if (reading.kind === "aborted") return refused(400, "the body broke off");
      const place = placeOf(path);
      const known = place === null ? [] : keysOf(place);
      const isRight = isSigned(reading.bytes, signed, known.length > 0 ? known : nobody);
      const saidAt = Number(signed?.timestamp ?? 0) * 1_000;
      const isTimely = Math.abs(now() - saidAt) <= TOLERANCE_MS;
      if (place === null || signed === null || !isRight || !isTimely) return UNSIGNED;
      if (!mayCome(path.toLowerCase())) return LIMITED;
      const said = isUtf8(reading.bytes) ? readReport(reading.bytes.toString("utf8")) : null;
      if (said === null || !isFor(place, said.repository))
        return refused(400, "the report does not say what it has to");
      // To the end of the second that it names.
      const report: StoredReport = { ...place, at: Math.min(now(), saidAt + 999), said };
      return await store(report, path, signed.id, receive);
    } finally {
      budget.giveBack(held);
    }
  };
}

function isFor({ owner, repo }: ReportPlace, repository: string): boolean {
  return repository.toLowerCase() === `${owner}/${repo}`.toLowerCase();
}

async function store(
  report: StoredReport,
  path: string,
  id: string,
  receive: ReceiveDelivery,
): Promise<Answer> {
  const place = createHash("sha256").update(`${path.toLowerCase()}:${id}`).digest("hex");
  const delivery = {
    // The same report once more is a duplicate, as a delivery of GitHub's is.
    deliveryId: `report-${place}`,
    event: REPORT_EVENT,
    installation: null,
    repository: null,
    payload: Buffer.from(JSON.stringify(report)),
  };
  try {
    const outcome = await receive(delivery);
    return { status: 202, body: { status: outcome }, note: { event: REPORT_EVENT, outcome } };
  } catch (error) {
    if (error instanceof StoreUnavailableError) return unavailable("the store is unavailable");
    throw error;
  }
}

function placeOf(path: string): ReportPlace | null {
  const [, owner, repo, secret] = PLACE.exec(path) ?? [];
  return owner === undefined || repo === undefined || secret === undefined ? null : { owner, repo, secret };
}

function readSigned(headers: IncomingHttpHeaders): Signed | null {
  const id = headers["webhook-id"];
  const timestamp = headers["webhook-timestamp"];
  const signatures = headers["webhook-signature"];
  if (typeof id !== "string" || !ID.test(id)) return null;
  if (typeof timestamp !== "string" || !/^[0-9]{1,12}$/.test(timestamp)) return null;
  if (typeof signatures !== "string" || !SIGNATURES.test(signatures)) return null;
  return { id, timestamp, signatures: signatures.split(" ").filter((one) => one.startsWith("v1,")) };
}

/** Takes the same time whichever key it is, and whether any is. */
function isSigned(bytes: Buffer, signed: Signed | null, keys: readonly Uint8Array[]): boolean {
  const { id = "", timestamp = "", signatures = [] } = signed ?? {};
  let matches = 0;
  for (const key of keys) {
    const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(bytes).digest();
    for (const signature of signatures) {
      const given = Buffer.from(signature.slice("v1,".length), "base64");
      matches |= Number(given.length === expected.length && timingSafeEqual(given, expected));
    }
  }
  return matches === 1;
}

/** Counts what came by place and minute. Only who has signed is counted, so there are as many places as secrets. */
function createLimit(now: () => number): (place: string) => boolean {
  let [minute, counts] = [0, new Map<string, number>()];
  return (place) => {
    const current = Math.floor(now() / 60_000);
    if (current !== minute) [minute, counts] = [current, new Map()];
    const count = (counts.get(place) ?? 0) + 1;
    counts.set(place, count);
    return count <= PER_MINUTE;
  };
}

const UNSIGNED: Answer = {
  status: 401,
  body: { error: "the signature is missing or wrong" },
  note: { outcome: "bad_signature" },
};

const LIMITED: Answer = {
  status: 429,
  body: { error: "too many reports" },
  headers: { "retry-after": "60" },
  note: { outcome: "limited" },
};

function refused(status: number, error: string): Answer {
  return { status, body: { error }, note: { outcome: status === 413 ? "too_large" : "malformed" } };
}

function unavailable(error: string): Answer {
  return { status: 503, body: { error }, headers: { "retry-after": "10" } };
}
