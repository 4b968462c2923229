/** A team's own template: what it may say, what is wrong with one that may not, and the mend. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ASKERS, TEAM_BLOCKS, WRITERS } from "../../src/render/team-language.ts";
import { teamTemplate } from "../../src/render/team.ts";
import { notesPageOf, SHA } from "./team-given.ts";

const PATH = ".github/waybill/notes.hbs";
const notes = (text: string) => teamTemplate("notes", text, PATH);
const problemsOf = (text: string) =>
  notes(text).problems.map(({ line, column, message, mend }) => `${line}:${column} ${message}; ${mend}`);

const GOOD = `## What is new in {{code version}}

{{#each sections}}
**{{md title}}**
{{#each entries}}
{{count @index}}. {{#if scope}}_{{md scope}}_ {{/if}}{{subject text}} ({{#if pull}}{{pullref pull}}, {{/if}}{{sha7 sha}}){{#if author}}, thanks to {{md author}}{{/if}}
{{/each}}

{{/each}}
{{#if compareUrl}}{{link compareUrl "All commits"}} since {{code baseTag}}{{/if}}
`;

describe("a team's template", () => {
  it("words the notes in its own way, in Markdown of its own", () => {
    expect(notes(GOOD).problems).toEqual([]);
    const page = { ...notesPageOf(() => "a *b* @c"), version: "1.5.0", baseTag: "v1.4.2" };
    expect(notes(GOOD).render(page)).toBe(
      `## What is new in \`1.5.0\`

**a \\*b\\* @&#8203;c**
0. _a \\*b\\* @&#8203;c_ a \\*b\\* @&#8203;c (#12, a1a1a1a), thanks to a \\*b\\* @&#8203;c
1. a \\*b\\* @&#8203;c (a1a1a1a), thanks to a \\*b\\* @&#8203;c

[All commits](https://github.example/acme/shop/compare/v1.4.2...main) since \`v1.4.2\`
`,
    );
  });

  it("may be made of Waybill's own parts", () => {
    const parts = notes(
      "# News\n\n{{> breaking}}\n{{> sections}}\n{{> nothing}}\n{{> unread}}\n{{> unclassified}}\n",
    );
    expect(parts.problems).toEqual([]);
    const text = parts.render(notesPageOf(() => "x"));
    for (const words of [
      "> **What breaks**",
      "- **x:** x (#12, a1a1a1a) by x",
      "too many to read",
      "fits no section",
    ])
      expect(text).toContain(words);
  });

  it("writes nothing for what there is not", () => {
    const page = { ...notesPageOf(() => "x"), version: null, tag: null };
    expect(notes("a {{code version}} {{md tag}} b").render(page)).toBe("a   b\n");
  });

  it("reads lines that end as on Windows", () => {
    expect(notes("{{#if version}}\r\nx\r\n{{/if}}\r\n").render(notesPageOf(() => "x"))).toBe("x\n");
  });
});

describe("what is wrong with a team's template is said with its place and its mend", () => {
  it.each([
    [
      "{{version}}",
      "1:1 {{version}} does not say how it is to be written; write {{md version}}, or another helper in place of md",
    ],
    [
      "a\n  {{{version}}}",
      "2:3 {{version}} does not say how it is to be written; write {{md version}}, or another helper in place of md",
    ],
    ["{{mdd version}}", "1:1 there is no helper “mdd”; did you mean {{md}}?"],
    ["{{plain version}}", /there is no helper “plain”; use one of md,/],
    ['{{marker "notice" "1"}}', /there is no helper “marker”/],
    ['{{lookup . "a"}}', /there is no helper “lookup”/],
    ["{{md (lookup . 'a')}}", "1:6 (lookup …) is no question; only eq, not, or, and stand in parentheses"],
    [
      "{{#each sections}}\n{{md titel}}\n{{/each}}",
      "2:6 there is no field “titel” here; did you mean title?",
    ],
    ["{{md __proto__}}", /1:6 there is no field “__proto__” here; there are version,/],
    ["{{md constructor.name}}", /no field “constructor”/],
    ["{{md @root.constructor}}", /no field “constructor”/],
    ["{{#with version.constructor}}x{{/with}}", /no field “constructor”/],
    ["{{md ../version}}", "1:6 “../version” goes out of the page; leave a ../ out"],
    ["{{md @first}}", /there is no “@first” here/],
    ["{{md sections}}", "1:6 {{md}} takes text, and this is a list; go through it with {{#each}}"],
    [
      "{{pullref version}}",
      "1:11 {{pullref}} takes a number, and this is text; write it with {{md}} or {{code}}",
    ],
    ["{{link compareUrl}}", "1:1 {{link}} takes 2 values, not 1; write {{link FIELD FIELD}}"],
    ['{{plural cutCount version "x"}}', /takes the template's own words here; write them in quotes/],
    [
      '{{mdlines version "@"}}',
      '1:19 lines may begin with spaces and > only; write "  ", or ">   " in a quote',
    ],
    ["{{md version loud=true}}", "1:14 “loud=” says nothing here; leave it out"],
    ["{{#list sections}}x{{/list}}", "1:1 there is no block {{#list}}; there are if, unless, each, with"],
    ["{{#each version}}x{{/each}}", "1:9 {{#each}} takes a list, and this is text; name a list"],
    ["{{#each sections as |s|}}x{{/each}}", /leave out “as \|…\|”/],
    ["{{#if version tag}}x{{/if}}", /1:1 {{#if}} takes one value; .*\(and A B\)/],
    ["{{> layout}}", /there is no partial “layout”; there are breaking, sections/],
    ["{{> section}}", "1:1 there is no partial “section”; did you mean {{> sections}}?"],
    [
      "{{> change}}",
      "1:1 {{> change}} does not belong here; put it within {{#each entries}} or {{#each breaking}}",
    ],
    ["{{> migrations}}", /in notice\.hbs$/],
    ["{{> (lookup . 'a')}}", /there is no partial/],
    ["{{#> sections}}x{{/sections}}", /no template may be defined or filled in here/],
    ['{{#*inline "a"}}{{> a}}{{/inline}}', /no template may be defined/],
    [`${"{{#if tag}}".repeat(13)}${"{{/if}}".repeat(13)}`, /deeper than 12/],
    ["x".repeat(65_537), /longer than 65536 characters/],
    ["a\n{{#if tag}}\nb\n", /a block is not closed; end each/],
    ["a\n{{md tag", /^2:1 this is no Handlebars/],
    ["{{#if tag}}a{{/each}}", /if doesn't match each/],
    [
      "@{{md tag}}",
      /1:2 {{md}} stands right after “@”, with which it could become a link or a name that is notified/,
    ],
    ["{{md tag}}{{md version}}", /right after another value/],
    ["{{md tag}}#1", /“#” stands right after a value/],
    ["v{{md version}}", /right after a letter or digit.*write it with {{code}}/],
    ['<a\nhref="{{md tag}}">x</a>', /^2:7 {{md}} stands inside of a tag/],
    ["[x]({{md tag}})", /stands in an address; {{link ADDRESS LABEL}} makes a link of a field/],
    ["[x]:\n{{md tag}}", /stands in an address/],
    ["https://jira.example/{{md tag}}", /stands in an address/],
    [
      "<details>\n<summary>x</summary>\n{{code tag}}",
      /3:1 {{code}} stands in a block of HTML.*; leave an empty line/,
    ],
    ["| a |\n| - |\n| {{code tag}} |", /3:3 {{code}} stands in a table.*use {{codecell}}/],
    ["a\nb <!-- waybill:notice-end:1 -->", /^2:3 “<!--” may not stand in a template.*; write {{!-- … --}}/],
    ["`{{code tag}}`", /stands in code, or after a backtick that begins some/],
    ["a ` b {{code tag}}", /stands in code.*; write it with {{code}}, outside of it/],
    ["\\` ` {{code tag}}", /stands in code/],
    ["- `a\n- b` {{code tag}}", /stands in code/],
    ["| ` | ` {{codecell tag}} |", /stands in code/],
    ['<a title="`"> ` {{code tag}}', /stands in code/],
    ["<pre>\n{{md tag}}", /^1:1 “<pre” may not stand/],
  ])("%s", (text, words) => {
    const [first] = problemsOf(text);
    if (typeof words === "string") expect(first).toBe(words);
    else expect(first).toMatch(words);
  });

  it("all of it at once, each in its line", () => {
    expect(
      problemsOf("{{md titel}}\n{{tag}}\n{{#each sections}}\n{{md name}}\n{{/each}}").map(
        (one) => one.split(" ")[0],
      ),
    ).toEqual(["1:6", "2:1", "4:6"]);
  });

  it("marks cannot be put together of parts", () => {
    const template = notes('{{plural cutCount "<" "x"}}!-- waybill:notice-end:1 -->');
    expect(() => template.render(notesPageOf(() => SHA))).toThrow(/own marks/);
  });
});

describe("docs/templates.md", () => {
  const page = readFileSync(new URL("../../docs/templates.md", import.meta.url), "utf8");

  it("shows a template that can be used", () => {
    const shown = [...page.matchAll(/```handlebars\n(.*?)```/gs)].map(([, text]) => text ?? "");
    expect(shown.length).toBeGreaterThan(0);
    for (const text of shown) expect(problemsOf(text)).toEqual([]);
  });

  const PLACES = [
    "…",
    "{{#each sections}}\n…\n{{#each entries}}\n…\n{{/each}}{{/each}}",
    "{{#each places}}\n…\n{{/each}}",
  ];
  const words = [...Object.values(WRITERS), ...Object.values(ASKERS), ...Object.values(TEAM_BLOCKS)];
  it.each(words.map(({ example }) => example))("%s is written so somewhere", (example) => {
    const ended = /^\{\{#(\w+)/.test(example) && !example.includes("{{/") ? `${example}x{{/if}}` : example;
    const ways = PLACES.flatMap((place) =>
      place
        .split("…")
        .slice(1)
        .map((_none, nth) => {
          let at = -1;
          return place.replaceAll("…", () => ((at += 1) === nth ? ended.replaceAll("…", "x") : ""));
        }),
    );
    const found = ways.map((text) => teamTemplate("notice", text, PATH).problems);
    expect(
      found.some((problems) => problems.length === 0),
      JSON.stringify(found),
    ).toBe(true);
  });
});
