/** `release.on: merge`: every merge that bumps the version is a release, by itself. */
import { expect, it } from "vitest";
import { shopConfig } from "../../src/cli/demo/shop.ts";
import { auditOf, deployed, expectPromisesKept, waybillsComments } from "./prod.ts";
import { CREATE_REF, merged, published, startShop, tags } from "./release-on.ts";

it("merge, tag, notes, rollout: nobody has to do anything", async () => {
  const story = await startShop("merge");
  const first = await merged(story, "feat: accept vouchers");
  const second = await merged(story, "fix: round down");
  expect(tags(story)).toMatchObject({ "v1.5.0": first, "v1.5.1": second });
  expect(published(story)).toEqual(["v1.5.0", "v1.5.1"]);
  expect(deployed(story)).toEqual(["shop 1.5.0", "shop 1.5.1"]);
  expect(waybillsComments(story).filter((one) => /was refused|was to be released/.test(one.body))).toEqual(
    [],
  );
  expectPromisesKept(story);
});

it("two merges within moments are one release", async () => {
  const story = await startShop("merge");
  story.merge("feat: accept vouchers");
  story.merge("fix: round down");
  await story.settle();
  expect(published(story)).toEqual(["v1.5.0"]);
  expect(tags(story)["v1.5.0"]).toBe(story.shop.sha());
});

it("what moves no version is no release by itself; it travels with the next one, or by /release", async () => {
  const story = await startShop("merge");
  await merged(story, "chore: tidy up");
  await merged(story, "docs: say how");
  expect(Object.keys(tags(story))).toEqual(["v1.4.2"]);
  const notices = () => story.shop.issues().filter((one) => /^(?:Coming next|Release)/.test(one.title));
  // It tells nobody anything either, until a person makes it a release.
  expect(notices()).toEqual([]);
  await story.comment("/release", "ana");
  expect(published(story)).toEqual(["v1.4.3"]);
  expect(notices().map(({ title }) => title)).toEqual(["Release 1.4.3"]);
  await merged(story, "docs: say it better");
  await merged(story, "feat: accept vouchers");
  expect(published(story)).toEqual(["v1.4.3", "v1.5.0"]);
});

it("every webhook comes twice, that of the own tag too: one release of each merge", async () => {
  const story = await startShop("merge");
  story.sandbox.faults.webhooks({ kind: "double", times: 1_000 });
  await merged(story, "feat: accept vouchers");
  await merged(story, "fix: round down");
  expect(published(story)).toEqual(["v1.5.0", "v1.5.1"]);
  expect(deployed(story)).toEqual(["shop 1.5.0", "shop 1.5.1"]);
  expectPromisesKept(story);
});

it("no word comes of the own tags: the release goes its way, and the next merge too", async () => {
  const story = await startShop("merge");
  story.merge("feat: accept vouchers");
  await story.sandbox.settled();
  story.sandbox.faults.webhooks({ kind: "lose", event: "push", times: 1 });
  await story.settle();
  expect(deployed(story)).toEqual(["shop 1.5.0"]);
  await merged(story, "fix: round down");
  expect(deployed(story)).toEqual(["shop 1.5.0", "shop 1.5.1"]);
});

it("a merge while the tag of the one before is being made is released after it", async () => {
  const story = await startShop("merge");
  const first = await merged(story, "docs: begin");
  story.sandbox.faults.add({ route: CREATE_REF, kind: { status: 502 }, times: 3 });
  story.merge("feat: accept vouchers");
  const tagged = await untilCalled(story);
  story.merge("fix: round down");
  await story.settle();
  expect(first).not.toBe(tagged);
  expect(tags(story)["v1.5.0"]).toBe(tagged);
  expect(tags(story)["v1.5.1"]).toBe(story.shop.sha());
  expect(deployed(story)).toEqual(["shop 1.5.0", "shop 1.5.1"]);
});

async function untilCalled(story: Awaited<ReturnType<typeof startShop>>): Promise<string> {
  const head = story.shop.sha() ?? "";
  // Past the pause, into the attempts.
  await story.settle(5_600);
  return head;
}

it("by hand it goes on as ever: a pushed tag and /release with a version of one's own", async () => {
  const story = await startShop("merge");
  await merged(story, "feat: accept vouchers");
  story.merge("docs: say how");
  await story.settle();
  story.shop.tag("v1.7.0", { by: "ana" });
  await story.settle();
  await merged(story, "chore: tidy up");
  await story.comment("/release 2.0.0", "ana");
  await merged(story, "fix: round down");
  expect(published(story)).toEqual(["v1.5.0", "v1.7.0", "v2.0.0", "v2.0.1"]);
});

it("GitHub's rules protect such tags: it is said on the notice once, and the next merge is tried again", async () => {
  const story = await startShop("merge");
  // A refusal counts when it is said twice.
  const message = "Repository rule violations found\n\nCannot create ref due to creations being restricted.";
  story.sandbox.faults.add({ route: CREATE_REF, kind: { status: 422, message }, times: 4 });
  await merged(story, "feat: accept vouchers");
  await merged(story, "fix: round down");
  const said = waybillsComments(story).filter((one) => one.body.includes("`1.5.0` was to be released"));
  expect(said).toHaveLength(1);
  expect(said[0]?.body).toContain("bypass list");
  expect(story.shop.issues().find((one) => one.number === said[0]?.issueNumber)?.title).toContain("1.5.0");
  await merged(story, "fix: round up");
  expect(tags(story)["v1.5.0"]).toBe(story.shop.sha());
});

it("beside an environment that takes every merge: it gets each commit once, and staging gets the release", async () => {
  const story = await startShop("merge", "", {
    config: (url) => `${shopConfig(url).replace(/^release:.*$/m, "")}\nrelease: { on: merge }\n`,
  });
  await merged(story, "feat(api): accept vouchers");
  expect(deployed(story, "dev")).toEqual(["api 1.5.0-dev.1", "web 1.5.0-dev.1"]);
  expect(deployed(story, "staging")).toEqual(["api 1.5.0", "web 1.5.0"]);
  expectPromisesKept(story);
});

it("without a release to count from, the first one takes a person", async () => {
  const story = await startShop("merge", "", {
    config: () =>
      "environments: { prod: { promote: auto } }\nrelease: { on: merge, tag: 'shop-{version}' }\n",
  });
  await merged(story, "feat: accept vouchers");
  expect(Object.keys(tags(story))).toEqual(["v1.4.2"]);
  await story.comment("/release", "ana");
  await merged(story, "feat: accept more");
  expect(published(story)).toEqual(["shop-0.1.0", "shop-0.2.0"]);
});

it("the audit log says who made each tag, and why", async () => {
  const story = await startShop("merge");
  await merged(story, "feat: accept vouchers");
  await merged(story, "chore: tidy up");
  await story.comment("/release", "ana");
  const audit = await auditOf(story);
  const made = audit.filter((one) => ["release.ordered", "release.requested", "tag.cut"].includes(one.type));
  expect(made.map((one) => `${one.actor.split(":")[0]} ${one.type} ${one.ref}`)).toEqual([
    "waybill release.ordered v1.5.0",
    "waybill tag.cut v1.5.0",
    "user release.requested v1.5.1",
    "waybill tag.cut v1.5.1",
  ]);
});
