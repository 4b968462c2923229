/** `release.on: command`: `/release` alone makes releases. */
import { expect, it } from "vitest";
import { deployed, expectPromisesKept, lastWords, waybillsComments } from "./prod.ts";
import { merged, published, startShop, tags } from "./release-on.ts";

it("/release makes the release; neither a merge nor the own tag's webhook makes another", async () => {
  const story = await startShop("command");
  const head = await merged(story, "feat: accept vouchers");
  expect(Object.keys(tags(story))).toEqual(["v1.4.2"]);
  expect(story.shop.issues()[1]?.body).toContain("`/release` makes it a release, with the tag `v1.5.0`");
  story.sandbox.faults.webhooks({ kind: "double", times: 100 });
  await story.comment("/release", "ana");
  expect(tags(story)["v1.5.0"]).toBe(head);
  expect(published(story)).toEqual(["v1.5.0"]);
  expect(deployed(story)).toEqual(["shop 1.5.0"]);
  expect(waybillsComments(story).filter((one) => one.body.includes("was pushed by hand"))).toEqual([]);
  expectPromisesKept(story);
});

it("a tag that is pushed by hand is no release; that is said on the notice, once", async () => {
  const story = await startShop("command");
  await merged(story, "feat: accept vouchers");
  story.sandbox.faults.webhooks({ kind: "double", times: 100 });
  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  expect(published(story)).toEqual([]);
  expect(deployed(story)).toEqual([]);
  const notice = story.shop.issues().find((one) => one.title === "Coming next: 1.5.0");
  expect(lastWords(story, notice?.number)).toContain("was pushed by hand");
  expect(waybillsComments(story)).toHaveLength(1);
});

it("nor can it be promoted by command", async () => {
  const story = await startShop("command");
  await merged(story, "feat: accept vouchers");
  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  const issue = story.shop.openIssue({ title: "Ship it", author: "ana" });
  await story.comment("/promote prod 1.5.0", "ana", issue);
  expect(deployed(story)).toEqual([]);
  expect(lastWords(story, issue)).toContain("is no release");
});

it("once the tag is deleted, /release makes it again at what is shown", async () => {
  const story = await startShop("command");
  const head = await merged(story, "feat: accept vouchers");
  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  story.shop.deleteTag("v1.5.0", { by: "ana" });
  await story.settle();
  await story.comment("/release", "ana");
  expect(tags(story)["v1.5.0"]).toBe(head);
  expect(deployed(story)).toEqual(["shop 1.5.0"]);
});

it("a tag that was pushed by hand takes nothing off the notice: what is merged next stands beside what was there", async () => {
  const story = await startShop("command");
  await merged(story, "feat: accept vouchers");
  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  await merged(story, "fix: round down");
  await merged(story, "fix: round up");
  const [notice, ...others] = story.shop.issues().filter((one) => one.title.startsWith("Coming next"));
  expect(others).toEqual([]);
  expect(notice?.body).toContain("3 commits since `v1.4.2`");
  expect(notice?.body).toContain("accept vouchers");
  await story.comment("/release", "ana", notice?.number);
  expect(lastWords(story, notice?.number)).toContain("The tag `v1.5.0` is there already");
  await story.comment("/release 1.5.1", "ana", notice?.number);
  expect(published(story)).toEqual(["v1.5.1"]);
  expect(story.shop.releases().find((one) => one.tagName === "v1.5.1")?.body).toContain("accept vouchers");
});

it("what was tagged before counts: the next version goes on from it", async () => {
  const story = await startShop("command");
  await merged(story, "fix: round down");
  expect(story.shop.issues().map((one) => one.title)).toContain("Coming next: 1.4.3");
});

it("/release --pre rc makes one pre-release after the other, each published as one, and then the release", async () => {
  const story = await startShop("command");
  const prereleases = () => story.shop.releases().filter(({ draft, prerelease }) => !draft && prerelease);
  await merged(story, "feat(api): accept vouchers");
  await story.comment("/release --pre rc", "ana");
  await merged(story, "fix(api): and not twice");
  await story.comment("/release --pre rc", "ana");
  expect(prereleases().map(({ tagName }) => tagName)).toEqual(["v1.5.0-rc.1", "v1.5.0-rc.2"]);
  await story.comment("/release", "ana");
  expect(published(story)).toEqual(["v1.5.0", "v1.5.0-rc.1", "v1.5.0-rc.2"]);
  expect(deployed(story)).toEqual(["shop 1.5.0-rc.1", "shop 1.5.0-rc.2", "shop 1.5.0"]);
  expect(story.shop.releases().find(({ tagName }) => tagName === "v1.5.0")?.body).toContain(
    "accept vouchers",
  );
  expectPromisesKept(story);
});
