import { describe, expect, test } from "vitest";
import {
  lastEnvironments,
  environmentNamed,
  environmentsAfter,
  parseConfig,
  pipelineOrder,
  rolloutOrder,
  type Config,
  type ConfigProblem,
} from "../../../src/core/config/index.ts";
import { tagOfVersion, versionOfTag } from "../../../src/core/notes/index.ts";

const context = { path: ".github/waybill.yml", repositoryName: "Shop" };

function config(text: string): Config {
  const reading = parseConfig(text, context);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.config;
}

function problems(text: string): readonly ConfigProblem[] {
  const reading = parseConfig(text, context);
  return reading.ok ? [] : reading.problems;
}

const README = `
components:
  api: { workflow: deploy.yml, paths: ["api/**"] }
  web: { workflow: deploy.yml, paths: ["web/**"], needs: [api] }
environments:
  dev: { promote: merge }
  staging: { promote: auto, inputs: { region: eu-west-1 } }
  prod:
    inputs: { region: us-east-1 }
    url: https://shop.example
    verify: { url: "https://shop.example/version", json: "$.version", confirmations: 3 }
`;

describe("the README's example", () => {
  test("becomes a pipeline of three environments with two components", () => {
    const read = config(README);
    expect(read.components).toEqual([
      { name: "api", workflow: "deploy.yml", paths: ["api/**"], needs: [] },
      { name: "web", workflow: "deploy.yml", paths: ["web/**"], needs: ["api"] },
    ]);
    expect(read.release).toEqual({
      branch: null,
      tag: "v{version}",
      on: "tag",
      permission: { role: "maintain", users: [] },
    });
    expect(read.environments.map(({ name, promote, after }) => [name, promote, after])).toEqual([
      ["dev", "merge", []],
      ["staging", "auto", ["dev"]],
      ["prod", "manual", ["staging"]],
    ]);
  });

  test("fills in every default of a probe", () => {
    expect(environmentNamed(config(README), "prod")).toEqual({
      name: "prod",
      promote: "manual",
      after: ["staging"],
      inputs: { region: "us-east-1" },
      url: "https://shop.example",
      verify: [
        {
          url: "https://shop.example/version",
          json: "$.version",
          header: null,
          expect: "either",
          confirmations: 3,
          intervalMs: 5_000,
          deadlineMs: 600_000,
          timeoutMs: 10_000,
        },
      ],
      components: {
        api: { workflow: "deploy.yml", inputs: { region: "us-east-1" }, verify: [] },
        web: { workflow: "deploy.yml", inputs: { region: "us-east-1" }, verify: [] },
      },
      permission: { role: "maintain", users: [] },
    });
  });

  test("survives the way through the store as JSON unchanged", () => {
    const read = config(README);
    expect(JSON.parse(JSON.stringify(read))).toEqual(read);
  });
});

describe("the least config", () => {
  test.each([
    "environments: { prod: {} }",
    "environments:\n  prod:\n",
    '{"environments":{"prod":{}}}',
    "\uFEFFenvironments: {prod: }\r\n",
  ])("%j has one component, named after the repository", (text) => {
    const read = config(text);
    expect(read.components).toEqual([{ name: "shop", workflow: "deploy.yml", paths: ["**"], needs: [] }]);
    expect(read.environments.map((environment) => environment.name)).toEqual(["prod"]);
  });

  test("its component can be spoken of by that name", () => {
    const read = config(
      "environments: { prod: { components: { shop: { workflow: shop.yml, inputs: { a: 1 } } } } }",
    );
    expect(read.environments[0]?.components).toEqual({
      shop: { workflow: "shop.yml", inputs: { a: 1 }, verify: [] },
    });
  });
});

