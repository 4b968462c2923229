/** Defaults of an owner, laid under a repository's own config. */
import { describe, expect, it } from "vitest";
import { parseConfig, type Config } from "../../../src/core/config/index.ts";
import { readDefaults } from "../../../src/core/config/parse.ts";

const PATH = "acme/.github: .github/waybill.yml";

function read(own: string, defaults: string) {
  const context = { path: ".github/waybill.yml", repositoryName: "shop" };
  return parseConfig(own, { ...context, defaults: { path: PATH, text: defaults } });
}

function configOf(own: string, defaults: string): Config {
  const reading = read(own, defaults);
  if (!reading.ok) throw new Error(reading.problems.map(({ message }) => message).join());
  return reading.config;
}

const said = (own: string, defaults: string) => {
  const reading = read(own, defaults);
  const problems = reading.ok ? reading.warnings : reading.problems;
  return problems.map(({ path, line, column, message }) => `${path}:${line}:${column} ${message}`);
};
const names = (config: Config) => config.environments.map(({ name }) => name);
const environment = (config: Config, name: string) => config.environments.find((one) => one.name === name);

describe("defaults", () => {
  it("are laid under the repository's own by name: what it says holds, what it does not say comes from them", () => {
    const defaults = `components: { api: { workflow: ship.yml, paths: ["api/**"] } }
environments:
  staging: {}
  prod: { url: "https://acme.example", inputs: { region: us, size: s }, gates: { soak: 24h } }
release: { tag: "r{version}", on: command }
`;
    const own = `components: { api: { paths: ["src/**"] } }
environments: { prod: { inputs: { size: l }, gates: { checks: required } } }
release: { on: tag }
`;
    const config = configOf(own, defaults);
    expect(config.components).toMatchObject([{ name: "api", workflow: "ship.yml", paths: ["src/**"] }]);
    expect(environment(config, "prod")).toMatchObject({
      url: "https://acme.example",
      inputs: { region: "us", size: "l" },
      gates: { soakMs: 86_400_000, checks: expect.anything() as object },
    });
    expect(config.release).toMatchObject({ tag: "r{version}", on: "tag" });
  });

  it("give way as a whole where a setting may be written in several ways", () => {
    const defaults =
      "environments: { prod: { after: { any: [a, b] }, verify: { url: https://x.example, header: x-v } }, a: {}, b: {} }\n";
    const own = "environments: { a: {}, b: {}, prod: { after: a, verify: { url: https://y.example } } }\n";
    const prod = environment(configOf(own, defaults), "prod");
    expect(prod).toMatchObject({ after: ["a"], verify: [{ url: "https://y.example", header: null }] });
    expect(prod?.afterAtLeast).toBeUndefined();
  });

  it.each([
    ["{ dev: {}, staging: {} }", "{ staging: {}, prod: {} }", "dev staging prod"],
    ["{ prod: {} }", "{ dev: {}, staging: {}, prod: {} }", "dev staging prod"],
    ["{ prod: {}, staging: {} }", "{ dev: {}, staging: {}, prod: {} }", "dev prod staging"],
    ["{ prod: }", "{ staging: {}, prod: {} }", "staging prod"],
  ])("keep the pipeline's order: %s over %s is %s", (own, defaults, order) => {
    const config = configOf(`environments: ${own}\n`, `environments: ${defaults}\n`);
    expect(names(config).join(" ")).toBe(order);
  });

  it("may be all that there is, and need not name an environment", () => {
    expect(names(configOf("", "environments: { prod: {} }\n"))).toEqual(["prod"]);
    expect(names(configOf("environments: { prod: {} }\n", "release: { on: merge }\n"))).toEqual(["prod"]);
    expect(names(configOf("environments: { prod: {} }\n", ""))).toEqual(["prod"]);
    expect(readDefaults({ path: PATH, text: "release: { on: merge }\n" }).ok).toBe(true);
  });

  it("that are wrong name their own file and line, also what only shows beside the repository's own", () => {
    expect(said("environments: { prod: {} }\n", "release:\n  on: merg\n")).toEqual([
      `${PATH}:2:7 not a value that is known here`,
    ]);
    expect(said("environments: { prod: {} }\n", "x: *y\n")[0]).toContain(`${PATH}:1:`);
    expect(said("environments: { prod: {} }\n", "environments: { prod: { after: qa } }\n")).toEqual([
      `${PATH}:1:32 there is no environment \`qa\``,
    ]);
    // And what is wrong in the repository's own names that.
    expect(said("environments: { prod: { after: qa } }\n", "release: { on: merge }\n")).toEqual([
      ".github/waybill.yml:1:32 there is no environment `qa`",
    ]);
    expect(said("environments: { prod: {} }\n", "permissions:\n  promote: { prod: none }\n")[0]).toContain(
      `${PATH}:2:20 `,
    );
  });

  it("are bounded like any config", () => {
    expect(said("environments: { prod: {} }\n", `#${"x".repeat(70_000)}\n`)).toEqual([
      `${PATH}:1:1 the file is larger than 64 KiB`,
    ]);
  });
});

