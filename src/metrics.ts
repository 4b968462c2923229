/**
 * What is counted, for Prometheus. Every label's values come from a set that the code closes or from a number that is capped: nobody's
 * input can make the series grow. Names and help texts are described in docs/operate.md.
 */
import { readFileSync } from "node:fs";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "@prometheus-io/client";
import type { Clock, JobKind, Store, Workload } from "./core/ports.ts";
import type { JobReport } from "./engine/report.ts";
import type { GitHubCall } from "./github/calls.ts";
import { webhooks } from "./github/webhooks/index.ts";
import { lifecycleWebhooks } from "./github/webhooks/lifecycle.ts";
import type { Scrape } from "./http/metrics.ts";
import type { RequestReport } from "./http/server.ts";
import { WEBHOOK_PATH } from "./http/server.ts";
import type { ProbeResult } from "./probe/probe.ts";

export interface MetricsOptions {
  readonly store: Pick<Store, "workload">;
  readonly clock: Clock;
  readonly database: "sqlite" | "postgres";
  /** How long the store may take to answer a scrape, in milliseconds. Default: 2,000. */
  readonly storeMs?: number;
  /** Whether the process's own numbers (CPU, memory, event loop) are gathered too. */
  readonly process: boolean;
}

export interface Metrics {
  readonly onRequest: (report: RequestReport) => void;
  readonly onJob: (report: JobReport) => void;
  readonly onCall: (call: GitHubCall) => void;
  readonly onProbe: (kind: ProbeResult["kind"], durationMs: number) => void;
  /** All metrics as text. Never waits longer than `storeMs` for the store: what only it knows is then left out, and said to be. */
  readonly scrape: () => Promise<Scrape>;
}

/** Makes the instruments, in a registry of their own: several servers in one process do not share numbers. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  if (options.process) addProcess(registry);
  addBuildInfo(registry, options.database);
  const store = storeMetrics(registry, options);
  const jobs = jobMetrics(registry);
  const calls = callMetrics(registry);
  const patience = patienceMetrics(registry, options.clock);
  return {
    onRequest: requestMetrics(registry),
    onJob(report) {
      jobs(report);
      patience.onJob(report);
    },
    onCall(call) {
      calls(call);
      patience.onCall(call);
    },
    onProbe: probeMetrics(registry),
    async scrape() {
      await store.refresh();
      patience.refresh();
      // The client writes the one word of the format that is no number as "Nan".
      const text = (await registry.metrics()).replaceAll(/ Nan$/gm, " NaN");
      return { contentType: registry.contentType, text };
    },
  };
}

/** Named against Prometheus's own rules (`promtool check metrics`), and said better by others of them. */
const MISNAMED = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
  "nodejs_eventloop_utilization_histogram",
  "nodejs_eventloop_utilization_summary",
];

function addProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
}

/** Until a request's answer is out: most take a few milliseconds, GitHub's patience ends at 10 s. */
const ACK_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const DECISION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
/** One call to GitHub takes at most 15 s; an effect makes several. */
const CALL_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60];

function addBuildInfo(registry: Registry, database: string): void {
  const info = new Gauge({
    name: "waybill_build_info",
    help: "Always 1; the labels say which Waybill runs, on which Node and which kind of database.",
    labelNames: ["version", "node", "database"],
    registers: [registry],
  });
  info.set({ version: versionOfWaybill(), node: process.version, database }, 1);
}

function versionOfWaybill(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "";
}

/** The webhooks that have a name of their own in labels; GitHub has a hundred more, and a header may say anything. */
const NAMED_WEBHOOKS: ReadonlySet<string> = new Set(
  Object.keys({ ...webhooks, ...lifecycleWebhooks, ping: 0 }),
);

function webhookLabel(name: string): string {
  return NAMED_WEBHOOKS.has(name) ? name : "other";
}

const REFUSALS: ReadonlyMap<number, string> = new Map([
  [400, "malformed"],
  [401, "bad_signature"],
  [405, "wrong_method"],
  [413, "too_large"],
  [503, "unavailable"],
]);

function requestMetrics(registry: Registry): Metrics["onRequest"] {
  const registers = [registry];
  const deliveries = new Counter({
    name: "waybill_deliveries_total",
    help: "Webhook deliveries by event and outcome: accepted, duplicate and revived are stored; the others were refused. Event is `unverified` where no signature was found right.",
    labelNames: ["event", "outcome"],
    registers,
  });
  const bytes = new Counter({
    name: "waybill_delivery_bytes_total",
    help: "Bytes of webhook payloads whose signature was right.",
    registers,
  });
  const ack = new Histogram({
    name: "waybill_delivery_ack_duration_seconds",
    help: "Time from a webhook's headers to its 202, which comes only after the commit. GitHub gives up after 10 s.",
    buckets: ACK_BUCKETS,
    registers,
  });
  // Kept by outcome: looking a counter up by its labels anew would be most of what counting costs.
  const children = new Map<string, Counter.Internal>();
  return ({ route, status, durationMs, note }) => {
    if (route !== WEBHOOK_PATH) return;
    const event = note?.["event"] === undefined ? "unverified" : webhookLabel(String(note["event"]));
    const outcome = status === 202 ? String(note?.["outcome"]) : (REFUSALS.get(status) ?? "failed");
    const name = `${event} ${outcome}`;
    let child = children.get(name);
    if (child === undefined) children.set(name, (child = deliveries.labels({ event, outcome })));
    child.inc();
    if (status !== 202) return;
    ack.observe(durationMs / 1_000);
    bytes.inc(Number(note?.["bytes"] ?? 0));
  };
}