describe("the pipeline", () => {
  const shape = (text: string): unknown =>
    config(text).environments.map(({ name, after }) => [name, ...after]);

  test("environments that take every merge stand side by side before the first that takes releases", () => {
    const text = "environments: { dev: {promote: merge}, demo: {promote: merge}, staging: {}, prod: {} }";
    expect(shape(text)).toEqual([["dev"], ["demo"], ["staging", "dev", "demo"], ["prod", "staging"]]);
  });

  test("further down such an environment is passed over", () => {
    const read = config("environments: { staging: {}, preview: {promote: merge}, prod: {} }");
    expect(read.environments.map(({ after }) => after)).toEqual([[], [], ["staging"]]);
    expect(lastEnvironments(read).map(({ name }) => name)).toEqual(["prod"]);
  });

  test("`after` lays it out otherwise, and an empty one begins anew", () => {
    const read = config(
      "environments: { a: {}, b: {after: a}, c: {after: [a]}, d: {after: [b, c, b]}, e: {after: []} }",
    );
    expect(pipelineOrder(read)).toEqual([["a", "e"], ["b", "c"], ["d"]]);
    expect(environmentsAfter(read, "a").map(({ name }) => name)).toEqual(["b", "c"]);
    expect(lastEnvironments(read).map(({ name }) => name)).toEqual(["d", "e"]);
  });

  test("an environment that takes every merge is last only where it is alone", () => {
    expect(
      lastEnvironments(config("environments: { dev: {promote: merge} }")).map(({ name }) => name),
    ).toEqual(["dev"]);
  });

  test("an environment cannot come after itself", () => {
    expect(problems("environments: { a: { after: a } }")).toMatchObject([
      { at: "environments.a.after", message: expect.stringContaining("a → a") },
    ]);
  });

  test("components roll out after what they need, side by side where nothing keeps them apart", () => {
    const read = config(
      "environments: {p: {}}\ncomponents: { web: {needs: [api, auth]}, api: {needs: [db]}, auth: , db: {} }",
    );
    expect(rolloutOrder(read)).toEqual([["auth", "db"], ["api"], ["web"]]);
  });

  test("a long chain of needs is no problem, and neither is a long circle", () => {
    const chain = (last: string): string =>
      Array.from(
        { length: 100 },
        (_, index) => `  c${index}: { needs: [${index < 99 ? `c${index + 1}` : last}] }`,
      ).join("\n");
    expect(rolloutOrder(config(`environments: {p: }\ncomponents:\n${chain("")}`))).toHaveLength(100);
    expect(problems(`environments: {p: }\ncomponents:\n${chain("c0")}`)[0]?.message).toContain("c0 → c1");
  });
});

describe("migrations", () => {
  const migrationOf = (written: string): unknown =>
    config(`environments: {prod: }\ncomponents: { api: { migration: ${written} } }`).components[0]?.migration;

  test.each([
    ["true", { kind: "irreversible", paths: null }],
    ["expand", { kind: "expand", paths: null }],
    ["{ paths: [db/**] }", { kind: "irreversible", paths: ["db/**"] }],
    ["{ kind: contract, paths: [db/**, sql/*] }", { kind: "contract", paths: ["db/**", "sql/*"] }],
  ])("`%s` is understood", (written, meant) => expect(migrationOf(written)).toEqual(meant));

  test("a component that says nothing of them has none", () => {
    expect(config("environments: {prod: }\ncomponents: { api: {} }").components[0]).not.toHaveProperty(
      "migration",
    );
  });

  test.each([
    "false",
    "irreversible",
    "{ kind: contract }",
    "{ paths: [] }",
    "{ paths: [/db/**] }",
    "yes please",
  ])("`%s` is refused", (written) =>
    expect(
      problems(`environments: {prod: }\ncomponents: { api: { migration: ${written} } }`).length,
    ).toBeGreaterThan(0),
  );
});

describe("who may promote", () => {
  const permissions = (text: string): unknown =>
    Object.fromEntries(
      config(`environments: {dev: , prod: }\n${text}`).environments.map(({ name, permission }) => [
        name,
        permission,
      ]),
    );

  test.each([
    ["nothing is said", "", { role: "write", users: [] }, { role: "maintain", users: [] }],
    [
      "the default is low",
      "permissions: {promote: {default: {role: triage, users: [7]}}}",
      { role: "triage", users: [7] },
      { role: "maintain", users: [] },
    ],
    [
      "the default is high",
      "permissions: {promote: {default: admin}}",
      { role: "admin", users: [] },
      { role: "admin", users: [] },
    ],
    [
      "the default is a list",
      "permissions: {promote: {default: {users: [7, 7]}}}",
      { role: null, users: [7] },
      { role: null, users: [7] },
    ],
    [
      "production is named",
      "permissions: {promote: {prod: triage}}",
      { role: "write", users: [] },
      { role: "triage", users: [] },
    ],
  ])("where %s", (_name, text, dev, prod) => {
    expect(permissions(text)).toEqual({ dev, prod });
  });

  test.each([
    "read",
    "none",
    "owner",
    "[write]",
    "{ role: read }",
    "{ users: [octocat] }",
    "{ users: [-1] }",
    "{ users: [] }",
    "{ teams: [a] }",
    "{}",
  ])("`%s` is refused", (rule) =>
    expect(problems(`environments: {prod: }\npermissions: {promote: {prod: ${rule}}}`)).toHaveLength(1),
  );
});

