/** People outside of GitHub hear of a release, over real HTTP: what they asked for, once; and no release waits for a channel that is down. */
import { describe, expect, it, onTestFinished } from "vitest";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { startStory, type Story, type StoryOptions } from "../support/story.ts";
import { KEY } from "../channels/given.ts";
import { crashingStore, type CrashPlan } from "../faults/crashing-store.ts";
import { StoreUnavailableError } from "../../src/core/ports.ts";
import { auditOf, deployed, expectPromisesKept, prodConfig, waybillsComments } from "./prod.ts";

const HOUR = 60 * 60_000;

async function startTold(
  receiver: Receiver,
  channels: string,
  more: Pick<StoryOptions, "betweenStore"> = {},
): Promise<Story> {
  const story = await startStory({
    ...more,
    config: () => `${prodConfig()}${channels}`,
    environment: {
      WAYBILL_ALLOW_PRIVATE: `127.0.0.1:${receiver.port}`,
      WAYBILL_SECRET_SLACK: `${receiver.url}/slack`,
      WAYBILL_SECRET_SLACK_FOR: "acme/*",
      WAYBILL_SECRET_HOOK: KEY,
      WAYBILL_SECRET_HOOK_FOR: "acme/*",
      WAYBILL_SECRET_HOOK_TO: `127.0.0.1:${receiver.port}`,
    },
  });
  onTestFinished(() => story.end());
  return story;
}

const about = (...events: string[]): string =>
  `channels: { ops: { slack: { url: { secret: SLACK } }, tell: { events: [${events.join()}] } } }\n`;
const SLACK = "channels: { ops: { slack: { url: { secret: SLACK } } } }\n";
const titles = ({ received }: Receiver): string[] =>
  received.map(({ body }) => (JSON.parse(body) as { text: string }).text);

async function deliver(story: Story): Promise<void> {
  story.merge("feat(api): accept vouchers");
  await story.settle();
  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  await story.comment("/promote prod", "ana");
}

describe("a channel", () => {
  it("hears of the notice, of what breaks and of the delivery, each once, also when Waybill is started again", async () => {
    const receiver = await startReceiver();
    const story = await startTold(receiver, SLACK);
    story.merge("feat(api): accept vouchers");
    await story.settle();
    story.merge("feat(api)!: prices are whole cents");
    await story.settle();
    await story.restart();
    const notice = story.shop.issues().find(({ title }) => title.startsWith("Coming next"))?.number;
    expect(titles(receiver)).toEqual(["acme/shop: 1.5.0 is coming", "acme/shop: 2.0.0 breaks something now"]);
    for (const { body } of receiver.received) expect(body).toContain(`/issues/${notice}|The notice>`);
    story.shop.tag("v2.0.0", { by: "ana" });
    await story.settle();
    await story.comment("/promote prod", "ana");
    await story.reconcile();
    expect(titles(receiver).slice(2)).toEqual(["acme/shop: prod runs 2.0.0"]);
    expectPromisesKept(story);
  });

  it("hears of what it asks for and of nothing else", async () => {
    const receiver = await startReceiver();
    const story = await startTold(receiver, about("released", "started", "frozen", "unfrozen"));
    await deliver(story);
    await story.comment('/freeze prod --reason "fair"', "ana");
    await story.comment("/unfreeze prod", "ana");
    expect(titles(receiver)).toEqual([
      "acme/shop: 1.5.0 is released",
      "acme/shop: 1.5.0 to prod has begun",
      "acme/shop: prod is frozen",
      "acme/shop: prod is no longer frozen",
    ]);
  });

  it("is told twice by a process that dies between sending and writing that down, by the same id", async () => {
    const receiver = await startReceiver();
    const plan: CrashPlan = { type: "tellChannel", point: "after", skip: 0, crashed: false };
    const hook = `channels: { ops: { webhook: { url: "${receiver.url}/in", secret: HOOK }, tell: { events: [released] } } }\n`;
    const story = await startTold(receiver, hook, { betweenStore: (store) => crashingStore(store, plan) });
    story.merge("feat(api): accept vouchers");
    await story.settle();
    story.shop.tag("v1.5.0", { by: "ana" });
    await expect(story.settle()).rejects.toBeInstanceOf(StoreUnavailableError);
    await story.restart();
    story.sandbox.redeliverFailed();
    await story.settle(HOUR);
    const ids = receiver.received.map(({ headers }) => headers["webhook-id"]);
    expect(ids).toEqual([ids[0], ids[0]]);
    expect(receiver.received[0]?.body).toBe(receiver.received[1]?.body);
  });

  it("that is down for an hour holds up nothing, and is told once when it is back", async () => {
    const receiver = await startReceiver();
    receiver.answers((response) => void response.writeHead(503).end());
    const story = await startTold(receiver, about("delivered"));
    await deliver(story);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    await story.settle(HOUR);
    const refused = receiver.received.length;
    expect(refused).toBeGreaterThan(5);
    receiver.answers((response) => void response.end("ok"));
    await story.settle(HOUR);
    expect(receiver.received.length).toBe(refused + 1);
    expect(waybillsComments(story).filter(({ body }) => body.includes("cannot be told"))).toEqual([]);
    expectPromisesKept(story);
  });

  it("that takes nothing any more is said once on GitHub; what it missed is sent when it works again", async () => {
    const receiver = await startReceiver();
    receiver.answers((response) => void response.writeHead(410).end());
    const story = await startTold(receiver, about("released", "delivered", "frozen"));
    await deliver(story);
    const said = () => waybillsComments(story).filter(({ body }) => body.includes("cannot be told"));
    expect(said().map(({ body }) => body)).toEqual([
      expect.stringContaining(
        "**The channel ops cannot be told** (Slack): it answered with status 410. No release waits for it.",
      ),
    ]);
    expect((await auditOf(story)).filter(({ type }) => type === "channel.failed")).toHaveLength(2);
    const before = receiver.received.length;
    receiver.answers((response) => void response.end("ok"));
    await story.comment("/freeze prod", "ana");
    expect(titles(receiver).slice(before)).toEqual([
      "acme/shop: prod is frozen",
      "acme/shop: 1.5.0 is released",
      "acme/shop: prod runs 1.5.0",
    ]);
    expect(said()).toHaveLength(1);
  });

  it("that is mended without anything new to tell is told what it missed within hours", async () => {
    const receiver = await startReceiver();
    receiver.answers((response) => void response.writeHead(404).end());
    const story = await startTold(receiver, about("released", "delivered"));
    await deliver(story);
    const before = receiver.received.length;
    receiver.answers((response) => void response.end("ok"));
    await story.settle(4 * HOUR);
    expect(titles(receiver).slice(before)).toEqual([
      "acme/shop: prod runs 1.5.0",
      "acme/shop: 1.5.0 is released",
    ]);
    await story.settle(24 * HOUR);
    expect(receiver.received.length).toBe(before + 2);
  });
});
