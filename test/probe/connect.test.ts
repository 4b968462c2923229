/** Connections that prove that something listens: guarded as every address of a config is (threat 13 of the promises). */
import { createServer, type AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createProbe, type ProbeOptions, type ProbeResult } from "../../src/probe/probe.ts";

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Something that listens, and notes whoever connects. */
async function listener(host = "127.0.0.1"): Promise<{ port: number; seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((socket) => {
    seen.push("connected");
    socket.on("data", (bytes) => seen.push(bytes.toString()));
    socket.on("error", () => {});
    // What it says is not listened to: 10 MB of it are as good as nothing.
    socket.write("x".repeat(10_000_000));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  closing.push(() => server.close());
  return { port: (server.address() as AddressInfo).port, seen };
}

function connecting(options: Partial<ProbeOptions> = {}) {
  const loopback = { base: "127.0.0.1", prefix: 32, port: null };
  const probe = createProbe({ allow: [loopback], clock: { now: () => 0 }, ...options });
  return (socket: string, timeoutMs = 5_000): Promise<ProbeResult> =>
    probe({ url: `tcp://${socket}`, timeoutMs });
}

describe("a port that is listened at", () => {
  it("answers, is sent nothing, and is left at once", async () => {
    const { port, seen } = await listener();
    expect(await connecting()(`127.0.0.1:${port}`)).toEqual({ kind: "answered", address: "127.0.0.1" });
    expect(seen).toEqual(["connected"]);
  });

  it("is connected to by its name on the address that was judged, whatever the name means a moment later", async () => {
    const outside = await listener();
    const inside = await listener("127.0.0.2");
    let asked = 0;
    const resolve = (): Promise<string[]> => Promise.resolve([asked++ === 0 ? "127.0.0.1" : "127.0.0.2"]);
    const ask = connecting({ resolve });
    expect(await ask(`rebind.example:${outside.port}`)).toMatchObject({ kind: "answered" });
    expect(asked).toBe(1);
    expect(await ask(`rebind.example:${inside.port}`)).toMatchObject({ kind: "refused" });
    expect(inside.seen).toEqual([]);
  });
});

describe("a port that is not", () => {
  it("is unreachable", async () => {
    const { port } = await listener();
    for (const close of closing.splice(0)) close();
    expect(await connecting()(`127.0.0.1:${port}`)).toEqual({
      kind: "unreachable",
      reason: "the connection failed (ECONNREFUSED)",
    });
  });

  it("is given up in time where its name hangs", async () => {
    const ask = connecting({ resolve: () => new Promise(() => {}) });
    expect(await ask("shop.example:5432", 50)).toMatchObject({
      kind: "unreachable",
      reason: expect.stringContaining("50 ms"),
    });
  });
});

describe("the guard", () => {
  it.each([
    "127.0.0.1:80",
    "127.1:80",
    "2130706433:80",
    "0x7f.0.0.1:80",
    "0177.0.0.1:80",
    "１２７.0.0.1:80",
    "[::1]:80",
    "[::ffff:127.0.0.1]:80",
    "[64:ff9b::7f00:1]:80",
    "169.254.169.254:80",
    "[fd00:ec2::254]:80",
    "168.63.129.16:80",
    "10.0.0.1:5432",
    "localhost:5432",
    "db.localhost:5432",
    "8.8.8.8",
    "8.8.8.8:0",
    "8.8.8.8:99999",
    "user@8.8.8.8:80",
    "8.8.8.8/x:80",
    "",
  ])("refuses %s", async (socket) => {
    const ask = connecting({ allow: [], resolve: () => Promise.reject(new Error("must not be asked")) });
    expect((await ask(socket)).kind).toBe("refused");
  });

  it("refuses a name as soon as one of its addresses is private", async () => {
    const { port, seen } = await listener();
    const ask = connecting({ resolve: () => Promise.resolve(["127.0.0.1", "10.0.0.1"]) });
    expect(await ask(`db.example:${port}`)).toMatchObject({
      kind: "refused",
      reason: expect.stringContaining("WAYBILL_ALLOW_PRIVATE"),
    });
    expect(seen).toEqual([]);
  });
});
