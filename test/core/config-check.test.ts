/** What is said of a config before it is merged: by the workflows that it names, and by where its addresses lead. */
import { describe, expect, it } from "vitest";
import { conclusionOf, configVerdict } from "../../src/core/config-check/check.ts";
import { workflowPaths } from "../../src/core/config-check/workflows.ts";
import type { Reach } from "../../src/core/config/addresses.ts";
import { parsePlaced } from "../../src/core/config/parse.ts";
import { readWorkflow } from "../../src/core/workflow.ts";

const CONFIG = `components:
  api: { workflow: deploy.yml }
  web: { workflow: deploy.yml, needs: [api] }
environments:
  staging:
    inputs: { region: eu-west-1 }
  prod:
    components: { web: { workflow: web.yml, inputs: { size: large } } }
    rollout: { after: [{ workflow: smoke.yml }] }
    database: { backup: backup.yml, restore: restore.yml }
`;
const workflow = (inputs = "", on = "workflow_dispatch") =>
  `on:\n  ${on}:\n${inputs === "" ? "" : `    inputs:\n${inputs}`}jobs:\n  x: { runs-on: u, steps: [{ run: x }] }\n`;
const region = "      region: { type: string }\n";
const GOOD: Readonly<Record<string, string>> = {
  "deploy.yml": workflow(region),
  "web.yml": workflow("      size: { type: choice, options: [small, large] }\n"),
  "smoke.yml": workflow(),
  "backup.yml": workflow(),
  "restore.yml": workflow("      recovery_point: { type: string }\n"),
};

function verdictOn(
  files: Readonly<Record<string, string | null>>,
  { config = CONFIG, reach, limit }: { config?: string; reach?: Reach; limit?: number } = {},
) {
  const there: Readonly<Record<string, string | null>> = { ...GOOD, ...files };
  const context = { path: ".github/waybill.yml", repositoryName: "shop", ...(reach ? { reach } : {}) };
  return configVerdict(
    parsePlaced(config, context),
    (path) => {
      const text = there[path.replace(".github/workflows/", "")];
      return text === undefined || text === null ? "missing" : readWorkflow(text, path);
    },
    limit,
  );
}

const said = (verdict: ReturnType<typeof verdictOn>) =>
  verdict.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);

describe("the workflows that a config names", () => {
  it("are those of components, hooks and the database, each once", () => {
    const { reading } = parsePlaced(CONFIG, { path: "", repositoryName: "shop" });
    expect(reading.ok && workflowPaths(reading.config)).toEqual(
      ["deploy", "web", "smoke", "backup", "restore"]
        .map((name) => `.github/workflows/${name}.yml`)
        .toSorted((one) => (one.includes("deploy") ? -1 : 0)),
    );
  });

  it("stand in no config's way where they are as they should be; then it is said what the config means", () => {
    const verdict = verdictOn({});
    expect(verdict).toEqual({
      kind: "read",
      problems: [],
      warnings: [],
      meaning: { pipeline: [["staging"], ["prod"]], componentCount: 2, releaseOn: "tag" },
    });
    expect(conclusionOf(verdict)).toBe("success");
  });

  it.each<[string, Record<string, string | null>, string]>([
    ["is missing", { "deploy.yml": null }, "2:20 there is no .github/workflows/deploy.yml"],
    ["is missing in one environment", { "web.yml": null }, "8:36 there is no .github/workflows/web.yml"],
    ["is missing as a hook", { "smoke.yml": null }, "9:36 there is no .github/workflows/smoke.yml"],
    ["is missing for the database", { "backup.yml": null }, "10:17 there is no .github/workflows/backup.yml"],
    [
      "cannot be dispatched",
      { "deploy.yml": workflow("", "push") },
      "2:20 .github/workflows/deploy.yml cannot be started by Waybill: its `on:` has no workflow_dispatch",
    ],
    [
      "is no workflow",
      { "smoke.yml": "on: push\n" },
      "9:36 it cannot be used: .github/workflows/smoke.yml: it has no jobs",
    ],
    [
      "wants an input that nobody gives",
      { "smoke.yml": workflow("      token: { required: true }\n") },
      "7:3 .github/workflows/smoke.yml requires the input token, which nobody supplies",
    ],
    [
      "does not take a value",
      { "web.yml": workflow("      size: { type: choice, options: [small] }\n") },
      "8:61 .github/workflows/web.yml does not take large for the input size: it takes one of small",
    ],
    [
      "does not declare an input that the config gives",
      { "deploy.yml": workflow() },
      "6:15 no workflow of staging declares the input region",
    ],
    [
      "restores nobody knows what",
      { "restore.yml": workflow() },
      "10:37 .github/workflows/restore.yml does not declare the input recovery_point, by which it is told what to restore",
    ],
  ])("one that %s is said where the config names it", (_name, files, expected) => {
    const verdict = verdictOn(files);
    expect(said(verdict)).toEqual([expected]);
    expect(conclusionOf(verdict)).toBe("failure");
    // The server takes such a config: it is refused when it is acted on.
    expect(verdict.meaning).not.toBeNull();
  });

  it("are not judged by what only a release tells, nor where nobody has looked", () => {
    const odd = workflow("      version: { type: choice, options: [latest] }\n      region: {}\n");
    expect(said(verdictOn({ "deploy.yml": odd }))).toEqual([]);
    const placed = parsePlaced(CONFIG, { path: "", repositoryName: "shop" });
    expect(configVerdict(placed, () => null).problems).toEqual([]);
  });

  it("may be given no more inputs than this GitHub takes, of which all are named", () => {
    const many = Array.from({ length: 12 }, (_none, at) => `      i${at}: { required: true }\n`).join("");
    expect(said(verdictOn({ "smoke.yml": workflow(many) }))).toHaveLength(12);
    const given = Array.from({ length: 12 }, (_none, at) => `i${at}: x`).join(", ");
    const config = `environments: { prod: { inputs: { ${given} } } }\n`;
    expect(said(verdictOn({ "deploy.yml": workflow(many) }, { config, limit: 10 }))).toEqual([
      "1:110 .github/workflows/deploy.yml would be given 12 inputs, but this GitHub takes 10",
    ]);
  });
});

describe("an address that the config has asked", () => {
  const config = 'environments:\n  prod:\n    verify: { url: "http://10.1.2.3/version" }\n';
  const files = { "deploy.yml": workflow() };

  it("is only doubtful where nobody knows what is allowed", () => {
    const verdict = verdictOn(files, { config });
    expect([verdict.problems, verdict.warnings.map(({ line, column }) => [line, column])]).toEqual([
      [],
      [[3, 20]],
    ]);
    expect(conclusionOf(verdict)).toBe("neutral");
  });

  it("is in the way where it is not allowed, and no word is lost on it where it is", () => {
    const barred = verdictOn(files, { config, reach: () => ({ kind: "barred", reason: "it is private" }) });
    expect(said(barred)).toEqual(["3:20 this address will not be asked: it is private"]);
    expect(conclusionOf(barred)).toBe("failure");
    const open = verdictOn(files, { config, reach: () => ({ kind: "open" }) });
    expect(conclusionOf(open)).toBe("success");
  });
});

it("a config that cannot be used says only that", () => {
  const verdict = verdictOn({ "deploy.yml": null }, { config: "environments: 3\n" });
  expect(said(verdict)).toEqual(["1:15 this is a number; expected is a map (`name: value`)"]);
  expect(verdict.meaning).toBeNull();
});
