/** `release.on: tag`, the default: a pushed tag is a release, and `/release` makes the tag. */
import { expect, it } from "vitest";
import { actAs, deployed, expectPromisesKept, lastWords, waybillsComments } from "./prod.ts";
import { CREATE_REF, merged, published, reactions, startShop, tags } from "./release-on.ts";

it("/release on the notice makes the next version's tag at the shown commit, and the release goes its way", async () => {
  const story = await startShop("tag");
  const head = await merged(story, "feat: accept vouchers");
  const [notice] = story.shop.issues().filter((one) => one.title.startsWith("Coming next"));
  const said = await story.comment("/release", "ana", notice?.number);
  expect(tags(story)).toMatchObject({ "v1.5.0": head });
  expect(published(story)).toEqual(["v1.5.0"]);
  expect(reactions(story, said)).toEqual(["eyes", "rocket"]);
  expect(deployed(story)).toEqual(["shop 1.5.0"]);
  expect(story.shop.issues().find((one) => one.number === notice?.number)?.title).toBe("Release 1.5.0");
  expectPromisesKept(story);
});

it("a pushed tag is a release too, and /release goes on from it", async () => {
  const story = await startShop("tag");
  await merged(story, "feat: accept vouchers");
  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  await merged(story, "fix: round down");
  await story.comment("/release", "ana");
  expect(published(story)).toEqual(["v1.5.0", "v1.5.1"]);
  expect(deployed(story)).toEqual(["shop 1.5.0", "shop 1.5.1"]);
});

it("the webhook of Waybill's own tag is lost: the release goes its way all the same, and what follows has its own notice", async () => {
  const story = await startShop("tag");
  await merged(story, "feat: accept vouchers");
  story.sandbox.faults.webhooks({ kind: "lose", event: "push", times: 1 });
  story.sandbox.faults.webhooks({ kind: "lose", event: "create", times: 1 });
  await story.comment("/release", "ana");
  expect(published(story)).toEqual(["v1.5.0"]);
  expect(deployed(story)).toEqual(["shop 1.5.0"]);
  await merged(story, "fix: round down");
  expect(story.shop.issues().map((one) => one.title)).toContain("Coming next: 1.5.1");
});

it.each(["reset-after", "reset-before"] as const)(
  "GitHub's answer to the making of the tag is lost (%s): one tag, one release, one deployment",
  async (kind) => {
    const story = await startShop("tag");
    const head = await merged(story, "feat: accept vouchers");
    story.sandbox.faults.add({ route: CREATE_REF, kind });
    const said = await story.comment("/release", "ana");
    expect(tags(story)["v1.5.0"]).toBe(head);
    expect(reactions(story, said)).toEqual(["eyes", "rocket"]);
    expect(deployed(story)).toEqual(["shop 1.5.0"]);
    expectPromisesKept(story);
  },
);

it("the right is taken away between the command and the making of the tag: nothing is tagged, and it says so", async () => {
  const story = await startShop("tag");
  await merged(story, "feat: accept vouchers");
  // The tag cannot be made at first; meanwhile ana is no longer a maintainer.
  story.sandbox.faults.add({ route: CREATE_REF, kind: { status: 502 }, times: 2 });
  const issue = story.shop.openIssue({ title: "Ship it", author: "ana" });
  const said = story.shop.comment(issue, "/release", "ana");
  await story.settle(600);
  story.shop.setCollaborators({ ana: "write" });
  await story.settle();
  expect(tags(story)["v1.5.0"]).toBeUndefined();
  expect(lastWords(story, issue)).toContain("ana no longer had the right to release");
  expect(reactions(story, said)).toEqual(["-1", "eyes"]);
});

it("the branch has moved since the notice was drawn: what was shown is released, and it says which commit that is", async () => {
  const story = await startShop("tag");
  const shown = await merged(story, "feat: accept vouchers");
  story.sandbox.faults.webhooks({ kind: "lose", event: "push", times: 1 });
  story.shop.commit({
    message: "feat: something nobody was told of",
    author: "wes",
    files: { "a.txt": "a" },
  });
  await story.settle();
  const issue = story.shop.openIssue({ title: "Ship it", author: "ana" });
  await story.comment("/release", "ana", issue);
  expect(shown).not.toBe(story.shop.sha());
  expect(tags(story)["v1.5.0"]).toBe(shown);
  expect(lastWords(story, issue)).toContain(`\`v1.5.0\` is made of ${shown.slice(0, 7)}`);
  expect(story.shop.issues().map((one) => one.title)).toContain("Coming next: 1.6.0");
});

it("the branch was forced back behind what the notice shows: nothing is tagged", async () => {
  const story = await startShop("tag");
  const before = await merged(story, "fix: round down");
  await merged(story, "feat: accept vouchers");
  story.sandbox.faults.webhooks({ kind: "lose", event: "push", times: 1 });
  await actAs(story, "ana", "PATCH", "git/refs/heads/main", { sha: before, force: true });
  const issue = story.shop.openIssue({ title: "Ship it", author: "ana" });
  await story.comment("/release", "ana", issue);
  expect(tags(story)["v1.5.0"]).toBeUndefined();
  expect(lastWords(story, issue)).toContain("is not on `main` any more");
});

