import { valid } from "semver";
import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import {
  developmentVersion,
  isReleaseTag,
  nearestBase,
  nearlyReleaseTag,
  nextVersion,
  tagOfVersion,
  tagPattern,
  versionAtEnd,
  versionOfTag,
} from "../../../src/core/notes/index.ts";

const change = (bump: "major" | "minor" | "patch" | null, releaseAs: string | null = null) => ({
  bump,
  releaseAs,
});

describe("the next version", () => {
  it.each([
    ["1.4.2", "major", "2.0.0"],
    ["1.4.2", "minor", "1.5.0"],
    ["1.4.2", "patch", "1.4.3"],
    ["0.4.2", "major", "1.0.0"],
    ["0.4.2", "minor", "0.5.0"],
    ["1.5.0-rc.2", "minor", "1.5.0-rc.3"],
    ["1.5.0-beta", "patch", "1.5.0-beta.0"],
  ] as const)("after %s by a %s change is %s", (base, bump, version) => {
    expect(nextVersion(base, change(bump))).toEqual({ version, bump, forced: false });
  });

  it("comes all the same where nothing is worth a release: the next patch, with no bump", () => {
    expect(nextVersion("1.4.2", change(null))).toEqual({ version: "1.4.3", bump: null, forced: false });
  });

  it("is the first one where there is no base", () => {
    expect(nextVersion(null, change("major")).version).toBe("0.1.0");
    expect(nextVersion(null, change("patch"), { initial: "1.0.0" }).version).toBe("1.0.0");
  });

  it("below 1.0.0 is what the policy says", () => {
    expect(nextVersion("0.4.2", change("major"), { bumpMinorPreMajor: true }).version).toBe("0.5.0");
    expect(nextVersion("0.4.2", change("minor"), { bumpPatchForMinorPreMajor: true }).version).toBe("0.4.3");
    expect(nextVersion("1.4.2", change("major"), { bumpMinorPreMajor: true }).version).toBe("2.0.0");
  });

  it("after a pre-release is the higher of its next and of the last stable one moved", () => {
    const policy = { lastStable: "1.4.2" };
    expect(nextVersion("1.5.0-rc.2", change("minor"), policy).version).toBe("1.5.0-rc.3");
    expect(nextVersion("1.5.0-rc.2", change("major"), policy).version).toBe("2.0.0-rc.1");
    expect(nextVersion("1.5.0-rc.2", change(null), policy).version).toBe("1.5.0-rc.3");
  });

  it("is what Release-As says, once", () => {
    expect(nextVersion("1.4.2", change(null, "2.0.0"))).toEqual({
      version: "2.0.0",
      bump: null,
      forced: true,
    });
    expect(nextVersion("2.0.0", change("patch", "2.0.0"))).toEqual({
      version: "2.0.1",
      bump: "patch",
      forced: false,
    });
    expect(nextVersion(null, change("minor", "3.1.0")).version).toBe("3.1.0");
  });

  it("of what is no version is a mistake of the caller", () => {
    expect(() => nextVersion("v1.2", change("patch"))).toThrow("not a version");
  });

  it("of a merge counts the commits since the base and sorts before the release", () => {
    expect(developmentVersion("1.5.0", 3)).toBe("1.5.0-dev.3");
    expect(developmentVersion("1.5.0-rc.1", 3)).toBe("1.5.0-rc.1.dev.3");
    expect(valid(developmentVersion("1.5.0", 0))).toBe("1.5.0-dev.0");
  });
});

