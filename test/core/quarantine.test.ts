/** What counts as mended after a rollback, and what the repository's own lane keeps back. */
import { describe, expect, it } from "vitest";
import type { EnvironmentLane } from "../../src/core/environment.ts";
import type { EnvironmentEvent, WaybillEvent } from "../../src/core/events.ts";
import { isMended, type Descent } from "../../src/core/rollback/quarantine.ts";
import type { Commit } from "../../src/core/notes/index.ts";
import { automatic, goes, promoted, shaOf } from "./given-rollback.ts";
import {
  givenEnvironment,
  givenRepository,
  NOON,
  notes,
  plansFor,
  prepared,
  sha,
  stepPlan,
} from "./given.ts";

const commit = (name: string, message: string, more: Partial<Commit> = {}): Commit => ({
  sha: sha(name),
  message,
  ...more,
});
const pull = (body: string, bot = false): Pick<Commit, "pull"> => ({
  pull: {
    number: 12,
    title: "fix: no more",
    url: "https://github.example/acme/shop/pull/12",
    author: { login: bot ? "renovate[bot]" : "wes", id: 12, bot },
    body,
  },
});

/** 1.5.0 was made of two commits; `since` is what came after it, newest first. */
function mended(since: readonly Commit[], more: Partial<Descent> = {}): boolean {
  return isMended({
    bad: { version: "1.5.0", sha: sha("b2") },
    made: [commit("b2", "feat: take vouchers (#11)"), commit("b1", "fix: round down")],
    since,
    repository: "acme/shop",
    ...more,
  });
}
const reverts = (name: string, of: string) =>
  commit(name, `Revert "something"\n\nThis reverts commit ${sha(of)}.`);

describe("a release that descends from one that was rolled back", () => {
  it("is not mended by just anything", () => {
    expect(mended([])).toBe(false);
    expect(mended([commit("c1", "fix: another thing\n\nthis fixes release 1.5.0")])).toBe(false);
  });
  it("is mended by a revert of one of the commits that made the bad one", () => {
    expect(mended([reverts("c1", "b1")])).toBe(true);
    expect(mended([commit("c1", 'Revert "feat: take vouchers"\n\nReverts acme/shop#11')])).toBe(true);
  });
  it("not by one of something else, nor by one that was itself undone, nor by one in another repository", () => {
    expect(mended([reverts("c2", "c1"), commit("c1", "feat: more")])).toBe(false);
    expect(mended([reverts("c2", "c1"), reverts("c1", "b1")])).toBe(false);
    expect(mended([commit("c1", 'Revert "other"\n\nReverts acme/other#11')])).toBe(false);
  });
  it("nor by what the bad release had undone itself", () => {
    const made = [reverts("b2", "b1"), commit("b1", "fix: round down")];
    expect(mended([commit("c1", "docs: nothing")], { made })).toBe(false);
  });
  it("is mended by a commit or a pull request that says so in a footer", () => {
    expect(mended([commit("c1", "fix: round up\n\nFixes-Release: 1.5.0")])).toBe(true);
    expect(mended([commit("c1", "fix: round up\n\nfixes-release: v1.5.0\nSigned-off-by: wes")])).toBe(true);
    expect(mended([commit("c1", "fix: round up (#12)", pull("Done.\n\nFixes-Release: 1.5.0"))])).toBe(true);
  });
  it("not by the footer of another version, in a quote or a fence, of a bot, or of what was undone", () => {
    expect(mended([commit("c1", "fix: round up\n\nFixes-Release: 1.5.1")])).toBe(false);
    expect(mended([commit("c1", "fix: x\n\n> Fixes-Release: 1.5.0")])).toBe(false);
    expect(mended([commit("c1", "fix: x\n\n```\nFixes-Release: 1.5.0\n```")])).toBe(false);
    expect(mended([commit("c1", "fix: x (#12)", pull("Fixes-Release: 1.5.0", true))])).toBe(false);
    expect(mended([reverts("c2", "c1"), commit("c1", "fix: x\n\nFixes-Release: 1.5.0")])).toBe(false);
  });
  it("is mended by a commit that is known to carry the fix", () => {
    expect(mended([commit("c1", "fix: x")], { fixes: [sha("c1")] })).toBe(true);
  });
});

const PLANS = plansFor(`
environments:
  staging: { promote: auto }
  prod: { promote: auto }
  archive: { promote: auto }
`);
const tagged = (version: string): WaybillEvent => ({
  type: "ReleaseTagged",
  at: NOON,
  release: { version, tag: `v${version}`, sha: shaOf(version), prerelease: false },
  notes: notes(shaOf(version), 1),
  plans: PLANS,
});
const arrived = (environment: string, version: string): WaybillEvent => ({
  type: "EnvironmentDelivered",
  at: NOON,
  environment,
  version,
  sha: shaOf(version),
  url: null,
  promotionId: "a1" as never,
  last: false,
});
const changed = (bad: readonly string[], at = NOON + 1_000): WaybillEvent => ({
  type: "QuarantineChanged",
  at,
  environment: "prod",
  good: bad.length === 0 ? null : "1.4.2",
  by: "ana",
  reason: "checkout fails",
  bad: bad.map((version) => ({ version, sha: shaOf(version) })),
});
const moved: WaybillEvent = {
  type: "BranchMoved",
  at: NOON,
  head: shaOf("1.5.0"),
  notes: notes(shaOf("1.5.0"), 2),
  version: "1.5.0",
  plans: PLANS,
};
const drawn: WaybillEvent = { type: "NoticeDrawn", at: NOON, serial: 1, issue: 5 };

