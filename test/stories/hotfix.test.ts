/** A hotfix, from the command to the release branch: what people read, what really ran, and what may not take the fix away again. */
import { expect, it, onTestFinished } from "vitest";
import { startStory, type Story, type StoryOptions } from "../support/story.ts";
import { actAs, deployed, expectPromisesKept, lastWords } from "./prod.ts";
import { published, reactions, tags } from "./release-on.ts";

const CONFIG = `environments:
  staging: { promote: auto }
  prod: {}
`;

/** Production runs 1.5.0; something unfinished has been merged to main since. Answers the issue on which people talk. */
async function startHotfixShop(options: StoryOptions = {}): Promise<{ story: Story; talk: number }> {
  const story = await startStory({ config: () => CONFIG, ...options });
  onTestFinished(() => story.end());
  story.merge("feat: accept vouchers");
  await story.settle();
  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  await story.comment("/promote prod", "ana");
  story.merge("feat: half a new basket", { files: { "web/basket.txt": "half\n" } });
  await story.settle();
  const talk = story.shop.openIssue({ title: "Prices are wrong", author: "ana" });
  await story.settle();
  return { story, talk };
}

/** A person merges a fix into a hotfix's branch. Answers the branch's head. */
async function fix(story: Story, branch: string, subject = "fix: round prices"): Promise<string> {
  const number = story.shop.openPullRequest({
    title: subject,
    author: "wes",
    base: branch,
    branch: `wes/${subject.replaceAll(/\W+/g, "-")}`,
    files: { "api/prices.txt": `${subject}\n` },
  });
  story.shop.mergePullRequest(number, { by: "ana", method: "squash" });
  await story.settle();
  return story.shop.sha(branch) ?? "";
}

/** The release that GitHub shows as the latest one. */
async function latestRelease(story: Story): Promise<string> {
  const authorization = `Bearer ${story.sandbox.user("ana").token()}`;
  const url = `${story.sandbox.url}/api/v3/repos/acme/shop/releases/latest`;
  const answer = (await (await fetch(url, { headers: { authorization } })).json()) as { tag_name: string };
  return answer.tag_name;
}

const forwardPort = (story: Story) => story.shop.issues().find((one) => one.title.startsWith("Forward-port"));

it("goes from the release that runs there, ahead of the queue, to prod and then to main", async () => {
  const { story, talk } = await startHotfixShop();
  const word = await story.comment("/hotfix", "ana", talk);
  expect(story.shop.sha("hotfix/1.5.1")).toBe(tags(story)["v1.5.0"]);
  expect(lastWords(story, talk)).toContain("Open a pull request with the fix against `hotfix/1.5.1`");
  expect(reactions(story, word)).toEqual(["eyes", "rocket"]);
  const head = await fix(story, "hotfix/1.5.1");
  // The patch holds the fix and nothing else, and goes straight to where it is needed.
  expect(tags(story)["v1.5.1"]).toBe(head);
  expect(deployed(story, "prod")).toEqual(["shop 1.5.0", "shop 1.5.1"]);
  expect(deployed(story, "staging")).toEqual(["shop 1.5.0"]);
  const notes = story.shop.releases().find((one) => one.tagName === "v1.5.1");
  expect(notes?.body).toContain("round prices");
  expect(notes?.body).not.toContain("basket");
  expect(published(story)).toEqual(["v1.5.0", "v1.5.1"]);
  // The coming release is still announced, and is not called as the hotfix is.
  expect(story.shop.issues().map((one) => one.title)).toContain("Coming next: 1.6.0");
  const port = forwardPort(story);
  expect(port?.title).toBe("Forward-port 1.5.1 to main");
  story.shop.mergePullRequest(port?.number ?? 0, { by: "ana", method: "merge" });
  await story.settle();
  story.shop.tag("v1.6.0", { by: "ana" });
  await story.settle();
  await story.comment("/promote prod 1.6.0", "ana", talk);
  expect(deployed(story, "prod")).toEqual(["shop 1.5.0", "shop 1.5.1", "shop 1.6.0"]);
  const next = story.shop.releases().find((one) => one.tagName === "v1.6.0");
  expect(next?.body).toContain("basket");
  expect(next?.body).not.toContain("round prices");
  expectPromisesKept(story);
});

