/** `release.changelog`: a file inside of the repository, and no workflow. */
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/core/config/index.ts";
import { plansOf } from "../../../src/core/plans.ts";
import { sha } from "../given.ts";

function reading(changelog: string) {
  const text = `environments: { prod: }\nrelease:\n  changelog: ${changelog}\n`;
  return parseConfig(text, { path: ".github/waybill.yml", repositoryName: "shop" });
}

const pathOf = (changelog: string) => {
  const read = reading(changelog);
  return read.ok ? read.config.release.changelog : read.problems;
};

describe("release.changelog", () => {
  it("is a file, or the usual one, or none", () => {
    expect(pathOf("true")).toBe("CHANGELOG.md");
    expect(pathOf("docs/CHANGES.md")).toBe("docs/CHANGES.md");
    expect(pathOf("false")).toBeUndefined();
    const read = reading("true");
    const [plan] = read.ok ? plansOf(read.config, sha("a1"), "main") : [];
    expect(plan?.changelog).toBe("CHANGELOG.md");
  });

  it.each([
    "../CHANGELOG.md",
    "docs/../../x.md",
    "/etc/passwd",
    "./CHANGELOG.md",
    "docs//x.md",
    ".github/workflows/deploy.yml",
    ".GitHub/Workflows/deploy.yml",
    ".git/config",
    '"a\\nb.md"',
    '"x${{ y }}.md"',
    '""',
    "7",
  ])("refuses %s, by line, with a mend", (path) => {
    const read = reading(path);
    expect(read.ok).toBe(false);
    const [problem] = read.ok ? [] : read.problems;
    expect(problem).toMatchObject({ line: 3 });
    expect(problem?.mend).not.toBe("");
  });
});
