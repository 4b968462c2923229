import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { callsProblems } from "../support/openapi.ts";
import type { Shop } from "./support.ts";
import { openShop } from "./support.ts";

const here = { owner: "acme", repo: "shop" };
let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
  // The client asks for its token before anything is counted.
  await shop.bot.rest.repos.get(here);
});

afterEach(async () => {
  expect(callsProblems(shop.sandbox.record.calls)).toEqual([]);
  await shop.sandbox.close();
});

interface Refused {
  status: number;
  message: string;
  response: { headers: Record<string, string | undefined> };
}

async function refused(call: Promise<unknown>): Promise<Refused> {
  const outcome = await call.then(
    () => null,
    (error: unknown) => error as Refused,
  );
  if (outcome === null) throw new Error("The call was not refused.");
  return outcome;
}

const create = (): Promise<unknown> => shop.bot.rest.issues.create({ ...here, title: "One more" });
const read = (): Promise<unknown> => shop.bot.rest.repos.get(here);

describe("secondary limits", () => {
  test("are off until they are switched on", async () => {
    for (let index = 0; index < 30; index += 1) await create();
    expect(shop.repository.issues()).toHaveLength(30);
  });

  test("content: what is too much is refused, has no effect, and is possible again when GitHub said so", async () => {
    shop.sandbox.setLimits({ contentPerMinute: 3 });
    for (let index = 0; index < 3; index += 1) await create();
    const { status, message, response } = await refused(create());
    expect([status, message]).toEqual([
      403,
      expect.stringContaining("You have exceeded a secondary rate limit"),
    ]);
    const seconds = Number(response.headers["retry-after"]);
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(shop.repository.issues()).toHaveLength(3);
    // Reading goes on.
    await read();
    await shop.sandbox.clock.advance(seconds * 1000);
    await create();
    expect(shop.repository.issues()).toHaveLength(4);
  });

  test("content of an hour, as a 429 without a word about when", async () => {
    shop.sandbox.setLimits({ contentPerHour: 2, status: 429, retryAfter: false });
    await create();
    await create();
    await shop.sandbox.clock.advance(120_000);
    const { status, response } = await refused(create());
    expect([status, response.headers["retry-after"]]).toEqual([429, undefined]);
  });

  test("points: reading is one, writing five", async () => {
    shop.sandbox.setLimits({ pointsPerMinute: 13 });
    // One point is gone already: the first reading, above.
    await create();
    await create();
    await read();
    await read();
    expect((await refused(read())).status).toBe(403);
  });

  test("count for each installation by itself", async () => {
    shop.sandbox.setLimits({ contentPerMinute: 1 });
    await create();
    await refused(create());
    shop.sandbox.repository("globex/site");
    const { data } = await shop.app.rest.apps.listInstallations();
    const other = data.find((one) => one.id !== shop.installationId)?.id ?? 0;
    const { data: made } = await shop.app.rest.apps.createInstallationAccessToken({ installation_id: other });
    const answer = await fetch(`${shop.sandbox.url}/api/v3/repos/globex/site/issues`, {
      method: "POST",
      headers: { authorization: `Bearer ${made.token}` },
      body: JSON.stringify({ title: "Of globex" }),
    });
    expect(answer.status).toBe(201);
  });
});

describe("the hour's limit", () => {
  test("refuses with nothing remaining until the hour is over", async () => {
    const { data } = await shop.bot.rest.rateLimit.get();
    shop.sandbox.setLimits({ requestsPerHour: data.resources.core.used + 1 });
    await read();
    const { status, message, response } = await refused(read());
    expect([status, message]).toEqual([
      403,
      expect.stringContaining("API rate limit exceeded for installation ID"),
    ]);
    expect(response.headers["x-ratelimit-remaining"]).toBe("0");
    const reset = Number(response.headers["x-ratelimit-reset"]) * 1000;
    await shop.sandbox.clock.advance(reset - shop.sandbox.clock.now() + 1000);
    // Its token has expired, too, and the client does not know.
    const { data: fresh } = await shop.app.rest.apps.createInstallationAccessToken({
      installation_id: shop.installationId,
    });
    const answer = await fetch(`${shop.sandbox.url}/api/v3/repos/acme/shop`, {
      headers: { authorization: `Bearer ${fresh.token}` },
    });
    expect(answer.status).toBe(200);
  });
});
