/** Versions of components beside the release's. */
import fc from "fast-check";
import semver from "semver";
import { describe, expect, it } from "vitest";
import { componentVersions, seriesOf, type ComponentStand } from "../../src/core/component-versions.ts";
import { summarise, type Bump, type NotesModel } from "../../src/core/notes/index.ts";

const HEADERS: Readonly<Record<Bump, string>> = {
  patch: "fix: round down",
  minor: "feat: take vouchers",
  major: "feat!: take nothing else",
};

function model(bump: Bump | null): NotesModel {
  return summarise(bump === null ? [] : [{ sha: "a".repeat(40), message: HEADERS[bump] }]);
}

function stand(name: string, current: string | null, bump: Bump | null, more: Partial<ComponentStand> = {}) {
  const taken = current === null ? [] : [current];
  return { name, current, taken, here: null, model: model(bump), ...more };
}

function next(
  stands: readonly ComponentStand[],
  rules: Partial<Parameters<typeof componentVersions>[1]> = {},
) {
  return componentVersions(stands, { series: null, ...rules }).map((one) => `${one.name} ${one.next ?? "–"}`);
}

describe("a release in which components have their own versions", () => {
  it("moves each by its own changes, and leaves alone what has none", () => {
    const stands = [
      stand("api", "2.3.0", "minor"),
      stand("web", "1.1.4", "patch"),
      stand("docs", "0.2.0", null),
    ];
    expect(next(stands)).toEqual(["api 2.4.0", "web 1.1.5", "docs –"]);
  });

  it("gives a first version to what never had one, once it changes", () => {
    expect(next([stand("api", null, "minor"), stand("web", null, null)])).toEqual(["api 0.1.0", "web –"]);
    expect(next([stand("api", null, "minor")], { policy: { initial: "1.0.0" } })).toEqual(["api 1.0.0"]);
  });

  it("goes below 1.0.0 by the team's policy", () => {
    const stands = [stand("api", "0.3.1", "major")];
    expect(next(stands)).toEqual(["api 1.0.0"]);
    expect(next(stands, { policy: { bumpMinorPreMajor: true } })).toEqual(["api 0.4.0"]);
  });

  it("keeps what is linked on one version: the highest that any had, moved by the highest change", () => {
    const stands = [
      stand("api", "2.3.0", "patch"),
      stand("client", "2.2.9", "minor"),
      stand("web", "1.0.0", null),
    ];
    expect(next(stands, { linked: [["api", "client"]] })).toEqual(["api 2.4.0", "client 2.4.0", "web –"]);
    const idle = [stand("api", "2.3.0", null), stand("client", "2.3.0", null)];
    expect(next(idle, { linked: [["api", "client"]] })).toEqual(["api –", "client –"]);
  });

  it("never takes a version that stands elsewhere: a hotfix's line may have it", () => {
    expect(next([stand("api", "2.3.0", "patch", { taken: ["2.3.0", "2.3.1", "2.3.2"] })])).toEqual([
      "api 2.3.3",
    ]);
  });

  it("goes along with a pre-release, in its series, and counts there by itself", () => {
    const stands = [
      stand("api", "2.3.0", "minor", { taken: ["2.3.0", "2.4.0-rc.1", "2.4.0-rc.2", "2.4.0-beta.7"] }),
      stand("web", "1.1.4", "patch"),
    ];
    expect(next(stands, { series: seriesOf("1.5.0-rc.3") })).toEqual(["api 2.4.0-rc.3", "web 1.1.5-rc.1"]);
    expect([seriesOf("1.5.0"), seriesOf("1.5.0-1"), seriesOf("1.5.0-rc.1")]).toEqual([null, null, "rc"]);
  });

  it("takes the version that a tag on the release's commit names already", () => {
    expect(next([stand("api", "2.3.0", "patch", { here: "3.0.0" })])).toEqual(["api 3.0.0"]);
  });

  it("does not move a component by a `Release-As` that speaks of the release", () => {
    const said = summarise([{ sha: "a".repeat(40), message: "feat: take vouchers\n\nRelease-As: 9.0.0" }]);
    expect(said.releaseAs).toBe("9.0.0");
    expect(next([stand("api", "2.3.0", null, { model: said })])).toEqual(["api 2.4.0"]);
  });
});

describe("whatever versions there are", () => {
  const version = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)).map((parts) => parts.join("."));
  const bump = fc.constantFrom<Bump | null>(null, "patch", "minor", "major");

  it("a component that changed gets a higher version than it had, which nothing else has; one that did not gets none", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ current: fc.option(version), bump, others: fc.array(version) }), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.constantFrom(null, "rc"),
        (drawn, series) => {
          const stands = drawn.map((one, at) =>
            stand(`c${at}`, one.current, one.bump, { taken: [...one.others, one.current ?? []].flat() }),
          );
          for (const [at, { next: found }] of componentVersions(stands, { series }).entries()) {
            const given = stands[at];
            expect(found === null).toBe(drawn[at]?.bump === null);
            if (found === null || given === undefined) continue;
            expect(given.taken).not.toContain(found);
            if (given.current !== null) expect(semver.gt(found, given.current)).toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
