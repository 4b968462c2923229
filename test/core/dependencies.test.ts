/** What changed in dependencies, from the files that list them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareTexts,
  dependenciesOf,
  isTooLarge,
  LARGEST_DEPENDENCY_FILE,
  pairsOf,
  watchedFiles,
  type FileChanges,
} from "../../src/core/dependencies/index.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A lockfile of npm: what the root asks for, and what is installed. */
function lock(root: Fields, installed: Fields, others: Fields = {}): string {
  const packages = { "": root, ...others };
  for (const [name, entry] of Object.entries(installed))
    Object.assign(packages, {
      [`node_modules/${name}`]: typeof entry === "string" ? { version: entry } : entry,
    });
  return JSON.stringify({ lockfileVersion: 3, packages });
}

function compared(path: string, before: string | null, now: string | null): FileChanges {
  const outcome = compareTexts(path, before, now);
  if (outcome === "malformed") throw new Error("malformed");
  return outcome;
}

/** `zod 3.0.0 > 4.0.0 major` */
function told({ changes }: FileChanges): string[] {
  return changes.map(({ name, from, to, move, development, indirect }) =>
    [name, from ?? "-", ">", to ?? "-", move, development && "dev", indirect && "indirect"]
      .filter(Boolean)
      .join(" "),
  );
}

describe("a lockfile of npm", () => {
  const root = { dependencies: { zod: "^3.0.0", gone: "*", lodash: "*" }, devDependencies: { vitest: "*" } };

  it("tells what is new, gone and moved, what may break, and how many others have changed", () => {
    const now = { dependencies: { zod: "^4.0.0", pino: "*", lodash: "*" }, devDependencies: { vitest: "*" } };
    const changes = compared(
      "package-lock.json",
      lock(root, {
        zod: "3.25.0",
        gone: "1.0.0",
        lodash: "4.17.21",
        vitest: "5.0.0",
        deep: "1.0.0",
        old: "1.0.0",
      }),
      lock(now, {
        zod: "4.1.0",
        pino: "10.0.0",
        lodash: "4.17.20",
        vitest: "5.1.0",
        deep: "1.0.1",
        fresh: "1.0.0",
      }),
    );
    expect(told(changes)).toEqual([
      "gone 1.0.0 > -",
      "lodash 4.17.21 > 4.17.20 back",
      "pino - > 10.0.0",
      "zod 3.25.0 > 4.1.0 major",
      "vitest 5.0.0 > 5.1.0 dev",
    ]);
    expect(changes.indirect).toBe(3);
  });

  it("tells another licence, also of what is only needed by others", () => {
    const licensed = (licence: unknown, deep: string) =>
      lock(
        { dependencies: { db: "*" } },
        { db: { version: "1.0.0", license: licence }, deep: { version: "2.0.0", license: deep } },
      );
    const { changes } = compared(
      "package-lock.json",
      licensed("MIT", "ISC"),
      licensed({ type: "BUSL-1.1" }, "GPL-3.0-only"),
    );
    expect(changes.map(({ name, licence, indirect }) => [name, licence, indirect])).toEqual([
      ["db", { from: "MIT", to: "BUSL-1.1" }, false],
      ["deep", { from: "ISC", to: "GPL-3.0-only" }, true],
    ]);
  });

  it("takes what a workspace asks for from where Node.js finds it, and no workspace for a dependency", () => {
    const spaces = (own: string) =>
      lock(
        { dependencies: { web: "*" } },
        { zod: "4.0.0", web: { resolved: "web", link: true } },
        { web: { dependencies: { zod: "^3.0.0" } }, "web/node_modules/zod": { version: own } },
      );
    expect(told(compared("package-lock.json", spaces("3.0.0"), spaces("3.1.0")))).toEqual([
      "zod 3.0.0 > 3.1.0",
    ]);
  });

  it("takes no workspace that is new for a new dependency", () => {
    const web = { web: { resolved: "web", link: true } };
    const now = lock({ dependencies: { web: "*" } }, web, { web: {} });
    expect(compared("package-lock.json", lock({}, {}), now)).toEqual({ changes: [], more: 0, indirect: 0 });
  });

  it("tells a package from git by its commit, and an alias by what is really installed", () => {
    const from = (commit: string, real: string) =>
      lock(
        { dependencies: { own: "acme/own", mask: "npm:x" } },
        {
          own: { version: "1.0.0", resolved: `git+ssh://git@github.com/acme/own.git#${commit}` },
          mask: { name: real, version: "1.0.0" },
        },
      );
    expect(
      told(compared("package-lock.json", from("a".repeat(40), "good"), from("b".repeat(40), "evil"))),
    ).toEqual(["evil - > 1.0.0", "good 1.0.0 > -", "own 1.0.0#aaaaaaa > 1.0.0#bbbbbbb"]);
  });

  it("below 1.0.0 each minor may break", () => {
    const at = (version: string) => lock({ dependencies: { a: "*" } }, { a: version });
    expect(told(compared("package-lock.json", at("0.2.9"), at("0.3.0")))).toEqual(["a 0.2.9 > 0.3.0 major"]);
    expect(told(compared("package-lock.json", at("0.2.0"), at("0.2.1")))).toEqual(["a 0.2.0 > 0.2.1"]);
  });

  it("of very many changes lists a hundred and counts the rest", () => {
    const names = Array.from({ length: 250 }, (_none, at) => `p${at}`);
    const at = (version: string) =>
      lock(
        { dependencies: Object.fromEntries(names.map((name) => [name, "*"])) },
        Object.fromEntries(names.map((name) => [name, version])),
      );
    const { changes, more } = compared("package-lock.json", at("1.0.0"), at("1.0.1"));
    expect([changes.length, more]).toEqual([100, 150]);
  });
});

