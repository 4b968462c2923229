/** The check on a pull request, end to end: what it says before the merge is what the notes and the version are after it. */
import { afterEach, describe, expect, it } from "vitest";
import { actAs, prodConfig } from "../support/shop.ts";
import { startStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story.end());

/** A shop whose 1.4.2 was released, with what its config says of releases. */
async function open(release = ""): Promise<void> {
  story = await startStory({ config: () => `${prodConfig()}${release}` });
  story.merge("docs: begin");
  story.shop.tag("v1.4.2", { by: "ana" });
  await story.settle();
}

const previews = () => story.shop.checkRuns().filter(({ name }) => name === "Release preview");

/** Calls of Waybill since the last question. */
function callsSince(seen: number): string[] {
  return story.sandbox.record.calls
    .slice(seen)
    .filter(({ actor }) => actor.startsWith("installation:"))
    .map(({ method, route }) => `${method} ${route}`);
}

describe("a pull request that is opened", () => {
  it("says what merging it does, follows its title, its text and its head, and is right", async () => {
    await open("release: { sections: { deps: Dependencies } }\n");
    const commits = [{ message: "wip" }, { message: "more", files: { "a.txt": "a" } }];
    story.shop.setMerging({
      allow_merge_commit: false,
      allow_rebase_merge: false,
      squash_merge_commit_message: "PR_BODY",
    });
    const pull = story.shop.openPullRequest({
      title: "Vouchers",
      author: "wes",
      branch: "vouchers",
      commits,
    });
    await story.settle();
    expect(previews()).toMatchObject([{ conclusion: "neutral", title: "Fits no section of the notes" }]);

    await actAs(story, "wes", "PATCH", `pulls/${pull}`, { title: "feat(api): accept vouchers" });
    await story.settle();
    // The same check, edited in place.
    expect(previews()).toMatchObject([{ conclusion: "success", title: "minor: 1.4.2 becomes 1.5.0" }]);
    expect(previews()[0]?.summary).toContain(`- **api:** accept vouchers (#${pull}) by wes`);

    await actAs(story, "wes", "PATCH", `pulls/${pull}`, { body: "BREAKING CHANGE: no more coupons" });
    await story.settle();
    expect(previews()).toMatchObject([{ title: "major: 1.4.2 becomes 2.0.0" }]);

    const body = "BEGIN_COMMIT_OVERRIDE\ndeps: bump the voucher library\nEND_COMMIT_OVERRIDE";
    await actAs(story, "wes", "PATCH", `pulls/${pull}`, { body });
    await story.settle();
    expect(previews()).toMatchObject([{ title: "patch: 1.4.2 becomes 1.4.3" }]);

    // A new head has a check of its own.
    story.shop.commit({ branch: "vouchers", message: "yet more", files: { "b.txt": "b" }, author: "wes" });
    await story.settle();
    expect(previews()).toHaveLength(2);
    expect(previews()[1]).toMatchObject({
      headSha: story.shop.sha("vouchers"),
      title: "patch: 1.4.2 becomes 1.4.3",
    });

    story.shop.mergePullRequest(pull, { by: "ana", method: "squash" });
    await story.settle();
    expect(story.shop.issues().find(({ title }) => title.startsWith("Coming next"))).toMatchObject({
      title: "Coming next: 1.4.3",
      body: expect.stringContaining(`### Dependencies\n\n- bump the voucher library (#${pull},`) as string,
    });
  });

  it("costs few calls, and none that writes where it says the same", async () => {
    await open();
    const seen = story.sandbox.record.calls.length;
    const pull = story.shop.openPullRequest({ title: "fix: round down", author: "wes" });
    await story.settle();
    expect(callsSince(seen)).toEqual([
      "GET /repos/{owner}/{repo}/pulls/{pull_number}",
      "GET /repos/{owner}/{repo}/pulls/{pull_number}/commits",
      "POST /graphql",
      "GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
      "POST /repos/{owner}/{repo}/check-runs",
    ]);
    const before = story.sandbox.record.calls.length;
    await actAs(story, "wes", "PATCH", `pulls/${pull}`, {
      body: "Some more words, which say nothing to the notes.",
    });
    await story.settle();
    expect(callsSince(before).filter((call) => !call.startsWith("GET"))).toEqual(["POST /graphql"]);
  });
});

it("one from a fork has its check too; a failure where the team is strict; looked at again when somebody asks", async () => {
  await open("release: { strict: true }\n");
  story.shop.setMerging({ squash_merge_commit_title: "PR_TITLE" });
  const pull = story.shop.openPullRequest({
    title: "patch-1",
    author: "sid",
    fork: "sid",
    branch: "patch-1",
  });
  await story.settle();
  expect(previews()).toMatchObject([{ conclusion: "failure", title: "Fits no section of the notes" }]);
  const fixed = story.shop.openPullRequest({
    title: "fix: a typo",
    author: "sid",
    fork: "sid",
    branch: "patch-2",
  });
  await story.settle();
  expect(previews()[1]).toMatchObject({ conclusion: "success", title: "patch: 1.4.2 becomes 1.4.3" });

  // The first one is merged all the same: the other's check is as old as it was, until somebody wants it looked at.
  story.shop.mergePullRequest(pull, { by: "ana", method: "squash", title: "feat: vouchers" });
  await story.settle();
  expect(previews()[1]).toMatchObject({ title: "patch: 1.4.2 becomes 1.4.3" });
  story.shop.rerequestCheck(previews()[1]?.id ?? 0, "sid");
  await story.settle();
  expect(previews()).toHaveLength(2);
  expect(previews()[1]).toMatchObject({ title: "patch: 1.5.0 stays the next version" });
  expect(fixed).toBeGreaterThan(pull);
});
