/**
 * Waybill put together: store, engine, GitHub, text, probe and the HTTP edge. `main.ts` makes one from the environment; tests make
 * several in one process.
 */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { loadApp } from "./app.ts";
import type { Clock, Store } from "./core/ports.ts";
import { createLaneReader } from "./engine/lane-reader.ts";
import { createOutbox } from "./engine/outbox.ts";
import { createReceiver } from "./engine/receive.ts";
import { Worker } from "./engine/worker.ts";
import type { Settings } from "./environment.ts";
import { connectGitHub, type GitHub } from "./github/client.ts";
import { createGitHubPerformer } from "./github/effects/index.ts";
import { translateWebhook } from "./github/translate.ts";
import { createServer } from "./http/server.ts";
import type { Logger } from "./logging.ts";
import { createProbe } from "./probe/probe.ts";
import { createTextRenderer } from "./render/text.ts";

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
  /** Listens and begins to work. Answers the address that it listens on. */
  start(): Promise<{ readonly port: number }>;
  /** Looks for due work now: for those that move the clock by hand. */
  wake(): void;
  /** Lets what is under way come to its end within `patienceMs`, then closes everything, the store too. */
  stop(patienceMs: number): Promise<void>;
}

/** Puts the parts together. Nothing is asked of GitHub before the first webhook. */
export async function createWaybill(options: WaybillOptions): Promise<Waybill> {
  const { settings, store, logger, clock, ownsStore } = options;
  const worker = await createEngine(options);
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
  });
  let pruning: NodeJS.Timeout | undefined;
  return {
    async start() {
      const swept = await store.sweep(clock.now(), ownsStore);
      if (swept > 0) logger.info({ jobs: swept }, "took up what the last stop left in flight");
      const listening = await server.listen(settings.host, settings.port);
      worker.start();
      pruning = setInterval(() => void prune(options), PRUNE_EVERY_MS);
      pruning.unref();
      return listening;
    },
    wake: () => worker.wake(),
    async stop(patienceMs) {
      clearInterval(pruning);
      await server.drain(patienceMs, worker.stop(patienceMs));
      await store.close();
    },
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

async function createEngine(options: WaybillOptions): Promise<Worker> {
  const { settings, store, logger, clock } = options;
  const { lostAnswerWaitMs, pollMs } = settings;
  const github = connect(options);
  const lanes = createLaneReader(store);
  const text = createTextRenderer();
  return new Worker({
    store,
    clock,
    logger,
    owner: `${hostname()}-${process.pid}-${randomUUID()}`,
    policy: { lookEveryMs: pollMs, traceEveryMs: Math.min(pollMs, lostAnswerWaitMs / 4) },
    translator: await loadApp(github.probot, (name, payload) =>
      translateWebhook({ github, lanes, clock, logger }, name, payload),
    ),
    performer: createOutbox({
      github: createGitHubPerformer({ github, text, clock, lostAnswerWaitMs }),
      ask: createProbe({ allow: settings.allowPrivate, clock }),
      clock,
    }),
  });
}

function connect({ settings, clock, logger }: WaybillOptions): GitHub {
  const { gitHubProtocol, gitHubHost } = settings;
  return connectGitHub({
    appId: settings.appId,
    privateKey: settings.privateKey,
    webhookSecret: settings.webhookSecrets[0] ?? "",
    ...(gitHubHost === null ? {} : { baseUrl: `${gitHubProtocol}://${gitHubHost}/api/v3` }),
    clock,
    writesPerMinute: settings.writesPerMinute,
    // Probot and Octokit log whole payloads and requests; what matters of a failure, the worker says.
    log: logger.child({}, { level: "silent" }),
  });
}
