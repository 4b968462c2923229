/** The words of the check on a config, and of the issue about a broken one. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ConfigVerdict } from "../../src/core/config-check/check.ts";
import type { ConfigIssueView } from "../../src/core/config-check/issue.ts";
import type { CommitSha } from "../../src/core/ids.ts";
import { createTextRenderer } from "../../src/render/text.ts";

const golden = join(import.meta.dirname, "../golden/config-check");
const text = createTextRenderer();
const sha = (digit: string) => digit.repeat(40) as CommitSha;
const PATH = ".github/waybill.yml";
const problem = (line: number, message: string, mend: string) => ({
  path: PATH,
  line,
  column: 5,
  at: "environments.prod",
  value: "x",
  message,
  mend,
});
const meaning = {
  pipeline: [["dev"], ["east", "west"], ["prod"]],
  componentCount: 2,
  releaseOn: "tag",
} as const;
const MISSING = problem(
  7,
  "there is no .github/workflows/deploy.yml",
  "add it on the same branch, or mend its name here",
);
const DOUBT = problem(
  9,
  "this address is inside a private network",
  "whoever runs Waybill can allow it by WAYBILL_ALLOW_PRIVATE",
);

const VERDICTS: Readonly<Record<string, ConfigVerdict>> = {
  good: { kind: "read", problems: [], warnings: [], meaning },
  doubtful: { kind: "read", problems: [], warnings: [DOUBT], meaning: { ...meaning, releaseOn: "merge" } },
  "in-the-way": { kind: "read", problems: [MISSING], warnings: [DOUBT], meaning },
  broken: {
    kind: "read",
    problems: [problem(3, "unknown setting", "did you mean `promote`?")],
    warnings: [],
    meaning: null,
  },
  gone: { kind: "gone", path: PATH },
  defaults: { kind: "defaults" },
  withheld: { kind: "withheld" },
};

const BROKEN: ConfigIssueView = {
  path: PATH,
  head: sha("a"),
  problems: [{ line: 3, column: 5, message: "unknown setting", mend: "did you mean `promote`?" }],
  inForce: sha("b"),
  end: null,
};
const ISSUES: Readonly<Record<string, ConfigIssueView>> = {
  "issue-broken": BROKEN,
  "issue-from-the-first-day": { ...BROKEN, inForce: null },
  "issue-mended": { ...BROKEN, end: { head: sha("c") } },
  "issue-in-defaults": { ...BROKEN, path: `acme/.github: ${PATH}` },
  "issue-in-both": {
    ...BROKEN,
    problems: [...BROKEN.problems, { ...BROKEN.problems[0], path: `acme/.github: ${PATH}` } as never],
  },
  "issue-gone": { ...BROKEN, end: { head: null } },
};

describe("the check on a pull request that changes the config", () => {
  it.each(Object.entries(VERDICTS))("%s", async (name, verdict) => {
    const { title, summary } = text.configCheck(verdict);
    await expect(`${title}\n\n${summary}\n`).toMatchFileSnapshot(join(golden, `${name}.md`));
  });

  it("cannot be made to say anything else by what stands in a stranger's file", () => {
    const evil = "x | y <img src=x> @acme/all `z` [a](javascript:b)\n# big";
    const broken: ConfigVerdict = {
      kind: "read",
      problems: [problem(1, evil, evil)],
      warnings: [],
      meaning: null,
    };
    const { title, summary } = text.configCheck(broken);
    expect(title).not.toContain("img");
    for (const raw of ["<img", " @acme", "[a](", "\n# big"]) expect(summary).not.toContain(raw);
    expect(summary.split("\n").filter((line) => line.startsWith("| `"))).toHaveLength(1);
  });

  it("stays within GitHub's limit, however much is wrong", () => {
    const many = Array.from({ length: 400 }, (_none, at) => problem(at, "w".repeat(300), "m".repeat(300)));
    const { title, summary } = text.configCheck({ kind: "read", problems: many, warnings: many, meaning });
    expect(title.length).toBeLessThanOrEqual(140);
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(65_535);
  });
});

describe("the issue about a config that is broken on the default branch", () => {
  it.each(Object.entries(ISSUES))("%s", async (name, view) => {
    const { title, body } = text.configIssue(view);
    await expect(`${title}\n\n${body.text}\n`).toMatchFileSnapshot(join(golden, `${name}.md`));
  });
});
