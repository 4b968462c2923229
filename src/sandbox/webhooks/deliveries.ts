import { createHmac, randomUUID } from "node:crypto";
import { request } from "node:http";
import type { FaultBox, WebhookFault } from "../faults.ts";
import type { Ids } from "../ids.ts";
import type { SandboxClock } from "../clock.ts";

/** One attempt to deliver a webhook. A redelivery is a further attempt with the same `guid`. */
export interface Delivery {
  id: number;
  guid: string;
  event: string;
  action: string | null;
  installationId: number | null;
  repositoryId: number | null;
  deliveredAt: number;
  durationMs: number;
  redelivery: boolean;
  /** `OK`, or what GitHub shows for a failure. */
  status: string;
  /** 0 while it has not been sent, or was lost. */
  statusCode: number;
  /** Lost on purpose: GitHub does not list it either. */
  lost: boolean;
  requestHeaders: Record<string, string>;
  payload: string;
  responseHeaders: Record<string, string>;
  responseBody: string;
}

/** The App's hook. An empty URL sends nothing. */
export interface WebhookTarget {
  url: string;
  secret: string;
  /** Default `json`; `form` puts the JSON into a field `payload`. */
  contentType?: "json" | "form";
  /** Whether certificates are left unchecked; default false. */
  insecureSsl?: boolean;
}

export interface OutgoingEvent {
  event: string;
  action: string | null;
  installationId: number | null;
  repositoryId: number | null;
  payload: string;
}

interface Services {
  appId: number;
  clock: SandboxClock;
  ids: Ids;
  faults: FaultBox;
  /** In place of HTTP. */
  post?: Post | undefined;
}

/** What the receiver of a webhook answered; `status` is `OK`, or what GitHub shows for a failure. */
export interface Answer {
  status: string;
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * Brings a webhook to its receiver, in place of HTTP. Whoever does decides in which order they arrive: none waits for another. An answer with the
 * status code 0 is a delivery that was lost: GitHub does not list it.
 */
export type Post = (delivery: Readonly<Delivery>, body: Buffer) => Promise<Answer>;

/** GitHub waits for ten seconds. Source: https://docs.github.com/webhooks/using-webhooks/best-practices-for-using-webhooks */
const ANSWER_WITHIN_MS = 10_000;
const RESPONSE_KEPT = 10_000;
const DELIVERIES_KEPT = 20_000;
const HOOK_ID = 480_000_001;

/** Source: https://docs.github.com/webhooks/testing-and-troubleshooting-webhooks/viewing-webhook-deliveries ("the past 3 days") */
const DELIVERIES_LISTED_MS = 3 * 24 * 3_600_000;

/** Sends webhooks one after the other, keeps every attempt, and sends them again on demand. */
export class Deliveries {
  readonly all: Delivery[] = [];
  target: WebhookTarget | null = null;
  readonly #services: Services;
  #tail: Promise<void> = Promise.resolve();
  #held: { delivery: Delivery; copies: number }[] = [];
  #flush: NodeJS.Timeout | undefined;
  readonly #late = new Set<NodeJS.Timeout>();
  #pending = 0;
  #stopped = false;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Whether nothing is on its way, held back or waiting. */
  get idle(): boolean {
    return this.#pending === 0 && this.#held.length === 0 && this.#late.size === 0;
  }

  /** What GitHub still shows: sent within the last three days, and not lost. */
  listed(): Delivery[] {
    const oldest = this.#services.clock.now() - DELIVERIES_LISTED_MS;
    return this.all.filter(
      (delivery) => !delivery.lost && delivery.statusCode !== 0 && delivery.deliveredAt >= oldest,
    );
  }

  /** Queues a webhook, unless a fault has other plans for it. */
  send(event: OutgoingEvent): void {
    const delivery = this.#record(event, randomUUID(), false);
    if (!this.target?.url) {
      delivery.status = "no webhook address";
      return;
    }
    const fault = this.#services.faults.strikeWebhook(event.event, event.action);
    if (fault) this.#withFault(delivery, fault);
    else this.#enqueue(delivery);
  }

  /** Sends a delivery again under the same GUID, by delivery id or GUID. @returns the new attempt, or null if unknown. */
  redeliver(idOrGuid: number | string): Delivery | null {
    const original = this.all.findLast((delivery) => [delivery.id, delivery.guid].includes(idOrGuid));
    if (!original) return null;
    const attempt = this.#record(original, original.guid, true);
    this.#enqueue(attempt);
    return attempt;
  }

  /** Sends again all that never reached the receiver, oldest first; returns how many. */
  redeliverFailed(): number {
    const reached = new Set<string>();
    for (const delivery of this.all) if (delivery.status === "OK") reached.add(delivery.guid);
    const failed = this.all.filter((delivery) => delivery.statusCode >= 400 && !reached.has(delivery.guid));
    const guids = new Set(failed.map((delivery) => delivery.guid));
    for (const guid of guids) this.redeliver(guid);
    return guids.size;
  }

  /** Lets go of what a reorder fault holds back, and waits for what is queued now. */
  async drain(): Promise<void> {
    this.#release();
    await this.#tail;
  }

