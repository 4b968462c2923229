/** Tags that nobody told of, or that came to where no release is: what is ancient, off the branch or overtaken is never released. */
import { describe, expect, it } from "vitest";
import { deployWorkflow } from "../../src/cli/demo/shop.ts";
import type { Story } from "../support/story.ts";
import { deployed, lastWords, prodConfig, waybillsComments } from "./prod.ts";
import { loseAll, pass, startWatched } from "./reconcile-given.ts";
import { CREATE_REF, merged, published, startShop, tags } from "./release-on.ts";

const AUTOMATIC = prodConfig("    promote: auto\n");
const HOUR = 3_600_000;

function loseNextPush(story: Story): void {
  story.sandbox.faults.webhooks({ kind: "lose", event: "push", times: 1 });
}

describe("an ancient tag of a high version, such as a calendar one", () => {
  it("that was there before Waybill's config is no release at the first look, nor at any other", async () => {
    const story = await startWatched();
    const till = story.sandbox.repository("acme/till", { collaborators: { ana: "maintain" }, install: true });
    const begin = {
      "api/a.txt": "1\n",
      "web/a.txt": "1\n",
      ".github/workflows/deploy.yml": deployWorkflow(),
    };
    till.commit({ message: "chore: begin", author: "ana", files: begin });
    till.tag("v2017.4.0", { by: "ana" });
    till.commit({ message: "feat: change", author: "ana", files: { "api/a.txt": "2\n" } });
    till.tag("v1.4.2", { by: "ana" });
    await pass(story);
    till.commit({ message: "chore: waybill", author: "ana", files: { ".github/waybill.yml": AUTOMATIC } });
    await story.settle();
    for (let look = 0; look < 3; look += 1) await pass(story);
    expect(till.releases().filter(({ draft }) => !draft)).toEqual([]);
    expect(till.deployments()).toEqual([]);
    loseAll(story);
    till.commit({ message: "feat: more", author: "ana", files: { "api/a.txt": "3\n" } });
    till.tag("v1.5.0", { by: "ana" });
    await pass(story);
    const releases = till.releases().filter(({ draft }) => !draft);
    expect(releases.map(({ tagName }) => tagName)).toEqual(["v1.5.0"]);
  }, 60_000);

  it("is none after an absence either, where the release that was missed is found", async () => {
    const story = await startShop("tag");
    loseNextPush(story);
    story.shop.tag("v2017.4.0", { sha: story.shop.sha("v1.4.2") ?? "", by: "ana" });
    await merged(story, "feat: accept vouchers");
    story.shop.tag("v1.5.0", { by: "ana" });
    await story.settle();
    story.sandbox.suspend("acme/shop");
    await story.settle(HOUR);
    story.merge("feat: accept more");
    story.shop.tag("v1.6.0", { by: "ana" });
    await story.settle();
    story.sandbox.suspend("acme/shop", false);
    await story.settle(HOUR);
    expect(published(story)).toEqual(["v1.5.0", "v1.6.0"]);
    expect(deployed(story)).toEqual(["shop 1.5.0", "shop 1.6.0"]);
  }, 60_000);

  it("is none where tags are named otherwise from now on", async () => {
    const story = await startWatched({ config: () => AUTOMATIC });
    story.shop.tag("shop-2017.4.0", { sha: story.shop.sha("v1.4.2") ?? "", by: "ana" });
    story.merge("feat(api): accept vouchers");
    await story.settle();
    await pass(story);
    const files = { ".github/waybill.yml": `${AUTOMATIC}release: { tag: "shop-{version}" }\n` };
    story.shop.tag("shop-1.4.2", { by: "ana" });
    await story.settle();
    story.merge("chore: other tags", { files });
    await story.settle();
    await pass(story);
    await pass(story);
    expect(published(story)).toEqual([]);
    expect(deployed(story)).toEqual([]);
  }, 60_000);
});

