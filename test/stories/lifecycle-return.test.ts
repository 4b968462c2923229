/** Stories of repositories that come back after a long time: what still runs there, and what nobody expects any more. */
import { describe, expect, it } from "vitest";
import { auditTrail, DAY, givenUp, HOUR, midRollout } from "./lifecycle.ts";
import { deployed, expectPromisesKept, lastWords, startProd, waybillsComments } from "./prod.ts";
import { CREATE_REF, merged, startShop, tags } from "./release-on.ts";

const COMPARE = "GET /repos/{owner}/{repo}/compare/{basehead}";
const PERMISSION = "GET /repos/{owner}/{repo}/collaborators/{username}/permission";

describe("a repository that was out of the installation for days while a run hung", () => {
  it("keeps its environment taken until that run has ended, and only then deploys what was asked for since", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    story.shop.leaveInstallation();
    await story.settle(3 * DAY);
    expect(await auditTrail(story)).toContain("repository.lost removed");
    story.merge("feat(api): print receipts");
    story.shop.tag("v1.6.0", { by: "ana" });
    story.shop.install();
    await story.settle();
    await story.comment("/promote prod 1.6.0", "ana", 1);
    expect(deployed(story)).toEqual([]);
    expect(story.shop.runs().filter(({ status }) => status !== "completed")).toHaveLength(1);
    await rollout.finish();
    expect(deployed(story)).toEqual(["api 1.5.0", "api 1.6.0", "web 1.6.0"]);
    expect(lastWords(story)).toContain("### prod runs 1\\.6.0");
    expectPromisesKept(story);
    expect(givenUp(story)).toEqual([]);
  });

  it("and that run had ended meanwhile: the environment is free at once, and it is said that the rest was given up", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    story.shop.leaveInstallation();
    await rollout.finish();
    await story.settle(3 * DAY);
    story.shop.install();
    await story.settle();
    expect(deployed(story)).toEqual(["api 1.5.0"]);
    const said = waybillsComments(story, 1).map(({ body }) => body);
    expect(said.filter((body) => body.includes("so it was given up"))).not.toEqual([]);
    await story.comment("/promote prod", "ana", 1);
    expect(deployed(story)).toEqual(["api 1.5.0", "api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
  });
});

describe("a repository that was archived right after a command", () => {
  it("for two weeks: unarchived, nothing is deployed unasked, and the command is answered", async () => {
    const story = await startProd();
    // The preparation is late, so that the repository is archived before anything has begun.
    story.sandbox.faults.add({ route: PERMISSION, kind: { status: 500 }, times: 3, after: 1 });
    story.shop.comment(1, "/promote prod", "ana");
    await new Promise((resolve) => setTimeout(resolve, 700));
    story.shop.archive();
    await story.settle(14 * DAY);
    story.shop.archive(false);
    await story.settle(DAY);
    expect(deployed(story)).toEqual([]);
    const said = waybillsComments(story, 1).map(({ body }) => body);
    expect(said.filter((body) => body.includes("It came too late"))).not.toEqual([]);
    await story.comment("/promote prod", "ana", 1);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
  });
});

describe("a repository that was archived before the tag of a `/release` was made", () => {
  it("for two weeks: unarchived, no tag is made unasked, and the command is answered", async () => {
    const story = await startShop("command");
    await merged(story, "feat: accept vouchers");
    story.sandbox.faults.add({ route: CREATE_REF, kind: { status: 500 }, times: 3 });
    const issue = story.shop.openIssue({ title: "Ship it", author: "ana" });
    story.shop.comment(issue, "/release", "ana");
    await new Promise((resolve) => setTimeout(resolve, 700));
    story.shop.archive();
    await story.settle(14 * DAY);
    story.shop.archive(false);
    await story.settle(DAY);
    expect(Object.keys(tags(story))).toEqual(["v1.4.2"]);
    expect(lastWords(story, issue)).toContain("It came too late");
    await story.comment("/release", "ana", issue);
    expect(Object.keys(tags(story))).toContain("v1.5.0");
  });
});

describe("an installation that was suspended while a release waited to go forward by itself", () => {
  it("for a day: the newest one goes, and not the one that had waited", async () => {
    const story = await startProd({
      config: () =>
        "components:\n  api: { workflow: deploy.yml }\nenvironments:\n  staging: { promote: auto }\n",
    });
    const release = async (version: string): Promise<void> => {
      story.merge(`feat(api): what is in ${version}`);
      await story.settle();
      story.shop.tag(version, { by: "ana" });
      await story.settle();
    };
    story.shop.script({ component: "api", outcome: "hang", times: 1 });
    await release("v1.6.0");
    const [run] = story.shop.runs().filter(({ status }) => status !== "completed");
    await release("v1.7.0");
    story.sandbox.suspend("acme/shop");
    await release("v1.8.0");
    story.shop.finishRun(run?.id ?? 0, "succeed");
    await story.settle(DAY);
    story.sandbox.suspend("acme/shop", false);
    await story.settle(HOUR);
    expect(deployed(story)).toEqual(["api 1.5.0", "api 1.6.0", "api 1.8.0"]);
    expectPromisesKept(story);
  });
});

describe("an installation that was suspended while a build of merged changes was being prepared", () => {
  const dev = () =>
    "components:\n  api: { workflow: deploy.yml }\nenvironments:\n  dev: { promote: merge }\n";

  it.each([
    ["and the branch has moved on: only the newest build goes", true],
    ["and nothing was merged since: that very build goes, once", false],
  ])("for a day %s", async (_what, moves) => {
    const story = await startProd({ config: dev });
    const before = deployed(story).length;
    // The preparation is late, so that the installation is suspended before anything has begun.
    story.sandbox.faults.add({ route: COMPARE, kind: { status: 500 }, times: 3 });
    story.merge("feat(api): print receipts");
    await new Promise((resolve) => setTimeout(resolve, 700));
    story.sandbox.suspend("acme/shop");
    await story.settle(DAY);
    if (moves) story.merge("feat(api): print them in colour");
    story.sandbox.suspend("acme/shop", false);
    await story.settle(HOUR);
    expect(deployed(story).slice(before)).toEqual([moves ? "api 1.6.0-dev.2" : "api 1.6.0-dev.1"]);
    expectPromisesKept(story);
  });
});
