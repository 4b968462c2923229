/** Gates that look at the world outside, as people live them: by comments, and seen in what is deployed. */
import { describe, expect, it } from "vitest";
import { readManifest } from "../../src/cli/doctor/manifest.ts";
import {
  callsOf,
  deployed,
  expectPromisesKept,
  lastWords,
  liveWords,
  prodConfig,
  startProd,
} from "./prod.ts";

const HOUR = 60 * 60_000;

/** Staging takes every release by itself; production has these gates. */
const withGates = (gates: string): string =>
  prodConfig(`    gates: { ${gates} }\n`).replace("  prod:", "  staging: { promote: auto }\n  prod:");

describe("a release that has to soak in staging", () => {
  it("says when it goes on, also in /status, and goes on in that moment by itself", async () => {
    const story = await startProd({ config: () => withGates("soak: 2h") });
    expect(deployed(story, "staging")).toEqual(["api 1.5.0", "web 1.5.0"]);
    await story.comment("/promote prod", "ana");
    expect(deployed(story, "prod")).toEqual([]);
    expect(liveWords(story)).toMatch(/has to run for 2 h without a break, and will have done so at 20\d\d-/);
    await story.comment("/status", "wes");
    expect(lastWords(story)).toContain("1\\.5.0 (soaking)");
    await story.restart();
    await story.settle(1.9 * HOUR);
    expect(deployed(story, "prod")).toEqual([]);
    await story.settle(HOUR);
    expect(deployed(story, "prod")).toEqual(["api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
  });
});

describe("a release whose checks have to pass", () => {
  const config = () => withGates("checks: [build, { name: e2e, app: github-actions }, required]");

  it("goes on when the last of them has passed; what has failed is named, and may be run again", async () => {
    const story = await startProd({ config });
    story.shop.requireChecks("main", {
      protection: [{ context: "license" }],
      ruleset: [{ context: "lint" }],
    });
    story.shop.setStatus("v1.5.0", { state: "success", context: "license" });
    const build = story.shop.check("v1.5.0", "build");
    story.shop.check("v1.5.0", "e2e", "failure");
    await story.comment("/promote prod", "ana");
    const words = liveWords(story);
    expect(words).toMatch(/`e2e`: failed \(failure\); it can be run again \(\[the check\]\(http/);
    expect(words).toContain("`lint`: nobody has reported it on this commit");
    expect(words).toContain("`build`: is running");
    expect(words).not.toContain("license");
    story.shop.finishCheck(build, "success");
    story.shop.check("v1.5.0", "lint", "skipped");
    await story.settle();
    expect(deployed(story, "prod")).toEqual([]);
    expect(liveWords(story)).not.toContain("`build`");
    story.shop.check("v1.5.0", "e2e", "success");
    await story.settle();
    expect(deployed(story, "prod")).toEqual(["api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
  });

  it("goes on after some minutes, too, where the webhooks about them are lost; of unconcerned ones GitHub is asked nothing", async () => {
    const story = await startProd({ config: () => withGates("checks: [build]") });
    await story.comment("/promote prod", "ana");
    const asked = callsOf(story, "GET /repos/{owner}/{repo}/commits/{ref}/check-runs");
    story.shop.check("v1.5.0", "another", "success");
    story.shop.check("v1.4.2", "build", "success");
    await story.settle();
    expect(callsOf(story, "GET /repos/{owner}/{repo}/commits/{ref}/check-runs")).toBe(asked);
    story.sandbox.faults.webhooks({ kind: "lose", event: "check_run", times: 2 });
    story.shop.check("v1.5.0", "build", "success");
    await story.settle(6 * 60_000);
    expect(deployed(story, "prod")).toEqual(["api 1.5.0", "web 1.5.0"]);
  });

  it("does not begin where one is run again and fails while all is being prepared", async () => {
    const story = await startProd({ config: () => withGates("checks: [build]") });
    story.shop.check("v1.5.0", "build", "success");
    // The first look is the one that lets it begin; the check is run again before the last one.
    story.sandbox.faults.webhooks({ kind: "lose", event: "check_run", times: 1_000 });
    const look = "/repos/{owner}/{repo}/commits/{ref}/check-runs";
    const calls = story.sandbox.record.calls;
    const again = setInterval(() => {
      if (!calls.some((call) => call.route === look)) return;
      clearInterval(again);
      story.shop.check("v1.5.0", "build", "failure");
    }, 1);
    await story.comment("/promote prod", "ana");
    clearInterval(again);
    expect(calls.filter((call) => call.route === look)).toHaveLength(2);
    expect(deployed(story, "prod")).toEqual([]);
    expect(liveWords(story)).toContain("`build`: failed");
  });
});

describe("a release that has to be approved", () => {
  const two = () => withGates("approvals: { count: 2, role: write, teams: [release-managers] }");

  it("begins when two others have approved it, one of them before it was asked for; the receipt names them", async () => {
    const story = await startProd({ config: two });
    story.sandbox.setApp({ permissions: { ...readManifest().permissions, members: "read" } });
    story.sandbox.acceptPermissions("acme/shop");
    story.sandbox.team("acme/release-managers", { members: ["rea"] });
    const early = await story.comment("/approve prod 1.5.0", "wes");
    expect(story.shop.reactions(early).map((one) => one.content)).toEqual(["eyes", "rocket"]);
    await story.comment("/promote prod", "ana");
    expect(liveWords(story)).toContain(
      "1 of 2 approvals (wes). Still needed is another one by somebody with the role `write`",
    );
    await story.comment("/approve prod", "ana");
    expect(lastWords(story)).toContain("one's own approval does not count");
    await story.comment("/approve prod", "tri");
    expect(lastWords(story)).toContain("takes the role `write`, or being a member of release-managers");
    await story.comment("/status", "wes");
    expect(lastWords(story)).toContain("1\\.5.0 (1 of 2 approvals by wes)");
    expect(deployed(story, "prod")).toEqual([]);
    // Reads only, and is in the team: no stranger.
    await story.comment('/approve prod --reason "tried it"', "rea");
    expect(deployed(story, "prod")).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story)).toContain("asked for by ana, approved by wes, rea");
    expectPromisesKept(story);
  });

  it("does not begin by the word of somebody who has left the team since", async () => {
    const story = await startProd({ config: () => withGates("approvals: { teams: [release-managers] }") });
    story.sandbox.setApp({ permissions: { ...readManifest().permissions, members: "read" } });
    story.sandbox.acceptPermissions("acme/shop");
    story.sandbox.team("acme/release-managers", { members: ["wes", "tri"] });
    await story.comment("/approve prod 1.5.0", "wes");
    story.sandbox.team("acme/release-managers", { members: ["tri"] });
    await story.comment("/promote prod", "ana");
    expect(liveWords(story)).toContain(
      "The approval of wes does not count: wes may not approve here (any more).",
    );
    await story.comment("/approve prod", "tri");
    expect(deployed(story, "prod")).toEqual(["api 1.5.0", "web 1.5.0"]);
  });

  it("where Waybill may not see the teams says so, to whoever approves and in what waits", async () => {
    const story = await startProd({
      config: () => withGates("approvals: { role: write, teams: [release-managers] }"),
    });
    await story.comment("/approve prod 1.5.0", "tri");
    expect(lastWords(story)).toContain("has to grant it `members: read`");
    await story.comment("/approve prod 1.5.0", "wes");
    await story.comment("/promote prod", "ana");
    await story.settle(5 * 60_000);
    expect(liveWords(story)).toContain("Waybill could not find out whose approvals count: ");
    expect(deployed(story, "prod")).toEqual([]);
  });
});

it("what waits says at once what it would take the place of, and how many commits it brings", async () => {
  const config = () => prodConfig("    gates: { approvals: { count: 1, role: write } }\n");
  const story = await startProd({ config });
  await story.comment("/promote prod 1.5.0", "ana");
  await story.comment("/approve prod 1.5.0", "wes");
  story.merge("feat(api): take gift cards");
  story.merge("fix(web): no empty cart");
  await story.settle();
  story.shop.tag("v1.6.0", { by: "ana" });
  await story.settle();
  await story.comment("/promote prod 1.6.0", "ana");
  const asked = "ana asked for `1.6.0` in place of `1.5.0`, 2 commits";
  expect(liveWords(story)).toContain(asked);
  await story.comment("/approve prod 1.6.0", "wes");
  expect(liveWords(story)).toContain(asked);
  expect(deployed(story, "prod").slice(-2)).toEqual(["api 1.6.0", "web 1.6.0"]);
  // GitHub's own record says it too: what ran before, by what it was replaced, and where that is to be read.
  const [before, after] = ["1.5.0", "1.6.0"].map((version) =>
    story.shop.deployments().filter(({ description }) => (description ?? "").startsWith(`${version} of`)),
  );
  expect(before?.map(({ statuses }) => statuses.at(-1))).toMatchObject(
    ["api", "web"].map(() => ({
      state: "inactive",
      description: "1.6.0 has taken its place",
      logUrl: expect.stringContaining("/actions/runs/"),
    })),
  );
  expect(after?.map(({ state }) => state)).toEqual(["success", "success"]);
});