function jobMetrics(registry: Registry): Metrics["onJob"] {
  const registers = [registry];
  const attemptsAt = (name: string, what: string, label: string) =>
    new Counter({
      name,
      help: `Attempts at ${what}, by outcome: done; failed, limited and held come again; given_up and dropped do not; overtaken and unsettled are for another worker.`,
      labelNames: [label, "outcome"],
      registers,
    });
  const translated = attemptsAt(
    "waybill_deliveries_translated_total",
    "turning a stored webhook into events",
    "event",
  );
  const decided = attemptsAt("waybill_events_total", "deciding an event on its lane", "event");
  const performed = attemptsAt("waybill_effects_total", "performing an effect", "effect");
  const looked = attemptsAt("waybill_looks_total", "asking GitHub what webhooks may have missed", "look");
  const decision = new Histogram({
    name: "waybill_event_duration_seconds",
    help: "Time for deciding an event, its transaction included.",
    buckets: DECISION_BUCKETS,
    registers,
  });
  const effect = new Histogram({
    name: "waybill_effect_duration_seconds",
    help: "Time for one attempt at an effect, by the effect's type, the calls to GitHub included.",
    labelNames: ["effect"],
    buckets: CALL_BUCKETS,
    registers,
  });
  const attempts = new Histogram({
    name: "waybill_effect_attempts",
    help: "How many attempts an effect took until it was done or given up.",
    buckets: [1, 2, 3, 5, 10, 20, 30],
    registers,
  });
  return ({ kind, type, outcome: word, durationMs, attempt }) => {
    const outcome = word.replaceAll("-", "_");
    switch (kind) {
      case "delivery":
        return translated.inc({ event: webhookLabel(type), outcome });
      case "look":
        return looked.inc({ look: type, outcome });
      case "event":
        decided.inc({ event: type, outcome });
        return decision.observe(durationMs / 1_000);
      case "effect":
        performed.inc({ effect: type, outcome });
        effect.observe({ effect: type }, durationMs / 1_000);
        if (word === "done" || word === "given-up") attempts.observe(attempt);
    }
  };
}

/** More operations than Waybill has; should a URL ever pass for a template, it ends here. */
const MOST_OPERATIONS = 100;

function callMetrics(registry: Registry): Metrics["onCall"] {
  const registers = [registry];
  const calls = new Counter({
    name: "waybill_github_calls_total",
    help: "Calls to GitHub by operation (method and route) and status class; `none` where no answer came.",
    labelNames: ["operation", "status"],
    registers,
  });
  const duration = new Histogram({
    name: "waybill_github_call_duration_seconds",
    help: "Time of calls to GitHub by operation, until the answer or the failure.",
    labelNames: ["operation"],
    buckets: CALL_BUCKETS,
    registers,
  });
  const operations = new Set<string>();
  return (call) => {
    const isNamed = operations.has(call.operation) || operations.size < MOST_OPERATIONS;
    const operation = isNamed ? call.operation : "other";
    operations.add(operation);
    const status = call.status === null ? "none" : `${Math.floor(call.status / 100)}xx`;
    calls.inc({ operation, status });
    duration.observe({ operation }, call.durationMs / 1_000);
  };
}

/** How many installations are told apart; of more, those that called last. */
const MOST_INSTALLATIONS = 100;
/** https://docs.github.com/en/rest/rate-limit/rate-limit */
const RESOURCES: ReadonlySet<string> = new Set(["core", "graphql", "search", "code_search"]);

interface Standing {
  readonly rates: Map<string, NonNullable<GitHubCall["rate"]>>;
  limitedUntil: number;
}

