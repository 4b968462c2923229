/** What the short commands load: a person who wants to see notes does not wait for a server's packages. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");
/** A clone with one commit. */
const CLONE = mkdtempSync(join(tmpdir(), "waybill-imports-"));
const git = (...args: string[]) => execFileSync("git", ["-C", CLONE, ...args]);
git("init", "-q");
git(
  "-c",
  "user.name=ana",
  "-c",
  "user.email=ana@example.com",
  "commit",
  "-q",
  "--allow-empty",
  "-m",
  "feat: one",
);
afterAll(() => rmSync(CLONE, { recursive: true }));

const CONFIG = "test/golden/config/readme-example/waybill.yml";
/** Says at the end which packages were loaded. */
const WATCH = `
import { registerHooks } from "node:module";
const packages = new Set();
registerHooks({
  load(url, context, next) {
    const name = /.*node_modules\\/((?:@[^/]+\\/)?[^/]+)\\//.exec(url)?.[1];
    if (name !== undefined) packages.add(name);
    return next(url, context);
  },
});
process.on("exit", () => process.stderr.write("\\nloaded: " + JSON.stringify([...packages])));
`;
const SERVERS_ONLY = /^(probot|kysely|pg|pino|hono|graphql|@octokit\/.*|@prometheus-io\/.*)$/;

function packagesOf(...command: string[]): string[] {
  const watch = `data:text/javascript,${encodeURIComponent(WATCH)}`;
  const { stderr, status } = spawnSync(
    process.execPath,
    ["--import", watch, join(ROOT, "bin", "guard.mjs"), "src/cli/main.ts", ...command],
    { cwd: ROOT, encoding: "utf8" },
  );
  expect(status, stderr).toBe(0);
  const loaded = JSON.parse(/\nloaded: (.*)$/.exec(stderr)?.[1] ?? "") as string[];
  return loaded.toSorted();
}

describe("a short command loads only what it needs", () => {
  it.each([
    ["notes --help", ["notes", "--help"]],
    ["notes --format json", ["notes", "--repo", CLONE, "--all", "--format", "json"]],
    ["notes", ["notes", "--repo", CLONE, "--all"]],
    ["validate", ["validate", CONFIG]],
    ["help", ["help"]],
    ["backup --help", ["backup", "--help"]],
    ["export --help", ["export", "--help"]],
    ["import --help", ["import", "--help"]],
  ])("%s: nothing of the server", (_name, command) => {
    expect(packagesOf(...command).filter((name) => SERVERS_ONLY.test(name))).toEqual([]);
  });

  it("the commands on the store load the database's packages, and none of GitHub's", () => {
    const folder = mkdtempSync(join(tmpdir(), "waybill-imports-store-"));
    process.env["DATABASE_URL"] = `sqlite:${folder}/waybill.db`;
    try {
      const file = join(folder, "empty.jsonl");
      const create = new URL("create-store.ts", import.meta.url).pathname;
      execFileSync(process.execPath, [create, process.env["DATABASE_URL"]]);
      const loaded = [["backup"], ["export", file]].map((command) => packagesOf(...command));
      process.env["DATABASE_URL"] = `sqlite:${folder}/new.db`;
      loaded.push(packagesOf("import", file));
      for (const packages of loaded)
        expect(packages.filter((name) => SERVERS_ONLY.test(name) && !/^(kysely|pg)$/.test(name))).toEqual([]);
      // Copying a file needs no client of PostgreSQL.
      expect(loaded[0]).not.toContain("pg");
    } finally {
      delete process.env["DATABASE_URL"];
      rmSync(folder, { recursive: true });
    }
  });

  it("templates are loaded to print Markdown and not before", () => {
    expect(packagesOf("notes", "--repo", CLONE, "--all", "--format", "json")).not.toContain("handlebars");
    expect(packagesOf("notes", "--repo", CLONE, "--all")).toContain("handlebars");
  });

  it("zod checks configs and nothing else, and help needs no package at all", () => {
    expect(packagesOf("notes", "--repo", CLONE, "--all")).not.toContain("zod");
    expect(packagesOf("validate", CONFIG).toSorted()).toEqual(["re2js", "semver", "yaml", "zod"]);
    expect(packagesOf("help")).toEqual([]);
  });
});
