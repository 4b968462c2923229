/**
 * The engine put together with GitHub, text and probe: everything that works on what is stored. `waybill.ts` puts the HTTP edge before it; who
 * proves the promises drives it without one.
 */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { loadApp } from "./app.ts";
import { createCredentials } from "./credentials.ts";
import { createChannels, type ChannelOptions } from "./channels/index.ts";
import type { IntroduceRepository, TellChannel } from "./core/channels/ports.ts";
import {
  UnreadableDeliveryError,
  type AskGate,
  type Clock,
  type DeliveryTranslator,
  type LaneReader,
  type Store,
} from "./core/ports.ts";
import { readStoredReport, REPORT_EVENT } from "./core/report-in.ts";
import { createLaneReader } from "./engine/lane-reader.ts";
import type { AskSystem } from "./engine/asking.ts";
import { createOutbox } from "./engine/outbox.ts";
import { Worker, type WorkerOptions } from "./engine/worker.ts";
import type { Settings } from "./environment.ts";
import type { OnCall } from "./github/calls.ts";
import { connectGitHub, type GitHub } from "./github/client.ts";
import { createGitHubPerformer } from "./github/effects/index.ts";
import { introduceRepository } from "./github/introduction.ts";
import { MOST_TOGETHER } from "./github/gathering.ts";
import { createReconciler } from "./github/reconcile/index.ts";
import { createReportTranslator } from "./github/report.ts";
import { translateWebhook } from "./github/translate.ts";
import { withLogFields, type Logger } from "./logging.ts";
import type { Metrics } from "./metrics.ts";
import { createGateAsker } from "./probe/gate.ts";
import { createPoster } from "./probe/post.ts";
import { createProbe, type Probe } from "./probe/probe.ts";
import { createReach } from "./probe/reach.ts";
import { createReceiptKeeper } from "./receipts/keeper.ts";
import { createSigner } from "./receipts/keys.ts";
import { createTextRenderer } from "./render/text.ts";
import { createRevealSecret } from "./secrets.ts";

export interface EngineOptions {
  readonly settings: Settings;
  readonly store: Store;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Asks running systems in place of the guarded probe. */
  readonly ask?: AskSystem;
  /** Where the worker's own measures are not the usual ones. */
  readonly worker?: Pick<WorkerOptions, "leaseMs" | "pollMs">;
}

type Watch = Pick<Metrics, "onJob" | "onCall" | "onProbe">;

/** A worker that can do all kinds of jobs. Nothing is asked of GitHub before it is started. */
export async function createEngine(options: EngineOptions, metrics: Watch): Promise<Worker> {
  const { settings, store, logger, clock } = options;
  const { lostAnswerWaitMs, pollMs } = settings;
  const github = connectAsApp(options, metrics.onCall);
  const lanes = createLaneReader(store);
  const signer = settings.signingKey === null ? null : createSigner(settings.signingKey);
  const text = createTextRenderer({ signs: signer !== null });
  return new Worker({
    ...options.worker,
    store,
    clock,
    logger,
    // As many as GitHub is told in one request.
    concurrency: MOST_TOGETHER,
    withLogFields,
    onReport: metrics.onJob,
    owner: `${hostname()}-${process.pid}-${randomUUID()}`,
    policy: { lookEveryMs: pollMs, traceEveryMs: Math.min(pollMs, lostAnswerWaitMs / 4) },
    reconciling: {
      everyMs: settings.reconcileMs,
      reconciler: createReconciler({
        github,
        lanes,
        logger,
        now: () => clock.now(),
        isStored: async (guid) => (await store.delivery(guid)) !== null,
      }),
    },
    translator: withReports(
      await loadApp(github.probot, (name, payload) =>
        translateWebhook({ github, lanes, clock, logger }, name, payload),
      ),
      createReportTranslator({ github, lanes, clock }),
    ),
    performer: createOutbox({
      lanes,
      github: createGitHubPerformer({
        github,
        lanes,
        text,
        clock,
        lostAnswerWaitMs,
        askGate: watchedGate(options),
        keepReceipt: createReceiptKeeper({ store, clock, signer }),
        reach: createReach(settings.allowPrivate),
      }),
      credentialsOf: createCredentials(createRevealSecret(settings.namedSecrets), async (key) => {
        const { owner, repo: name } = await github.forRepository(key.installation, key.repository);
        return { owner, name };
      }),
      tell: createTeller(options, github, lanes),
      ask: options.ask ?? watched(createProbe({ allow: settings.allowPrivate, clock }), options, metrics),
      clock,
    }),
  });
}

