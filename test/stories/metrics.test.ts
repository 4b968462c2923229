/** Metrics as Prometheus sees them: on their own port, of a real release, by one server and by several on one database. */
import { describe, expect, it, onTestFinished } from "vitest";
import type { Store } from "../../src/core/ports.ts";
import { readExposition, valueOf } from "../support/exposition.ts";
import { createTestDatabase, describePostgres } from "../support/postgres.ts";
import { startStory, type Story, type StoryOptions } from "../support/story.ts";

async function begin(options: StoryOptions = {}): Promise<Story> {
  const story = await startStory({ ...options, environment: { METRICS_PORT: "0" } });
  onTestFinished(() => story.end());
  await story.settle();
  return story;
}

async function scrape(story: Story) {
  const answer = await fetch(story.metricsUrl ?? "");
  expect(answer.status).toBe(200);
  return readExposition(await answer.text());
}

async function release(story: Story): Promise<void> {
  story.merge("feat(api): accept vouchers");
  await story.settle();
  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  await story.comment("/promote prod", "ana");
}

describe("one server", () => {
  it("counts a release from its webhooks to its effects, and what it cost at GitHub", async () => {
    const story = await begin();
    await release(story);
    const seen = await scrape(story);
    const count = (name: string, labels: Record<string, string>): number => valueOf(seen, name, labels) ?? 0;
    expect(count("waybill_deliveries_total", { event: "push", outcome: "accepted" })).toBeGreaterThan(1);
    expect(
      count("waybill_deliveries_total", { event: "issue_comment", outcome: "accepted" }),
    ).toBeGreaterThan(0);
    expect(count("waybill_events_total", { event: "RunObserved", outcome: "done" })).toBeGreaterThan(5);
    // Two components in each of three environments, each dispatched once.
    expect(count("waybill_effects_total", { effect: "dispatchRun", outcome: "done" })).toBe(6);
    const dispatches = "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
    expect(count("waybill_github_calls_total", { operation: dispatches, status: "2xx" })).toBe(6);
    const tokens = "POST /app/installations/{installation_id}/access_tokens";
    expect(count("waybill_github_calls_total", { operation: tokens, status: "2xx" })).toBeGreaterThan(0);
    expect(count("waybill_github_calls_total", { operation: "other" })).toBe(0);
    expect(count("waybill_probes_total", { outcome: "observed" })).toBeGreaterThan(2);
    expect(valueOf(seen, "waybill_github_rate_limit_remaining", { resource: "core" })).toBeGreaterThan(0);
    expect(valueOf(seen, "waybill_jobs", { state: "dead" })).toBe(0);
    expect(valueOf(seen, "waybill_queue_age_seconds")).toBe(0);
    expect(valueOf(seen, "waybill_promotions_open")).toBe(0);
    expect(valueOf(seen, "waybill_build_info", { database: "sqlite" })).toBe(1);
  });

  it("shows nothing on the port that GitHub reaches", async () => {
    const story = await begin();
    expect((await fetch(`${story.waybillUrl}/metrics`)).status).toBe(404);
    const { port } = new URL(story.metricsUrl ?? "");
    expect(port).not.toBe(new URL(story.waybillUrl).port);
    expect((await fetch(`http://127.0.0.1:${port}/api/github/webhooks`, { method: "POST" })).status).toBe(
      404,
    );
  });

  it("serves no metrics at all unless told to", async () => {
    const story = await startStory();
    onTestFinished(() => story.end());
    expect(story.metricsUrl).toBeNull();
    expect((await fetch(`${story.waybillUrl}/metrics`)).status).toBe(404);
  });

  it("answers in time also when the store hangs, and says so", async () => {
    const hanging = (store: Store): Store =>
      new Proxy(store, {
        get: (target, name) => {
          if (name === "workload") return () => new Promise(() => {});
          const value: unknown = Reflect.get(target, name);
          return typeof value === "function"
            ? (value as (...args: unknown[]) => unknown).bind(target)
            : value;
        },
      });
    const story = await begin({ betweenStore: hanging });
    const started = performance.now();
    const seen = await scrape(story);
    expect(performance.now() - started).toBeLessThan(4_000);
    expect(valueOf(seen, "waybill_store_up")).toBe(0);
    expect(valueOf(seen, "waybill_jobs")).toBeNull();
    expect(valueOf(seen, "waybill_build_info")).toBe(1);
  });
});

describePostgres("several servers on one PostgreSQL", () => {
  it("each counts its own work, and all of them show the same queue", async () => {
    const story = await begin({ databaseUrl: await createTestDatabase(), replicas: 2 });
    await release(story);
    const seen = await scrape(story);
    expect(valueOf(seen, "waybill_store_up")).toBe(1);
    expect(valueOf(seen, "waybill_jobs", { state: "dead" })).toBe(0);
    expect(valueOf(seen, "waybill_build_info", { database: "postgres" })).toBe(1);
    // The first server takes in all webhooks here; the work is shared.
    expect(valueOf(seen, "waybill_deliveries_total", { outcome: "accepted" })).toBeGreaterThan(5);
    expect(valueOf(seen, "waybill_effects_total", { effect: "dispatchRun" }) ?? 0).toBeLessThanOrEqual(6);
  });
});