it("is not taken away again by a release without it: that may go once main has the fix, however it was merged", async () => {
  const { story, talk } = await startHotfixShop();
  await story.comment("/hotfix from prod", "ana", talk);
  await fix(story, "hotfix/1.5.1");
  story.shop.tag("v1.6.0", { by: "ana" });
  await story.settle();
  await story.comment("/promote prod 1.6.0", "ana", talk);
  const port = forwardPort(story)?.number ?? 0;
  expect(lastWords(story, talk)).toContain("`1.6.0` lacks the fix of `1.5.1`");
  expect(lastWords(story, talk)).toContain(`A release with its forward-port #${port} may go`);
  expect(deployed(story, "prod")).toEqual(["shop 1.5.0", "shop 1.5.1"]);
  // That it was merged is told by nobody.
  story.sandbox.faults.webhooks({ kind: "lose", event: "pull_request", times: 1 });
  story.shop.mergePullRequest(port, { by: "ana", method: "squash" });
  await story.settle();
  story.shop.tag("v1.6.1", { by: "ana" });
  await story.settle();
  await story.comment("/promote prod 1.6.1", "ana", talk);
  expect(deployed(story, "prod")).toEqual(["shop 1.5.0", "shop 1.5.1", "shop 1.6.1"]);
  expectPromisesKept(story);
});

it("of an old release is not the latest one; main's next notes go on from main's own release, and list the fix", async () => {
  const { story, talk } = await startHotfixShop();
  story.shop.tag("v1.6.0", { by: "ana" });
  await story.settle();
  // Nobody has asked Waybill for this branch, whatever it is called.
  story.shop.commit({
    branch: "hotfix/1.5.7",
    message: "feat: mine",
    files: { "x.txt": "x" },
    author: "wes",
  });
  story.shop.tag("v1.5.7", { sha: story.shop.sha("hotfix/1.5.7") ?? "", by: "wes" });
  await story.settle();
  expect(published(story)).not.toContain("v1.5.7");
  await story.comment("/promote prod 1.5.7", "ana", talk);
  expect(lastWords(story, talk)).toContain("is not on the release branch");
  await story.comment("/hotfix prod", "ana", talk);
  await fix(story, "hotfix/1.5.1");
  await fix(story, "hotfix/1.5.1", "fix: round taxes");
  expect(deployed(story, "prod")).toEqual(["shop 1.5.0", "shop 1.5.1", "shop 1.5.2"]);
  expect(await latestRelease(story)).toBe("v1.6.0");
  const port = forwardPort(story);
  expect(port?.title).toBe("Forward-port 1.5.2 to main");
  story.shop.mergePullRequest(port?.number ?? 0, { by: "ana", method: "merge" });
  await story.settle();
  const notice = story.shop.issues().find((one) => one.title === "Coming next: 1.6.1");
  expect(notice?.body).toContain("round prices");
  expect(notice?.body).toContain("round taxes");
  expect(notice?.body).not.toContain("basket");
  expectPromisesKept(story);
});

it("is found where every webhook was lost, and ends where its branch is deleted", async () => {
  const { story, talk } = await startHotfixShop({ environment: { WAYBILL_RECONCILE_SECONDS: "60" } });
  await story.reconcile();
  await story.comment("/hotfix", "ana", talk);
  story.sandbox.faults.webhooks({ kind: "lose", times: 1_000 });
  await fix(story, "hotfix/1.5.1");
  expect(tags(story)).not.toHaveProperty("v1.5.1");
  await story.reconcile();
  await story.settle(150_000);
  expect(deployed(story, "prod")).toEqual(["shop 1.5.0", "shop 1.5.1"]);
  const port = forwardPort(story)?.number ?? 0;
  await actAs(story, "ana", "PATCH", `pulls/${port}`, { state: "closed" });
  await story.reconcile();
  expect(lastWords(story, talk)).toContain("was closed without having been merged");
  story.sandbox.faults.clear();
  await story.comment("/hotfix settle 1.5.1", "ana", talk);
  expect(lastWords(story, talk)).toContain("has all that it needs of `1.5.1`");
  story.shop.tag("v1.6.0", { by: "ana" });
  await story.settle();
  await story.comment("/promote prod 1.6.0", "ana", talk);
  expect(deployed(story, "prod")).toEqual(["shop 1.5.0", "shop 1.5.1", "shop 1.6.0"]);
  await story.comment("/hotfix", "ana", talk);
  story.shop.deleteBranch("hotfix/1.6.1", { by: "ana" });
  await story.settle();
  expect(lastWords(story, talk)).toContain("the hotfix of `1.6.0` is given up");
  expectPromisesKept(story);
});
