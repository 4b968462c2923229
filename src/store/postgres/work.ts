import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import type { WorkChannel } from "../database.ts";
import type { StoreLogger } from "../logger.ts";

/** The channel of LISTEN and NOTIFY. */
export const WORK_CHANNEL = "waybill_work";

const RECONNECT_MS = 1_000;

/** What the channel needs of PostgreSQL. */
export interface WorkConnections {
  /** A client of its own, not yet connected; one of the pool could not listen while others use it. */
  createClient(): Client;
  notify(payload: string): Promise<unknown>;
}

/**
 * Hints between replicas by LISTEN and NOTIFY (https://www.postgresql.org/docs/current/sql-notify.html). Everything about it may fail:
 * the engine polls as well.
 *
 * NOTIFY is sent after the commit and not inside the transaction, because PostgreSQL lets transactions with notifications
 * commit only one after another; and at most one is on its way at a time, however many commits there are.
 */
export class PostgresWork implements WorkChannel {
  readonly #connections: WorkConnections;
  readonly #logger: StoreLogger;
  readonly #self = randomUUID();
  readonly #callbacks = new Set<() => void>();
  #client: Client | null = null;
  // One timer and one client at most, or a server that is down long enough is met by "too many clients" when it is back.
  #timer: NodeJS.Timeout | null = null;
  #sending = false;
  #sendAgain = false;
  #closed = false;

  constructor(connections: WorkConnections, logger: StoreLogger) {
    this.#connections = connections;
    this.#logger = logger;
  }

  announce(): void {
    this.#call();
    if (this.#closed) return;
    if (this.#sending) {
      this.#sendAgain = true;
      return;
    }
    this.#sending = true;
    void this.#send();
  }

  subscribe(callback: () => void): () => void {
    const entry = () => {
      if (this.#callbacks.has(entry)) callback();
    };
    this.#callbacks.add(entry);
    if (this.#client === null && this.#timer === null) this.#listen();
    return () => this.#callbacks.delete(entry);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#callbacks.clear();
    if (this.#timer !== null) clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => {});
  }

  async #send(): Promise<void> {
    do {
      this.#sendAgain = false;
      try {
        await this.#connections.notify(this.#self);
      } catch {
        // A lost hint costs a poll's time; the failing database is reported by those who needed it.
      }
    } while (this.#sendAgain && !this.#closed);
    this.#sending = false;
  }

  #call(): void {
    for (const callback of this.#callbacks) queueMicrotask(callback);
  }

  #listen(): void {
    const client = this.#connections.createClient();
    this.#client = client;
    client.on("error", () => this.#lost(client));
    client.on("end", () => this.#lost(client));
    client.on("notification", (message) => {
      if (message.payload !== this.#self) this.#call();
    });
    client
      .connect()
      .then(() => client.query(`listen ${WORK_CHANNEL}`))
      // What was announced while we did not listen is not repeated.
      .then(() => this.#call())
      .catch(() => this.#lost(client));
  }

  #lost(client: Client): void {
    if (this.#client !== client || this.#closed) return;
    this.#client = null;
    this.#logger.info(
      { retryMs: RECONNECT_MS },
      "lost the connection that listens for work; polling meanwhile",
    );
    void client.end().catch(() => {});
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (!this.#closed) this.#listen();
    }, RECONNECT_MS);
    this.#timer.unref();
  }
}
