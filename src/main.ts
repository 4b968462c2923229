/** The server: `npm start`. Reads the environment, puts Waybill together, and stops it when asked to. */
import type { Clock } from "./core/ports.ts";
import { describeProblems, readEnvironment, secretsOf, type Settings } from "./environment.ts";
import { createLogger, type Logger } from "./logging.ts";
import { openStore, StoreConfigError } from "./store/index.ts";
import { createWaybill, type Waybill } from "./waybill.ts";

/** SIGTERM to exit, at most; a container's usual patience is just as long. */
const DRAIN_MS = 9_000;
const EXIT_BAD_CONFIGURATION = 2;

const clock: Clock = { now: () => Date.now() };

async function main(): Promise<void> {
  const reading = readEnvironment(process.env, process.cwd());
  if (!reading.ok) return refuseToStart(describeProblems(reading.problems));
  const { settings } = reading;
  const logger = createLogger({ level: settings.logLevel, secrets: secretsOf(settings) });
  for (const { variable, problem, mend } of reading.warnings) logger.warn({ variable }, `${problem} ${mend}`);
  const waybill = await open(settings, logger);
  if (waybill === null) return;
  stopOnSignals(waybill, logger);
  const { port, metricsPort } = await waybill.start();
  logger.info({ host: settings.host, port }, `Waybill listens on ${settings.host}:${port}`);
  if (settings.metrics !== null)
    logger.info({ host: settings.metrics.host, port: metricsPort }, "metrics are served at /metrics");
}

async function open(settings: Settings, logger: Logger): Promise<Waybill | null> {
  try {
    const store = await openStore(settings.databaseUrl, { cwd: process.cwd(), clock, logger });
    const ownsStore = settings.databaseUrl.startsWith("sqlite:");
    return await createWaybill({ settings, store, logger, clock, ownsStore });
  } catch (error) {
    if (!(error instanceof StoreConfigError)) throw error;
    refuseToStart(`${error.message}\n`);
    return null;
  }
}

function refuseToStart(reasons: string): void {
  process.stderr.write(`Waybill does not start:\n${reasons}`);
  process.exitCode = EXIT_BAD_CONFIGURATION;
}

function stopOnSignals(waybill: Waybill, logger: Logger): void {
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, "stopping: finishing what is under way");
    waybill.stop(DRAIN_MS).then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ error }, "stopping failed; what was under way is taken up at the next start");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.on("SIGINT", () => stop("SIGINT"));
}

await main().catch((error: unknown) => {
  process.stderr.write(`Waybill does not start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