it("GitHub's rules protect such tags: the answer says what an administrator can do", async () => {
  const story = await startShop("tag");
  await merged(story, "feat: accept vouchers");
  // A refusal counts when it is said twice.
  const message = "Repository rule violations found\n\nCannot create ref due to creations being restricted.";
  story.sandbox.faults.add({ route: CREATE_REF, kind: { status: 422, message }, times: 2 });
  const issue = story.shop.openIssue({ title: "Ship it", author: "ana" });
  await story.comment("/release", "ana", issue);
  expect(lastWords(story, issue)).toContain("creations being restricted");
  expect(lastWords(story, issue)).toContain("bypass list");
  // Once it is mended, the same command does it.
  await story.comment("/release", "ana", issue);
  expect(published(story)).toEqual(["v1.5.0"]);
});

it("somebody else's tag was first and its webhook got lost: it is said, and it counts from then on", async () => {
  const story = await startShop("tag");
  const before = await merged(story, "fix: round down");
  await merged(story, "feat: accept vouchers");
  story.sandbox.faults.webhooks({ kind: "lose", event: "push", times: 1 });
  story.shop.tag("v1.5.0", { by: "ana", sha: before });
  const issue = story.shop.openIssue({ title: "Ship it", author: "ana" });
  await story.comment("/release", "ana", issue);
  expect(tags(story)["v1.5.0"]).toBe(before);
  expect(lastWords(story, issue)).toContain("The tag `v1.5.0` is there already");
  await story.comment("/release", "ana", issue);
  expect(tags(story)["v1.6.0"]).toBe(story.shop.sha());
});

it("the first thing that Waybill hears of a repository is /release: it looks, draws the notice and releases it", async () => {
  const story = await startShop("tag");
  story.sandbox.faults.webhooks({ kind: "lose", event: "push", times: 1 });
  const head = story.shop.commit({
    message: "feat: accept vouchers",
    author: "wes",
    files: { "a.txt": "a" },
  });
  await story.settle();
  expect(story.shop.issues()).toEqual([]);
  await story.comment("/release", "ana", story.shop.openIssue({ title: "Ship it", author: "ana" }));
  expect(tags(story)["v1.5.0"]).toBe(head);
  expect(published(story)).toEqual(["v1.5.0"]);
});

it.each([
  ["/release 1.4.2", "cannot follow `1.4.2`"],
  ["/release 1.4.9", "is too low for what it would hold"],
  ["/release v2", "is no version"],
  ["/releas", "Did you mean `/release`?"],
])("%s is refused with what to do", async (command, words) => {
  const story = await startShop("tag");
  await merged(story, "feat: accept vouchers");
  const issue = story.shop.openIssue({ title: "Ship it", author: "ana" });
  const said = await story.comment(command, "ana", issue);
  expect(lastWords(story, issue)).toContain(words);
  expect(reactions(story, said)).toEqual(["-1", "eyes"]);
  expect(Object.keys(tags(story))).toEqual(["v1.4.2"]);
});

it("a version of one's own, written with or without the tag's prefix; then nothing is left to release", async () => {
  const story = await startShop("tag");
  const head = await merged(story, "feat: accept vouchers");
  const issue = story.shop.openIssue({ title: "Ship it", author: "ana" });
  await story.comment("/release v2.0.0", "ana", issue);
  expect(tags(story)["v2.0.0"]).toBe(head);
  await story.comment("/release", "ana", issue);
  expect(lastWords(story, issue)).toContain("Nothing on `main` waits for a release");
});

it("who may not is told so; who is listed may; strangers hear nothing", async () => {
  const story = await startShop("tag", "permissions: { release: { role: admin, users: [REA] } }", {
    config: () => "environments: { prod: {} }",
  });
  const rea = story.sandbox.user("rea").id;
  story.shop.commit({
    message: "ci: who may release",
    author: "ana",
    files: {
      ".github/waybill.yml": `environments: { prod: {} }\npermissions: { release: { role: admin, users: [${rea}] } }\n`,
    },
  });
  await merged(story, "feat: accept vouchers");
  const issue = story.shop.openIssue({ title: "Ship it", author: "ana" });
  await story.comment("/release", "ana", issue);
  expect(lastWords(story, issue)).toContain("takes the role `admin`, or being listed in the config");
  const before = waybillsComments(story).length;
  await story.comment("/release", "sid", issue);
  expect(waybillsComments(story)).toHaveLength(before);
  await story.comment("/release", "rea", issue);
  expect(published(story)).toEqual(["v1.5.0"]);
});

it("/release and /promote prod in one comment: the promotion would take the release before, so it is refused with the reason", async () => {
  const story = await startShop("tag");
  await merged(story, "fix: round down");
  const issue = story.shop.openIssue({ title: "Ship it", author: "ana" });
  await story.comment("/release", "ana", issue);
  await merged(story, "feat: accept vouchers");
  await story.comment("/release\n/promote prod", "ana", issue);
  expect(published(story)).toHaveLength(2);
  expect(lastWords(story, issue)).toContain("would still take the one before");
  // Promotions by command are named after their comment.
  expect(story.shop.runs().filter((run) => /^c\d/.test(run.inputs["correlation_id"] ?? ""))).toEqual([]);
});
