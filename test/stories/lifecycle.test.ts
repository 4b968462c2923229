/** Stories of repositories that are renamed or archived, of installations that are suspended or may do less, and of default branches. */
import { describe, expect, it, onTestFinished } from "vitest";
import { createTestDatabase, describePostgres } from "../support/postgres.ts";
import { startStory } from "../support/story.ts";
import {
  auditTrail,
  DAY,
  givenUp,
  HOUR,
  midRollout,
  MINUTE,
  provenConfig,
  WITHOUT_ACTIONS,
} from "./lifecycle.ts";
import {
  deployed,
  expectPromisesKept,
  lastWords,
  liveWords,
  prodConfig,
  startProd,
  waybillsComments,
} from "./prod.ts";

describe("a repository that is renamed in the middle of a rollout", () => {
  it("is the same repository: the rollout goes on under its new name", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    story.shop.rename("store");
    await rollout.finish();
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expectPromisesKept(story);
  });

  it("also where the webhook about it is lost: GitHub redirects until the name is asked for again", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    story.sandbox.faults.webhooks({ kind: "lose", event: "repository", times: 1 });
    story.shop.rename("store");
    await rollout.finish();
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
  });
});

describe("a repository that is archived in the middle of a rollout", () => {
  it("is parked; unarchived, it goes on at once, and says so where the rollout is followed", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    story.shop.archive();
    await rollout.finish();
    await story.settle(3 * HOUR);
    expect(deployed(story)).toEqual(["api 1.5.0"]);
    expect(await auditTrail(story)).toContain("repository.parked archived");
    story.shop.archive(false);
    await story.settle();
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    const said = waybillsComments(story, 1).map((one) => one.body);
    expect(said.filter((body) => body.includes("the repository was archived"))).toHaveLength(1);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expect(await auditTrail(story)).toContain("repository.resumed archived");
    expect(givenUp(story)).toEqual([]);
    expectPromisesKept(story);
  });

  it("and nobody hears of either: what GitHub refuses makes somebody look, and look again until it is over", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    story.sandbox.faults.webhooks({ kind: "lose", event: "repository", times: 2 });
    story.shop.archive();
    await rollout.finish();
    await story.settle(HOUR);
    expect(await auditTrail(story)).toContain("repository.parked archived");
    story.shop.archive(false);
    await story.settle(3 * HOUR);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(givenUp(story)).toEqual([]);
    expectPromisesKept(story);
  });
});

describe("an installation that is suspended in the middle of a rollout", () => {
  it("longer than its proof may take: nothing expires, and it ends delivered", async () => {
    const story = await startStory({ config: (url) => provenConfig(url) });
    onTestFinished(() => story.end());
    story.merge("feat(api): accept vouchers");
    await story.settle();
    story.shop.tag("v1.5.0", { by: "ana" });
    await story.settle();
    const rollout = await midRollout(story);
    await rollout.finish();
    expect(liveWords(story)).toContain("1 of 3 answers in a row");
    story.sandbox.suspend("acme/shop");
    await story.settle(2 * DAY);
    expect(liveWords(story)).toContain("1 of 3 answers in a row");
    story.sandbox.suspend("acme/shop", false);
    await story.settle(4 * MINUTE);
    const said = waybillsComments(story, 1).map((one) => one.body);
    expect(said.filter((body) => body.includes("its installation was suspended"))).toHaveLength(1);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expect(givenUp(story)).toEqual([]);
    expectPromisesKept(story);
  });

  it("between two components: the second waits until it is unsuspended, and then goes at once", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    story.sandbox.suspend("acme/shop");
    await rollout.finish();
    await story.settle(2 * DAY);
    expect(deployed(story)).toEqual(["api 1.5.0"]);
    story.sandbox.suspend("acme/shop", false);
    await story.settle();
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expect(givenUp(story)).toEqual([]);
    expectPromisesKept(story);
  });

  it("and both webhooks are lost: nothing is given up, little is logged, and it goes on within the day", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    story.sandbox.faults.webhooks({ kind: "lose", event: "installation", times: 2 });
    story.sandbox.suspend("acme/shop");
    await rollout.finish();
    await story.settle(6 * HOUR);
    expect(await auditTrail(story)).toContain("repository.parked suspended");
    const refused = story.log.filter((line) => line.includes("suspended") && !line.includes('"level":20'));
    expect(refused.length).toBeLessThan(5);
    story.sandbox.suspend("acme/shop", false);
    await story.settle(DAY);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(givenUp(story)).toEqual([]);
    expectPromisesKept(story);
  });

  it("finds what was merged and tagged meanwhile", async () => {
    const story = await startStory();
    onTestFinished(() => story.end());
    story.merge("feat(api): accept vouchers");
    await story.settle();
    story.sandbox.suspend("acme/shop");
    await story.settle();
    story.shop.tag("v1.5.0", { by: "ana" });
    story.merge("fix(web): round prices");
    await story.settle(HOUR);
    expect(deployed(story, "staging")).toEqual([]);
    story.sandbox.suspend("acme/shop", false);
    await story.settle();
    expect(deployed(story, "staging")).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(deployed(story, "dev").slice(-2)).toEqual(["api 1.5.1-dev.1", "web 1.5.1-dev.1"]);
    expectPromisesKept(story);
  });

  it("whose webhooks come late, twice and in the wrong order: what counts is what GitHub says when asked", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    story.sandbox.faults.webhooks({ kind: "fail", event: "installation", times: 2 });
    story.sandbox.suspend("acme/shop");
    story.sandbox.suspend("acme/shop", false);
    await story.settle();
    story.sandbox.faults.clear();
    story.sandbox.faults.webhooks({ kind: "double", times: 10 });
    expect(story.sandbox.redeliverFailed()).toBe(2);
    await rollout.finish();
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect((await auditTrail(story)).filter((line) => line.startsWith("repository."))).toEqual([]);
    expectPromisesKept(story);
  });
});

