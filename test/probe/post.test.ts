/** Posting over real HTTP: what is sent, how long is waited, and what of the answer counts. */
import { describe, expect, it } from "vitest";
import { createPoster } from "../../src/probe/post.ts";
import { startReceiver } from "../support/receiver.ts";

const NOW = Date.parse("2026-11-28T12:00:00Z");
const post = createPoster({
  allow: [{ base: "127.0.0.1", prefix: 32, port: null }],
  clock: { now: () => NOW },
  resolve: () => Promise.resolve(["127.0.0.1", "10.0.0.1"]),
});
const message = { headers: { "content-type": "text/plain" }, body: "bücher", timeoutMs: 2_000 };

describe("a post", () => {
  it("is sent as it is, and its answer's status is told", async () => {
    const receiver = await startReceiver();
    expect(await post({ ...message, url: `${receiver.url}/in` })).toEqual({
      kind: "answered",
      status: 204,
      retryAt: null,
    });
    expect(receiver.received).toMatchObject([
      { method: "POST", path: "/in", body: "bücher", headers: { "content-length": "7" } },
    ]);
    expect(receiver.received[0]?.headers["webhook-signature"]).toBeUndefined();
  });

  it.each([
    ["90", 90_000],
    ["Sat, 28 Nov 2026 12:05:00 GMT", 300_000],
    ["Sat, 28 Nov 2026 11:00:00 GMT", null],
    ["999999999", 24 * 3_600_000],
    ["soon", null],
    ["", null],
  ])("answered with Retry-After %j comes back after %j", async (written, after) => {
    const receiver = await startReceiver();
    receiver.answers((response) => void response.writeHead(503, { "retry-after": written }).end());
    const retryAt = after === null ? null : NOW + after;
    expect(await post({ ...message, url: receiver.url })).toEqual({ kind: "answered", status: 503, retryAt });
  });

  it("to a receiver that never answers is given up after its time", async () => {
    const receiver = await startReceiver();
    receiver.answers(() => {});
    expect(await post({ ...message, url: receiver.url, timeoutMs: 60 })).toMatchObject({ kind: "silent" });
    expect(await post({ ...message, url: "http://127.0.0.1:1/" })).toMatchObject({ kind: "silent" });
  });

  it("does not go out where one of the name's addresses is not public", async () => {
    expect(await post({ ...message, url: "http://rebinding.example/" })).toMatchObject({
      kind: "barred",
      reason: expect.stringContaining("not a public one"),
    });
  });
});
