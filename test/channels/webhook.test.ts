/** The generic webhook over real HTTP, verified by the specification's own library. */
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import type { Carrier } from "../../src/core/channels/model.ts";
import { RetryLaterError } from "../../src/core/ports.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { DELIVERED, FAILED, KEY, NOTICED, NOW, tell, type Given } from "./given.ts";

const OLD_KEY = `whsec_${Buffer.from("vutsrqponmlkjihgfedcba9876543210").toString("base64")}`;

function hook(receiver: Receiver, path = "/in"): Carrier {
  return { kind: "webhook", to: { url: `${receiver.url}${path}` }, secret: "HOOK" };
}

function keyed(receiver: Receiver, value = KEY): Given {
  return { secrets: [{ value, hosts: [`127.0.0.1:${receiver.port}`] }] };
}

function headersOf({ received }: Receiver, at = 0): Record<string, string> {
  return received[at]?.headers as Record<string, string>;
}

/** What the library makes of it; it reads the clock itself, so that its own time is left out by signing anew. */
function verified(receiver: Receiver, key: string): unknown {
  const [{ body } = { body: "" }] = receiver.received;
  const {
    "webhook-id": id = "",
    "webhook-timestamp": time = "",
    "webhook-signature": signature = "",
  } = headersOf(receiver);
  const expected = new Webhook(key).sign(id, new Date(Number(time) * 1_000), body);
  expect(signature.split(" ")).toContain(expected);
  return JSON.parse(body);
}

describe("a webhook", () => {
  it("says what happened, signed by a key that any library verifies", async () => {
    const receiver = await startReceiver();
    expect(await tell(hook(receiver), DELIVERED, keyed(receiver))).toEqual([]);
    expect(headersOf(receiver)).toMatchObject({
      "content-type": "application/json",
      "webhook-timestamp": String(NOW / 1_000),
      "webhook-id": expect.stringMatching(/^msg_[0-9a-f]{32}$/),
    });
    expect(verified(receiver, KEY)).toMatchObject({
      type: "waybill.delivered",
      timestamp: "2026-11-28T12:00:00.000Z",
      data: {
        repository: "acme/shop",
        title: "acme/shop: prod runs 1.5.0",
        environment: "prod",
        version: "1.5.0",
        from: "1.4.2",
        components: ["api", "web"],
        requestedBy: "ana",
        links: [
          { label: "Open it", url: "https://shop.example/" },
          { label: "Release notes", url: "https://github.example/acme/shop/releases/tag/v1.5.0" },
          { label: "On GitHub", url: "https://github.example/acme/shop/issues/7" },
          { label: "Repository", url: "https://github.example/acme/shop" },
        ],
      },
    });
  });

  it("is signed by the new key and by the old one while they change", async () => {
    const receiver = await startReceiver();
    await tell(hook(receiver), NOTICED, keyed(receiver, `${KEY}, ${OLD_KEY}`));
    verified(receiver, KEY);
    verified(receiver, OLD_KEY);
  });

  it("has the same id whenever it is sent again, as after a crash, and another one has another", async () => {
    const receiver = await startReceiver();
    for (const message of [DELIVERED, DELIVERED, FAILED])
      await tell(hook(receiver), message, keyed(receiver));
    const ids = receiver.received.map(({ headers }) => headers["webhook-id"]);
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(2);
  });

  it("of a failure tells in words why", async () => {
    const receiver = await startReceiver();
    await tell(hook(receiver), FAILED, keyed(receiver));
    const { data } = verified(receiver, KEY) as { data: { text: string; problem: { code: string } } };
    expect(data.problem.code).toBe("already-delivered");
    expect(data.text).toContain("prod runs 1.5.0 already. There is nothing to do.");
  });
});

