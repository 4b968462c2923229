/** Stories of parked and lost repositories whose webhooks are lost, or come too late: each of them is found again. */
import { onTestFinished, describe, expect, it } from "vitest";
import type { RepositoryId } from "../../src/core/ids.ts";
import { startStory } from "../support/story.ts";
import { auditTrail, DAY, HOUR, midRollout, MINUTE } from "./lifecycle.ts";
import { deployed, expectPromisesKept, startProd } from "./prod.ts";

const RECONCILED = { environment: { WAYBILL_RECONCILE_SECONDS: "300" } };

describe("a repository whose default branch is changed and which is deleted before anybody hears of it", () => {
  it("holds up none of its tenant's other repositories", async () => {
    const story = await startProd();
    const till = story.sandbox.repository("acme/till", { install: true });
    till.commit({
      message: "feat: begin",
      author: "ana",
      files: { ".github/waybill.yml": "environments:\n  prod: {}\n" },
    });
    await story.settle();
    story.sandbox.faults.webhooks({ kind: "fail", event: "repository", times: 1 });
    story.shop.renameDefaultBranch("trunk");
    story.sandbox.faults.clear();
    story.shop.delete();
    story.sandbox.redeliverFailed();
    await story.settle(HOUR);
    till.archive();
    await story.settle(HOUR);
    const known = await story.store.repositories();
    expect(await story.store.parking(known[0] as never)).toEqual({ lost: true });
    expect(await story.store.parking(known[1] as never)).toEqual({ lost: false });
    expect(await story.store.jobCounts()).toMatchObject({ waiting: 0, running: 0, dead: 0 });
  });

  it("and where what is wrong with it shows only while its branch is read, it is looked at", async () => {
    const story = await startProd();
    story.sandbox.faults.webhooks({ kind: "fail", event: "repository", times: 1 });
    story.shop.renameDefaultBranch("trunk");
    story.sandbox.faults.clear();
    story.sandbox.faults.webhooks({ kind: "lose", event: "installation_repositories", times: 1 });
    story.shop.leaveInstallation();
    story.sandbox.redeliverFailed();
    await story.settle(MINUTE);
    expect(await auditTrail(story)).toContain("repository.parked removed");
    expect((await story.store.jobCounts()).ready).toBeLessThan(2);
  });
});

describe("a lost repository that is put back", () => {
  it("and nobody hears of it: it is found among the installation's, and works again", async () => {
    const story = await startProd(RECONCILED);
    await story.reconcile();
    story.shop.leaveInstallation();
    await story.settle(3 * DAY);
    expect(await auditTrail(story)).toContain("repository.lost removed");
    story.sandbox.faults.webhooks({ kind: "lose", event: "installation_repositories", times: 1 });
    for (let round = 0; round < 14; round += 1) await story.reconcile();
    story.shop.install();
    // Within an hour and a little.
    for (let round = 0; round < 14; round += 1) await story.reconcile();
    expect(await auditTrail(story)).toContain("repository.resumed removed");
    await story.comment("/promote prod", "ana", 1);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  });
});

describe("a parked repository", () => {
  it("of which GitHub cannot say for half a day how it stands is asked about until it can", async () => {
    const story = await startProd();
    story.sandbox.suspend("acme/shop");
    await story.settle();
    const [key] = await story.store.repositories();
    const route = "GET /app/installations/{installation_id}";
    story.sandbox.faults.add({ route, kind: { status: 500 }, times: null });
    await story.settle(12 * HOUR);
    story.sandbox.faults.clear();
    story.sandbox.faults.webhooks({ kind: "lose", event: "installation", times: 1 });
    story.sandbox.suspend("acme/shop", false);
    await story.settle(12 * HOUR);
    expect(await story.store.parking(key as never)).toBeNull();
  });

  it("that GitHub denies for some hours, or another App's key, loses nothing of what is under way", async () => {
    const story = await startProd();
    const rollout = await midRollout(story);
    for (const route of [
      "GET /app/installations/{installation_id}",
      "POST /app/installations/{installation_id}/access_tokens",
    ])
      story.sandbox.faults.add({ route, kind: { status: 404 }, times: null });
    await story.restart();
    await rollout.finish();
    await story.settle(6 * HOUR);
    expect(await auditTrail(story)).toContain("repository.parked uninstalled");
    story.sandbox.faults.clear();
    await story.settle(DAY);
    expect(await auditTrail(story)).not.toContain("repository.lost uninstalled");
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
  });
});

describe("a repository in which Waybill has never done anything", () => {
  it("and which is deleted is soon forgotten", async () => {
    const story = await startStory(RECONCILED);
    onTestFinished(() => story.end());
    await story.settle();
    const plain = story.sandbox.repository("acme/plain", { install: true });
    plain.commit({ message: "begin", author: "ana", files: { a: "b" } });
    for (let round = 0; round < 14; round += 1) await story.reconcile();
    const isLookedAt = async () =>
      (await story.store.looks()).some(
        ({ subject }) => subject.kind === "repository" && subject.repository === (plain.id as RepositoryId),
      );
    expect(await isLookedAt()).toBe(true);
    plain.delete();
    for (let round = 0; round < 200; round += 1) await story.reconcile();
    expect(await isLookedAt()).toBe(false);
  });
});
