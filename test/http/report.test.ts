/** What systems report of themselves: who is believed, what is taken, and that a stranger learns nothing. */
import { createHmac, randomBytes } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { StoreUnavailableError } from "../../src/core/ports.ts";
import { readStoredReport } from "../../src/core/report-in.ts";
import { reportRoute, type ReportOptions } from "../../src/http/report.ts";
import { createReportKeys } from "../../src/report-keys.ts";
import { createRevealSecret } from "../../src/secrets.ts";
import { reply, start, type Reply, type Running } from "./support.ts";

const NOW = 1_800_000_000_500;
const KEYS = [randomBytes(32), randomBytes(32)];
const PLACE = "/report/acme/shop/REPORT_KEY";
const SAID = { repository: "acme/shop", environment: "prod", version: "1.5.0", node: "eu-1" };
const running: Running[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.server.close();
});

/** A server where `acme/shop` may use the secret, whose newest key is the first; what it stores is `received`. */
async function waybill(more: Partial<ReportOptions> = {}): Promise<Running> {
  const value = KEYS.map((key) => `whsec_${key.toString("base64")}`).join(",");
  const secret = { name: "REPORT_KEY", value, repositories: ["acme/shop"], hosts: [] };
  const word = { name: "WORD", value: "not-a-signing-key-but-long", repositories: ["acme/shop"], hosts: [] };
  const own: Running["received"] = [];
  const one = await start({
    routes: [
      reportRoute({
        keysOf: createReportKeys(createRevealSecret([secret, word])),
        now: () => NOW,
        receive: (delivery) => {
          const isKnown = own.some(({ deliveryId }) => deliveryId === delivery.deliveryId);
          if (!isKnown) own.push(delivery);
          return Promise.resolve(isKnown ? "duplicate" : "accepted");
        },
        ...more,
      }),
    ],
  });
  running.push(one);
  return { ...one, received: own };
}

interface Sent {
  readonly path?: string;
  readonly key?: Uint8Array;
  readonly id?: string;
  readonly at?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is signed, where that is not what is sent. */
  readonly signed?: string;
}

function report(one: Running, said: unknown = SAID, sent: Sent = {}): Promise<Reply> {
  const { path = PLACE, key = KEYS[0] ?? "", id = "msg_1", at = NOW } = sent;
  const body = typeof said === "string" ? said : JSON.stringify(said);
  const timestamp = String(Math.floor(at / 1_000));
  const content = `${id}.${timestamp}.${sent.signed ?? body}`;
  const signature = `v1,${createHmac("sha256", key).update(content).digest("base64")}`;
  const headers = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature };
  return reply(fetch(one.url + path, { method: "POST", body, headers: { ...headers, ...sent.headers } }));
}

describe("a report", () => {
  it("that is signed is stored before it is answered", async () => {
    const one = await waybill();
    expect(await report(one)).toMatchObject({ status: 202, body: { status: "accepted" } });
    const [stored] = one.received;
    expect(stored).toMatchObject({ event: "waybill.report", installation: null, repository: null });
    expect(readStoredReport(Buffer.from(stored?.payload ?? []).toString())).toEqual({
      owner: "acme",
      repo: "shop",
      secret: "REPORT_KEY",
      at: NOW,
      said: SAID,
    });
  });

  it("by the key before the newest counts, too, and one of several signatures is enough", async () => {
    const one = await waybill();
    expect((await report(one, SAID, { key: KEYS[1] ?? ("" as never) })).status).toBe(202);
    const { status } = await report(one, SAID, { id: "msg_2" });
    expect(status).toBe(202);
  });

  it("that comes again is a duplicate", async () => {
    const one = await waybill();
    await report(one);
    expect(await report(one)).toMatchObject({ status: 202, body: { status: "duplicate" } });
    expect(one.received).toHaveLength(1);
  });

  it("counts from when it was said, not from when it came", async () => {
    const one = await waybill();
    await report(one, SAID, { at: NOW - 60_000 });
    const stored = readStoredReport(Buffer.from(one.received[0]?.payload ?? []).toString());
    expect(stored?.at).toBe(Math.floor((NOW - 60_000) / 1_000) * 1_000 + 999);
  });
});

describe("a stranger", () => {
  it("has the same answer, whatever is wrong", async () => {
    const one = await waybill();
    const answers = [
      await report(one, SAID, { key: randomBytes(32) }),
      await report(one, SAID, { path: "/report/acme/other/REPORT_KEY" }),
      await report(one, SAID, { path: "/report/acme/shop/OTHER" }),
      await report(one, SAID, { path: "/report/acme/shop/WORD" }),
      await report(one, SAID, { path: "/report/acme/shop" }),
      await report(one, SAID, { path: "/report/../acme/shop/REPORT_KEY/x" }),
      await report(one, SAID, { signed: JSON.stringify({ ...SAID, version: "1.4.2" }) }),
      await report(one, SAID, { at: NOW - 301_000 }),
      await report(one, SAID, { at: NOW + 301_000 }),
      await report(one, SAID, { headers: { "webhook-signature": "v1,nonsense" } }),
      await report(one, SAID, { headers: { "webhook-signature": "" } }),
      await report(one, SAID, { headers: { "webhook-id": "a.b" } }),
      await report(one, SAID, { headers: { "webhook-timestamp": "soon" } }),
      await report(one, "nonsense", { key: randomBytes(32) }),
    ].filter(({ status }) => status !== 404);
    expect(answers.length).toBeGreaterThan(12);
    expect(new Set(answers.map(({ status, body }) => JSON.stringify({ status, body })))).toEqual(
      new Set([JSON.stringify({ status: 401, body: { error: "the signature is missing or wrong" } })]),
    );
    expect(one.received).toEqual([]);
    expect(one.log.join()).not.toContain(KEYS[0]?.toString("base64"));
  });

  it("sends no large body", async () => {
    const one = await waybill();
    expect(await report(one, { ...SAID, node: "x".repeat(5_000) })).toMatchObject({ status: 413 });
  });
});

describe("whoever has signed", () => {
  it.each([
    ["no JSON", "{"],
    ["no environment", { version: "1.5.0" }],
    ["an environment that can be none", { ...SAID, environment: "../prod" }],
    ["neither version nor commit", { repository: "acme/shop", environment: "prod" }],
    ["a short commit", { repository: "acme/shop", environment: "prod", sha: "abc" }],
    ["what was signed for another repository that has the same key", { ...SAID, repository: "acme/other" }],
    ["a version with control characters", { ...SAID, version: "1.5.0\u001B" }],
    ["a version that is too long", { ...SAID, version: "1".repeat(101) }],
    ["something else besides", { ...SAID, role: "admin" }],
  ])("is told that it is not a report: %s", async (_what, said) => {
    const one = await waybill();
    expect(await report(one, said)).toMatchObject({ status: 400 });
    expect(one.received).toEqual([]);
  });

  it("reports 600 times in a minute, and no more", async () => {
    const one = await waybill();
    const statuses: number[] = [];
    for (let nr = 0; nr < 602; nr += 1) statuses.push((await report(one, SAID, { id: `m_${nr}` })).status);
    expect([statuses.lastIndexOf(202), statuses.indexOf(429)]).toEqual([599, 600]);
  });

  it("is asked to come again where it cannot be stored", async () => {
    const one = await waybill({ receive: () => Promise.reject(new StoreUnavailableError("down")) });
    expect(await report(one)).toMatchObject({ status: 503 });
  });
});
