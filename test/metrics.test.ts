/** What Prometheus reads: the numbers are right, the text is in its format, and nobody's input makes the series grow. */
import { describe, expect, it, onTestFinished } from "vitest";
import { StoreUnavailableError, type Workload } from "../src/core/ports.ts";
import type { JobReport } from "../src/engine/report.ts";
import { operationOf, type GitHubCall } from "../src/github/calls.ts";
import { createMetricsServer } from "../src/http/metrics.ts";
import { WEBHOOK_PATH, type RequestReport } from "../src/http/server.ts";
import { createMetrics } from "../src/metrics.ts";
import { readExposition, seriesOf, valueOf } from "./support/exposition.ts";

const NOON = Date.UTC(2026, 5, 1, 12);
const lane = { installation: 7 as never, repository: 12 as never, environment: "prod" };
const QUIET: Workload = { jobs: [], oldestDue: null, openPromotions: 0, busyEnvironments: 0 };

function setUp(workload: () => Promise<Workload> = () => Promise.resolve(QUIET), storeMs = 2_000) {
  const desk = { now: NOON };
  const clock = { now: () => desk.now };
  const metrics = createMetrics({ store: { workload }, clock, database: "sqlite", process: false, storeMs });
  const scrape = async () => readExposition((await metrics.scrape()).text);
  return { desk, metrics, scrape };
}

function request(more: Partial<RequestReport>): RequestReport {
  return { route: WEBHOOK_PATH, status: 202, durationMs: 3, note: undefined, ...more };
}

function job(more: Partial<JobReport>): JobReport {
  const nothing = { job: 1, cause: {}, ledTo: [], error: null, retryAt: null };
  return {
    ...nothing,
    kind: "effect",
    type: "comment",
    lane,
    attempt: 1,
    outcome: "done",
    durationMs: 40,
    ...more,
  };
}

function call(more: Partial<GitHubCall>): GitHubCall {
  const operation = "GET /repos/{owner}/{repo}";
  return { operation, installation: 7, status: 200, durationMs: 90, rate: null, requestId: null, ...more };
}

describe("intake", () => {
  it("counts deliveries by event and outcome, their bytes, and the time to the 202", async () => {
    const { metrics, scrape } = setUp();
    metrics.onRequest(request({ note: { event: "push", outcome: "accepted", bytes: 900 } }));
    metrics.onRequest(request({ note: { event: "push", outcome: "accepted", bytes: 100 }, durationMs: 30 }));
    metrics.onRequest(request({ note: { event: "push", outcome: "duplicate", bytes: 100 } }));
    metrics.onRequest(request({ status: 401 }));
    metrics.onRequest(request({ status: 503, note: { event: "push", bytes: 10 } }));
    metrics.onRequest(request({ route: "/livez", status: 200 }));
    const seen = await scrape();
    const deliveries = "waybill_deliveries_total";
    expect(valueOf(seen, deliveries, { event: "push", outcome: "accepted" })).toBe(2);
    expect(valueOf(seen, deliveries, { event: "push", outcome: "duplicate" })).toBe(1);
    expect(valueOf(seen, deliveries, { event: "push", outcome: "unavailable" })).toBe(1);
    expect(valueOf(seen, deliveries, { event: "unverified", outcome: "bad_signature" })).toBe(1);
    expect(valueOf(seen, deliveries)).toBe(5);
    expect(valueOf(seen, "waybill_delivery_bytes_total")).toBe(1_100);
    const ack = "waybill_delivery_ack_duration_seconds";
    expect(valueOf(seen, `${ack}_count`)).toBe(3);
    expect(valueOf(seen, `${ack}_bucket`, { le: "0.005" })).toBe(2);
  });
});

describe("the queue", () => {
  it("shows what is due, what is dead, and for how long the oldest waits", async () => {
    const load: Workload = {
      jobs: [
        { kind: "effect", state: "dead", count: 2 },
        { kind: "event", state: "due", count: 3 },
      ],
      oldestDue: NOON - 90_000,
      openPromotions: 4,
      busyEnvironments: 1,
    };
    const { scrape } = setUp(() => Promise.resolve(load));
    const seen = await scrape();
    expect(valueOf(seen, "waybill_store_up")).toBe(1);
    expect(valueOf(seen, "waybill_jobs", { kind: "effect", state: "dead" })).toBe(2);
    expect(valueOf(seen, "waybill_jobs", { kind: "event", state: "due" })).toBe(3);
    // A rule on what is absent would never fire: what there is none of is zero.
    expect(valueOf(seen, "waybill_jobs", { kind: "delivery", state: "dead" })).toBe(0);
    expect(valueOf(seen, "waybill_queue_age_seconds")).toBe(90);
    expect(valueOf(seen, "waybill_promotions_open")).toBe(4);
    expect(valueOf(seen, "waybill_environments_busy")).toBe(1);
  });

  it("a store that is down or hangs is said to be, and its last numbers are no longer shown", async () => {
    let answer: () => Promise<Workload> = () => Promise.resolve({ ...QUIET, oldestDue: NOON - 5_000 });
    let asked = 0;
    const { scrape } = setUp(() => {
      asked += 1;
      return answer();
    }, 30);
    expect(valueOf(await scrape(), "waybill_queue_age_seconds")).toBe(5);
    const hanging = Promise.withResolvers<Workload>();
    for (const broken of [() => Promise.reject(new StoreUnavailableError("down")), () => hanging.promise]) {
      answer = broken;
      const seen = await scrape();
      expect(valueOf(seen, "waybill_store_up")).toBe(0);
      expect(valueOf(seen, "waybill_queue_age_seconds")).toBeNull();
      expect(valueOf(seen, "waybill_jobs")).toBeNull();
    }
    // What hangs is waited for again, not asked again: scrapes do not pile up in a store that is slow already.
    const before = asked;
    expect(valueOf(await scrape(), "waybill_store_up")).toBe(0);
    expect(asked).toBe(before);
    hanging.resolve(QUIET);
    await hanging.promise;
    answer = () => Promise.resolve(QUIET);
    expect(valueOf(await scrape(), "waybill_store_up")).toBe(1);
  });
});

