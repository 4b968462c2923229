/** `waybill changelog`: a clone's CHANGELOG.md gets what it lacks, and keeps every byte that it had. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { changelog } from "../../src/cli/changelog.ts";
import { givenClone, runCommand, type Clone } from "./given-clone.ts";

let clone: Clone;

beforeEach(() => {
  clone = givenClone();
  clone.git("remote", "add", "origin", "git@github.com:acme/shop.git");
  clone.commit("feat: open the shop");
  clone.git("tag", "v1.0.0");
  clone.commit("feat(api): accept vouchers (#12)");
  clone.git("tag", "v1.1.0-rc.1");
  clone.commit("fix: round down");
  clone.git("tag", "v1.1.0");
  clone.commit("feat: not yet released");
});

afterEach(() => clone.remove());

const run = (...argv: string[]) => runCommand(changelog, ["--repo", clone.folder, ...argv]);
const file = (path = "CHANGELOG.md") => join(clone.folder, path);

describe("waybill changelog", () => {
  test("prints what is lacking, and writes nothing by itself", async () => {
    const { code, out, err } = await run();
    expect(code).toBe(0);
    expect(out).toMatch(
      /^## \[1\.1\.0\]\(https:\/\/github\.com\/acme\/shop\/compare\/v1\.0\.0\.\.\.v1\.1\.0\)/,
    );
    expect(out).toContain("* **api:** accept vouchers ([#12](https://github.com/acme/shop/issues/12))");
    expect(out).toContain("## 1.0.0 (");
    expect(out).not.toMatch(/rc\.1|not yet/);
    expect(err).toContain("not written");
    expect(existsSync(file())).toBe(false);
  });

  test("writes a whole file where there is none, and a second time nothing", async () => {
    expect((await run("--write")).code).toBe(0);
    const text = readFileSync(file(), "utf8");
    expect(text).toMatch(/^# Changelog\n\n## \[1\.1\.0\][^]*\n\n## 1\.0\.0 \(/);
    const again = await run("--write");
    expect(again.err).toContain("nothing to add");
    expect(readFileSync(file(), "utf8")).toBe(text);
  });

  test("adds only what is newer than the newest in the file, and touches no byte of it", async () => {
    const before = Buffer.concat([
      Buffer.from("# Changes\r\n\r\n## 1.0.5\r\n\r\n* by hand, in "),
      Buffer.from([0xe9, 0xff, 0x20]),
      Buffer.from("latin1\r\n"),
    ]);
    writeFileSync(file(), before);
    await run("--write");
    const after = readFileSync(file());
    expect(
      after.toString("latin1").endsWith(before.toString("latin1").slice("# Changes\r\n\r\n".length)),
    ).toBe(true);
    expect(after.toString("latin1")).toMatch(/^# Changes\r\n\r\n## \[1\.1\.0\]/);
    expect(after.toString("latin1")).not.toMatch(/[^\r]\n|## 1\.0\.0/);
    await run("--write", "--all");
    expect(readFileSync(file(), "latin1")).toMatch(/## 1\.0\.5[^]*## 1\.0\.0/);
  });

  test("writes the file that the config names, in the config's own sections", async () => {
    clone.commit("docs: explain vouchers", {
      ".github/waybill.yml":
        "environments: { prod: }\nrelease: { changelog: docs/CHANGES.md, sections: { docs: Manual } }\n",
      "docs/index.md": "x",
    });
    clone.git("tag", "v1.2.0");
    await run("--write");
    expect(readFileSync(file("docs/CHANGES.md"), "utf8")).toContain("### Manual\n\n* explain vouchers");
  });

  test("refuses what is no file of the clone, and what is no option", async () => {
    expect(await run("--file", "../elsewhere.md")).toMatchObject({ code: 2 });
    expect(await run("--nonsense")).toMatchObject({ code: 2 });
    expect(await run("--to", "nowhere")).toMatchObject({ code: 1 });
  });
});