  /** Sends nothing more. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#flush);
    for (const timer of this.#late) clearTimeout(timer);
    this.#late.clear();
    this.#held = [];
  }

  #record(event: OutgoingEvent, guid: string, redelivery: boolean): Delivery {
    const { event: name, action, installationId, repositoryId, payload } = event;
    const delivery: Delivery = {
      id: this.#services.ids.next("delivery"),
      guid,
      event: name,
      action,
      installationId,
      repositoryId,
      deliveredAt: this.#services.clock.now(),
      durationMs: 0,
      redelivery,
      status: "pending",
      statusCode: 0,
      lost: false,
      requestHeaders: {},
      payload,
      responseHeaders: {},
      responseBody: "",
    };
    this.all.push(delivery);
    if (this.all.length > DELIVERIES_KEPT) this.all.shift();
    return delivery;
  }

  #withFault(delivery: Delivery, fault: WebhookFault): void {
    if (fault.kind === "lose") {
      delivery.lost = true;
      delivery.status = "lost";
    } else if (fault.kind === "fail") {
      delivery.status = "failed to connect to host";
      delivery.statusCode = 502;
    } else if (fault.kind === "double") {
      this.#enqueue(delivery);
      this.#enqueue(this.#record(delivery, delivery.guid, false));
    } else if (fault.kind === "delay") {
      const timer = setTimeout(() => {
        this.#late.delete(timer);
        this.#enqueue(delivery);
      }, fault.delayMs ?? 1000);
      this.#late.add(timer);
    } else {
      this.#held.push({ delivery, copies: 1 });
      clearTimeout(this.#flush);
      if (this.#held.length >= 2) this.#release();
      // A partner may never come.
      else this.#flush = setTimeout(() => this.#release(), 2000);
    }
  }

  #release(): void {
    clearTimeout(this.#flush);
    const held = this.#held.toReversed();
    this.#held = [];
    for (const { delivery } of held) this.#enqueue(delivery);
  }

  #enqueue(delivery: Delivery): void {
    this.#pending += 1;
    const send = async (): Promise<void> => {
      if (!this.#stopped && this.target?.url) await this.#attempt(delivery, this.target);
      this.#pending -= 1;
    };
    if (this.#services.post === undefined) this.#tail = this.#tail.then(send);
    else void send();
  }

  async #attempt(delivery: Delivery, target: WebhookTarget): Promise<void> {
    const form = target.contentType === "form";
    const text = form ? new URLSearchParams({ payload: delivery.payload }).toString() : delivery.payload;
    const body = Buffer.from(text);
    const signature = createHmac("sha256", target.secret).update(body).digest("hex");
    const oldSignature = createHmac("sha1", target.secret).update(body).digest("hex");
    // Headers: https://docs.github.com/webhooks/webhook-events-and-payloads#delivery-headers
    delivery.requestHeaders = {
      Accept: "*/*",
      "Content-Type": form ? "application/x-www-form-urlencoded" : "application/json",
      "Content-Length": String(body.length),
      "User-Agent": "GitHub-Hookshot/5a11de5",
      "X-GitHub-Delivery": delivery.guid,
      "X-GitHub-Event": delivery.event,
      "X-GitHub-Hook-ID": String(HOOK_ID),
      "X-GitHub-Hook-Installation-Target-ID": String(this.#services.appId),
      "X-GitHub-Hook-Installation-Target-Type": "integration",
      "X-Hub-Signature": `sha1=${oldSignature}`,
      "X-Hub-Signature-256": `sha256=${signature}`,
    };
    delivery.deliveredAt = this.#services.clock.now();
    const began = performance.now();
    const answer = await (this.#services.post?.(delivery, body) ??
      postOverHttp(target.url, delivery.requestHeaders, body));
    delivery.durationMs = performance.now() - began;
    delivery.status = answer.status;
    delivery.statusCode = answer.statusCode;
    delivery.responseHeaders = answer.headers;
    delivery.responseBody = answer.body;
  }
}

/** Posts on a fresh connection: a kept one could be a dead server's, and the failure would be ours. */
function postOverHttp(url: string, headers: Record<string, string>, body: Buffer): Promise<Answer> {
  return new Promise((resolve) => {
    const failed = (status: string, statusCode: number): void =>
      resolve({ status, statusCode, headers: {}, body: "" });
    const outgoing = request(url, { method: "POST", headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= RESPONSE_KEPT) chunks.push(chunk);
      });
      incoming.on("error", () => failed("failed to read the response", 502));
      incoming.on("end", () => {
        const statusCode = incoming.statusCode ?? 0;
        const good = statusCode >= 200 && statusCode < 300;
        const kept = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
        resolve({
          status: good ? "OK" : `Invalid HTTP Response: ${statusCode}`,
          statusCode,
          headers: Object.fromEntries(kept) as Record<string, string>,
          body: Buffer.concat(chunks).toString("utf8"),
        });
      });
    });
    outgoing.setTimeout(ANSWER_WITHIN_MS, () => {
      failed("timed out", 504);
      outgoing.destroy();
    });
    outgoing.on("error", () => failed("failed to connect to host", 502));
    outgoing.end(body);
  });
}
