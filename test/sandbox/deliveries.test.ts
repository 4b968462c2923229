import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { callsProblems } from "../support/openapi.ts";
import type { Shop } from "./support.ts";
import { openReceiver, openShop, refusal } from "./support.ts";

const SECRET = "a secret of tests";
let shop: Shop;
let answer: number;
let receiver: Awaited<ReturnType<typeof openReceiver>>;

beforeEach(async () => {
  answer = 202;
  receiver = await openReceiver(() => answer);
  shop = await openShop({ webhook: { url: receiver.url, secret: SECRET } });
  await shop.sandbox.settled();
  receiver.received.length = 0;
});

afterEach(async () => {
  expect(callsProblems(shop.sandbox.record.calls)).toEqual([]);
  await shop.sandbox.close();
  await receiver.close();
});

async function opened(title: string): Promise<void> {
  shop.repository.openIssue({ title });
  await shop.sandbox.settled();
}

describe("failed deliveries", () => {
  test("are listed and sent again under the same GUID, marked as redeliveries", async () => {
    answer = 503;
    await opened("Missed");
    answer = 202;
    const { data } = await shop.app.rest.apps.listWebhookDeliveries({ status: "failure" });
    expect(data).toMatchObject([
      {
        event: "issues",
        action: "opened",
        status_code: 503,
        redelivery: false,
        repository_id: shop.repository.id,
      },
    ]);
    expect(data[0]?.status).toContain("503");
    await shop.app.rest.apps.redeliverWebhookDelivery({ delivery_id: data[0]?.id ?? 0 });
    await shop.sandbox.settled();
    expect(receiver.received.map((one) => one.guid)).toEqual([data[0]?.guid, data[0]?.guid]);
    const { data: after } = await shop.app.rest.apps.listWebhookDeliveries({ per_page: 1 });
    expect(after).toMatchObject([{ guid: data[0]?.guid, status: "OK", status_code: 202, redelivery: true }]);
  });

  test("lost ones are not listed at all", async () => {
    shop.sandbox.faults.webhooks({ kind: "lose", event: "issues" });
    await opened("Lost");
    const { data } = await shop.app.rest.apps.listWebhookDeliveries({ per_page: 100 });
    expect(data.filter((one) => one.event === "issues")).toEqual([]);
  });

  test("are forgotten after three days", async () => {
    answer = 500;
    await opened("Missed");
    const { data } = await shop.app.rest.apps.listWebhookDeliveries({ status: "failure" });
    await shop.sandbox.clock.advance(3 * 24 * 3_600_000 + 1000);
    expect((await shop.app.rest.apps.listWebhookDeliveries()).data).toEqual([]);
    const late = shop.app.rest.apps.redeliverWebhookDelivery({ delivery_id: data[0]?.id ?? 0 });
    expect((await refusal(late)).status).toBe(404);
  });

  test("come in pages by a cursor, each once", async () => {
    for (let index = 0; index < 7; index += 1) shop.repository.openIssue({ title: `Issue ${index}` });
    await shop.sandbox.settled();
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await shop.app.rest.apps.listWebhookDeliveries({
        per_page: 3,
        ...(cursor === undefined ? {} : { cursor }),
      });
      seen.push(...page.data.map((one) => one.id));
      cursor = /[?&]cursor=(\w+)[^>]*>; rel="next"/.exec(page.headers.link ?? "")?.[1];
    } while (cursor !== undefined);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a));
    expect(seen.length).toBeGreaterThanOrEqual(7);
  });
});

describe("the hook", () => {
  test("shows its address, not its secret, and can be changed", async () => {
    const { data } = await shop.app.rest.apps.getWebhookConfigForApp();
    expect(data).toEqual({ content_type: "json", insecure_ssl: "0", secret: "********", url: receiver.url });
    const elsewhere = `${receiver.url}/elsewhere`;
    // As a parameter of its own, `url` would be taken for the request's.
    const changed = await shop.app.request("PATCH /app/hook/config", {
      data: { url: elsewhere, insecure_ssl: "1" },
    });
    expect(changed.data).toMatchObject({ url: elsewhere, insecure_ssl: "1", content_type: "json" });
    await opened("To elsewhere");
    expect(receiver.received).toHaveLength(1);
  });

  test("without an address nothing is sent and nothing listed", async () => {
    shop.sandbox.setWebhook(null);
    await opened("Unheard");
    expect(receiver.received).toEqual([]);
    const { data } = await shop.app.rest.apps.getWebhookConfigForApp();
    expect(data).toEqual({ content_type: "json", insecure_ssl: "0", url: "" });
  });

  test("with a wrong address every delivery fails, and says so", async () => {
    shop.sandbox.setWebhook({ url: "http://127.0.0.1:1/hooks", secret: SECRET });
    await opened("Missed");
    const { data } = await shop.app.rest.apps.listWebhookDeliveries({ status: "failure" });
    expect(data).toMatchObject([{ status: "failed to connect to host", status_code: 502 }]);
  });

  test("as a form, the JSON is in the field `payload`", async () => {
    shop.sandbox.setWebhook({ url: receiver.url, secret: SECRET, contentType: "form" });
    await opened("In a form");
    const [one] = receiver.received;
    expect(one?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    const payload: unknown = JSON.parse(new URLSearchParams(one?.body).get("payload") ?? "");
    expect(payload).toMatchObject({ action: "opened" });
  });

  test("an event that the App does not subscribe to is not sent", async () => {
    shop.sandbox.setInstallation("acme/shop", { events: ["push"] });
    await opened("Unheard");
    expect(receiver.received).toEqual([]);
  });

  test("GitHub's clock runs ahead where it was moved: the date says so", async () => {
    await shop.sandbox.clock.advance(24 * 3_600_000);
    const answer = await fetch(`${shop.sandbox.url}/api/v3/meta`);
    const ahead = Date.parse(answer.headers.get("date") ?? "") - Date.now();
    expect(ahead).toBeGreaterThan(23 * 3_600_000);
  });
});
