import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { matchesGlob } from "node:path/posix";
import { componentsOfPaths } from "../../../src/core/notes/index.ts";

const matches = (glob: string, path: string) =>
  componentsOfPaths([path], [{ name: "it", paths: [glob] }]).length === 1;

describe("a glob", () => {
  it.each([
    ["api/**", "api/a/b.ts"],
    ["api/", "api/a/b.ts"],
    ["api/*.ts", "api/a.ts"],
    ["**/*.ts", "a.ts"],
    ["**/*.ts", "x/y/a.ts"],
    ["a/**/z", "a/z"],
    ["a/**/z", "a/b/c/z"],
    ["**", ".github/workflows/x.yml"],
    ["a?c", "abc"],
    ["**.md", "docs/deep/a.md"],
    ["a[b]{c,d}!(e)$", "a[b]{c,d}!(e)$"],
    ["ünï/*", "ünï/😀"],
  ])("%s matches %s", (glob, path) => {
    expect(matches(glob, path)).toBe(true);
  });

  it.each([
    ["api/**", "apix/a"],
    ["api/*.ts", "api/a/b.ts"],
    ["a?c", "a/c"],
    ["a/**/z", "az"],
    ["a/**/z", "a/xz"],
    ["api", "api/a"],
    ["*", "a/b"],
    ["", "a"],
  ])("%s does not match %s", (glob, path) => {
    expect(matches(glob, path)).toBe(false);
  });

  it("agrees with Node's on the three signs", () => {
    const piece = fc.constantFrom("a", "b", "ab", "*", "?", "a*", "**");
    const name = fc.constantFrom("a", "b", "ab", "ba");
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 5 }),
        fc.array(name, { minLength: 1, maxLength: 5 }),
        (glob, path) => {
          // Of a glob's end in `/**` Node says that the folder itself matches; git knows no folders, only files.
          fc.pre(glob.at(-1) !== "**");
          expect([glob, path, matches(glob.join("/"), path.join("/"))]).toEqual([
            glob,
            path,
            matchesGlob(path.join("/"), glob.join("/")),
          ]);
        },
      ),
    );
  });

  it("cannot be made slow", () => {
    const started = performance.now();
    expect(matches(`${"**/*a*".repeat(20)}b`, "a/".repeat(2_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

it("tells the components in their order; one without globs owns everything", () => {
  const components = [
    { name: "web", paths: ["web/**", "shared/**"] },
    { name: "api", paths: ["api/**", "shared/**"] },
    { name: "all", paths: [] },
  ];
  expect(componentsOfPaths(["shared/x"], components)).toEqual(["web", "api", "all"]);
  expect(componentsOfPaths(["api/x"], components)).toEqual(["api", "all"]);
  expect(componentsOfPaths([], components)).toEqual([]);
});