describe("a release tag", () => {
  it.each([
    ["v{version}", "v1.5.0", "1.5.0"],
    ["v{version}", "v1.5.0-rc.1+build.7", "1.5.0-rc.1+build.7"],
    ["api-v{version}", "api-v1.5.0", "1.5.0"],
    ["{version}-final", "1.5.0-final", "1.5.0"],
    ["{version}", "1.5.0", "1.5.0"],
  ])("by %s: %s is %s", (pattern, tag, version) => {
    expect(versionOfTag(pattern, tag)).toBe(version);
    expect(tagOfVersion(pattern, version)).toBe(tag);
    expect(isReleaseTag(pattern, tag)).toBe(true);
  });

  it.each([
    ["v{version}", "1.5.0"],
    ["v{version}", "v1.5"],
    ["v{version}", "vv1.5.0"],
    ["v{version}", "v01.5.0"],
    ["v{version}", "v1.5.0 "],
    ["v{version}", "v=1.5.0"],
    ["v{version}", "v"],
    ["v{version}", `v1.5.0-${"a".repeat(300)}`],
    ["release", "release"],
    ["{version}{version}", "1.5.01.5.0"],
  ])("by %s: %s is none", (pattern, tag) => {
    expect(versionOfTag(pattern, tag)).toBeNull();
  });

  it("pattern has its version once", () => {
    expect(tagPattern("a{version}b")).toEqual({ before: "a", after: "b" });
    expect(tagPattern("a")).toBeNull();
    expect(tagOfVersion("v{version}", "$&")).toBe("v$&");
  });

  it.each([
    ["v{version}", "1.5.0", "v1.5.0"],
    ["v{version}", "V1.5.0", "v1.5.0"],
    ["v{version}", "v1.5", "v1.5.0"],
    ["v{version}", "v.1.5.0", "v1.5.0"],
    ["v{version}", "release-1.5.0", "v1.5.0"],
    ["v{version}", "v01.5.0", "v1.5.0"],
    ["{version}", "v1.5.0-rc.1", "1.5.0-rc.1"],
    ["api-v{version}", "api-v1.5", "api-v1.5.0"],
    ["api-v{version}", "API-v1.5.0", "api-v1.5.0"],
  ])("by %s is nearly %s: %s was meant", (pattern, tag, meant) => {
    expect(nearlyReleaseTag(pattern, tag)?.tag).toBe(meant);
  });

  it.each(["v1.5.0", "nightly", "2024", "v5", "deploy-2024-01-02", "v1.5.0.1", ""])(
    "by v{version} is not nearly %j",
    (tag) => {
      expect(nearlyReleaseTag("v{version}", tag)).toBeNull();
    },
  );

  it.each([
    ["pkg-v1.2.3", "1.2.3"],
    ["@acme/pkg@1.2.3-beta.1", "1.2.3-beta.1"],
    ["1.2.3", "1.2.3"],
    ["nightly", null],
    ["v1.2", null],
    ["v1.2.3.4", null],
  ])("of any kind: %s ends in %s", (tag, version) => {
    expect(versionAtEnd(tag)).toBe(version);
  });

  it("never throws, whatever the tag", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (tag) => {
        const version = versionOfTag("v{version}", tag);
        expect(version === null || tagOfVersion("v{version}", version) === tag).toBe(true);
        nearlyReleaseTag("v{version}", tag);
        versionAtEnd(tag);
      }),
    );
  });
});

describe("the base", () => {
  const candidate = (version: string, distance: number) => ({
    tag: `v${version}`,
    version,
    sha: "0".repeat(40),
    distance,
  });

  it("is the nearest release in the graph, not the newest", () => {
    expect(nearestBase([candidate("1.4.0", 9), candidate("1.4.1", 3), candidate("2.0.0", 20)])?.tag).toBe(
      "v1.4.1",
    );
  });

  it("of several equally near ones is the highest", () => {
    expect(nearestBase([candidate("1.9.0", 3), candidate("1.10.0", 3)])?.tag).toBe("v1.10.0");
  });

  it("is no pre-release unless that is asked for, or all there is", () => {
    const both = [candidate("1.4.0", 9), candidate("1.5.0-rc.1", 2)];
    expect(nearestBase(both)?.tag).toBe("v1.4.0");
    expect(nearestBase(both, true)?.tag).toBe("v1.5.0-rc.1");
    expect(nearestBase(both.slice(1))?.tag).toBe("v1.5.0-rc.1");
  });

  it("may be missing", () => {
    expect(nearestBase([])).toBeNull();
  });
});