describePostgres("an installation that is suspended under two servers on PostgreSQL", () => {
  it("is parked for both, and goes on at once when it is unsuspended", async () => {
    const story = await startProd({ databaseUrl: await createTestDatabase(), replicas: 2 });
    const rollout = await midRollout(story);
    story.sandbox.suspend("acme/shop");
    await rollout.finish();
    await story.settle(DAY);
    expect(deployed(story)).toEqual(["api 1.5.0"]);
    story.sandbox.suspend("acme/shop", false);
    await story.settle();
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(givenUp(story)).toEqual([]);
    expectPromisesKept(story);
  });
});

describe("a default branch", () => {
  it("that is renamed: the config is read from the new one, and the notice follows it", async () => {
    const story = await startStory({ config: () => prodConfig() });
    onTestFinished(() => story.end());
    story.merge("feat(api): accept vouchers");
    await story.settle();
    story.shop.renameDefaultBranch("trunk");
    await story.settle();
    story.merge("feat(web): show vouchers");
    await story.settle();
    const notice = story.shop.issues().find((issue) => issue.title.startsWith("Coming next"));
    expect(notice?.body).toContain("show vouchers");
    story.shop.tag("v1.5.0", { by: "ana" });
    await story.settle();
    await story.comment("/promote prod", "ana", 1);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  });

  it("that is renamed in the very moment of a command: it is done, whatever the webhook calls the branch", async () => {
    const story = await startProd();
    story.sandbox.faults.webhooks({ kind: "fail", event: "issue_comment.created", times: 1 });
    await story.comment("/promote prod", "ana", 1);
    story.shop.renameDefaultBranch("trunk");
    story.sandbox.redeliverFailed();
    await story.settle();
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
  });

  it("that is renamed while a promotion waits its turn: it goes all the same", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    story.merge("feat(web): show vouchers");
    await story.settle();
    story.shop.tag("v1.6.0", { by: "ana" });
    await story.settle();
    await story.comment("/promote prod 1.6.0", "ana", 1);
    story.shop.renameDefaultBranch("trunk");
    await rollout.finish();
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0", "api 1.6.0", "web 1.6.0"]);
    expectPromisesKept(story);
  });
});

describe("a permission that is taken away in the middle of a rollout", () => {
  it("ends the rollout in words that name it; granted again, the next command delivers", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    story.sandbox.setInstallation("acme/shop", { permissions: WITHOUT_ACTIONS });
    // Tokens that were made before keep what they had; the next server has none.
    await story.restart();
    await rollout.finish();
    await story.settle(HOUR);
    expect(lastWords(story)).toContain("Resource not accessible by integration");
    expect(deployed(story)).toEqual(["api 1.5.0"]);
    story.sandbox.acceptPermissions("acme/shop");
    await story.comment("/promote prod", "ana", 1);
    expect(deployed(story)).toEqual(["api 1.5.0", "api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
  });
});
