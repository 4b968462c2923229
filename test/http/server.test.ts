import { Agent, get } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import type { DeliveryOutcome } from "../../src/core/ports.ts";
import { post, raw, reply, signedHeaders, start, WEBHOOKS } from "./support.ts";
import type { Running } from "./support.ts";

const running: Running[] = [];

async function server(...options: Parameters<typeof start>): Promise<Running> {
  const one = await start(...options);
  running.push(one);
  return one;
}

afterEach(async () => {
  for (const one of running.splice(0)) await one.server.close();
});

describe("the routes", () => {
  it.each([
    ["GET", "/", 404, null],
    ["POST", "/api/github/webhooks/", 404, null],
    ["POST", "/api/github", 404, null],
    ["GET", "/LIVEZ", 404, null],
    ["GET", "/livez/../readyz2", 404, null],
    ["GET", WEBHOOKS, 405, "POST"],
    ["PUT", WEBHOOKS, 405, "POST"],
    ["DELETE", "/livez", 405, "GET, HEAD"],
    ["POST", "/readyz", 405, "GET, HEAD"],
    ["GET", "/livez", 200, null],
    ["GET", "/livez?probe=1", 200, null],
    ["HEAD", "/livez", 200, null],
    ["GET", "/readyz", 200, null],
  ])("%s %s is answered %i", async (method, path, status, allow) => {
    const waybill = await server();
    const answer = await reply(fetch(waybill.url + path, { method }));
    expect(answer.status).toBe(status);
    expect(answer.headers.get("allow")).toBe(allow);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(answer.headers.get("x-powered-by")).toBeNull();
  });

  it("can be added to, also for all below a path", async () => {
    const page = () => Promise.resolve({ status: 200, body: { page: "board" } });
    const broken = () => Promise.reject(new Error("canary of a page"));
    const routes = [
      { path: "/board/*", methods: { GET: page } },
      { path: "/broken", methods: { GET: broken } },
    ];
    const waybill = await server({ routes });
    expect(await reply(fetch(`${waybill.url}/board/shop`))).toMatchObject({
      status: 200,
      body: { page: "board" },
    });
    expect(await reply(fetch(`${waybill.url}/board`))).toMatchObject({ status: 404 });
    expect(await reply(fetch(`${waybill.url}/broken`))).toMatchObject({
      status: 500,
      body: { error: "internal" },
    });
  });

  it("say why the port cannot be had", async () => {
    const waybill = await server();
    const second = await server();
    await expect(second.server.listen("127.0.0.1", waybill.port)).rejects.toThrow();
  });
});

describe("readiness", () => {
  it("is 503 when the store is down, when asking fails, and when it takes too long", async () => {
    const answers: (() => Promise<boolean>)[] = [
      () => Promise.resolve(false),
      () => Promise.reject(new Error("no")),
      () => new Promise(() => {}),
    ];
    for (const ready of answers) {
      const waybill = await server({ ready, limits: { readyMs: 50 } });
      expect((await reply(fetch(`${waybill.url}/readyz`))).status).toBe(503);
      expect((await reply(fetch(`${waybill.url}/livez`))).status).toBe(200);
    }
  });

  it("asks the store once for many who ask at the same time", async () => {
    let asked = 0;
    let answer = (_ready: boolean): void => {};
    const ready = (): Promise<boolean> => {
      asked += 1;
      return new Promise((resolve) => {
        answer = resolve;
      });
    };
    const waybill = await server({ ready });
    const all = [1, 2, 3, 4].map(() => reply(fetch(`${waybill.url}/readyz`)));
    // /livez is answered after the four have arrived, or they would not be under way together.
    await reply(fetch(`${waybill.url}/livez`));
    await expect.poll(() => asked).toBe(1);
    answer(true);
    // Those that arrived after the answer ask anew.
    const rest = setInterval(() => answer(true), 5);
    for (const one of await Promise.all(all)) expect(one.status).toBe(200);
    clearInterval(rest);
    expect(asked).toBeLessThan(4);
  });
});

describe("draining", () => {
  it("lets a delivery under way finish, refuses new ones with 503, and then listens no more", async () => {
    let commit = (_outcome: DeliveryOutcome): void => {};
    let arrived = (): void => {};
    const underWay = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const receive = (): Promise<DeliveryOutcome> =>
      new Promise((resolve) => {
        commit = resolve;
        arrived();
      });
    const waybill = await server({ receive });
    const early = post(waybill, "{}", await signedHeaders("{}"));
    await underWay;
    const drained = waybill.server.drain(5_000);
    const late = await post(waybill, "{}", await signedHeaders("{}"));
    expect(late).toMatchObject({ status: 503, body: { error: "shutting down" } });
    expect(late.headers.get("connection")).toBe("close");
    expect(await reply(fetch(`${waybill.url}/readyz`))).toMatchObject({
      status: 503,
      body: { status: "draining" },
    });
    expect((await reply(fetch(`${waybill.url}/livez`))).status).toBe(200);
    commit("accepted");
    expect(await early).toMatchObject({ status: 202 });
    await drained;
    await expect(fetch(`${waybill.url}/livez`)).rejects.toThrow();
  });

  it("waits for what else has to end", async () => {
    const waybill = await server();
    let finish = (): void => {};
    const engine = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const drained = waybill.server.drain(5_000, engine);
    expect((await reply(fetch(`${waybill.url}/readyz`))).status).toBe(503);
    finish();
    await drained;
    await expect(fetch(`${waybill.url}/readyz`)).rejects.toThrow();
  });

  it("ends in time although a request hangs and a connection idles", async () => {
    const waybill = await server({ receive: () => new Promise(() => {}) });
    const agent = new Agent({ keepAlive: true });
    await new Promise((resolve) =>
      get(`${waybill.url}/livez`, { agent }, (response) => response.resume().on("end", resolve)),
    );
    const hanging = post(waybill, "{}", await signedHeaders("{}")).catch((error: unknown) => error);
    const started = performance.now();
    await waybill.server.drain(200);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(await hanging).toBeInstanceOf(Error);
    agent.destroy();
  });

  it("is over at once when nothing is under way, and may be asked for twice", async () => {
    const waybill = await server();
    const started = performance.now();
    await waybill.server.drain(5_000);
    await waybill.server.drain(5_000);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe("a client that dawdles", () => {
  it("is cut off when its headers do not come to an end", async () => {
    const waybill = await server({ limits: { headersMs: 300, requestMs: 600 } });
    const connection = raw(waybill.port);
    connection.socket.write("GET /livez HTTP/1.1\r\nHost: waybill\r\nX-Slow: ");
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("is cut off when its body does not come to an end", async () => {
    const waybill = await server({ limits: { headersMs: 300, requestMs: 600 } });
    const connection = raw(waybill.port);
    const headers = Object.entries(await signedHeaders("{}")).map(([name, value]) => `${name}: ${value}\r\n`);
    connection.socket.write(
      `POST ${WEBHOOKS} HTTP/1.1\r\nHost: waybill\r\n${headers.join("")}Content-Length: 9\r\n\r\n{`,
    );
    await connection.ended;
    expect(waybill.received).toEqual([]);
    await expect.poll(() => waybill.log.length).toBe(1);
  });

  it("is refused when its headers are too many bytes", async () => {
    const waybill = await server();
    const connection = raw(waybill.port);
    connection.socket.write(`GET /livez HTTP/1.1\r\nHost: waybill\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`);
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 431 /);
  });
});
