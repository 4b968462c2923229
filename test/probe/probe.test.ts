import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Server as TlsServer } from "node:https";
import { createServer as createTcpServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { createProbe } from "../../src/probe/probe.ts";
import type { ProbeOptions, ProbeRequest, ProbeResult } from "../../src/probe/probe.ts";
import { selfSigned } from "./certificate.ts";

const NOW = 1_800_000_000_000;
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A real server on this machine that answers with the listener; answers its port and the requests it saw. */
async function shop(
  listener: RequestListener,
  host = "127.0.0.1",
): Promise<{ port: number; seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.headers.host}${request.url}`);
    listener(request, response);
  });
  return { ...(await shopOver(server, host)), seen };
}

async function shopOver(server: Server | TlsServer, host = "127.0.0.1"): Promise<{ port: number }> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port };
}

function probeWith(options: Partial<ProbeOptions> = {}) {
  const loopback = { base: "127.0.0.1", prefix: 32, port: null };
  const probe = createProbe({ allow: [loopback], clock: { now: () => NOW }, ...options });
  return (url: string, more: Partial<ProbeRequest> = {}): Promise<ProbeResult> =>
    probe({ url, timeoutMs: 5_000, ...more });
}

const json =
  (value: unknown): RequestListener =>
  (_request, response) =>
    response.end(JSON.stringify(value));

describe("a system that answers", () => {
  it("is observed: value, status, address and time", async () => {
    const { port, seen } = await shop(json({ version: "1.4.2" }));
    const result = await probeWith()(`http://127.0.0.1:${port}/version?full=1#part`, { json: "$.version" });
    expect(result).toMatchObject({
      kind: "observed",
      value: "1.4.2",
      status: 200,
      address: "127.0.0.1",
      at: NOW,
    });
    expect(seen).toEqual([`GET 127.0.0.1:${port}/version?full=1`]);
  });

  it("may say it in a header, or as its whole text", async () => {
    const { port } = await shop((_request, response) =>
      response.setHeader("X-Version", "2.0.0").end("2.0.1\n"),
    );
    const ask = probeWith();
    expect(await ask(`http://127.0.0.1:${port}`, { header: "x-version" })).toMatchObject({ value: "2.0.0" });
    expect(await ask(`http://127.0.0.1:${port}`)).toMatchObject({ value: "2.0.1" });
  });

  it("may say it anywhere in a text, or in a header, where a pattern finds it", async () => {
    const { port } = await shop((_request, response) =>
      response.setHeader("Server", "shop/2.0.0 (eu)").end("<p>up</p>\n<p>version=2.0.1</p>"),
    );
    const ask = probeWith();
    const inText = await ask(`http://127.0.0.1:${port}`, { matches: "version=([^<]+)" });
    expect(inText).toMatchObject({ value: "2.0.1" });
    const inHeader = await ask(`http://127.0.0.1:${port}`, { header: "server", matches: "shop/(\\S+)" });
    expect(inHeader).toMatchObject({ value: "2.0.0" });
  });

  it("is asked by its name on the address that was resolved", async () => {
    const { port, seen } = await shop(json("1.0.0"));
    const ask = probeWith({ resolve: () => Promise.resolve(["127.0.0.1"]) });
    expect(await ask(`http://Shop.Example.:${port}/`, { json: "$" })).toMatchObject({
      value: "1.0.0",
      address: "127.0.0.1",
    });
    expect(seen).toEqual([`GET shop.example.:${port}/`]);
  });

  it("is asked without credentials, cookies, compression or a kept connection", async () => {
    const headers: unknown[] = [];
    const { port } = await shop((request, response) => {
      headers.push(request.headers);
      response.end('"1"');
    });
    await probeWith()(`http://127.0.0.1:${port}/`);
    expect(headers).toMatchObject([
      { "accept-encoding": "identity", connection: "close", "user-agent": "Waybill" },
    ]);
    expect(Object.keys(headers[0] as object)).not.toContain("authorization");
  });
});

