/** What a probe sends along, to whom, and that nothing of it comes back (P6). */
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { ProbeConfig } from "../src/core/config/index.ts";
import type { InstallationId, RepositoryId } from "../src/core/ids.ts";
import { createCredentials } from "../src/credentials.ts";
import { askAll } from "../src/engine/asking.ts";
import { createProbe } from "../src/probe/probe.ts";
import { createRevealSecret } from "../src/secrets.ts";
import { NOON, tagged } from "./core/given.ts";

const TOKEN = "9f8e7d6c5b4a39281706";
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function system(listener: RequestListener): Promise<{ host: string; heard: IncomingHttpHeaders[] }> {
  const heard: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    heard.push(request.headers);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

function probe(host: string, more: Partial<ProbeConfig> = {}): ProbeConfig {
  return {
    url: `http://${host}/`,
    json: null,
    header: null,
    expect: "version",
    headers: { Authorization: { secret: "STATUS_TOKEN" }, Accept: "text/x-version" },
    confirmations: 1,
    intervalMs: 1_000,
    deadlineMs: 60_000,
    timeoutMs: 2_000,
    ...more,
  };
}

/** Asks as Waybill would for a repository of this name, where the operator has set the token for `acme/shop` and for one host. */
async function ask(config: ProbeConfig, host: string, repository = "acme/shop") {
  const [owner = "", name = ""] = repository.split("/");
  const reveal = createRevealSecret([
    { name: "STATUS_TOKEN", value: `Bearer ${TOKEN}`, repositories: ["acme/shop"], hosts: [host] },
  ]);
  const clock = { now: () => NOON };
  const allow = [{ base: "127.0.0.1", prefix: 32, port: null }];
  const asker = {
    clock,
    ask: createProbe({ allow, clock }),
    credentialsOf: createCredentials(reveal, async () => ({ owner, name })),
  };
  const lane = { installation: 1 as InstallationId, repository: 2 as RepositoryId };
  return askAll(asker, config, tagged("1.5.0"), lane);
}

describe("a probe's headers", () => {
  it("are sent: literals as they are written, secrets as the operator has set them", async () => {
    const { host, heard } = await system((_request, response) => response.end("1.5.0"));
    expect(await ask(probe(host), host)).toMatchObject({ outcome: "confirmed" });
    expect(heard).toMatchObject([{ authorization: `Bearer ${TOKEN}`, accept: "text/x-version" }]);
  });

  it.each([
    [
      "another host than the operator's",
      "elsewhere.example",
      "acme/shop",
      /does not let the secret STATUS_TOKEN be sent/,
    ],
    ["another repository", null, "evil/shop", /no secret STATUS_TOKEN for this repository/],
  ])("are sent to nobody where it is %s: unknown, never a failure", async (_what, to, repository, reason) => {
    const { host, heard } = await system((_request, response) => response.end("1.5.0"));
    const look = await ask(probe(host), to ?? host, repository);
    expect(look).toMatchObject({
      outcome: "no-answer",
      observed: null,
      detail: expect.stringMatching(reason),
    });
    expect(heard).toEqual([]);
  });

  it("with a secret that does not exist are sent to nobody, and that sounds the same", async () => {
    const { host } = await system((_request, response) => response.end("1.5.0"));
    const unknown = probe(host, { headers: { Authorization: { secret: "OTHER" } } });
    expect((await ask(unknown, host)).detail.replace("OTHER", "STATUS_TOKEN")).toBe(
      (await ask(probe(host), host, "evil/shop")).detail,
    );
  });

  it("are not sent on where the system redirects", async () => {
    const inside = await system((_request, response) => response.end("1.5.0"));
    const { host } = await system((_request, response) =>
      response.writeHead(307, { location: `http://${inside.host}/` }).end(),
    );
    expect(await ask(probe(host), host)).toMatchObject({ outcome: "other-version" });
    expect(inside.heard).toEqual([]);
  });
});

describe("an answer that echoes a secret", () => {
  const escaped = TOKEN.split("")
    .map((one) => `\\u00${one.charCodeAt(0).toString(16)}`)
    .join("");
  it.each<[string, RequestListener, Partial<ProbeConfig>]>([
    ["as its whole text", (_q, r) => r.end(`Bearer ${TOKEN}`), {}],
    ["without the scheme", (_q, r) => r.end(TOKEN), {}],
    ["in a header", (_q, r) => r.setHeader("X-Version", `v-${TOKEN}`).end(), { header: "X-Version" }],
    ["in JSON", (_q, r) => r.end(`{"v":"x ${TOKEN}"}`), { json: "$.v" }],
    ["in JSON, escaped", (_q, r) => r.end(`{"v":"${escaped}"}`), { json: "$.v" }],
    ["to a pattern that picks it apart", (_q, r) => r.end(`Bearer ${TOKEN}`), { matches: "Bearer (.{4})" }],
  ])("%s has it crossed out", async (_what, listener, more) => {
    const { host } = await system(listener);
    const look = JSON.stringify(await ask(probe(host, more), host));
    expect(look).not.toContain(TOKEN.slice(0, 4));
  });
});
