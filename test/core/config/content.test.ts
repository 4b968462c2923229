/** What notices and notes show besides the changes, as the config says it. */
import { expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/index.ts";

const reading = (release: string) =>
  parseConfig(`environments: { prod: }\nrelease: ${release}`, {
    path: ".github/waybill.yml",
    repositoryName: "shop",
  });

const content = (release: string) => {
  const read = reading(release);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const { branch: _branch, tag: _tag, on: _on, permission: _permission, ...rest } = read.config.release;
  return rest;
};

const problem = (release: string) => {
  const read = reading(release);
  return read.ok ? null : read.problems.map(({ line, message, mend }) => ({ line, message, mend }))[0];
};

test("what goes without saying is not kept", () => {
  expect(content("{ contributors: true, dependencies: true }")).toEqual({});
});

test("nobody is named, and no dependency told, where the config says so", () => {
  expect(content("{ contributors: false, dependencies: false }")).toEqual({
    contributors: false,
    dependencies: [],
  });
});

test("lockfiles and manifests are named by their paths", () => {
  expect(content("{ dependencies: [api/package-lock.json, tools/go.mod] }")).toEqual({
    dependencies: ["api/package-lock.json", "tools/go.mod"],
  });
});

test("a team's words on early access, and how changes are grouped, are kept", () => {
  expect(content(`{ earlyAccess: "Ask us.", groupBy: scope }`)).toEqual({
    earlyAccess: "Ask us.",
    groupBy: "scope",
  });
  expect(content("{ groupBy: type }")).toEqual({});
  expect(problem(`{ earlyAccess: " " }`)).toMatchObject({
    line: 2,
    message: expect.stringContaining("2000"),
  });
  expect(problem(`{ earlyAccess: "${"x".repeat(2_001)}" }`)).not.toBeNull();
  expect(problem("{ groupBy: author }")).not.toBeNull();
});

test.each([
  ["yarn.lock", /`yarn\.lock` is no file that Waybill can read/],
  ["/go.mod", /not a path from the repository's root/],
  ["../go.mod", /not a path from the repository's root/],
  ["a//go.mod", /not a path from the repository's root/],
])("%s cannot be one", (path, message) => {
  expect(problem(`{ dependencies: ["${path}"] }`)).toMatchObject({
    line: 2,
    message: expect.stringMatching(message),
  });
});