describe("the guard", () => {
  it.each([
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0x7f.0.0.1/",
    "http://１２７.0.0.1/",
    "http://127.0.0.1./",
    "http://0/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/",
    "http://168.63.129.16/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://shop.localhost/",
    "http://8.8.8.8:22/",
    "http://user:pass@8.8.8.8/",
    "http://user@8.8.8.8/",
    "ftp://8.8.8.8/",
    "file:///etc/passwd",
    "gopher://8.8.8.8/",
    "javascript:alert(1)",
    "http://[fe80::1%25eth0]/",
    "http://8.8.8.8:0/",
    "http://8.8.8.8:99999/",
    "//8.8.8.8/",
    "",
    `http://8.8.8.8/${"a".repeat(2_048)}`,
  ])("refuses %s", async (url) => {
    const ask = probeWith({ allow: [], resolve: () => Promise.reject(new Error("must not be asked")) });
    expect((await ask(url)).kind).toBe("refused");
  });

  it("says who can allow it, and how, but not which address it was", async () => {
    const ask = probeWith({ allow: [], resolve: () => Promise.resolve(["10.11.12.13"]) });
    const result = await ask("http://intranet.example/");
    expect(result).toMatchObject({
      kind: "refused",
      reason: expect.stringContaining("WAYBILL_ALLOW_PRIVATE"),
    });
    expect(result).toMatchObject({
      reason: expect.not.stringContaining("10.11.12.13"),
      address: "10.11.12.13",
    });
  });

  it("refuses a name as soon as one of its addresses is private", async () => {
    const { port, seen } = await shop(json("1"));
    for (const addresses of [
      ["127.0.0.1", "10.0.0.1"],
      ["10.0.0.1", "127.0.0.1"],
      ["127.0.0.1", "::1"],
      ["127.0.0.1", "nonsense"],
    ]) {
      const ask = probeWith({ resolve: () => Promise.resolve(addresses) });
      expect(await ask(`http://shop.example:${port}/`)).toMatchObject({ kind: "refused" });
    }
    expect(seen).toEqual([]);
  });

  it("is not fooled by a name that changes its address: it is resolved once and pinned", async () => {
    const inside = await shop(json("stolen"), "127.0.0.2");
    const outside = await shop(json("1.0.0"));
    let asked = 0;
    const resolve = (): Promise<string[]> => {
      asked += 1;
      return Promise.resolve([asked === 1 ? "127.0.0.1" : "127.0.0.2"]);
    };
    const ask = probeWith({ resolve });
    expect(await ask(`http://rebind.example:${outside.port}/`, { json: "$" })).toMatchObject({
      value: "1.0.0",
    });
    expect(asked).toBe(1);
    expect(await ask(`http://rebind.example:${inside.port}/`)).toMatchObject({ kind: "refused" });
    expect(inside.seen).toEqual([]);
  });

  it("goes on to the next of the judged addresses when one does not answer", async () => {
    const { port } = await shop(json("1.0.0"));
    const both = [{ base: "127.0.0.0", prefix: 8, port: null }];
    const ask = probeWith({ allow: both, resolve: () => Promise.resolve(["127.0.0.3", "127.0.0.1"]) });
    expect(await ask(`http://shop.example:${port}/`, { json: "$" })).toMatchObject({ address: "127.0.0.1" });
  });

  it("follows no redirect", async () => {
    const inside = await shop(json({ version: "9.9.9" }));
    for (const status of [301, 302, 303, 307, 308]) {
      const { port } = await shop((_request, response) =>
        response
          .writeHead(status, { location: `http://127.0.0.1:${inside.port}/` })
          .end('{"version":"9.9.9"}'),
      );
      const result = await probeWith()(`http://127.0.0.1:${port}/`, { json: "$.version" });
      expect(result).toMatchObject({
        kind: "unreadable",
        status,
        reason: expect.stringContaining("redirect"),
      });
    }
    expect(inside.seen).toEqual([]);
  });

  it("asks no proxy", async () => {
    const proxy = await shop(json("proxied"));
    const { port } = await shop(json("1.0.0"));
    const before = { ...process.env };
    const address = `http://127.0.0.1:${proxy.port}`;
    Object.assign(process.env, {
      NODE_USE_ENV_PROXY: "1",
      HTTP_PROXY: address,
      http_proxy: address,
      NO_PROXY: "",
    });
    const result = await probeWith()(`http://127.0.0.1:${port}/`, { json: "$" });
    process.env = before;
    expect(result).toMatchObject({ value: "1.0.0" });
    expect(proxy.seen).toEqual([]);
  });

  it("believes a certificate only if it is trusted and made out to the name", async () => {
    const { key, cert } = selfSigned("shop.example");
    const { port } = await shopOver(
      createTlsServer({ key, cert }, (_request, response) => response.end('"1.0.0"')),
    );
    const ask = probeWith({ resolve: () => Promise.resolve(["127.0.0.1"]) });
    expect(await ask(`https://shop.example:${port}/`)).toMatchObject({ kind: "unreachable" });
    const trusted = getCACertificates("default");
    setDefaultCACertificates([cert]);
    try {
      expect(await ask(`https://shop.example:${port}/`, { json: "$" })).toMatchObject({ value: "1.0.0" });
      expect(await ask(`https://other.example:${port}/`)).toMatchObject({ kind: "unreachable" });
      expect(await ask(`https://127.0.0.1:${port}/`)).toMatchObject({ kind: "unreachable" });
    } finally {
      setDefaultCACertificates(trusted);
    }
  });
});

