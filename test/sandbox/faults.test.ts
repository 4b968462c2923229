import { createHmac } from "node:crypto";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Shop } from "./support.ts";
import { client, openReceiver, openShop, refusal } from "./support.ts";

const here = { owner: "acme", repo: "shop" };
const COMMENTS = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
let shop: Shop;
let issue_number: number;

beforeEach(async () => {
  shop = await openShop();
  issue_number = shop.repository.openIssue({ title: "Talk" });
});

afterEach(() => shop.sandbox.close());

const comment = (body = "hi", request: object = {}) =>
  shop.bot.rest.issues.createComment({ ...here, issue_number, body, request });
const bodies = () => shop.repository.comments().map((one) => one.body);

describe("calls go wrong on demand", () => {
  test("with a status, for a number of times, after a number of calls", async () => {
    shop.sandbox.faults.add({ route: COMMENTS, kind: { status: 502 }, times: 2, after: 1 });
    const ends: number[] = [];
    for (const body of ["1", "2", "3", "4"]) {
      ends.push(
        await comment(body).then(
          (answer) => answer.status,
          (error: { status: number }) => error.status,
        ),
      );
    }
    expect(ends).toEqual([201, 502, 502, 201]);
    expect(bodies()).toEqual(["1", "4"]);
    expect(
      shop.sandbox.record.calls.filter((call) => call.fault !== null).map((call) => call.status),
    ).toEqual([502, 502]);
  });

  test("with the headers of a rate limit", async () => {
    shop.sandbox.faults.add({ route: COMMENTS, kind: { status: 429, retryAfter: 60 } });
    const error = await comment().catch(
      (caught: unknown) => caught as { status: number; response: { headers: object } },
    );
    expect(error).toMatchObject({ status: 429, response: { headers: { "retry-after": "60" } } });
  });

  test("by silence or a reset, before or after the write", async () => {
    for (const [kind, written] of [
      ["timeout-before", false],
      ["timeout-after", true],
      ["reset-before", false],
      ["reset-after", true],
    ] as const) {
      shop.sandbox.faults.add({ route: COMMENTS, kind });
      await expect(comment(kind, { signal: AbortSignal.timeout(300) })).rejects.toThrow();
      expect(bodies().includes(kind)).toBe(written);
      expect(shop.sandbox.record.calls.at(-1)).toMatchObject({ status: 0, fault: JSON.stringify(kind) });
    }
    expect((await comment("well")).status).toBe(201);
  });

  test("by a thing that is not there yet although it was just made", async () => {
    shop.sandbox.faults.add({ route: "GET *", kind: "not-found-after-create", times: 2 });
    const { data } = await comment();
    const read = () => shop.bot.rest.issues.getComment({ ...here, comment_id: data.id });
    expect((await refusal(read())).status).toBe(404);
    expect((await refusal(read())).status).toBe(404);
    expect((await read()).data.id).toBe(data.id);
    expect((await shop.bot.rest.issues.get({ ...here, issue_number })).status).toBe(200);
  });

  test("a caller that dies while it writes has asked nothing", async () => {
    const { hostname, port } = new URL(shop.sandbox.url);
    const before = shop.sandbox.record.calls.length;
    const socket = connect(Number(port), hostname);
    const token = shop.sandbox.user("ana").token();
    const head = `POST /api/v3/repos/acme/shop/issues/${issue_number}/comments HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n`;
    socket.write(`${head}content-length: 100\r\n\r\n{"body":"half`, () => socket.destroy());
    await expect.poll(() => shop.sandbox.record.calls.length).toBe(before + 1);
    expect(shop.sandbox.record.calls.at(-1)).toMatchObject({ status: 0, fault: "the caller went away" });
    expect(bodies()).toEqual([]);
  });

  test("only for whom they are meant", async () => {
    shop.sandbox.faults.add({ route: COMMENTS, kind: { status: 500 } });
    const ana = client(shop.sandbox, shop.sandbox.user("ana").token());
    expect((await ana.rest.issues.createComment({ ...here, issue_number, body: "a person" })).status).toBe(
      201,
    );
    expect((await refusal(comment())).status).toBe(500);
    shop.sandbox.faults.add({ route: "*", kind: { status: 503 }, times: null });
    expect((await refusal(comment())).status).toBe(503);
    expect((await refusal(shop.bot.rest.repos.get(here))).status).toBe(503);
    shop.sandbox.faults.clear();
    expect((await comment()).status).toBe(201);
  });

  test("a fault of the job's own calls fails its claim, and nothing is deployed", async () => {
    shop.sandbox.faults.add({
      route: "POST /repos/{owner}/{repo}/git/refs",
      kind: { status: 500 },
      actor: "job",
    });
    const inputs = { environment: "dev", correlation_id: "x" };
    await shop.bot.rest.actions.createWorkflowDispatch({
      ...here,
      workflow_id: "deploy.yml",
      ref: "main",
      inputs,
    });
    await shop.sandbox.settled();
    expect(shop.repository.runs()).toMatchObject([{ conclusion: "failure" }]);
    expect(shop.sandbox.record.deployments).toEqual([]);
  });
});