/** What sending to channels takes. */
export function senders(settings: Settings, clock: Clock): Pick<ChannelOptions, "post" | "reveal" | "mail"> {
  return {
    reveal: createRevealSecret(settings.namedSecrets),
    post: createPoster({ allow: settings.allowPrivate, clock }),
    mail: settings.mail,
  };
}

/** Channels are told by the same guarded requests by which systems are asked. */
function createTeller({ settings, clock }: EngineOptions, github: GitHub, lanes: LaneReader): TellChannel {
  const introduce: IntroduceRepository = async (lane, templates) =>
    introduceRepository(github, lane, templates, clock.now());
  return createChannels({
    lanes,
    introduce,
    ...senders(settings, clock),
    text: createTextRenderer(),
    clock,
  });
}

/** What systems report goes another way than GitHub's webhooks. */
function withReports(
  webhooks: DeliveryTranslator,
  translateReport: ReturnType<typeof createReportTranslator>,
): DeliveryTranslator {
  return {
    async translate(delivery) {
      if (delivery.event !== REPORT_EVENT) return webhooks.translate(delivery);
      const report = readStoredReport(delivery.payload);
      if (report === null) throw new UnreadableDeliveryError("it is no report");
      return translateReport(report);
    },
  };
}

/** Services that are asked whether something may begin; how each answered is logged, and not what. */
function watchedGate({ settings, clock, logger }: EngineOptions): AskGate {
  const ask = createGateAsker({ allow: settings.allowPrivate, clock, keys: settings.gateKeys });
  return async (request) => {
    const started = performance.now();
    const reply = await ask(request);
    logger.debug({ outcome: reply.kind, ms: Math.round(performance.now() - started) }, "service asked");
    return reply;
  };
}

/** A probe whose looks are logged and counted. The URL stays out of the log: it is somebody's config, the lane says whose. */
function watched(probe: Probe, { logger }: EngineOptions, metrics: Watch): Probe {
  return async (request, credentials) => {
    const started = performance.now();
    const result = await probe(request, credentials);
    const durationMs = performance.now() - started;
    logger.debug({ outcome: result.kind, ms: Math.round(durationMs) }, "system asked");
    metrics.onProbe(result.kind, durationMs);
    return result;
  };
}

/** GitHub, asked as the App that the settings name. `onCall` hears of each call; the log says it as a debugging line. */
export function connectAsApp(
  { settings, clock, logger }: Pick<EngineOptions, "settings" | "clock" | "logger">,
  onCall: OnCall,
): GitHub {
  const { gitHubProtocol, gitHubHost } = settings;
  return connectGitHub({
    appId: settings.appId,
    privateKey: settings.privateKey,
    webhookSecret: settings.webhookSecrets[0] ?? "",
    ...(gitHubHost === null ? {} : { baseUrl: `${gitHubProtocol}://${gitHubHost}/api/v3` }),
    clock,
    writesPerMinute: settings.writesPerMinute,
    onCall: (call) => {
      const { operation, status, durationMs, rate, requestId } = call;
      const left = rate === null ? {} : { left: rate.remaining };
      logger.debug({ operation, status, ms: Math.round(durationMs), ...left, requestId }, "GitHub called");
      onCall(call);
    },
    // Probot and Octokit log whole payloads and requests; what matters of a failure, the worker says.
    log: logger.child({}, { level: "silent" }),
  });
}
