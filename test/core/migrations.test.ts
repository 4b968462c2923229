/** Which migrations a change brings, and which of them make a floor. */
import { describe, expect, it } from "vitest";
import type { ComponentConfig } from "../../src/core/config/index.ts";
import { declaresMigrations, floorOf, migrationsIn } from "../../src/core/migrations.ts";
import { plansFor } from "./given.ts";

const components = (text: string): readonly ComponentConfig[] =>
  plansFor(`components:\n${text}\nenvironments: { prod: {} }`)[0]?.components ?? [];

const SHOP = components(`
  api: { paths: ["api/**"], migration: { kind: contract, paths: ["api/db/**"] } }
  web: { paths: ["web/**"], migration: expand }
  jobs: { paths: ["jobs/**"], migration: true }
  docs: { paths: ["docs/**"] }`);
const seen = (...files: string[]) =>
  migrationsIn(SHOP, files).seen.map(({ component, kind }) => `${component} ${kind}`);

describe("the migrations of a change", () => {
  it("are those of the components that declare one and have changed", () => {
    expect(seen("web/a.ts", "docs/a.md")).toEqual(["web expand"]);
    expect(seen("docs/a.md", "README.md")).toEqual([]);
    expect(seen("jobs/run.ts", "web/a.ts")).toEqual(["web expand", "jobs irreversible"]);
  });
  it("are told by the paths that mark them, where there are any", () => {
    expect(seen("api/server.ts")).toEqual([]);
    expect(seen("api/db/0007_drop.sql")).toEqual(["api contract"]);
  });
  it("may be any that is declared, where nobody can tell what changed", () => {
    expect(migrationsIn(SHOP, null)).toEqual({
      known: false,
      seen: [
        { component: "api", kind: "contract" },
        { component: "web", kind: "expand" },
        { component: "jobs", kind: "irreversible" },
      ],
    });
  });
  it("make a floor where an older release would not find its way back", () => {
    expect(floorOf(migrationsIn(SHOP, null)).map(({ component }) => component)).toEqual(["api", "jobs"]);
    const reversible = components(`  api: { migration: reversible }`);
    expect(floorOf(migrationsIn(reversible, ["a.ts"]))).toEqual([]);
  });
  it("nobody looks for them where none is declared", () => {
    expect(declaresMigrations(SHOP)).toBe(true);
    expect(declaresMigrations(components("  docs: {}"))).toBe(false);
  });
});