describe("webhooks", () => {
  const secret = "a secret of tests";

  async function listen(answer?: () => number): Promise<Awaited<ReturnType<typeof openReceiver>>> {
    const receiver = await openReceiver(answer);
    shop.sandbox.setWebhook({ url: receiver.url, secret });
    return receiver;
  }

  const say = (...texts: string[]): void => {
    for (const text of texts) shop.repository.comment(issue_number, text, "ana");
  };
  const heard = (receiver: { received: { body: string }[] }): string[] =>
    receiver.received.map((one) => (JSON.parse(one.body) as { comment: { body: string } }).comment.body);

  test("are signed, named and numbered as GitHub's are", async () => {
    const receiver = await listen();
    say("/status");
    await shop.sandbox.settled();
    const [one] = receiver.received;
    const signature = createHmac("sha256", secret)
      .update(one?.body ?? "")
      .digest("hex");
    expect(one?.headers).toMatchObject({
      "content-type": "application/json",
      "x-github-event": "issue_comment",
      "x-hub-signature-256": `sha256=${signature}`,
      "x-github-hook-installation-target-id": String(shop.sandbox.app.id),
    });
    expect(one?.guid).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(one?.headers["user-agent"]).toMatch(/^GitHub-Hookshot\//);
    expect(JSON.parse(one?.body ?? "")).toMatchObject({
      action: "created",
      installation: { id: shop.installationId },
      repository: { full_name: "acme/shop" },
      sender: { login: "ana", id: shop.sandbox.user("ana").id },
    });
    await receiver.close();
  });

  test("are lost, failed, doubled, late and swapped on demand", async () => {
    const receiver = await listen();
    const { faults } = shop.sandbox;
    faults.webhooks({ kind: "lose", event: "issue_comment.created" });
    say("lost");
    faults.webhooks({ kind: "double" });
    say("twice");
    faults.webhooks({ kind: "reorder" });
    say("second", "first");
    faults.webhooks({ kind: "delay", delayMs: 50 });
    say("late", "early");
    faults.webhooks({ kind: "fail" });
    say("failed");
    await shop.sandbox.settled();
    expect(heard(receiver)).toEqual(["twice", "twice", "first", "second", "early", "late"]);
    const guids = receiver.received.map((one) => one.guid);
    expect(guids[0]).toBe(guids[1]);
    expect(new Set(guids).size).toBe(5);
    const { data } = await shop.app.rest.apps.listWebhookDeliveries({ per_page: 100 });
    // What was lost GitHub does not know of either; what failed it lists.
    expect(data.filter((one) => one.status_code >= 400)).toHaveLength(1);
    expect(data).toHaveLength(7);
    await receiver.close();
  });

  test("that failed are listed in pages, and sent again under the same GUID", async () => {
    let down = true;
    const receiver = await listen(() => (down ? 503 : 202));
    say("one", "two", "three");
    await shop.sandbox.settled();
    down = false;
    const all = await shop.app.paginate(shop.app.rest.apps.listWebhookDeliveries, { per_page: 2 });
    const failed = all.filter((one) => one.status_code >= 400);
    const { data: filtered } = await shop.app.request("GET /app/hook/deliveries?status=failure");
    expect(filtered).toEqual(failed);
    expect(failed.map((one) => one.status_code)).toEqual([503, 503, 503]);
    const oldest = failed.at(-1);
    expect((await shop.app.rest.apps.redeliverWebhookDelivery({ delivery_id: oldest?.id ?? 0 })).status).toBe(
      202,
    );
    await shop.sandbox.settled();
    expect(heard(receiver)).toEqual(["one", "two", "three", "one"]);
    expect(receiver.received.at(-1)?.guid).toBe(oldest?.guid);
    const again = (await shop.app.rest.apps.listWebhookDeliveries({ per_page: 1 })).data[0];
    expect(again).toMatchObject({ guid: oldest?.guid, redelivery: true, status: "OK", status_code: 202 });
    expect(shop.sandbox.redeliverFailed()).toBe(2);
    await shop.sandbox.settled();
    expect(heard(receiver)).toEqual(["one", "two", "three", "one", "two", "three"]);
    expect(shop.sandbox.redeliverFailed()).toBe(0);
    await receiver.close();
  });

  test("to a receiver that is gone are failures, not trouble", async () => {
    const receiver = await listen();
    await receiver.close();
    say("nobody hears");
    await shop.sandbox.settled();
    const [one] = (await shop.app.rest.apps.listWebhookDeliveries()).data;
    expect(one).toMatchObject({ status: "failed to connect to host", status_code: 502 });
  });

  test("tell of tags as GitHub does: the tag object for an annotated one, nothing beyond three at once, none for claims", async () => {
    const receiver = await listen();
    const object = shop.repository.tag("v1.0.0", { annotated: true });
    await shop.sandbox.settled();
    const push = receiver.received.find((one) => one.event === "push");
    expect(JSON.parse(push?.body ?? "")).toMatchObject({
      ref: "refs/tags/v1.0.0",
      after: object,
      before: "0".repeat(40),
      created: true,
      head_commit: { id: shop.repository.sha("v1.0.0") },
    });
    expect(object).not.toBe(shop.repository.sha("v1.0.0"));
    receiver.received.length = 0;
    shop.repository.tags(["a", "b", "c", "d"]);
    await shop.bot.rest.git.createRef({
      ...here,
      ref: "refs/waybill/claims/x",
      sha: shop.repository.sha() ?? "",
    });
    await shop.sandbox.settled();
    expect(receiver.received).toEqual([]);
    shop.repository.tags(["e", "f", "g"]);
    shop.repository.deleteTag("e");
    await shop.sandbox.settled();
    expect(receiver.received.map((one) => one.event)).toEqual([
      "create",
      "push",
      "create",
      "push",
      "create",
      "push",
      "delete",
      "push",
    ]);
    await receiver.close();
  });

  test("go only to installations that live", async () => {
    const receiver = await listen();
    shop.sandbox.suspend("acme/shop");
    say("unheard");
    const other = shop.sandbox.repository("other/place", { install: false });
    other.openIssue({ title: "unheard, too" });
    await shop.sandbox.settled();
    expect(receiver.received.map((one) => one.event)).toEqual(["installation"]);
    await receiver.close();
  });
});
