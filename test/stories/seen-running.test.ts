/** Seen running, over real HTTP: systems that report by themselves, and one that says the right version once and another one later. */
import { createHmac, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import type { Story } from "../support/story.ts";
import {
  auditOf,
  deployed,
  expectPromisesKept,
  lastWords,
  liveWords,
  prodConfig,
  startProd,
} from "./prod.ts";

const KEY = randomBytes(32);

let reports = 0;
async function report(story: Story, words: object): Promise<number> {
  const said = { repository: "acme/shop", ...words };
  const id = `msg_${(reports += 1)}`;
  const timestamp = String(Math.floor(story.now() / 1_000));
  const body = JSON.stringify(said);
  const signature = createHmac("sha256", KEY).update(`${id}.${timestamp}.${body}`).digest("base64");
  const answer = await fetch(`${story.waybillUrl}/report/acme/shop/REPORT_KEY`, {
    method: "POST",
    body,
    headers: {
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${signature}`,
    },
  });
  return answer.status;
}

it("nodes that nobody can reach report what they run, and that delivers the release", async () => {
  const story = await startProd({
    config: () => prodConfig("    verify: { report: { secret: REPORT_KEY, nodes: 2 } }\n"),
    environment: {
      WAYBILL_SECRET_REPORT_KEY: `whsec_${KEY.toString("base64")}`,
      WAYBILL_SECRET_REPORT_KEY_FOR: "acme/shop",
    },
  });
  // Before the run: it counts for nothing.
  await story.comment("/status", "ana", 1);
  expect(await report(story, { environment: "prod", version: "1.5.0", node: "eu-1" })).toBe(202);
  await story.settle();
  story.shop.comment(1, "/promote prod", "ana");
  await story.settle();
  expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  expect(liveWords(story)).toContain("0 of 2 nodes have reported this version.");

  expect(await report(story, { environment: "prod", version: "1.5.0", node: "eu-1" })).toBe(202);
  expect(await report(story, { environment: "prod", version: "1.4.2", node: "eu-2" })).toBe(202);
  expect(await report(story, { environment: "nowhere", version: "1.5.0", node: "eu-3" })).toBe(202);
  await story.settle();
  expect(liveWords(story)).toContain("1 of 2 nodes have reported this version.");

  expect(await report(story, { environment: "prod", version: "1.5.0", node: "eu-2" })).toBe(202);
  await story.settle();
  expect(lastWords(story)).toContain("The running system itself says so.");
  expect(lastWords(story)).toContain("eu-2 | `1.5.0` |");
  expectPromisesKept(story);
});

it("a system that wants a credential gets it, and what it echoes of it goes nowhere (P6)", async () => {
  const token = randomBytes(20).toString("hex");
  let version = `echo ${token}`;
  const heard: (string | undefined)[] = [];
  const system = createServer((request, response) => {
    heard.push(request.headers.authorization);
    response.setHeader("x-echo", token).end(version);
  });
  await new Promise<void>((resolve) => system.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void system.close());
  const { port } = system.address() as AddressInfo;
  const story = await startProd({
    config: () =>
      prodConfig(
        `    verify: { url: "http://127.0.0.1:${port}/", headers: { Authorization: { secret: STATUS_TOKEN } }, confirmations: 1, interval: 10s, deadline: 30s }\n`,
      ),
    environment: {
      WAYBILL_SECRET_STATUS_TOKEN: `Bearer ${token}`,
      WAYBILL_SECRET_STATUS_TOKEN_FOR: "acme/*",
      WAYBILL_SECRET_STATUS_TOKEN_TO: `127.0.0.1:${port}`,
    },
  });
  await story.comment("/promote prod", "ana");
  await story.settle(60_000);
  expect(lastWords(story)).toContain("reports `[not repeated, as secrets are sent there]`");
  version = "1.5.0";
  await story.comment("/promote prod", "ana");
  expect(lastWords(story)).toContain("The running system itself says so.");
  expect(new Set(heard)).toEqual(new Set([`Bearer ${token}`]));

  const store = story.environment["DATABASE_URL"]?.replace("sqlite:", "") ?? "";
  const files = [store, `${store}-wal`].filter((file) => existsSync(file));
  const bytes = Buffer.concat(files.map((file) => readFileSync(file)));
  expect(bytes.includes("[not repeated, as secrets are sent there]")).toBe(true);
  const said = JSON.stringify([story.sandbox.record.calls, story.log, story.shop.comments()]);
  for (const secret of [token, Buffer.from(token).toString("base64")]) {
    expect(bytes.includes(secret)).toBe(false);
    expect(said.includes(secret)).toBe(false);
  }
});

it("a system that says the right version once and another one later is said aloud, once", async () => {
  let version = "1.5.0";
  const system = createServer((_request, response) => response.end(version));
  await new Promise<void>((resolve) => system.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void system.close());
  const { port } = system.address() as AddressInfo;
  const story = await startProd({
    config: () =>
      prodConfig(
        `    verify: { url: "http://127.0.0.1:${port}/", confirmations: 2, interval: 1s }\n    watch: { for: 10m, every: 1m }\n`,
      ),
  });
  story.shop.comment(1, "/promote prod", "ana");
  await story.settle();
  expect(lastWords(story)).toContain("The running system itself says so.");
  version = "1.4.2";
  await story.settle(3 * 60_000);
  expect(lastWords(story)).toContain("**prod** runs `1.4.2` by now, which nobody promoted.");
  const said = (await auditOf(story)).filter(({ type }) => type === "environment.drifted");
  expect(said).toMatchObject([{ data: { observed: "1.4.2" } }]);
  await story.comment("/status", "ana", 1);
  expect(lastWords(story)).toContain(
    "that it runs `1.4.2`, which nobody promoted: Waybill had brought `1.5.0`.",
  );

  // Whoever may promote there brings the same release anew.
  version = "1.5.0";
  await story.comment("/promote prod 1.5.0", "ana", 1);
  await story.settle(15 * 60_000);
  expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0", "api 1.5.0", "web 1.5.0"]);
  expect(lastWords(story)).toContain("The running system itself says so.");
  expectPromisesKept(story);
});

it("a workflow of the team's own verifies a release, or says that it does not work", async () => {
  const smoke = `on:
  workflow_dispatch:
    inputs: { environment: { type: string }, version: { type: string }, sha: { type: string }, correlation_id: { type: string } }
run-name: Smoke (\${{ inputs.correlation_id }})
jobs: { smoke: { runs-on: x, steps: [{ id: deploy, run: ./smoke }] } }
`;
  const story = await startProd({
    config: () => prodConfig("    verify: { workflow: smoke.yml, deadline: 5m }\n"),
    files: { ".github/workflows/smoke.yml": smoke },
  });
  story.shop.script({ workflow: "smoke.yml", outcome: "fail", times: 1 });
  await story.comment("/promote prod", "ana");
  expect(lastWords(story)).toContain("the verification by **smoke.yml** ended with `failure`");
  await story.comment("/promote prod", "ana");
  expect(lastWords(story)).toContain("smoke.yml verified it");
  expect(lastWords(story)).toContain("| verification: smoke.yml | confirmed |");
  const last = story.sandbox.record.runs.at(-1);
  expect(last?.inputs).toMatchObject({ version: "1.5.0", sha: story.shop.sha("v1.5.0") });
  expectPromisesKept(story);
});

it("how the system performed, before, when all was out and after, stands in the final comment", async () => {
  let load = 0;
  const system = createServer((request, response) => {
    if (request.url === "/version") return response.end("1.5.0");
    load += 1.5;
    return response.end(
      JSON.stringify({ p95: load, data: { result: load > 3 ? [] : [{ value: [1, "0.25"] }] } }),
    );
  });
  await new Promise<void>((resolve) => system.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void system.close());
  const url = `http://127.0.0.1:${(system.address() as AddressInfo).port}`;
  const numbers = `{ name: p95 latency, unit: ms, url: "${url}/stats", json: "$.p95" }, { name: errors, prometheus: "${url}", query: "rate(a[5m])" }`;
  const story = await startProd({
    config: () =>
      prodConfig(
        `    verify: { url: "${url}/version", confirmations: 1 }\n    measure: { after: 2m, numbers: [${numbers}] }\n`,
      ),
  });
  await story.comment("/promote prod", "ana");
  expect(liveWords(story)).toContain("`1.5.0`");
  await story.settle(3 * 60_000);
  const words = lastWords(story);
  expect(words).toContain("| p95 latency | 1\\.5 ms | 4\\.5 ms | 7\\.5 ms |");
  expect(words).toContain("| errors | 0\\.25 | – | – |");
  expect(words).toContain("- errors was not told after: there is no text or number at the JSON path.");
  expectPromisesKept(story);
});