describe("a system that answers badly", () => {
  const cases: [string, RequestListener, Partial<ProbeRequest>, RegExp][] = [
    ["an error", (_q, r) => r.writeHead(500).end('{"v":"1"}'), { json: "$.v" }, /status 500/],
    ["not found", (_q, r) => r.writeHead(404).end(), {}, /status 404/],
    ["a page instead of JSON", (_q, r) => r.end("<html>"), { json: "$.v" }, /not JSON/],
    ["JSON without the value", json({ w: 1 }), { json: "$.v" }, /no text or whole number/],
    ["a fraction", json({ v: 1.1 }), { json: "$.v" }, /no text or whole number/],
    ["nothing", (_q, r) => r.end(), {}, /empty/],
    ["text without the pattern", (_q, r) => r.end("shop"), { matches: "v=(\\S+)" }, /matches the pattern/],
    ["no such header", json({}), { header: "x-version" }, /header/],
    ["a novel", (_q, r) => r.end("a".repeat(257)), {}, /longer than 256 characters/],
    ["control characters", json({ v: "1.0\u001B[2J" }), { json: "$.v" }, /cannot be printed/],
    ["reversed text", json({ v: "1.0\u202E0.2" }), { json: "$.v" }, /cannot be printed/],
    ["several lines", (_q, r) => r.end("1.0.0\n2.0.0"), {}, /cannot be printed/],
    ["bytes", (_q, r) => r.end(Buffer.from([0xff, 0xfe])), {}, /UTF-8/],
    ["too much, announced", (_q, r) => r.end("a".repeat(70_000)), {}, /longer than 65536 bytes/],
    [
      "too much, in chunks",
      (_q, r) => void (r.write("a".repeat(40_000)), r.end("a".repeat(40_000))),
      {},
      /longer than 65536 bytes/,
    ],
    [
      "gzip",
      (_q, r) => r.setHeader("content-encoding", "gzip").end(gzipSync('{"v":"1"}')),
      { json: "$.v" },
      /compressed/,
    ],
    ["deep nesting", (_q, r) => r.end("[".repeat(60_000)), { json: "$.v" }, /not JSON/],
  ];

  it.each(cases)("is unreadable: %s", async (_what, listener, request, reason) => {
    const { port } = await shop(listener);
    const result = await probeWith()(`http://127.0.0.1:${port}/`, request);
    expect(result).toMatchObject({ kind: "unreadable", reason: expect.stringMatching(reason) });
  });

  it("refuses a request that cannot be meant", async () => {
    const ask = probeWith();
    expect(await ask("http://127.0.0.1/", { json: "version" })).toMatchObject({ kind: "refused" });
    expect(await ask("http://127.0.0.1/", { header: "x: y\r\n" })).toMatchObject({ kind: "refused" });
    expect(await ask("http://127.0.0.1/", { header: "x", json: "$.v" })).toMatchObject({ kind: "refused" });
    expect(await ask("http://127.0.0.1/", { matches: "(" })).toMatchObject({ kind: "refused" });
  });
});

