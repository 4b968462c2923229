/** What merges cost: two calls for one, few for many, and nobody's words are lost over it. */
import { describe, expect, it, onTestFinished } from "vitest";
import type { CallRecord } from "../../src/sandbox/record.ts";
import { client } from "../sandbox/support.ts";
import { startStory, type Story } from "../support/story.ts";
import { prodConfig } from "./prod.ts";

const ELEVEN_MINUTES_MS = 11 * 60_000;
/** Asked for once in minutes or hours, whatever happens; and the pull request, which is opened here only to be merged: its preview is another story. */
const NOT_THE_WORK =
  /^(POST \/app\/|GET \/app$|GET \/installation\/repositories|GET .*\/pulls\/\{pull_number\}$)/;

/** A shop that Waybill knows: merges are noticed and drawn, and it has been quiet since. */
async function quietShop(): Promise<Story> {
  const story = await startStory({ config: () => prodConfig() });
  onTestFinished(() => story.end());
  story.merge("feat(api): accept vouchers");
  await story.settle(2_000);
  // Its draft waits for ten minutes, so these pass.
  story.merge("docs: say how");
  await story.settle(ELEVEN_MINUTES_MS);
  return story;
}

/** What Waybill asks of GitHub and tells it while something is done. */
async function callsDuring(story: Story, act: () => Promise<void>): Promise<string[]> {
  const from = story.sandbox.record.calls.length;
  await act();
  const name = (call: CallRecord) => `${call.method} ${call.route ?? call.path}`;
  return story.sandbox.record.calls
    .slice(from)
    .filter((call) => call.actor.startsWith("installation:") && !NOT_THE_WORK.test(name(call)))
    .map(name);
}

const ISSUE = "/repos/{owner}/{repo}/issues/{issue_number}";
const RELEASE = "/repos/{owner}/{repo}/releases/{release_id}";

async function editNotice(story: Story, change: (body: string) => string): Promise<void> {
  const ana = client(story.sandbox, story.sandbox.user("ana").token());
  const { number, body } = noticeOf(story);
  await ana.rest.issues.update({ owner: "acme", repo: "shop", issue_number: number, body: change(body) });
}

function noticeOf(story: Story) {
  const found = story.shop.issues().find(({ title }) => title.startsWith("Coming next"));
  if (found === undefined) throw new Error("there is no notice");
  return found;
}

function notice(story: Story): string {
  return noticeOf(story).body;
}

describe("a merge", () => {
  it("costs one question and one answer; the draft release follows within ten minutes", async () => {
    const story = await quietShop();
    const atOnce = await callsDuring(story, async () => {
      story.merge("fix(web): round prices down");
      await story.settle(2_000);
    });
    expect(atOnce).toEqual(["POST /graphql", `PATCH ${ISSUE}`]);
    expect(notice(story)).toContain("round prices down");
    const later = await callsDuring(story, () => story.settle(ELEVEN_MINUTES_MS));
    expect(later).toEqual([`GET ${RELEASE}`, `PATCH ${RELEASE}`]);
    expect(story.shop.releases()[0]?.body).toContain("round prices down");
  });

  it("that brings nothing new to the notice writes nothing", async () => {
    const story = await quietShop();
    const calls = await callsDuring(story, async () => {
      story.sandbox.redeliver(story.sandbox.deliveries.findLast(({ event }) => event === "push")?.guid ?? "");
      await story.settle(ELEVEN_MINUTES_MS);
    });
    expect(calls.filter((call) => !call.startsWith("GET") && call !== "POST /graphql")).toEqual([]);
  });

  it("after people wrote on the notice keeps their words, and draws only its own part", async () => {
    const story = await quietShop();
    await editNotice(story, (body) => `Please test the vouchers!\n\n${body}\n\nThanks, ana`);
    story.merge("fix(web): round prices down");
    await story.settle();
    expect(notice(story)).toMatch(/^Please test the vouchers!\n[^]*round prices down[^]*\n\nThanks, ana$/);
  });

  it("after somebody emptied the notice puts its part at the end of what they wrote", async () => {
    const story = await quietShop();
    await editNotice(story, () => "not yours any more");
    story.merge("fix(web): round prices down");
    await story.settle();
    expect(notice(story)).toMatch(/^not yours any more\n\n[^]*round prices down/);
  });
});

describe("many merges within seconds", () => {
  it("are two or three writes of the notice, and one of the draft", async () => {
    const story = await quietShop();
    const calls = await callsDuring(story, async () => {
      for (let number = 1; number <= 10; number += 1) {
        story.merge(`feat(api): one of many, number ${number}`);
        await story.settle(400);
      }
      await story.settle(ELEVEN_MINUTES_MS);
    });
    const times = (name: string) => calls.filter((call) => call === name).length;
    expect(times("POST /graphql")).toBeLessThanOrEqual(10);
    expect(times(`PATCH ${ISSUE}`)).toBeLessThanOrEqual(3);
    expect(times(`PATCH ${RELEASE}`)).toBe(1);
    expect(calls.length).toBeLessThanOrEqual(18);
    expect(notice(story)).toContain("number 10");
    expect(story.shop.releases()[0]?.body).toContain("number 10");
  });

  it("one of which breaks something: the draft takes its new name at once", async () => {
    const story = await quietShop();
    story.merge("fix: a small thing");
    await story.settle(2_000);
    story.merge("feat!: begin anew");
    await story.settle(2_000);
    expect(story.shop.releases().map((release) => release.name)).toEqual(["2.0.0"]);
    await story.settle(ELEVEN_MINUTES_MS);
    expect(story.shop.releases().map((release) => [release.name, release.draft])).toEqual([["2.0.0", true]]);
  });
});

describe("a release", () => {
  it("that is tagged while its draft waits to be redrawn stays the only one", async () => {
    const story = await quietShop();
    story.merge("fix: a small thing");
    await story.settle(2_000);
    story.shop.tag("v1.5.0", { by: "ana" });
    await story.settle(2_000);
    const [published] = story.shop.releases();
    expect(published).toMatchObject({ tagName: "v1.5.0", draft: false });
    expect(published?.body).toContain("a small thing");
    const later = await callsDuring(story, () => story.settle(ELEVEN_MINUTES_MS));
    expect(later.filter((call) => call.includes("/releases"))).toEqual([]);
    expect(story.shop.releases()).toEqual([published]);
  });
});

describe("a push to a branch that releases do not come from", () => {
  it("costs nothing at all", async () => {
    const story = await quietShop();
    const calls = await callsDuring(story, async () => {
      story.shop.commit({
        branch: "feature",
        message: "feat: not yet",
        author: "wes",
        files: { "b.txt": "x\n" },
      });
      await story.settle();
    });
    expect(calls).toEqual([]);
  });
});
