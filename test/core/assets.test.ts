/** A release stays a draft until its files are there: when it is looked at, and what is said. */
import { describe, expect, it } from "vitest";
import { missingAmong, type AssetsEvent, type AssetsWanted } from "../../src/core/assets.ts";
import { parseConfig } from "../../src/core/config/index.ts";
import { givenUp } from "../../src/core/given-up.ts";
import { givenRepository, NOON, notes, plansFor, sha } from "./given.ts";

const MINUTE = 60_000;
const wanted: AssetsWanted = {
  version: "1.5.0",
  tag: "v1.5.0",
  sha: sha("a1"),
  prerelease: false,
  releaseId: 3,
  assets: ["*.tgz", "checksums.txt"],
  overtaken: false,
};
const seen = (
  outcome: Extract<AssetsEvent, { type: "AssetsSeen" }>["outcome"],
  at = NOON,
  missing: readonly string[] = ["checksums.txt"],
): AssetsEvent => ({ type: "AssetsSeen", at, wanted, outcome, missing });
const due = (tag: string | null): AssetsEvent => ({ type: "AssetsDue", at: NOON + MINUTE, tag });

describe("a release with files", () => {
  it("is published with them in mind, and one without as ever", () => {
    const tagged = (config: string) =>
      ({
        type: "ReleaseTagged",
        at: NOON,
        release: { version: "1.5.0", tag: "v1.5.0", sha: sha("a1"), prerelease: false },
        notes: notes(sha("a1"), 1),
        plans: plansFor(config),
      }) as const;
    const config = 'environments: { prod: {} }\nrelease: { assets: ["*.tgz"] }\n';
    expect(givenRepository().when(tagged(config)).only("publishRelease").assets).toEqual(["*.tgz"]);
    expect(
      givenRepository().when(tagged("environments: { prod: {} }\n")).only("publishRelease"),
    ).not.toHaveProperty("assets");
  });

  it("lacks what no name fits", () => {
    expect(missingAmong(["*.tgz", "checksums.txt"], ["shop-1.5.0.tgz"])).toEqual(["checksums.txt"]);
    expect(missingAmong(["*.tgz", "shop-?.?.?.zip"], ["shop-1.5.0.tgz", "shop-1.5.0.zip"])).toEqual([]);
  });

  it("is looked at after a pause, and when any run has ended", () => {
    const then = givenRepository().when(seen("waiting"));
    expect(then.effects).toMatchObject([{ effect: { type: "wake" }, delayMs: 10 * MINUTE }]);
    expect(then.audit.map(({ type }) => type)).toEqual(["release.waits"]);
    const looked = givenRepository(seen("waiting")).when(due(null));
    expect(looked.only("lookAtAssets").wanted).toEqual(wanted);
    expect(givenRepository().when(due(null)).effects).toEqual([]);
    expect(givenRepository(seen("waiting")).when(due("v1.4.0")).effects).toEqual([]);
  });

  it("has one timer, however many runs end meanwhile", () => {
    const one = givenRepository(seen("waiting")).when(seen("waiting", NOON + MINUTE));
    const other = givenRepository(seen("waiting")).when(seen("waiting", NOON + 2 * MINUTE));
    expect(one.ordered).toEqual(other.ordered);
  });

  it("is spoken of once, when it has waited for two hours; then it is looked at rarely, and in the end by runs alone", () => {
    const early = givenRepository(seen("waiting")).when(seen("waiting", NOON + 119 * MINUTE));
    expect(early.lane.unsaid).toEqual([]);
    const late = givenRepository(seen("waiting")).when(seen("waiting", NOON + 120 * MINUTE));
    expect(late.lane.unsaid).toMatchObject([
      { view: { template: "assets", outcome: "waiting", missing: ["checksums.txt"] } },
    ]);
    expect(late.effects).toMatchObject([{ effect: { type: "wake" }, delayMs: 60 * MINUTE }]);
    const later = givenRepository(seen("waiting"), seen("waiting", NOON + 120 * MINUTE));
    expect(later.when(seen("waiting", NOON + 180 * MINUTE)).lane.unsaid).toHaveLength(1);
    const week = later.when(seen("waiting", NOON + 8 * 24 * 60 * MINUTE));
    expect(week.effects).toEqual([]);
    expect(week.lane.awaited).toHaveLength(1);
  });

  it("is done with when it is published, or gone; that it was sealed without them is said", () => {
    for (const outcome of ["published", "gone"] as const) {
      const then = givenRepository(seen("waiting")).when(seen(outcome, NOON + MINUTE, []));
      expect(then.lane.awaited).toEqual([]);
      expect(then.lane.unsaid).toEqual([]);
    }
    const sealed = givenRepository().when(seen("sealed"));
    expect(sealed.lane.unsaid).toMatchObject([{ view: { outcome: "sealed" } }]);
    expect(sealed.lane.awaited ?? []).toEqual([]);
  });

  it("is awaited all the same where GitHub would not let it be looked at", () => {
    const event = givenUp({ type: "lookAtAssets", wanted }, "GitHub answered 502", NOON);
    expect(event).toMatchObject({ type: "AssetsSeen", outcome: "waiting" });
  });

  it.each(['"dist/x.tgz"', '"${{ x }}"', '""', '"a\\nb"'])(
    "is named in the config by plain names: not %s",
    (name) => {
      const text = `environments: { prod: }\nrelease:\n  assets: [${name}]\n`;
      const read = parseConfig(text, { path: ".github/waybill.yml", repositoryName: "shop" });
      expect(read.ok ? [] : read.problems).toMatchObject([{ line: 3 }]);
    },
  );
});
