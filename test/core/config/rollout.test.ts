/** What the config says of rollouts: limits of steps, how many at a time, hooks. */
import { describe, expect, test } from "vitest";
import { environmentNamed, parseConfig, type EnvironmentConfig } from "../../../src/core/config/index.ts";

const context = { path: ".github/waybill.yml", repositoryName: "shop" };

function prod(text: string): EnvironmentConfig | null {
  const reading = parseConfig(text, context);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return environmentNamed(reading.config, "prod");
}

function problems(text: string): string[] {
  const reading = parseConfig(text, context);
  return reading.ok ? [] : reading.problems.map(({ at, message, mend }) => `${at}: ${message}: ${mend}`);
}

describe("the limits of a step", () => {
  test("are not even named where there are none, so that plans look as they always did", () => {
    const found = prod(
      "{ components: { api: { retries: 0, continueOnFailure: false } }, environments: { prod: {} } }",
    );
    expect(found?.components["api"]).not.toHaveProperty("settings");
    expect(found).not.toHaveProperty("rollout");
  });

  test("are those of the component, and those for one environment laid over them", () => {
    const found = prod(`
components:
  api: { timeout: 30m, retries: 2, continueOnFailure: true }
  web: { timeout: 10m }
environments:
  prod:
    components:
      api: { retries: 0 }
      web: { timeout: 2h, retries: 1 }
`);
    expect(found?.components["api"]?.settings).toEqual({ timeoutMs: 1_800_000, continueOnFailure: true });
    expect(found?.components["web"]?.settings).toEqual({ timeoutMs: 7_200_000, retries: 1 });
  });

  test("are not stored twice with the components themselves", () => {
    const reading = parseConfig(
      "{ components: { api: { timeout: 30m } }, environments: { prod: {} } }",
      context,
    );
    expect(reading.ok && Object.keys(reading.config.components[0] ?? {}).toSorted()).toEqual([
      "name",
      "needs",
      "paths",
      "workflow",
    ]);
  });

  test.each([
    ["timeout: 30", /components\.api\.timeout: .*`30s`/],
    ["timeout: 10s", /components\.api\.timeout: a duration out of bounds/],
    ["retries: 6", /components\.api\.retries: /],
    ["retries: -1", /components\.api\.retries: /],
    ["continue_on_failure: true", /did you mean `continueOnFailure`/],
  ])("%s is refused, with the place and the mend", (setting, words) => {
    const found = problems(`{ components: { api: { ${setting} } }, environments: { prod: {} } }`);
    expect(found.join("\n")).toMatch(words);
  });
});

describe("the rollout of an environment", () => {
  test("leaves components as they are only where it says so, and says what asking for the whole does to that", () => {
    const written = (rollout: string, verify = "") =>
      `{ environments: { prod: { ${verify} rollout: ${rollout} } } }`;
    const verify = 'verify: { url: "https://shop.example/version" },';
    expect(prod(written("{ parallel: 1 }"))?.rollout).not.toHaveProperty("skipUnchanged");
    expect(prod(written("{ skipUnchanged: false }"))?.rollout).not.toHaveProperty("skipUnchanged");
    expect(prod(written("{ skipUnchanged: true }"))?.rollout?.skipUnchanged).toBe(true);
    const warned = (text: string) => {
      const reading = parseConfig(text, context);
      return reading.ok ? reading.warnings.map(({ at, value }) => `${at}: ${value}`) : [];
    };
    expect(warned(written("{ skipUnchanged: true }"))).toEqual([]);
    expect(warned(written("{ skipUnchanged: false }", verify))).toEqual([]);
    expect(warned(written("{ skipUnchanged: true }", verify))).toEqual([
      "environments.prod.rollout.skipUnchanged: true",
    ]);
  });

  test("names how many go at a time, and its hooks with the environment's inputs", () => {
    const found = prod(`
environments:
  prod:
    inputs: { region: us-east-1 }
    rollout:
      parallel: 2
      before: [{ workflow: backup.yml, inputs: { keep: 30 }, timeout: 1h }]
      onFailure: [{ workflow: page.yml, retries: 1 }]
`);
    expect(found?.rollout).toEqual({
      parallel: 2,
      before: [
        {
          workflow: "backup.yml",
          inputs: { region: "us-east-1", keep: 30 },
          settings: { timeoutMs: 3_600_000 },
        },
      ],
      after: [],
      onFailure: [{ workflow: "page.yml", inputs: { region: "us-east-1" }, settings: { retries: 1 } }],
    });
  });

  test.each([
    ["parallel: 0", /rollout\.parallel/],
    ["paralel: 2", /did you mean `parallel`/],
    ["before: [{}]", /rollout\.before\[0\]\.workflow/],
    ["before: [{ workflow: .github/workflows/backup.yml }]", /write `backup\.yml`, without the folder/],
    ["after: [{ workflow: a.yml, inputs: { sha: x } }]", /Waybill supplies this input itself/],
    ["onFailure: [{ workflow: a.yml, continueOnFailure: true }]", /continueOnFailure/],
  ])("%s is refused, with the place and the mend", (setting, words) => {
    expect(problems(`environments: { prod: { rollout: { ${setting} } } }`).join("\n")).toMatch(words);
  });
});