describe("a system that does not answer", () => {
  it("is unreachable when nobody listens, or its name is unknown", async () => {
    const { port } = await shop(json(1));
    for (const close of closing.splice(0)) close();
    expect(await probeWith()(`http://127.0.0.1:${port}/`)).toMatchObject({
      kind: "unreachable",
      reason: expect.stringContaining("ECONNREFUSED"),
    });
    const unknown = Object.assign(new Error("getaddrinfo shop.example"), { code: "ENOTFOUND" });
    const ask = probeWith({ resolve: () => Promise.reject(unknown) });
    expect(await ask("http://shop.example/")).toMatchObject({
      kind: "unreachable",
      reason: expect.stringContaining("ENOTFOUND"),
    });
    expect(await probeWith({ resolve: () => Promise.resolve([]) })("http://shop.example/")).toMatchObject({
      kind: "unreachable",
    });
  });

  it("is given up in time: never answering, dripping its headers or its body, or a name that hangs", async () => {
    const silent = await tcp(() => {});
    const headers = await tcp((socket) => drip(socket, "HTTP/1.1 200 OK\r\nX-A: "));
    const body = await tcp((socket) => drip(socket, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"));
    const informational = await tcp((socket) => drip(socket, "", "HTTP/1.1 102 Processing\r\n\r\n"));
    for (const port of [silent, headers, body, informational]) {
      const started = performance.now();
      const result = await probeWith()(`http://127.0.0.1:${port}/`, { timeoutMs: 150 });
      expect(result).toMatchObject({ kind: "unreachable", reason: expect.stringContaining("150 ms") });
      expect(performance.now() - started).toBeLessThan(1_000);
    }
    const hanging = probeWith({ resolve: () => new Promise(() => {}) });
    expect(await hanging("http://shop.example/", { timeoutMs: 50 })).toMatchObject({ kind: "unreachable" });
  });

  it("is unreachable when the answer breaks off or is no HTTP", async () => {
    const answers = [
      "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n1.0.0",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n1.0.0\r\n",
      "SSH-2.0-OpenSSH_9.6\r\n",
      `HTTP/1.1 200 OK\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`,
    ];
    for (const answer of answers) {
      const port = await tcp((socket) => socket.end(answer));
      expect(await probeWith()(`http://127.0.0.1:${port}/`)).toMatchObject({ kind: "unreachable" });
    }
    const upgrade = await tcp((socket) =>
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),
    );
    expect(await probeWith()(`http://127.0.0.1:${upgrade}/`)).toMatchObject({
      kind: "unreadable",
      status: 101,
    });
  });
});

async function tcp(onRequest: (socket: Socket) => void): Promise<number> {
  const server = createTcpServer((socket) => {
    closing.push(() => socket.destroy());
    socket.on("error", () => {});
    socket.once("data", () => onRequest(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

function drip(socket: Socket, start: string, drop = "x"): void {
  socket.write(start);
  const timer = setInterval(() => socket.write(drop), 10);
  socket.once("close", () => clearInterval(timer));
}
