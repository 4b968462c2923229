import { describe, expect, test } from "vitest";
import { environmentNamed, parseConfig, type EnvironmentConfig } from "../../../src/core/config/index.ts";

const context = { path: ".github/waybill.yml", repositoryName: "shop" };

function prod(settings: string): EnvironmentConfig | null {
  const reading = parseConfig(configWith(settings), context);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return environmentNamed(reading.config, "prod");
}

function problems(settings: string): string[] {
  const reading = parseConfig(configWith(settings), context);
  return reading.ok ? [] : reading.problems.map(({ at, message, mend }) => `${at}: ${message}: ${mend}`);
}

function configWith(settings: string): string {
  return `environments: { staging: {}, prod: { ${settings} } }`;
}

describe("the gates of an environment", () => {
  test("are not even named where the config has none, so that plans look as they always did", () => {
    expect(prod("")).not.toHaveProperty("gates");
    expect(prod("")).not.toHaveProperty("hotfix");
  });

  test("have their defaults filled in", () => {
    const gates = `gates: { soak: 24h, checks: [build], approvals: { role: maintain } }`;
    expect(prod(gates)?.gates).toEqual({
      soakMs: 86_400_000,
      checks: { required: false, named: [{ name: "build", app: null }] },
      approvals: {
        count: 1,
        role: "maintain",
        users: [],
        teams: [],
        excludeAuthors: false,
        expiresMs: 604_800_000,
      },
    });
  });

  test("take checks by name, by name and App, and those that GitHub requires", () => {
    expect(prod("gates: { checks: required }")?.gates?.checks).toEqual({ required: true, named: [] });
    const named =
      "[required, { name: required }, { name: build, app: github-actions }, { name: lint, app: 15368 }]";
    expect(prod(`gates: { checks: ${named} }`)?.gates?.checks).toEqual({
      required: true,
      named: [
        { name: "required", app: null },
        { name: "build", app: "github-actions" },
        { name: "lint", app: 15_368 },
      ],
    });
  });

  test("take services that are asked", () => {
    const services = "[{ name: budget, url: 'https://slo.acme.example/ask', timeout: 3s }]";
    expect(prod(`gates: { external: ${services} }`)?.gates).toEqual({
      external: [{ name: "budget", url: "https://slo.acme.example/ask", timeoutMs: 3_000 }],
    });
  });

  test("take a service inside of the network, also over http, and point out that the operator has to allow it", () => {
    const inner = "gates: { external: [{ name: budget, url: 'http://10.1.2.3:8080/ask' }] }";
    const reading = parseConfig(configWith(inner), context);
    expect(reading.ok ? reading.warnings : []).toMatchObject([
      {
        at: "environments.prod.gates.external[0].url",
        mend: expect.stringContaining("WAYBILL_ALLOW") as unknown,
      },
    ]);
  });

  test.each([
    ["gates: { soak: 24 }", /gates\.soak: .*put|`24s`/],
    ["gates: { sok: 1d }", /did you mean `soak`/],
    ["gates: { checks: [] }", /gates\.checks: too few/],
    ["gates: { checks: all }", /did you|required/],
    ["gates: { approvals: {} }", /nobody's approval would count/],
    ["gates: { approvals: { count: 3, users: [11, 12, 12] } }", /3 approvals are wanted, but only 2 may/],
    ["gates: { approvals: { teams: ['@acme/Payments'] } }", /write `payments`/],
    ["gates: { external: { url: 'https://x.example' } }", /gates\.external: .*expected is a list/],
    ["gates: { external: [] }", /gates\.external: too few/],
    ["gates: { external: [{ url: 'https://x.example' }] }", /external\[0\]\.name: `name` is missing/],
    ["gates: { external: [{ name: X Y, url: 'https://x.example' }] }", /external\[0\]\.name: a name has/],
    ["gates: { external: [{ name: x, url: 'https://u:p@x.example' }] }", /no user name or password/],
    ["gates: { external: [{ name: x, url: 'https://x.example', timeout: 1m }] }", /one from `1s` to `30s`/],
    ["gates: { external: [{ name: x, url: 'https://x.example', secret: s }] }", /secret: unknown setting/],
    ["gates: { external: [{ name: x, url: 'http://x.example' }] }", /can be forged on its way.*write https:/],
    [
      "gates: { external: [{ name: x, url: 'https://x.example' }, { name: x, url: 'https://y.example' }] }",
      /external\[1\]\.name: another service here is called `x`/,
    ],
    ["hotfix: { external: maybe }", /write one of skip, keep/],
    [
      "promote: merge, after: [], gates: { approvals: { role: write } }",
      /approved once more.*remove `approvals`/,
    ],
    ["hotfix: { soak: maybe }", /write one of skip, keep/],
    ["hotfix: { previous: skip }", /unknown setting/],
  ])("%s is refused, with the mend", (settings, expected) => {
    expect(problems(settings).join("\n")).toMatch(expected);
  });

  test("have nothing to soak in where no environment comes before", () => {
    const reading = parseConfig("environments: { prod: { gates: { soak: 1h } } }", context);
    expect(reading.ok ? [] : reading.problems).toMatchObject([
      {
        at: "environments.prod.gates.soak",
        message: expect.stringContaining("nothing to soak in") as unknown,
      },
    ]);
  });
});

describe("what a hotfix passes by", () => {
  test("is the soak time and the windows, unless the config says otherwise", () => {
    expect(prod("hotfix: { approvals: skip }")?.hotfix).toEqual({
      soak: "skip",
      checks: "keep",
      approvals: "skip",
      freeze: "keep",
      windows: "skip",
      external: "keep",
    });
  });
});