/** Production hears that staging was rolled back, or with none that this was lifted. */
const keptBack = (at: number, ...versions: readonly string[]): EnvironmentEvent => ({
  type: "ReleasesKeptBack",
  at: NOON + at,
  environment: "staging",
  bad: versions.map((version) => ({ version, sha: shaOf(version) })),
});
const queue = ({ waiting }: EnvironmentLane) =>
  waiting.map((one) => `${one.id} ${one.held?.hold.gate ?? "-"}`);

describe("a release that waits to go by itself, and was rolled back elsewhere meanwhile", () => {
  const waits = () => givenEnvironment(promoted(101, "1.4.2"), automatic(102, "1.5.0"));
  const held = () => waits().and(keptBack(200_000, "1.5.0"), ...goes("c101", "1.4.2"));
  const nothing: EnvironmentEvent = { type: "GatesDue", at: NOON + 210_000 };

  it("is held, and goes on by itself when that is lifted", () => {
    const { lane } = held().when(nothing);
    expect(lane.active).toBeNull();
    expect(queue(lane)).toEqual(["a102 kept-back"]);
    expect(lane.waiting[0]?.held?.hold).toMatchObject({ version: "1.5.0", environments: ["staging"] });
    const lifted = held().when(keptBack(300_000));
    expect(lifted.lane.active?.id).toBe("a102");
  });
  it("is held also where its turn had come, and nothing of it had begun", () => {
    const begun = givenEnvironment(automatic(102, "1.5.0"));
    const then = begun
      .and(keptBack(200_000, "1.5.0"))
      .when(prepared("a102", [stepPlan("shop", { needs: [] })], NOON + 201_000));
    expect(then.lane.active).toBeNull();
    expect(queue(then.lane)).toEqual(["a102 kept-back"]);
    expect(then.all("recordDeployment")).toEqual([]);
  });
  it("an older word about it counts for nothing, and no other release is held", () => {
    const late = held().when(keptBack(100_000));
    expect(queue(late.lane)).toEqual(["a102 kept-back"]);
    const other = waits()
      .and(keptBack(200_000, "1.4.9"), ...goes("c101", "1.4.2"))
      .when(nothing);
    expect(other.lane.active?.id).toBe("a102");
  });
  it("goes at once where a person asks for it, in place of what waits", () => {
    const then = held().when(promoted(103, "1.5.0"));
    expect(then.lane.active?.id).toBe("c103");
    expect(then.lane.waiting).toEqual([]);
    expect(then.lane.ended).toMatchObject([{ id: "a102", stage: "superseded", supersededBy: "1.5.0" }]);
  });
  it("what a person has asked for is held by none of it", () => {
    const then = givenEnvironment(promoted(101, "1.4.2"), promoted(102, "1.5.0"))
      .and(keptBack(200_000, "1.5.0"))
      .and(...goes("c101", "1.4.2"))
      .when(nothing);
    expect(then.lane.active?.id).toBe("c102");
  });
});

describe("what was rolled back in one environment", () => {
  const rolled = () => givenRepository(moved, drawn, tagged("1.5.0"), arrived("staging", "1.5.0"));

  it("goes by itself to no other", () => {
    const then = rolled()
      .and(changed(["1.5.0"]))
      .when(arrived("prod", "1.5.0"));
    expect(then.all("tellLane")).toEqual([]);
  });
  it("is said on its notice, once", () => {
    const then = rolled().when(changed(["1.5.0"]));
    expect(then.only("comment")).toMatchObject({
      issue: 5,
      view: { template: "kept-back", version: "1.5.0", good: "1.4.2", by: "ana", reason: "checkout fails" },
    });
    expect(
      rolled()
        .and(changed(["1.5.0"]))
        .when(changed(["1.5.0", "1.6.0"], NOON + 2_000))
        .all("comment"),
    ).toEqual([]);
  });
  it("goes on when that is lifted; an older word about it counts for nothing", () => {
    const kept = rolled().and(changed(["1.5.0"]), arrived("prod", "1.5.0"));
    const lifted = kept.when(changed([], NOON + 2_000)).all("tellLane");
    expect(lifted.filter(({ event }) => event.type === "PromotionRequested")).toMatchObject([
      { environment: "archive", event: { request: { cargo: { version: "1.5.0" } } } },
    ]);
    expect(kept.when(changed([], NOON)).all("tellLane")).toEqual([]);
  });
  it("is told to the other environments, in which it may wait already", () => {
    const told = (...bad: readonly string[]) =>
      rolled()
        .when(changed(bad))
        .all("tellLane")
        .flatMap(({ environment, event }) =>
          event.type === "ReleasesKeptBack" ? [[environment, event.environment, event.bad.length]] : [],
        );
    expect(told("1.5.0")).toEqual([
      ["staging", "prod", 1],
      ["archive", "prod", 1],
    ]);
  });
  it("keeps no other release back", () => {
    const then = rolled()
      .and(changed(["1.5.0"]))
      .when(tagged("1.6.0"));
    expect(then.only("tellLane")).toMatchObject({ environment: "staging" });
  });
});
