/** One look at several real systems, most of which mean no good: each address is guarded by itself, and none keeps the others waiting. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import type { ProbeConfig } from "../../src/core/config/index.ts";
import { askAll, type AskSystem } from "../../src/engine/asking.ts";
import type { InstallationId, RepositoryId } from "../../src/core/ids.ts";
import { createProbe } from "../../src/probe/probe.ts";
import { NOON, tagged } from "../core/given.ts";

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A system on this machine; answers its port. */
async function system(listener: RequestListener, host = "127.0.0.1"): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

function config(urls: readonly string[], more: Partial<ProbeConfig> = {}): ProbeConfig {
  return {
    url: urls[0] ?? "",
    urls,
    atLeast: 2,
    json: null,
    header: null,
    expect: "version",
    confirmations: 1,
    intervalMs: 1_000,
    deadlineMs: 60_000,
    timeoutMs: 2_000,
    ...more,
  };
}

const clock = { now: () => NOON };
const LANE = { installation: 1 as InstallationId, repository: 2 as RepositoryId };
const asker = {
  clock,
  credentialsOf: async () => ({ ok: true, headers: {}, secrets: [] }) as const,
};

it("asks each of them, and nobody who lies, hangs, redirects, overflows or rebinds counts", async () => {
  const inside: string[] = [];
  const secret = await system((request, response) => {
    inside.push(request.url ?? "");
    response.end("1.5.0");
  }, "127.0.0.2");
  const honest = await system((_request, response) => response.end("v1.5.0\n"));
  const ports = await Promise.all([
    system((_request, response) => response.end("1.4.2")),
    system(() => {}),
    system((_request, response) =>
      response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data/" }).end("1.5.0"),
    ),
    system((_request, response) => response.end("1.5.0".padEnd(10_000_000))),
  ]);
  // What is judged as one address means another by the time of the connection; and another name means the inside at once.
  const means: Record<string, string[]> = {
    "rebind.example": ["127.0.0.1", "127.0.0.2"],
    "in.example": ["127.0.0.2"],
  };
  const resolve = (host: string): Promise<string[]> => Promise.resolve([means[host]?.shift() ?? "127.0.0.2"]);
  const loopback = { base: "127.0.0.1", prefix: 32, port: null };
  const probe = createProbe({ allow: [loopback], clock, resolve });
  const urls = [
    `http://127.0.0.1:${honest}/`,
    ...ports.map((port) => `http://127.0.0.1:${port}/`),
    "http://169.254.169.254/",
    `http://rebind.example:${honest}/`,
    `http://in.example:${secret}/`,
  ];
  const began = performance.now();
  const look = await askAll({ ...asker, ask: probe }, config(urls), tagged("1.5.0"), LANE);
  expect(performance.now() - began).toBeLessThan(6_000);
  expect(look.addresses?.map(({ outcome, detail }) => `${outcome} ${detail}`.trim())).toEqual([
    "confirmed",
    "other-version",
    expect.stringMatching(/^no-answer .*2000 ms/),
    "other-version status 302: redirects are not followed",
    "other-version the answer is longer than 65536 bytes",
    expect.stringMatching(/^no-answer .*not a public one/),
    "confirmed",
    expect.stringMatching(/^no-answer .*not a public one/),
  ]);
  expect(look).toMatchObject({ outcome: "confirmed", observed: "v1.5.0" });
  expect(inside).toEqual([]);
});

it("asks five of them at a time", async () => {
  let [under, most, asked] = [0, 0, 0];
  const ask: AskSystem = async () => {
    under += 1;
    asked += 1;
    most = Math.max(most, under);
    await new Promise((resolve) => setImmediate(resolve));
    under -= 1;
    return { kind: "observed", value: "1.5.0" };
  };
  const urls = Array.from({ length: 20 }, (_none, index) => `https://r${index}.example/`);
  const look = await askAll({ ...asker, ask }, config(urls), tagged("1.5.0"), LANE);
  expect({ most, asked, said: look.addresses?.map(({ url }) => url) }).toEqual({
    most: 5,
    asked: 20,
    said: urls,
  });
});
