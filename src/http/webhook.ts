/** Takes in GitHub's webhooks: checks, verifies, and hands over; the body of an unverified one is never looked at. */
import { isUtf8 } from "node:buffer";
import type { IncomingHttpHeaders } from "node:http";
import { StoreUnavailableError } from "../core/ports.ts";
import type { DeliveryOutcome, NewDelivery } from "../core/ports.ts";
import { announcedLength, readBody } from "./body.ts";
import type { BodyBudget, BodyReading } from "./body.ts";
import { readPayloadIds } from "./payload.ts";
import type { Answer, Handler } from "./routes.ts";
import { isSignature, isSigned } from "./signature.ts";

/** A delivery whose signature was found right; whoever stores it adds the time. */
export type VerifiedDelivery = Omit<NewDelivery, "receivedAt">;

/** Stores a delivery. Answers only once it is on disk; rejects with StoreUnavailableError if it cannot be. */
export type ReceiveDelivery = (delivery: VerifiedDelivery) => Promise<DeliveryOutcome>;

export interface WebhookOptions {
  readonly receive: ReceiveDelivery;
  readonly secrets: readonly string[];
  readonly maxBodyBytes: number;
  /** How long `receive` may take; GitHub waits 10 s in all. */
  readonly receiveMs: number;
  readonly budget: BodyBudget;
  /** Hears of a failure that is no outage of the store: a bug. */
  readonly onBug: (error: unknown) => void;
}

interface Headers {
  readonly event: string;
  readonly deliveryId: string;
  readonly signature: string;
}

const EVENT = /^[a-z0-9_]{1,64}$/;
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const JSON_TYPE = /^application\/json\s*(;|$)/i;
const RETRY_AFTER = { "retry-after": "10" };

/**
 * Makes the handler of webhooks. Everything that can be refused by headers alone is refused before the body is read, cheapest first:
 * 413 announced too long, 400 headers, 401 no signature; then 413, 503 or 401 by the body's bytes; and only of verified bytes 400.
 * 202 means stored on disk, now or earlier.
 */
export function createWebhookHandler(options: WebhookOptions): Handler {
  return async (exchange) => {
    const { request } = exchange;
    if ((announcedLength(request) ?? 0) > options.maxBodyBytes) return tooLarge();
    const headers = readHeaders(request.headers);
    if ("status" in headers) return headers;
    let held = 0;
    try {
      exchange.expectBody();
      const reading = await readBody(
        request,
        options.maxBodyBytes,
        options.budget,
        (bytes) => void (held += bytes),
      );
      return await takeIn(reading, headers, options);
    } finally {
      options.budget.giveBack(held);
    }
  };
}

/** The refusal of a delivery while the server drains. */
export function drainingAnswer(): Answer {
  return { status: 503, body: { error: "shutting down" }, headers: RETRY_AFTER };
}

function readHeaders(headers: IncomingHttpHeaders): Headers | Answer {
  const event = headers["x-github-event"];
  const deliveryId = headers["x-github-delivery"];
  const signature = headers["x-hub-signature-256"];
  if (typeof event !== "string" || !EVENT.test(event))
    return badRequest("X-GitHub-Event is missing or malformed");
  if (typeof deliveryId !== "string" || !GUID.test(deliveryId)) {
    return badRequest("X-GitHub-Delivery is missing or malformed");
  }
  if (!JSON_TYPE.test(headers["content-type"] ?? ""))
    return badRequest("Content-Type is not application/json");
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity")
    return badRequest("Content-Encoding is not supported");
  if (typeof signature !== "string" || !isSignature(signature)) return unauthorized();
  // A replay with other capitals is still a replay.
  return { event, deliveryId: deliveryId.toLowerCase(), signature };
}

async function takeIn(reading: BodyReading, headers: Headers, options: WebhookOptions): Promise<Answer> {
  if (reading.kind === "tooLarge") return tooLarge();
  if (reading.kind === "overloaded") return unavailable("too much at a time");
  if (reading.kind === "aborted") return { status: 400, body: { error: "the body broke off" } };
  if (!isSigned(reading.bytes, headers.signature, options.secrets)) return unauthorized();
  const { event, deliveryId } = headers;
  const note = { event, delivery: deliveryId, bytes: reading.bytes.length };
  const delivery = readDelivery(reading.bytes, headers);
  if (delivery === null)
    return { ...badRequest("the body is not a JSON object"), note: { ...note, outcome: "malformed" } };
  try {
    const outcome = await within(options.receiveMs, options.receive(delivery));
    return { status: 202, body: { status: outcome }, note: { ...note, outcome } };
  } catch (error) {
    if (error instanceof StoreUnavailableError) return { ...unavailable("the store is unavailable"), note };
    options.onBug(error);
    return { status: 500, body: { error: "internal" }, note };
  }
}

function readDelivery(bytes: Buffer, { event, deliveryId }: Headers): VerifiedDelivery | null {
  const ids = isUtf8(bytes) ? readPayloadIds(bytes) : null;
  return ids === null ? null : { deliveryId, event, ...ids, payload: bytes };
}

/** Answers GitHub in time even if the store hangs; should the commit still succeed, the redelivery is a duplicate. */
async function within<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreUnavailableError(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function badRequest(error: string): Answer {
  return { status: 400, body: { error }, note: { outcome: "malformed" } };
}

function unauthorized(): Answer {
  const note = { outcome: "bad_signature" };
  return { status: 401, body: { error: "the signature is missing or wrong" }, note };
}

function tooLarge(): Answer {
  return { status: 413, body: { error: "the body is too large" }, note: { outcome: "too_large" } };
}

function unavailable(error: string): Answer {
  return { status: 503, body: { error }, headers: RETRY_AFTER };
}
