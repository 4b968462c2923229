/** A service of the users' own decides what may begin, over real HTTP: it says to wait, then lets it begin; it refuses; it is down. */
import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  auditOf,
  deployed,
  expectPromisesKept,
  lastWords,
  liveWords,
  prodConfig,
  startProd,
} from "./prod.ts";

const KEY = Buffer.from("0123456789abcdefghijklmnopqrstuv");
const MINUTE = 60_000;

interface Question {
  readonly moment: string;
  readonly environment: string;
  readonly version: string;
  readonly requester: { readonly login: string } | null;
}

/** The service of docs/gates.md, whose answer a test sets; it answers nobody but Waybill. */
async function changeWindow() {
  const questions: Question[] = [];
  const ids = new Set<string>();
  let answer: object | null = null;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      if (!isWaybills(request.headers, body)) return void response.writeHead(401).end();
      ids.add(String(request.headers["webhook-id"]));
      questions.push(JSON.parse(body) as Question);
      if (answer === null) response.writeHead(503).end();
      else response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return {
    questions,
    ids,
    config: () =>
      prodConfig(
        `    gates: { external: [{ name: change-window, url: "http://127.0.0.1:${port}/ask", timeout: 5s }] }\n`,
      ),
    says: (next: object | null) => void (answer = next),
  };
}

function isWaybills(headers: IncomingHttpHeaders, body: string): boolean {
  const content = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${body}`;
  const signature = createHmac("sha256", KEY).update(content).digest("base64");
  return headers["webhook-signature"] === `v1,${signature}`;
}

const WITH_SECRET = { WAYBILL_GATE_SECRET: `whsec_${KEY.toString("base64")}` };

describe("a service that is asked before anything begins in production", () => {
  it("holds a release with its reason, also while it is down, and lets it begin by itself", async () => {
    const service = await changeWindow();
    service.says({ verdict: "wait", reason: "CHG-17 waits for @ops", ticket: "not shown" });
    const story = await startProd({ config: service.config, environment: WITH_SECRET });
    await story.comment("/promote prod", "ana");
    expect(service.questions).toMatchObject([
      { moment: "waiting", environment: "prod", version: "1.5.0", requester: { login: "ana" } },
    ]);
    expect(liveWords(story)).toContain("- **change-window** (`127.0.0.1:");
    expect(liveWords(story)).toContain(
      "says to wait: CHG-17 waits for @&#8203;ops. Whoever runs that service",
    );
    expect(liveWords(story)).not.toContain("not shown");
    await story.comment("/status", "wes");
    expect(lastWords(story)).toContain("1\\.5.0 (waiting for change-window)");

    service.says(null);
    await story.settle(6 * MINUTE);
    expect(liveWords(story)).toContain("could not be asked: status 503. It is tried again");
    expect(deployed(story)).toEqual([]);

    service.says({ verdict: "pass" });
    await story.settle(6 * MINUTE);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(service.questions.at(-1)).toMatchObject({ moment: "beginning" });
    expect(service.ids.size).toBe(1);
    const verdicts = (await auditOf(story)).filter(({ type }) => type === "gate.answered");
    expect(verdicts.map(({ data }) => (data as { verdict: string }).verdict)).toEqual([
      "wait",
      "unseen",
      "pass",
    ]);
    expect(story.log.join("\n")).not.toContain(KEY.toString("base64").slice(0, 20));
    expectPromisesKept(story);
  });

  it("turns a release away, which is said; asked for once more, it is another question", async () => {
    const service = await changeWindow();
    service.says({ verdict: "fail", reason: "the error budget is spent" });
    const story = await startProd({ config: service.config, environment: WITH_SECRET });
    await story.comment("/promote prod", "ana");
    expect(lastWords(story)).toContain("refuses it: the error budget is spent. The config wants");
    expect(deployed(story)).toEqual([]);
    service.says({ verdict: "pass" });
    await story.comment("/promote prod", "ana");
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(service.ids.size).toBe(2);
    expectPromisesKept(story);
  });
});