describe("work", () => {
  it("counts decisions and effects by type and outcome, with how often an effect had to be tried", async () => {
    const { metrics, scrape } = setUp();
    metrics.onJob(job({ kind: "event", type: "RunObserved", durationMs: 2 }));
    metrics.onJob(job({ outcome: "failed", retryAt: NOON }));
    metrics.onJob(job({ attempt: 2 }));
    metrics.onJob(job({ type: "dispatchRun", attempt: 30, outcome: "given-up" }));
    metrics.onJob(job({ kind: "delivery", type: "push" }));
    const seen = await scrape();
    expect(valueOf(seen, "waybill_events_total", { event: "RunObserved", outcome: "done" })).toBe(1);
    expect(valueOf(seen, "waybill_effects_total", { effect: "comment", outcome: "failed" })).toBe(1);
    expect(valueOf(seen, "waybill_effects_total", { effect: "comment", outcome: "done" })).toBe(1);
    expect(valueOf(seen, "waybill_effects_total", { effect: "dispatchRun", outcome: "given_up" })).toBe(1);
    expect(valueOf(seen, "waybill_effect_attempts_count")).toBe(2);
    expect(valueOf(seen, "waybill_effect_attempts_sum")).toBe(32);
    expect(valueOf(seen, "waybill_deliveries_translated_total", { event: "push" })).toBe(1);
    metrics.onProbe("observed", 20);
    expect(valueOf(await scrape(), "waybill_probes_total", { outcome: "observed" })).toBe(1);
  });
});

describe("GitHub", () => {
  it("counts calls by operation and status class, and shows what is left of the hour", async () => {
    const { desk, metrics, scrape } = setUp();
    const resetAt = NOON + 600_000;
    metrics.onCall(call({ rate: { resource: "core", limit: 5_000, remaining: 4_200, resetAt } }));
    metrics.onCall(call({ status: null }));
    metrics.onCall(
      call({ status: 502, rate: { resource: "core", limit: 5_000, remaining: 4_199, resetAt } }),
    );
    const seen = await scrape();
    const operation = "GET /repos/{owner}/{repo}";
    expect(valueOf(seen, "waybill_github_calls_total", { operation, status: "2xx" })).toBe(1);
    expect(valueOf(seen, "waybill_github_calls_total", { operation, status: "5xx" })).toBe(1);
    expect(valueOf(seen, "waybill_github_calls_total", { operation, status: "none" })).toBe(1);
    const mine = { installation: "7", resource: "core" };
    expect(valueOf(seen, "waybill_github_rate_limit_remaining", mine)).toBe(4_199);
    expect(valueOf(seen, "waybill_github_rate_limit", mine)).toBe(5_000);
    expect(valueOf(seen, "waybill_github_rate_limit_reset_timestamp_seconds", mine)).toBe(resetAt / 1_000);
    desk.now = resetAt;
    expect(valueOf(await scrape(), "waybill_github_rate_limit_remaining")).toBeNull();
  });

  it("says until when an installation's work waits, and no longer", async () => {
    const { desk, metrics, scrape } = setUp();
    metrics.onJob(job({ outcome: "limited", retryAt: NOON + 60_000 }));
    const name = "waybill_github_limited_until_timestamp_seconds";
    expect(valueOf(await scrape(), name, { installation: "7" })).toBe(NOON / 1_000 + 60);
    desk.now += 60_000;
    expect(valueOf(await scrape(), name)).toBeNull();
  });

  it.each([
    ["GET", "/repos/{owner}/{repo}/git/ref/{ref}", "GET /repos/{owner}/{repo}/git/ref/{ref}"],
    [
      "POST",
      "/app/installations/{installation_id}/access_tokens",
      "POST /app/installations/{installation_id}/access_tokens",
    ],
    ["GET", "/installation/repositories", "GET /installation/repositories"],
    ["POST", "https://github.example/api/graphql", "POST /graphql"],
    ["POST", "/graphql", "POST /graphql"],
    ["GET", "/repos/acme/shop/pulls", "other"],
    ["GET", "https://github.example/api/v3/repositories/12/issues?page=2", "other"],
    ["GET", "/repos/{owner}/{repo}/contents/ACME-secret", "other"],
    ["get\n", "/graphql", "other"],
  ])("an operation is a route, never a URL: %s %s", (method, url, operation) => {
    expect(operationOf({ method, url })).toBe(operation);
  });
});