describe("who may command", () => {
  const rule = (own: string, defaults: string, name = "prod") =>
    environment(
      configOf(`environments: { dev: {}, prod: {} }\npermissions: ${own}\n`, `permissions: ${defaults}\n`),
      name,
    )?.permission;

  it.each<[string, string, string, object]>([
    [
      "fewer by role",
      "{ promote: { prod: admin } }",
      "{ promote: { prod: maintain } }",
      { role: "admin", users: [] },
    ],
    [
      "more by role",
      "{ promote: { prod: triage } }",
      "{ promote: { prod: maintain } }",
      { role: "maintain", users: [] },
    ],
    [
      "more by a name of its own",
      "{ promote: { prod: write } }",
      "{ promote: { default: admin } }",
      { role: "admin", users: [] },
    ],
    [
      "somebody besides",
      "{ promote: { prod: { role: admin, users: [1, 2] } } }",
      "{ promote: { prod: { role: admin, users: [2, 3] } } }",
      { role: "admin", users: [2] },
    ],
    [
      "those who are listed alone",
      "{ promote: { prod: { users: [2] } } }",
      "{ promote: { prod: { role: admin, users: [2, 3] } } }",
      { role: null, users: [2] },
    ],
    ["nothing", "{}", "{ promote: { prod: { role: admin, users: [2] } } }", { role: "admin", users: [2] }],
    [
      "where the defaults say nothing",
      "{ promote: { prod: triage } }",
      "{ promote: { dev: admin } }",
      { role: "triage", users: [] },
    ],
  ])(
    "a repository's own config may say %s, and is never wider than the defaults",
    (_name, own, defaults, expected) => {
      expect(rule(own, defaults)).toEqual(expected);
    },
  );

  it("is told where the repository's own says more, and refused where nobody is left", () => {
    const own = (permissions: string) => `environments: { prod: {} }\npermissions: ${permissions}\n`;
    expect(
      said(own("{ promote: { prod: write } }"), "permissions: { promote: { default: admin } }\n"),
    ).toEqual([
      `.github/waybill.yml:2:33 this lets others than ${PATH} does, and a repository's own config may only let fewer: admin`,
    ]);
    const refused = read(
      own("{ promote: { prod: { users: [7] } } }"),
      "permissions: { promote: { prod: admin } }\n",
    );
    expect(refused.ok).toBe(false);
  });

  it("that speaks of all others does not open production, whatever a repository says of it", () => {
    const promote = (own: string) =>
      configOf(
        `environments: { dev: {}, prod: {} }\npermissions: { promote: ${own} }\n`,
        "permissions: { promote: { default: write } }\n",
      ).environments.map(({ permission }) => permission.role);
    expect(promote("{ prod: write }")).toEqual(["write", "maintain"]);
    expect(promote("{ prod: admin }")).toEqual(["write", "admin"]);
  });

  it("may be said of environments that a repository does not have", () => {
    expect(said("environments: { dev: {} }\n", "permissions: { promote: { prod: admin } }\n")).toEqual([]);
  });

  it("holds for /release, too", () => {
    const release = (own: string, defaults: string) =>
      configOf(`environments: { prod: {} }\n${own}`, defaults).release.permission;
    expect(release("permissions: { release: write }\n", "permissions: { release: admin }\n")).toEqual({
      role: "admin",
      users: [],
    });
    expect(release("", "permissions: { release: admin }\n")).toEqual({ role: "admin", users: [] });
    // What goes without saying is no word of the defaults'.
    expect(
      release("permissions: { release: write }\n", "permissions: { promote: { prod: admin } }\n"),
    ).toEqual({ role: "write", users: [] });
  });
});
