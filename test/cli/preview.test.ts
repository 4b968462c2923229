import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { preview } from "../../src/cli/preview.ts";
import { givenClone, runCommand, type Clone } from "./given-clone.ts";

let clone: Clone;
beforeEach(() => {
  clone = givenClone();
  clone.commit("feat: old", {
    ".github/waybill.yml": "release: { sections: { deps: Dependencies }, strict: true }\n",
  });
  clone.git("tag", "v1.4.2");
});
afterEach(() => clone.remove());

const run = (...argv: string[]) => runCommand(preview, ["--repo", clone.folder, ...argv]);

describe("waybill preview", () => {
  it("says what the check would say, by the clone's releases, its commits and its config", async () => {
    clone.commit("feat: merged already");
    const answer = await run("--title", "deps: bump vouchers");
    expect(answer).toMatchObject({ code: 0, err: "" });
    expect(answer.out).toMatch(/^success: patch: 1\.5\.0 stays the next version\n\n/);
    expect(answer.out).toContain("### Dependencies\n\n- bump vouchers\n");
    expect(answer.out).toContain("Worked out for `HEAD` at ");
  });

  it("reads the text from a file, and says all of it in JSON", async () => {
    const file = join(clone.folder, "body.md");
    writeFileSync(file, "BREAKING CHANGE: no more coupons\n");
    const { code, out } = await run(
      "--title",
      "feat(api): vouchers",
      "--body",
      file,
      "--base",
      "main",
      "--json",
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      conclusion: "success",
      title: "major: 1.4.2 becomes 2.0.0",
      base: { tag: "v1.4.2", version: "1.4.2" },
      before: { version: "1.4.3", releases: false },
      version: "2.0.0",
      releases: true,
      bump: "major",
      sections: [
        { title: "Features", entries: [{ type: "feat", scope: "api", breaking: true, text: "vouchers" }] },
      ],
      breaking: [{ text: "no more coupons", scope: "api" }],
      unsorted: [],
      undone: [],
    });
  });

  it("fails as the check would, where the team is strict; and is content without a release", async () => {
    const strict = await run("--title", "Tidy up");
    expect(strict).toMatchObject({ code: 1, out: expect.stringMatching(/^failure: /) as string });
    clone.git("tag", "-d", "v1.4.2");
    expect(await run("--title", "feat: begin")).toMatchObject({
      code: 0,
      out: expect.stringContaining("the first release is 0.1.0") as string,
    });
  });

  it.each([
    [2, "--title is missing", []],
    [2, "one line", ["--title", "a\nb"]],
    [2, "cannot be a ref", ["--title", "feat: a", "--base=--output=x"]],
    [2, "Unknown option", ["--title", "feat: a", "--nonsense"]],
    [1, "there is no commit", ["--title", "feat: a", "--base", "nowhere"]],
    [1, "cannot be read", ["--title", "feat: a", "--body", "/nowhere"]],
  ])("exits with %i where %s", async (code, words, argv) => {
    expect(await run(...argv)).toMatchObject({
      code,
      out: "",
      err: expect.stringContaining(words) as string,
    });
  });
});
