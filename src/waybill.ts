/**
 * Waybill put together: store, engine, GitHub, text, probe and the HTTP edge. `main.ts` makes one from the environment; tests make
 * several in one process.
 */
import { createEngine } from "./assemble.ts";
import type { Clock, Store } from "./core/ports.ts";
import { createReceiver } from "./engine/receive.ts";
import { queueLooks } from "./engine/reconcile.ts";
import type { Settings } from "./environment.ts";
import { createMetricsServer } from "./http/metrics.ts";
import { reportRoute } from "./http/report.ts";
import { createServer } from "./http/server.ts";
import type { Logger } from "./logging.ts";
import { createMetrics } from "./metrics.ts";
import { createReportKeys } from "./report-keys.ts";
import { createRevealSecret } from "./secrets.ts";

const PRUNE_EVERY_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
const JOBS_KEPT_MS = 7 * DAY_MS;
const PAYLOADS_KEPT_MS = 30 * DAY_MS;

export interface WaybillOptions {
  readonly settings: Settings;
  readonly store: Store;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Whether the store is this process's alone (embedded): then whatever runs in it was orphaned by the last stop. */
  readonly ownsStore: boolean;
}

export interface Waybill {
  /** Listens and begins to work. Answers the ports that it listens on; `metricsPort` is null where metrics are not served. */
  start(): Promise<{ readonly port: number; readonly metricsPort: number | null }>;
  /** Looks for due work now: for those that move the clock by hand. */
  wake(): void;
  /** Queues a look at all that GitHub has not been asked about for long enough: for those that move the clock by hand. */
  reconcile(): Promise<void>;
  /** Lets what is under way come to its end within `patienceMs`, then closes everything, the store too. */
  stop(patienceMs: number): Promise<void>;
}

/** Puts the parts together. Nothing is asked of GitHub before the start. */
export async function createWaybill(options: WaybillOptions): Promise<Waybill> {
  const { settings, store, logger, clock, ownsStore } = options;
  const database = /^postgres/i.test(settings.databaseUrl) ? "postgres" : "sqlite";
  const metrics = createMetrics({ store, clock, database, process: settings.metrics !== null });
  const metricsServer = createMetricsServer({ scrape: () => metrics.scrape(), logger });
  const worker = await createEngine(options, metrics);
  const receiver = createReceiver({ store, clock, onAccepted: () => worker.wake() });
  const isReady = async (): Promise<boolean> => {
    await store.ping();
    return true;
  };
  const server = createServer({
    receive: (delivery) => receiver.receive(delivery),
    secrets: settings.webhookSecrets,
    ready: () => isReady().catch(() => false),
    logger,
    onRequest: metrics.onRequest,
    routes: [
      reportRoute({
        keysOf: createReportKeys(createRevealSecret(settings.namedSecrets)),
        receive: (delivery) => receiver.receive(delivery),
        now: () => clock.now(),
      }),
    ],
  });
  let pruning: NodeJS.Timeout | undefined;
  const reconciling = createReconciling(options, () => worker.wake());
  return {
    async start() {
      const swept = await store.sweep(clock.now(), ownsStore);
      if (swept > 0) logger.info({ jobs: swept }, "took up what the last stop left in flight");
      const { host, port, metrics: own } = settings;
      const scraped = own === null ? null : await metricsServer.listen(own.host, own.port);
      const listening = await server.listen(host, port).catch(async (error: unknown) => {
        await metricsServer.close();
        throw error;
      });
      worker.start();
      pruning = setInterval(() => void prune(options), PRUNE_EVERY_MS);
      pruning.unref();
      reconciling.start();
      return { ...listening, metricsPort: scraped?.port ?? null };
    },
    wake: () => worker.wake(),
    reconcile: () => reconciling.queue(false),
    async stop(patienceMs) {
      clearInterval(pruning);
      reconciling.stop();
      await server.drain(patienceMs, worker.stop(patienceMs));
      // After the last work, so that a last scrape sees it.
      await metricsServer.close();
      await store.close();
    },
  };
}

/** Looks are queued five times as often as each is due, by a timer that no change of the clock can stop. */
function createReconciling({ settings, store, clock, logger }: WaybillOptions, onQueued: () => void) {
  const everyMs = settings.reconcileMs;
  let timer: NodeJS.Timeout | undefined;
  const queue = async (atStart: boolean): Promise<void> => {
    if (everyMs === 0) return;
    try {
      if ((await queueLooks({ store, clock }, everyMs, atStart)) > 0) onQueued();
    } catch (error) {
      logger.warn({ error }, "it could not be seen what GitHub is to be asked; trying again");
    }
  };
  return {
    queue,
    start() {
      if (everyMs === 0) return;
      timer = setInterval(() => void queue(false), Math.max(everyMs / 5, 1_000));
      timer.unref();
      void queue(true);
    },
    stop: () => clearInterval(timer),
  };
}

/** Forgets done jobs and old payloads; delivery ids stay, so that a late duplicate is still one. */
async function prune({ store, clock, logger }: WaybillOptions): Promise<void> {
  const now = clock.now();
  try {
    await store.prune(now - JOBS_KEPT_MS, now - PAYLOADS_KEPT_MS);
  } catch (error) {
    logger.warn({ error }, "the store could not be pruned; trying again in an hour");
  }
}
