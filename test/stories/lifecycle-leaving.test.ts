/** Stories of repositories that leave: uninstalled, deleted, taken out of the installation, given to another owner. */
import { describe, expect, it } from "vitest";
import type { InstallationId } from "../../src/core/ids.ts";
import { auditTrail, DAY, givenUp, HOUR, midRollout, MONTH, promotionsOf } from "./lifecycle.ts";
import { deployed, expectPromisesKept, lastWords, startProd, waybillsComments } from "./prod.ts";

describe("an installation that is taken away", () => {
  it("ends what is under way in the store and the audit log; installed anew, nothing is deployed twice", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    const [before] = await story.store.repositories();
    story.sandbox.uninstall("acme/shop");
    await rollout.finish();
    await story.settle(2 * MONTH);
    expect(await auditTrail(story)).toEqual(
      expect.arrayContaining(["repository.parked uninstalled", "repository.lost uninstalled"]),
    );
    const [open] = await promotionsOf(story, before?.installation as InstallationId);
    expect(open).toMatchObject({ stage: "failed", problem: { code: "repository-lost" } });
    expect(await story.store.jobCounts()).toMatchObject({ ready: 0, waiting: 0, running: 0, dead: 0 });
    const deployedBefore = deployed(story);

    const anew = story.shop.install();
    expect(anew).not.toBe(before?.installation);
    await story.settle();
    expect(deployed(story)).toEqual(deployedBefore);
    await story.comment("/promote prod", "ana", 1);
    expect(deployed(story)).toEqual([...deployedBefore, "api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
    expect(givenUp(story)).toEqual([]);
  });

  it("and nobody hears of it: the work that finds no token is held, then ended, and never given up one by one", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    story.sandbox.faults.webhooks({ kind: "lose", event: "installation", times: 1 });
    story.sandbox.uninstall("acme/shop");
    await rollout.finish();
    await story.settle(2 * MONTH);
    expect(await auditTrail(story)).toContain("repository.lost uninstalled");
    expect(await story.store.jobCounts()).toMatchObject({ ready: 0, waiting: 0, running: 0, dead: 0 });
    expect(givenUp(story)).toEqual([]);
  });
});

describe("a repository that leaves", () => {
  it("by being deleted: what was under way ends in the store and the audit log, and no job is tried for ever", async () => {
    const story = await startProd();
    await midRollout(story);
    const [known] = await story.store.repositories();
    story.shop.delete();
    await story.settle(2 * MONTH);
    expect(await auditTrail(story)).toContain("repository.lost deleted");
    const [open] = await promotionsOf(story, known?.installation as InstallationId);
    expect(open).toMatchObject({
      stage: "failed",
      problem: { code: "repository-lost", detail: { reason: "deleted" } },
    });
    expect(await story.store.jobCounts()).toMatchObject({ ready: 0, waiting: 0, running: 0, dead: 0 });
    expect(givenUp(story)).toEqual([]);
  });

  it("the installation and comes back the same day: it goes on", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    story.shop.leaveInstallation();
    await rollout.finish();
    await story.settle(3 * HOUR);
    expect(await auditTrail(story)).toContain("repository.parked removed");
    story.shop.install();
    await story.settle();
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expectPromisesKept(story);
  });

  it("the installation for good: a day later what was under way has ended; and back again it remembers what runs where", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    await rollout.finish();
    story.merge("feat(api): print receipts");
    await story.settle();
    story.shop.tag("v1.6.0", { by: "ana" });
    await story.settle();
    story.shop.script({ component: "api", outcome: "hang", times: 1 });
    await story.comment("/promote prod 1.6.0", "ana", 1);
    story.shop.leaveInstallation();
    await story.settle(3 * DAY);
    expect(await auditTrail(story)).toContain("repository.lost removed");
    story.shop.install();
    await story.settle();
    const said = waybillsComments(story).map((one) => one.body);
    expect(said.filter((body) => body.includes("What was under way was given up"))).toHaveLength(1);
    await story.comment("/status", "ana", 1);
    expect(lastWords(story)).toMatch(/\| prod \| `1\.5\.0` \|/);
    expect(givenUp(story)).toEqual([]);
  });

  it("for another owner who has Waybill, too: there it begins anew, and nothing is deployed twice", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    await rollout.finish();
    const before = deployed(story);
    const [old] = await story.store.repositories();
    story.shop.transfer("globex", { install: true, by: "ana" });
    await story.settle(2 * DAY);
    expect(deployed(story)).toEqual(before);
    expect(await auditTrail(story)).toContain("repository.parked removed");
    story.merge("feat(api): print receipts");
    await story.settle();
    const [first, second] = await story.store.repositories();
    expect(first).toEqual(old);
    expect(second).toMatchObject({ repository: old?.repository });
    expect(story.shop.issues().map((issue) => issue.title)).toContain("Coming next: 1.6.0");
    expect(givenUp(story)).toEqual([]);
    expectPromisesKept(story);
  });
});