describe("what is not taken", () => {
  it.each([429, 500, 503, 408])("status %d: is tried again", async (status) => {
    const receiver = await startReceiver();
    receiver.answers((response) => void response.writeHead(status).end());
    await expect(tell(hook(receiver), DELIVERED, keyed(receiver))).rejects.toThrow(`status ${status}`);
  });

  it("comes back when it was told to, and not sooner", async () => {
    const receiver = await startReceiver();
    receiver.answers((response) => void response.writeHead(429, { "retry-after": "120" }).end());
    const error = await tell(hook(receiver), DELIVERED, keyed(receiver)).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(RetryLaterError);
    expect(error).toMatchObject({ retryAt: NOW + 120_000 });
    // Who says so for longer than a day is no longer asked without counting.
    const old = { ...DELIVERED, at: NOW - 25 * 3_600_000 };
    await expect(tell(hook(receiver), old, keyed(receiver))).rejects.not.toBeInstanceOf(RetryLaterError);
  });

  it.each([
    [410, "it answered with status 410"],
    [404, "it answered with status 404"],
    [302, "it answered with status 302: redirects are not followed"],
  ])("status %d: is final", async (status, reason) => {
    const receiver = await startReceiver();
    receiver.answers(
      (response) => void response.writeHead(status, { location: "http://169.254.169.254/" }).end(),
    );
    expect(await tell(hook(receiver), DELIVERED, keyed(receiver))).toMatchObject([
      { type: "ChannelFailed", reason },
    ]);
    expect(receiver.received).toHaveLength(1);
  });

  it("an answer of 10 MB is not read", async () => {
    const receiver = await startReceiver();
    receiver.answers((response) => {
      response.writeHead(200);
      response.end(Buffer.alloc(10_000_000, "x"));
    });
    expect(await tell(hook(receiver), DELIVERED, keyed(receiver))).toEqual([]);
  });

  it("says so where it is taken once more after trouble", async () => {
    const receiver = await startReceiver();
    const lane = {
      troubles: { ops: { since: 1, kind: "webhook", reason: "x", lost: 1, letters: [] } },
    } as const;
    expect(await tell(hook(receiver), DELIVERED, { ...keyed(receiver), lane })).toMatchObject([
      { type: "ChannelWorks", channel: "ops" },
    ]);
  });
});

describe("nothing is sent", () => {
  it.each<[string, (receiver: Receiver) => Given, string]>([
    [
      "by a repository that may not use the secret",
      (receiver) => ({ ...keyed(receiver), repository: { owner: "evil", name: "shop" } }),
      "set no secret HOOK for this repository",
    ],
    [
      "to a host to which the secret may not go",
      () => ({ secrets: [{ value: KEY, hosts: ["status.acme.example"] }] }),
      "does not let the secret HOOK be sent to this host",
    ],
    ["where the secret is no key", (receiver) => keyed(receiver, "hunter2-hunter2"), "is not a signing key"],
  ])("%s", async (_what, given, reason) => {
    const receiver = await startReceiver();
    const events = await tell(hook(receiver), DELIVERED, given(receiver));
    expect(events).toMatchObject([{ type: "ChannelFailed", reason: expect.stringContaining(reason) }]);
    expect(JSON.stringify(events)).not.toContain("hunter2");
    expect(receiver.received).toEqual([]);
  });

  it("to an inner address that the operator has not allowed", async () => {
    const carrier: Carrier = { kind: "webhook", to: { url: "http://10.0.0.1/in" }, secret: "HOOK" };
    const events = await tell(carrier, DELIVERED, { secrets: [{ value: KEY, hosts: ["10.0.0.1"] }] });
    expect(events).toMatchObject([
      { type: "ChannelFailed", reason: expect.stringContaining("not a public one") },
    ]);
  });

  it("to a channel that the config no longer names; and by its newest address where it does", async () => {
    const receiver = await startReceiver();
    const gone = { plans: [{ channels: [] }] } as never;
    expect(await tell(hook(receiver), DELIVERED, { ...keyed(receiver), lane: gone })).toEqual([]);
    expect(receiver.received).toEqual([]);
    const moved = {
      plans: [{ channels: [{ name: "ops", carrier: hook(receiver, "/mended"), tell: [] }] }],
    } as never;
    await tell(hook(receiver), DELIVERED, { ...keyed(receiver), lane: moved });
    expect(receiver.received.map(({ path }) => path)).toEqual(["/mended"]);
  });
});
