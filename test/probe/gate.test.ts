/** Questions to services over real HTTP: signed, guarded, and read within limits. */
import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { GateReply, GateRequest } from "../../src/core/gates/external.ts";
import { createGateAsker, type GateOptions } from "../../src/probe/gate.ts";

const NOW = 1_800_000_000_123;
const KEY = Buffer.from("0123456789abcdefghijklmnopqrstuv");
const OLD_KEY = Buffer.from("vutsrqponmlkjihgfedcba9876543210");

interface Asked {
  readonly request: IncomingMessage;
  readonly body: string;
}

/** A real server on this machine; answers its port and what it was asked. */
async function service(
  answer: (response: ServerResponse, asked: Asked) => void = (response) => response.end('{"verdict":"pass"}'),
): Promise<{ port: number; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const one = { request, body: Buffer.concat(chunks).toString("utf8") };
      asked.push(one);
      answer(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, asked };
}

function ask(
  port: number,
  more: Partial<GateRequest> = {},
  options: Partial<GateOptions> = {},
): Promise<GateReply> {
  const allow = [{ base: "127.0.0.1", prefix: 32, port: null }];
  const asker = createGateAsker({ allow, clock: { now: () => NOW }, keys: [KEY], ...options });
  const url = `http://127.0.0.1:${port}/ask?env=prod`;
  return asker({ key: "1 2 prod c101 budget", url, timeoutMs: 5_000, body: '{"gate":"bücher"}', ...more });
}

describe("a question to a service", () => {
  it("is a signed POST of JSON, and what is answered is handed on as it is", async () => {
    const { port, asked } = await service();
    expect(await ask(port)).toEqual({ kind: "answered", text: '{"verdict":"pass"}' });
    const [{ request, body } = { request: null, body: "" }] = asked;
    expect(`${request?.method} ${request?.url}`).toBe("POST /ask?env=prod");
    expect(body).toBe('{"gate":"bücher"}');
    expect(request?.headers).toMatchObject({
      "content-type": "application/json",
      "content-length": "18",
      "user-agent": "Waybill",
      "webhook-timestamp": "1800000000",
    });
  });

  it("can be verified as Standard Webhooks say, by each of the keys while they change", async () => {
    const { port, asked } = await service();
    await ask(port, {}, { keys: [KEY, OLD_KEY] });
    const headers: IncomingHttpHeaders = asked[0]?.request.headers ?? {};
    const content = `${String(headers["webhook-id"])}.1800000000.{"gate":"bücher"}`;
    const by = (key: Buffer) => `v1,${createHmac("sha256", key).update(content).digest("base64")}`;
    expect(headers["webhook-signature"]).toBe(`${by(KEY)} ${by(OLD_KEY)}`);
  });

  it("bears the same id whenever the same is asked, and another one otherwise; no full stop is in it", async () => {
    const { port, asked } = await service();
    await ask(port);
    await ask(port, { body: '{"moment":"beginning"}' });
    await ask(port, { key: "1 2 prod c102 budget" });
    const [first, again, other] = asked.map(({ request }) => request.headers["webhook-id"]);
    expect(first).toMatch(/^gate_[0-9a-f]{32}$/);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it("is not asked without a key, and says whose matter that is", async () => {
    const { port, asked } = await service();
    expect(await ask(port, {}, { keys: [] })).toMatchObject({
      kind: "barred",
      reason: expect.stringContaining("WAYBILL_GATE_SECRET") as unknown,
    });
    expect(asked).toEqual([]);
  });

  it.each([
    ["private addresses", "http://10.0.0.1/ask", /not a public one \(private\)/],
    ["the metadata of a cloud", "http://169.254.169.254/latest", /cloud platform/],
    ["this machine by its name", "http://localhost/ask", /WAYBILL_ALLOW_PRIVATE/],
    ["other protocols", "file:///etc/passwd", /only http and https/],
    ["mail", "http://93.184.216.34:25/", /system port/],
  ])("is not sent to %s", async (_what, url, why) => {
    const then = await ask(0, { url });
    expect(then).toMatchObject({ kind: "barred", reason: expect.stringMatching(why) as unknown });
  });

  it.each([
    [
      "a redirect is not followed",
      (to: ServerResponse) => to.writeHead(302, { location: "/else" }).end(),
      /redirects/,
    ],
    ["an error is none", (to: ServerResponse) => to.writeHead(503).end('{"verdict":"pass"}'), /status 503/],
    [
      "a long one is none",
      (to: ServerResponse) => to.end("x".repeat(16 * 1_024 + 1)),
      /longer than 16384 bytes/,
    ],
    [
      "a compressed one is none",
      (to: ServerResponse) => to.setHeader("content-encoding", "gzip").end("x"),
      /compressed/,
    ],
    ["one that is no text is none", (to: ServerResponse) => to.end(Buffer.from([0xff, 0xfe])), /not UTF-8/],
    ["one that breaks off is none", (to: ServerResponse) => to.destroy(), /ECONNRESET/],
  ])("of the answer: %s", async (_what, answer, why) => {
    const { port, asked } = await service((response) => void answer(response));
    const then = await ask(port);
    expect(then).toMatchObject({ kind: "silent", reason: expect.stringMatching(why) as unknown });
    expect(asked).toHaveLength(1);
  });

  it("ends with its time, also in the middle of an answer", async () => {
    const { port } = await service((response) => void response.write("{"));
    expect(await ask(port, { timeoutMs: 300 })).toEqual({
      kind: "silent",
      reason: "there was no whole answer within 300 ms",
    });
  });
});
