import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commands } from "../../src/core/commands/index.ts";
import { createTextRenderer } from "../../src/render/text.ts";
import { compileTemplate, renderTemplate } from "../../src/render/templates.ts";

const render = (source: string, view: object = {}) => compileTemplate(source, "test.hbs")(view);

describe("a template", () => {
  it("writes values through a helper that says how they are meant", () => {
    expect(
      render("{{md a}} {{code b}} {{pullref c}} {{plural c 'one' 'many'}}", { a: "*a*", b: "`", c: 12 }),
    ).toBe("\\*a\\* `` ` `` #12 many\n");
  });

  it.each([
    ["{{name}}", "without saying how"],
    ["{{{name}}}", "without saying how"],
    ["{{& name}}", "without saying how"],
    ["{{eq 1 1}}", "without saying how"],
    ["{{lookup a b}}", "without saying how"],
    ["{{log a}}", "without saying how"],
    ["{{constructor}}", "without saying how"],
    ["{{#name}}x{{/name}}", "is no block"],
    ["{{> (lookup . 'a')}}", "is named"],
    ["{{#> layout}}x{{/layout}}", "not allowed"],
    ["{{* decorate}}", "not allowed"],
    [`${"{{#if a}}".repeat(20)}${"{{/if}}".repeat(20)}`, "nested deeper"],
    ["x".repeat(70_000), "longer than"],
    ["{{#if}", "Parse error"],
  ])("may not be %s", (source, why) => {
    expect(() => render(source)).toThrow(why);
  });

  it("fails on a value that is not there, or not of its helper's kind", () => {
    expect(() => render("{{md missing}}", {})).toThrow("takes text, not undefined");
    expect(() => render("{{md list}}", { list: [] })).toThrow("takes text");
    expect(() => render("{{pullref a}}", { a: "12" })).toThrow("takes a number");
    expect(() => render("{{sha7 a}}", { a: "main" })).toThrow("not a full SHA");
    expect(() => render("{{md __proto__}}", {})).toThrow();
    expect(() => render("{{md a.constructor.name}}", { a: {} })).toThrow();
  });

  it("is stopped where it runs or writes without end", () => {
    const list = Array.from({ length: 300 }, () => "x".repeat(50));
    const nested = "{{#each a}}{{#each @root.a}}{{#each @root.a}}{{md this}}{{/each}}{{/each}}{{/each}}";
    expect(() => render(nested, { a: list })).toThrow(/too much|too many rounds/);
  });

  it("leaves one empty line where blocks wrote nothing", () => {
    expect(render("a\n\n{{#if b}}\nb\n{{/if}}\n\n{{#if b}}\nc\n{{/if}}\n\nd\n", { b: false })).toBe(
      "a\n\nd\n",
    );
  });

  it("knows where it is in a list", () => {
    expect(
      render("{{#each a}}{{#unless @first}}, {{/unless}}{{md this}}{{else}}none{{/each}}", { a: ["x", "y"] }),
    ).toBe("x, y\n");
    expect(render("{{#each a}}x{{else}}none{{/each}}", { a: [] })).toBe("none\n");
  });

  it("has a name that is one", () => {
    expect(() => renderTemplate("../package", {})).toThrow("not a template's name");
    expect(() => renderTemplate("no-such", {})).toThrow();
  });

  const home = new URL("../../templates/", import.meta.url);
  it.each(readdirSync(home, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".hbs")))(
    "%s is allowed",
    (name) => {
      expect(() => compileTemplate(readFileSync(new URL(name, home), "utf8"), name)).not.toThrow();
    },
  );
});

it("no template writes a command but through `cmd`, which knows a config's prefix", () => {
  const home = join(import.meta.dirname, "..", "..", "templates");
  const names = commands.map((command) => command.name).join("|");
  const bare = new RegExp(`(?<!(?:plain)?cmd ")(?<=[\\s\`"(])/(?:${names})(?![a-z/])`);
  const files = readdirSync(home, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".hbs"),
  );
  const found = files.filter((file) => bare.test(readFileSync(join(home, file), "utf8")));
  expect([files.length > 50, found]).toEqual([true, []]);
});

describe("a deployment's status", () => {
  const text = createTextRenderer();

  it.each([
    ["started", "1.5.0 is being deployed"],
    ["deployed", "1.5.0 is deployed"],
    ["run-failed", "1.5.0 was not deployed: its run failed"],
    ["failed", "1.5.0 was not deployed: the promotion's comment says why"],
    ["replaced", "1.5.0 has taken its place"],
    ["adopted", "The deployment that the run's own job has made takes this one's place"],
    [
      "needs-human",
      "Nobody can tell whether 1.5.0 is deployed: a person is asked on the promotion's comment",
    ],
  ] as const)("%s: plain words", (outcome, words) => {
    expect(text.deploymentStatus({ version: "1.5.0", outcome })).toBe(words);
  });

  it("is never longer than GitHub takes", () => {
    expect(
      text.deploymentStatus({ version: `1.5.0-${"x".repeat(300)}`, outcome: "needs-human" }).length,
    ).toBeLessThanOrEqual(140);
  });
});