describe("nobody's input makes the series grow", () => {
  it("ten thousand webhooks, installations, resources and routes leave a few hundred series", async () => {
    const { metrics, scrape } = setUp();
    const resetAt = NOON + 600_000;
    for (let n = 0; n < 10_000; n += 1) {
      metrics.onRequest(
        request({ note: { event: `made_up_${"x".repeat(n % 40)}`, outcome: "accepted", bytes: 1 } }),
      );
      metrics.onRequest(request({ status: 400 + (n % 100), route: `/made-up/${n}` }));
      metrics.onJob(job({ kind: "delivery", type: `made_up_${n}` }));
      metrics.onJob(
        job({ outcome: "limited", retryAt: resetAt, lane: { ...lane, installation: n as never } }),
      );
      const rate = { resource: `made-up-${n}`, limit: 1, remaining: 1, resetAt };
      metrics.onCall(call({ operation: `GET /repos/{owner}/${n}`, installation: n, rate }));
    }
    const seen = await scrape();
    expect(valueOf(seen, "waybill_deliveries_total", { event: "other" })).toBe(10_000);
    expect(valueOf(seen, "waybill_deliveries_translated_total", { event: "other" })).toBe(10_000);
    const installations = seen
      .get("waybill_github_rate_limit_remaining")
      ?.samples.map((one) => one.labels["installation"]);
    expect(new Set(installations).size).toBe(100);
    expect(installations).toContain("9999");
    // 100 operations with their histogram, 100 installations with their four gauges, and the rest.
    expect(seriesOf(seen)).toBeLessThan(2_200);
  });
});

describe("the listener", () => {
  async function serve(scrape: () => Promise<{ contentType: string; text: string }>) {
    const logged: unknown[] = [];
    const server = createMetricsServer({
      scrape,
      logger: { error: (fields: unknown) => void logged.push(fields) } as never,
    });
    const { port } = await server.listen("127.0.0.1", 0);
    onTestFinished(() => server.close());
    return { url: `http://127.0.0.1:${port}`, logged };
  }

  it("answers /metrics in Prometheus's format, and nothing else", async () => {
    const { metrics } = setUp();
    const { url } = await serve(metrics.scrape);
    const answer = await fetch(`${url}/metrics`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(valueOf(readExposition(await answer.text()), "waybill_build_info")).toBe(1);
    expect((await fetch(`${url}/metrics?x=1`, { method: "HEAD" })).status).toBe(200);
    expect((await fetch(`${url}/`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: "DELETE" })).status).toBe(405);
    expect((await fetch(`${url}/metrics`, { method: "POST", body: "x" })).status).toBe(400);
  });

  it("gathers once for all who ask at a time", async () => {
    let gathered = 0;
    const gate = Promise.withResolvers<void>();
    const { url } = await serve(async () => {
      gathered += 1;
      await gate.promise;
      return { contentType: "text/plain", text: "x 1\n" };
    });
    const asking = [1, 2, 3, 4].map(async () => (await fetch(`${url}/metrics`)).text());
    await expect.poll(() => gathered).toBe(1);
    // All four are in before the first is answered.
    await new Promise((resolve) => setTimeout(resolve, 50));
    gate.resolve();
    expect(await Promise.all(asking)).toEqual(["x 1\n", "x 1\n", "x 1\n", "x 1\n"]);
    expect(gathered).toBe(1);
  });

  it("a bug answers 500 without its text, which the log has", async () => {
    const { url, logged } = await serve(() => Promise.reject(new Error("inside")));
    const answer = await fetch(`${url}/metrics`);
    expect([answer.status, await answer.text()]).toEqual([500, "internal\n"]);
    expect(logged).toHaveLength(1);
  });
});

it("the process's own numbers are there too, in the same format", async () => {
  const clock = { now: () => NOON };
  const store = { workload: () => Promise.resolve(QUIET) };
  const metrics = createMetrics({ store, clock, database: "postgres", process: true });
  const seen = readExposition((await metrics.scrape()).text);
  expect(valueOf(seen, "process_resident_memory_bytes")).toBeGreaterThan(1e6);
  expect(valueOf(seen, "nodejs_eventloop_lag_p99_seconds")).not.toBeNull();
  for (const { help } of seen.values()) expect(help.length).toBeGreaterThan(10);
});
