/**
 * What a look at a running system costs over a bare `http.get` in the same process, of the same server: the guard, the reading within limits, the judging. In
 * turns, so that a busy moment strikes both.
 */
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import type { ProbeConfig } from "../src/core/config/index.ts";
import type { CommitSha, InstallationId, RepositoryId } from "../src/core/ids.ts";
import { askAll, type Asker } from "../src/engine/asking.ts";
import { createProbe } from "../src/probe/probe.ts";
import { median, showTimes } from "./timing.ts";

const LOOKS = 2_000;
const WARM = 300;
const SMALL = '{"version":"1.5.0"}';
const PAGE = `<html>${"<p>status: ok</p>\n".repeat(3_000)}<p>version=1.5.0</p></html>`;

const server = createServer((request, response) => response.end(request.url === "/page" ? PAGE : SMALL));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;

const clock = { now: () => Date.now() };
const asker: Asker = {
  clock,
  ask: createProbe({ allow: [{ base: "127.0.0.1", prefix: 32, port: null }], clock }),
  credentialsOf: () => Promise.resolve({ ok: true, headers: {}, secrets: [] }),
};
const lane = { installation: 1 as InstallationId, repository: 2 as RepositoryId };
const cargo = { version: "1.5.0", sha: "a".repeat(40) as CommitSha, tag: "v1.5.0", ref: "v1.5.0" };

function probe(path: string, more: Partial<ProbeConfig> = {}): ProbeConfig {
  return {
    url: `http://127.0.0.1:${port}${path}`,
    json: null,
    header: null,
    expect: "version",
    confirmations: 1,
    intervalMs: 1_000,
    deadlineMs: 60_000,
    timeoutMs: 5_000,
    ...more,
  };
}

/** No guard, no limit, no kept connection either. */
function bare(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path, agent: false }, (response) => {
      response.resume().once("end", resolve);
    }).once("error", reject);
  });
}

async function look(config: ProbeConfig): Promise<void> {
  const { outcome } = await askAll(asker, config, cargo, lane);
  if (outcome !== "confirmed") throw new Error(`the look came to ${outcome}`);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function compare(title: string, path: string, config: ProbeConfig, count = LOOKS): Promise<void> {
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let nr = 0; nr < count + WARM; nr += 1) {
    const [one, other] = [await timed(() => look(config)), await timed(() => bare(path))];
    if (nr >= WARM) [ours, theirs].forEach((times, index) => times.push(index === 0 ? one : other));
  }
  showTimes(title, ours, theirs, `, ${(median(ours) - median(theirs)).toFixed(2)} ms more`);
}

await compare("a look at JSON", "/version", probe("/version", { json: "$.version" }));
await compare(
  "a look at a page of 54 KB by a pattern",
  "/page",
  probe("/page", { matches: "version=([^<]+)" }),
);
const eight = Array.from({ length: 8 }, (_none, index) => `http://127.0.0.1:${port}/v${index}`);
await compare(
  "a look at eight addresses (against one get)",
  "/version",
  probe("/v0", { urls: eight, json: "$.version" }),
  500,
);
server.close();
server.closeAllConnections();