it("package.json tells ranges, and nothing of what is in the repository itself", () => {
  const file = (range: string) =>
    JSON.stringify({
      dependencies: { zod: range, web: "workspace:*", odd: 7 },
      devDependencies: { vitest: "^5.0.0" },
    });
  expect(told(compared("web/package.json", file("^3.2.0"), file("~4.0.0")))).toEqual([
    "zod ^3.2.0 > ~4.0.0 major",
  ]);
});

it("go.mod tells modules, replacements too, and how many are needed in turn", () => {
  const file = (chi: string, sys: string, extra = "") =>
    `module example.com/shop // the shop\n\ngo 1.24\n\nrequire github.com/one v1.0.0\nrequire (\n\tgithub.com/go-chi/chi/v5 ${chi}\n\t"golang.org/x/sys" ${sys} // indirect\n)\n${extra}`;
  const changes = compared(
    "go.mod",
    file("v5.0.0", "v0.1.0"),
    file("v5.1.0", "v0.2.0", "replace github.com/one v1.0.0 => ../one\n"),
  );
  expect(told(changes)).toEqual([
    "github.com/go-chi/chi/v5 v5.0.0 > v5.1.0",
    "github.com/one v1.0.0 > ../one",
  ]);
  expect(changes.indirect).toBe(1);
});

describe("which files are compared", () => {
  const stored = (files: Readonly<Record<string, string>>) =>
    new Map(Object.entries(files).map(([path, oid]) => [path, { oid, size: 10 }]));
  const paths = (before: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>) =>
    pairsOf(watchedFiles(null, [{ paths: ["api/src/**", "api/*.json"] }]), stored(before), stored(now)).map(
      (pairs) => pairs.map(({ path }) => path),
    );

  it("are those of the root and of the components' folders, or those that the config names", () => {
    const watched = watchedFiles(null, [{ paths: ["api/src/**", "**"] }]);
    expect(watched).toContain("package-lock.json");
    expect(watched).toContain("api/go.mod");
    expect(watched).toContain("api/src/package.json");
    expect(watchedFiles(["x/go.mod"], [{ paths: ["api/**"] }])).toEqual(["x/go.mod"]);
  });

  it("are the best of each folder that has changed; where the best has not, nothing has", () => {
    const both = {
      "package-lock.json": "1",
      "package.json": "1",
      "api/package.json": "1",
      "api/go.mod": "1",
    };
    expect(paths(both, { ...both, "package-lock.json": "2", "api/go.mod": "2" })).toEqual([
      ["package-lock.json", "package.json"],
      ["api/go.mod"],
    ]);
    expect(paths(both, { ...both, "package.json": "2" })).toEqual([]);
    expect(paths({ "package.json": "1" }, { "package.json": "2", "package-lock.json": "1" })).toEqual([
      ["package.json"],
    ]);
    expect(paths({}, { "go.mod": "1" })).toEqual([["go.mod"]]);
  });

  it("are none that are too large", () => {
    const large = { oid: "1", size: LARGEST_DEPENDENCY_FILE + 1 };
    expect(isTooLarge({ path: "go.mod", before: null, now: large })).toBe(true);
    expect(isTooLarge({ path: "go.mod", before: null, now: { ...large, size: 10 } })).toBe(false);
  });
});

describe("a file that is not what its name says", () => {
  it.each([
    ["package-lock.json", "<<<<<<< HEAD\n{}"],
    ["package-lock.json", "{}"],
    ["package-lock.json", '{"lockfileVersion":1,"dependencies":{}}'],
    ["package-lock.json", '{"packages":[]}'],
    ["package.json", "null"],
    ["package.json", "[".repeat(100_000)],
    ["go.mod", "version https://git-lfs.github.com/spec/v1"],
  ])("%s: %j is said to be none", (path, text) => {
    expect(compareTexts(path, text.slice(0, 100_000), null)).toBe("malformed");
    expect(dependenciesOf([{ path, outcome: "malformed" }])).toEqual({
      files: [],
      unread: [{ path, why: "malformed" }],
    });
  });

  it("never throws, whatever stands in it", () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    const entry = fc.record(
      { version: value, resolved: value, license: value, link: value, name: value },
      { requiredKeys: [] },
    );
    const file = fc.oneof(
      fc.string().map((text) => text),
      value.map((one) => JSON.stringify(one)),
      fc
        .tuple(fc.dictionary(fc.string(), fc.oneof(entry, value)), fc.dictionary(fc.string(), value))
        .map(([packages, dependencies]) =>
          JSON.stringify({ packages: { "": { dependencies }, __proto__: null, ...packages } }),
        ),
    );
    fc.assert(
      fc.property(
        fc.constantFrom("package-lock.json", "package.json", "go.mod"),
        file,
        file,
        (path, one, other) => {
          const outcome = compareTexts(path, one, other);
          expect(outcome === "malformed" || outcome.changes.every(({ name }) => name.length <= 214)).toBe(
            true,
          );
        },
      ),
    );
  });
});

it("nothing is told where nothing has changed", () => {
  expect(dependenciesOf([{ path: "go.mod", outcome: { changes: [], more: 0, indirect: 0 } }])).toBeNull();
});
