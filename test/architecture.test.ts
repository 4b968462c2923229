import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const src = join(import.meta.dirname, "..", "src");

/**
 * Who may import whom, by folder of `src`. The core imports nobody; adapters know the core and never each other; the files at the top
 * put everything together.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  engine: ["core"],
  store: ["core"],
  github: ["core", "presets"],
  channels: ["core"],
  render: ["core"],
  http: ["core"],
  probe: ["core"],
  receipts: ["core"],
  // Tables, of packages that the core does not load.
  presets: ["core"],
  sandbox: [],
  // The empty name: the files at the top.
  cli: ["core", "presets", "receipts", "render", "sandbox", "store", "http", ""],
};

/** Packages that the core may use: they compute, and do nothing else. */
const CORE_PACKAGES = [
  "semver",
  "zod",
  "yaml",
  "re2js",
  "conventional-commits-parser",
  "conventional-changelog-conventionalcommits",
  "mdast-util-from-markdown",
  "mdast-util-gfm",
  "mdast-util-to-markdown",
  "micromark-extension-gfm",
  "mdast",
];

/** What the core may not even name: the clock, chance, the environment, promises' machinery. */
const IMPURE =
  /\b(Date\.now|new Date\(\)|Math\.random|process\.|setTimeout|setInterval|fetch\(|await |async |Promise[.<])/;

interface Import {
  readonly file: string;
  readonly from: string;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : path.endsWith(".ts") ? [path] : [];
  });
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8");
  return [
    ...text.matchAll(
      /^\s*(?:import|export)\b[^;]*?\bfrom\s+"([^"]+)"|^\s*import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm,
    ),
  ].map((match) => ({
    file,
    from: match[1] ?? match[2] ?? match[3] ?? "",
  }));
}

/** The folder of `src` a file is in; the empty name for the files at the top, which put everything together. */
function folderOf(file: string): string {
  const [first = "", ...rest] = relative(src, file).split("/");
  return rest.length === 0 ? "" : first;
}

const files = filesBelow(src);
const core = files.filter((file) => folderOf(file) === "core");

describe("the architecture", () => {
  it("has files to look at: a rule that sees nothing would hold for ever", () => {
    expect(core.length).toBeGreaterThan(30);
    expect(files.length).toBeGreaterThan(100);
  });

  it("names a rule for every folder", () => {
    const folders = new Set(files.map(folderOf).filter((folder) => folder !== ""));
    expect([...folders].filter((folder) => !(folder in MAY_IMPORT))).toEqual([]);
  });

  it.each(Object.entries(MAY_IMPORT))(
    "%s imports only from its own folder and from [%s]",
    (folder, allowed) => {
      const wrong = files
        .filter((file) => folderOf(file) === folder)
        .flatMap(importsOf)
        .filter(({ from }) => from.startsWith("."))
        .map(({ file, from }) => ({
          file: relative(src, file),
          target: folderOf(resolve(dirname(file), from)),
        }))
        .filter(({ target }) => target !== folder && !allowed.includes(target));
      expect(wrong).toEqual([]);
    },
  );

  it("the core imports no package but those that only compute", () => {
    const packages = core
      .flatMap(importsOf)
      .filter(({ from }) => !from.startsWith("."))
      .filter(({ from }) => !CORE_PACKAGES.includes(from.replace(/^semver\/functions\/.*/, "semver")));
    expect(packages.map(({ file, from }) => `${relative(src, file)}: ${from}`)).toEqual([]);
  });

  it("the core is pure: no clock, no chance, no environment, nothing asynchronous", () => {
    // Ports describe the shell's promises as types; they are the one place where the word may stand.
    const impure = core
      .filter((file) => !/core\/(channels\/|receipt\/)?ports\.ts$/.test(file))
      .flatMap((file) =>
        readFileSync(file, "utf8")
          .split("\n")
          .map((line, index) => ({
            line: line.replace(/^\s*(\*|\/\/|\/\*).*$/, "").replace(/\/\/.*$/, ""),
            where: `${relative(src, file)}:${index + 1}`,
          }))
          .filter(({ line }) => IMPURE.test(line)),
      );
    expect(impure).toEqual([]);
  });

  it("keeps files within 400 lines", () => {
    const long = files.filter((file) => readFileSync(file, "utf8").split("\n").length > 401);
    expect(long.map((file) => relative(src, file))).toEqual([]);
  });
});