describe("inputs", () => {
  test("a component's own are laid over its environment's", () => {
    const read = config(
      "environments: { prod: { inputs: { a: 1, b: true }, components: { shop: { inputs: { b: x, c: y } } } } }",
    );
    expect(read.environments[0]?.components["shop"]?.inputs).toEqual({ a: 1, b: "x", c: "y" });
    expect(read.environments[0]?.inputs).toEqual({ a: 1, b: true });
  });

  test("20 fit, 21 do not, also not together", () => {
    const inputs = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, index) => `i${from + index}: x`).join(", ");
    expect(problems(`environments: { prod: { inputs: { ${inputs(0, 20)} } } }`)).toEqual([]);
    expect(problems(`environments: { prod: { inputs: { ${inputs(0, 21)} } } }`)[0]?.at).toBe(
      "environments.prod.inputs",
    );
    const both = `environments: { prod: { inputs: { ${inputs(0, 15)} }, components: { shop: { inputs: { ${inputs(15, 25)} } } } } }`;
    expect(problems(both)).toMatchObject([{ at: "environments.prod.components.shop.inputs" }]);
  });

  test.each([
    "SHA: x",
    "Correlation_Id: x",
    "1a: x",
    "a b: x",
    '"": x',
    "__proto__: x",
    'a: "x\\ny"',
    'a: "a${{b}}"',
    "a: .inf",
    "a: 1e3",
    `a: ${"x".repeat(1_001)}`,
  ])("`%.40s` is refused", (input) =>
    expect(problems(`environments: { prod: { inputs: { ${input} } } }`)).toHaveLength(1),
  );

  test("names that JavaScript knows are names like others", () => {
    const read = config("environments: { prod: { inputs: { constructor: a, toString: b } } }");
    expect(Object.entries(read.environments[0]?.inputs ?? {})).toEqual([
      ["constructor", "a"],
      ["toString", "b"],
    ]);
    expect(problems("environments: { prod: { components: { constructor: {} } } }")).toHaveLength(1);
    expect(
      problems("environments: { prod: }\npermissions: { promote: { constructor: write } }"),
    ).toHaveLength(1);
  });
});

describe("addresses", () => {
  test.each([
    "https://shop.example",
    "http://shop.example:8080/a?b=c%20d",
    "https://[2001:db8::1]/v",
    "https://münchen.example/",
  ])("%s is taken", (url) => expect(problems(`environments: { prod: { url: "${url}" } }`)).toEqual([]));

  test.each([
    "javascript:alert(1)",
    "file:///etc/passwd",
    "//shop.example",
    "https://",
    "https://@shop.example",
    "https://a:b@shop.example",
    "https://shop.example/#x",
    "https://shop.example/a b",
    "https://shop.example/<b>",
    "https://shop.example\\\\@evil",
    "https://shop.example/`x`",
    "https://x.example/\u202egnp",
    `https://x.example/${"a".repeat(500)}`,
  ])("%s is refused", (url) => expect(problems(`environments: { prod: { url: "${url}" } }`)).toHaveLength(1));

  test.each([
    "127.0.0.1",
    "10.1.2.3",
    "172.20.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "[::1]",
    "[fd00::1]",
    "localhost",
    "db.internal",
    "0x7f.1",
  ])("a probe of %s is doubtful, but may be meant", (host) => {
    const reading = parseConfig(`environments: { prod: { verify: { url: "http://${host}/v" } } }`, context);
    expect(reading).toMatchObject({
      ok: true,
      warnings: [{ at: "environments.prod.verify.url", line: 1, column: 40 }],
    });
  });
});

describe("tags", () => {
  test.each([
    ["v{version}", "v1.5.0"],
    ["{version}", "1.5.0"],
    ["app/v{version}", "app/v1.5.0"],
    ["v{version}-final", "v1.5.0-final"],
  ])("%s", (tag, text) => {
    const { release } = config(`environments: {p: }\nrelease: { tag: "${tag}" }`);
    expect(tagOfVersion(release.tag, "1.5.0")).toBe(text);
    expect(versionOfTag(release.tag, text)).toBe("1.5.0");
    expect(versionOfTag(release.tag, `x${text}y`) === "1.5.0").toBe(false);
  });

  test("a tag that is only the pattern's ends holds no version", () => {
    expect(versionOfTag("v{version}v", "v")).toBeNull();
    expect(versionOfTag("v{version}v", "vv")).toBeNull();
  });

  test.each([
    "v",
    "{version}{version}",
    "{Version}",
    "-{version}",
    "../{version}",
    "a//{version}",
    "refs/tags/{version}",
    "{version}.lock",
    "v {version}",
    "v{version}~1",
  ])("the pattern %s is refused", (tag) =>
    expect(problems(`environments: {p: }\nrelease: { tag: "${tag}" }`)).toHaveLength(1),
  );
});
