/** One process of Waybill's in a case: the real worker, receiver, reconciler and performers, without the HTTP edge and the probe. */
import { createEngine } from "../../src/assemble.ts";
import type { Clock, Store } from "../../src/core/ports.ts";
import { StoreUnavailableError } from "../../src/core/ports.ts";
import { createReceiver, type Receiver } from "../../src/engine/receive.ts";
import { queueLooks } from "../../src/engine/reconcile.ts";
import type { JobReport } from "../../src/engine/report.ts";
import type { Settings } from "../../src/environment.ts";
import { readPayloadIds } from "../../src/http/payload.ts";
import { createLogger } from "../../src/logging.ts";
import type { Delivery } from "../../src/sandbox/index.ts";
import { HOST } from "./github.ts";
import { as, type Being } from "./surroundings.ts";

const MINUTE = 60_000;
/** Longer than in production, so that time goes by in few steps; what a lease is for stays the same. */
export const LEASE_MS = 10 * MINUTE;
const WORK_POLL_MS = 20 * MINUTE;

export interface ProcessOptions {
  readonly settings: Settings;
  readonly store: (clock: Clock, who: Being) => Store;
  /** By the case's time. */
  readonly now: () => number;
  /** Nobody else works on this store: what runs in it was left behind by whoever died. */
  readonly ownsStore: boolean;
  readonly onReport: (report: JobReport) => void;
}

const logger = createLogger({ level: "silent", secrets: [], destination: { write: () => {} } });

export class Process implements Being {
  alive = true;
  skewMs = 0;
  readonly name: string;
  /** The how manieth of this name it is. */
  readonly life: number;
  stallsUntil = 0;
  /** Webhooks that are being taken in, to be broken off when it dies. */
  readonly #arriving = new Set<() => void>();
  #receiver: Receiver | null = null;

  constructor(name: string, life: number) {
    this.name = name;
    this.life = life;
  }

  /** Starts it; it works from when it is through its start, which it may not live to see. */
  begin(options: ProcessOptions): void {
    as(this, () => this.#run(options)).catch((error: unknown) => this.#outlive(error));
  }

  /** Whether webhooks can reach it. */
  get listens(): boolean {
    return this.alive && this.#receiver !== null;
  }

  async #run({ settings, store: open, now, ownsStore, onReport }: ProcessOptions): Promise<void> {
    const clock: Clock = { now: () => now() + this.skewMs };
    const store = open(clock, this);
    const worker = await createEngine(
      { settings, store, logger, clock, ask: askNobody, worker: { leaseMs: LEASE_MS, pollMs: WORK_POLL_MS } },
      { onJob: (report) => void (this.alive && onReport(report)), onCall: () => {}, onProbe: () => {} },
    );
    await store.sweep(clock.now(), ownsStore);
    this.#receiver = createReceiver({ store, clock, onAccepted: () => worker.wake() });
    worker.start();
    const look = async (atStart: boolean): Promise<void> => {
      if ((await queueLooks({ store, clock }, settings.reconcileMs, atStart)) > 0) worker.wake();
    };
    if (settings.reconcileMs === 0) return;
    setInterval(() => void look(false).catch((error: unknown) => this.#outlive(error)), settings.reconcileMs);
    await look(true);
  }

  /** Takes a webhook in, as the HTTP edge would have handed it on. Answers the status; 502 where the process dies over it. */
  take({ guid, event }: Readonly<Delivery>, payload: Buffer): Promise<number> {
    const receiver = this.#receiver;
    const ids = readPayloadIds(payload);
    if (!this.alive || receiver === null || ids === null) return Promise.resolve(502);
    return new Promise((resolve) => {
      const breaksOff = (): void => resolve(502);
      this.#arriving.add(breaksOff);
      const answered = as(this, () => receiver.receive({ deliveryId: guid, event, ...ids, payload }));
      void answered
        .then(
          () => 202,
          (error: unknown) => (error instanceof StoreUnavailableError ? 503 : 500),
        )
        .then((status) => {
          this.#arriving.delete(breaksOff);
          resolve(status);
        });
    });
  }

  /** What fails because it is dead is nobody's concern. @throws everything else */
  #outlive(error: unknown): void {
    if (this.alive) throw error;
  }

  /** kill -9. */
  kill(): void {
    this.alive = false;
    for (const breaksOff of this.#arriving) breaksOff();
  }
}

/** No config of a case has an address to be asked. */
function askNobody(): never {
  throw new Error("nothing is asked in a case");
}

/** The settings of a case's processes. */
export function settingsFor(privateKey: string, more: Partial<Settings>): Settings {
  return {
    appId: 1_010_101,
    privateKey,
    webhookSecrets: ["not-used-without-the-edge"],
    gateKeys: [],
    namedSecrets: [],
    mail: null,
    signingKey: null,
    gitHubHost: HOST,
    gitHubProtocol: "http",
    host: "127.0.0.1",
    port: 0,
    metrics: null,
    logLevel: "silent",
    databaseUrl: "sqlite:none",
    allowPrivate: [],
    lostAnswerWaitMs: 2 * MINUTE,
    pollMs: MINUTE,
    reconcileMs: 10 * MINUTE,
    writesPerMinute: 0,
    ...more,
  };
}