it("a tag off the release branch is no release where that branch is gone, though the default one has it", async () => {
  const story = await startShop("tag", "", {
    config: () => "environments:\n  prod: { promote: auto }\nrelease: { branch: stable }\n",
  });
  const ref = "repos/acme/shop/git/refs";
  await asAna(story, "POST", ref, { ref: "refs/heads/stable", sha: story.shop.sha() });
  await story.settle();
  await merged(story, "feat: not for release");
  await asAna(story, "DELETE", `${ref}/heads/stable`);
  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  expect(published(story)).toEqual([]);
  expect(deployed(story)).toEqual([]);
  const issue = story.shop.openIssue({ title: "Ship it", author: "ana" });
  await story.comment("/promote prod 1.5.0", "ana", issue);
  expect(deployed(story)).toEqual([]);
});

async function asAna(story: Story, method: string, path: string, body?: object): Promise<void> {
  const answer = await fetch(`${story.sandbox.url}/api/v3/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${story.sandbox.user("ana").token()}`,
      "content-type": "application/json",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(answer.ok).toBe(true);
}

describe("a release that was made while another one's tag could not be", () => {
  async function overtaken(version: string, at: "first" | "second"): Promise<Story> {
    const story = await startShop("tag");
    const first = await merged(story, "feat: accept vouchers");
    story.sandbox.faults.add({ route: CREATE_REF, kind: { status: 502 }, times: 4 });
    const talk = story.shop.openIssue({ title: "Talk", author: "ana" });
    story.shop.comment(talk, "/release", "ana");
    await story.settle(1_000);
    const second = story.shop.commit({
      message: "feat: more",
      author: "ana",
      files: { "shop/a.txt": "1\n" },
    });
    loseNextPush(story);
    story.shop.tag(version, { sha: at === "first" ? first : second, by: "ana" });
    await story.settle(HOUR);
    return story;
  }

  it("is never followed by a lower version", async () => {
    const story = await overtaken("v1.6.0", "second");
    expect(Object.keys(tags(story)).toSorted()).toEqual(["v1.4.2", "v1.6.0"]);
    expect(waybillsComments(story).map(({ body }) => body)).toContainEqual(
      expect.stringContaining("`1.5.0` cannot follow `1.6.0`"),
    );
    // And what nobody had heard of is a release from now on.
    expect(published(story)).toEqual(["v1.6.0"]);
    expect(deployed(story)).toEqual(["shop 1.6.0"]);
  }, 30_000);

  it("is not made again by a higher one of the same commit", async () => {
    const story = await overtaken("v1.4.3", "first");
    expect(Object.keys(tags(story)).toSorted()).toEqual(["v1.4.2", "v1.4.3"]);
    expect(published(story)).toEqual(["v1.4.3"]);
  }, 30_000);
});

it("what is shown and was tagged without a word is not released under another version; the notice goes on from the tag", async () => {
  const story = await startShop("tag");
  await merged(story, "feat: accept vouchers");
  const notice = story.shop.issues().find(({ title }) => title === "Coming next: 1.5.0")?.number;
  story.sandbox.faults.webhooks({ kind: "lose", event: "push", times: 10 });
  story.shop.tag("v1.5.0", { by: "ana" });
  story.merge("fix: round down");
  await story.settle();
  story.sandbox.faults.clear();
  await story.comment("/release 9.0.0", "ana", notice);
  expect(Object.keys(tags(story)).toSorted()).toEqual(["v1.4.2", "v1.5.0"]);
  expect(lastWords(story, notice)).toContain("`v1.5.0` holds the commit");
  expect(story.shop.issues().map(({ title }) => title)).toContain("Coming next: 1.5.1");
  await story.comment("/release 9.0.0", "ana", notice);
  expect(tags(story)["v9.0.0"]).toBe(story.shop.sha());
});

it("where only /release makes releases, a tag by hand under the name of one that is being made is no base", async () => {
  const story = await startShop("command");
  const first = await merged(story, "feat: accept vouchers");
  await merged(story, "feat: accept more");
  story.sandbox.faults.add({ route: CREATE_REF, kind: { status: 502 }, times: 2 });
  const talk = story.shop.openIssue({ title: "Talk", author: "ana" });
  story.shop.comment(talk, "/release", "ana");
  await story.settle(1_000);
  story.shop.tag("v1.5.0", { sha: first, by: "ana" });
  await story.settle(HOUR);
  expect(published(story)).toEqual([]);
  const notice = story.shop.issues().find(({ title }) => title.startsWith("Coming next"));
  expect(notice?.body).toContain("2 commits since `v1.4.2`");
}, 30_000);