/** What GitHub lets each installation do. Written at the scrape, so that what is over by then is no longer said. */
function patienceMetrics(registry: Registry, clock: Clock) {
  const labelNames = ["installation", "resource"] as const;
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames, registers });
  const remaining = gauge(
    "waybill_github_rate_limit_remaining",
    "Calls left until the reset, by installation and resource, as GitHub said last.",
  );
  const limit = gauge(
    "waybill_github_rate_limit",
    "Calls that GitHub grants in an hour, by installation and resource.",
  );
  const reset = gauge(
    "waybill_github_rate_limit_reset_timestamp_seconds",
    "When the rate limit is whole again, by installation and resource.",
  );
  const until = new Gauge({
    name: "waybill_github_limited_until_timestamp_seconds",
    help: "Until when work of an installation waits because GitHub asked for patience or writes are paced; absent where none waits.",
    labelNames: ["installation"],
    registers,
  });
  const standings = new Map<number, Standing>();
  const standingOf = (installation: number): Standing => {
    const standing = standings.get(installation) ?? { rates: new Map(), limitedUntil: 0 };
    standings.delete(installation);
    standings.set(installation, standing);
    const [oldest] = standings.keys();
    if (standings.size > MOST_INSTALLATIONS && oldest !== undefined) standings.delete(oldest);
    return standing;
  };
  return {
    onCall({ installation, rate }: GitHubCall): void {
      if (installation === null || rate === null) return;
      const resource = RESOURCES.has(rate.resource) ? rate.resource : "other";
      standingOf(installation).rates.set(resource, rate);
    },
    onJob({ outcome, lane, retryAt }: JobReport): void {
      if (outcome !== "limited" || lane === null || retryAt === null) return;
      const standing = standingOf(lane.installation);
      standing.limitedUntil = Math.max(standing.limitedUntil, retryAt);
    },
    refresh(): void {
      for (const one of [remaining, limit, reset, until]) one.reset();
      const now = clock.now();
      for (const [installation, { rates, limitedUntil }] of standings) {
        if (limitedUntil > now) until.set({ installation }, limitedUntil / 1_000);
        for (const [resource, rate] of rates) {
          if (rate.resetAt <= now) continue;
          remaining.set({ installation, resource }, rate.remaining);
          limit.set({ installation, resource }, rate.limit);
          reset.set({ installation, resource }, rate.resetAt / 1_000);
        }
      }
    },
  };
}

function probeMetrics(registry: Registry): Metrics["onProbe"] {
  const probes = new Counter({
    name: "waybill_probes_total",
    help: "Looks at running systems for their version: observed; answered (that they answer was all that was wanted); unreachable; unreadable (an answer without a version); refused (the guard let nothing out).",
    labelNames: ["outcome"],
    registers: [registry],
  });
  const duration = new Histogram({
    name: "waybill_probe_duration_seconds",
    help: "Time of a look at a running system.",
    buckets: CALL_BUCKETS,
    registers: [registry],
  });
  return (outcome, durationMs) => {
    probes.inc({ outcome });
    duration.observe(durationMs / 1_000);
  };
}

const KINDS = ["delivery", "event", "effect", "look"] as const satisfies readonly JobKind[];
const STATES = ["due", "scheduled", "waiting", "running", "dead"] as const;

/** What only the store knows: the same for all replicas on one database, so take the maximum of them, never the sum. */
function storeMetrics(registry: Registry, options: MetricsOptions) {
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const up = gauge(
    "waybill_store_up",
    "1 if the store answered this scrape in time, else 0; what only the store knows is then absent.",
  );
  const took = gauge("waybill_store_answer_seconds", "How long the store took to answer this scrape.");
  const jobs = new Gauge({
    name: "waybill_jobs",
    help: "Jobs in the store by kind and state: due (could begin now), scheduled, waiting (behind another of their lane), running, dead (given up).",
    labelNames: ["kind", "state"],
    registers,
  });
  const age = gauge(
    "waybill_queue_age_seconds",
    "For how long the oldest due job could have been begun; 0 where none is due.",
  );
  const promotions = gauge(
    "waybill_promotions_open",
    "Promotions that have not come to their end, running or waiting.",
  );
  const environments = gauge(
    "waybill_environments_busy",
    "Environments with a promotion that has not come to its end.",
  );
  const ask = boundedQuestion(options);
  return {
    async refresh(): Promise<void> {
      const started = performance.now();
      const load = await ask();
      up.set(load === null ? 0 : 1);
      took.set((performance.now() - started) / 1_000);
      jobs.reset();
      // An old age of the queue would be a lie: what is not known is not there.
      for (const one of [age, promotions, environments]) one.remove();
      if (load === null) return;
      for (const kind of KINDS)
        for (const state of STATES)
          jobs.set(
            { kind, state },
            load.jobs.find((one) => one.kind === kind && one.state === state)?.count ?? 0,
          );
      const { oldestDue } = load;
      age.set(oldestDue === null ? 0 : Math.max(0, options.clock.now() - oldestDue) / 1_000);
      promotions.set(load.openPromotions);
      environments.set(load.busyEnvironments);
    },
  };
}

/** Asks the store one thing at a time and waits so long: null where it does not answer. A question that hangs is waited for again, not repeated. */
function boundedQuestion({ store, clock, storeMs = 2_000 }: MetricsOptions): () => Promise<Workload | null> {
  let asking: Promise<Workload | null> | null = null;
  return async () => {
    asking ??= store
      .workload(clock.now())
      .catch(() => null)
      .finally(() => {
        asking = null;
      });
    const { promise: late, resolve } = Promise.withResolvers<null>();
    const timer = setTimeout(() => resolve(null), storeMs);
    try {
      return await Promise.race([asking, late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
