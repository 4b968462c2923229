import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  readCommands,
  usageOf,
  type CommandGrammar,
  type ParsedLine,
} from "../../../src/core/commands/grammar.ts";

const grammars: readonly CommandGrammar[] = [
  {
    name: "promote",
    args: [
      { name: "environment", required: true },
      { name: "version", required: false },
    ],
    flags: ["reason"],
  },
  { name: "status", args: [], flags: [] },
  {
    name: "rollback",
    args: [
      { name: "environment", required: true },
      { name: "version", required: false },
    ],
    flags: ["reason"],
    switches: ["restore"],
  },
  { name: "help", args: [{ name: "command", required: false }], flags: [] },
];

function read(body: string): ParsedLine[] {
  return readCommands(body, grammars);
}

/** What was read, one short text a line. */
function summary(body: string): string[] {
  return read(body).map((line) => {
    if (line.kind === "unknown") return `? ${line.word} → ${line.suggestion}`;
    if (line.kind === "malformed") return `! ${line.name}: ${line.problem}`;
    return [
      line.name,
      ...line.args,
      ...Object.entries(line.flags).map(([name, value]) => `${name}=${value}`),
    ].join(" ");
  });
}

describe("a comment that begins with commands", () => {
  test.each([
    ["/promote prod", ["promote prod"]],
    ["/promote prod 1.5.0", ["promote prod 1.5.0"]],
    ["  /promote   prod\t1.5.0-rc.1+build.5  ", ["promote prod 1.5.0-rc.1+build.5"]],
    ["/Promote prod", ["promote prod"]],
    ["\n\n/status\n", ["status"]],
    ["/promote prod\r\n/status\r\n", ["promote prod", "status"]],
    ["/promote prod\r/status", ["promote prod", "status"]],
    ["/promote staging\n\n/promote prod", ["promote staging", "promote prod"]],
    ["/promote prod\nThanks, everybody!", ["promote prod"]],
    ["/promote prod\n\n> and a quote", ["promote prod"]],
    ["/promote prod\n```\n/promote dev\n```", ["promote prod"]],
    ["/rollback prod --restore 1.5.0", ["rollback prod 1.5.0 restore="]],
    ["/rollback prod --Restore --reason x", ["rollback prod restore= reason=x"]],
    ["/rollback prod --restore=yes", ["! rollback: `--restore` takes no value"]],
    ["/rollback prod --restore --restore", ["! rollback: `--restore` is given twice"]],
    ["/rollback prod --restor", ["! rollback: there is no `--restor`: did you mean `--restore`?"]],
    ["/promote prod --reason hotfix", ["promote prod reason=hotfix"]],
    ["/promote prod --reason=hotfix", ["promote prod reason=hotfix"]],
    ['/promote --reason "it is time" prod', ["promote prod reason=it is time"]],
    ['/promote prod --reason="größer, schöner 🚀"', ["promote prod reason=größer, schöner 🚀"]],
    [
      '/promote prod --reason "see https://shop.example/a_b and *this*"',
      ["promote prod reason=see https://shop.example/a_b and *this*"],
    ],
  ])("%j", (body, meaning) => expect(summary(body)).toEqual(meaning));

  test("what a phone makes of quotes, dashes and spaces is understood", () => {
    expect(summary("/promote\u00a0prod —reason “it’s time”")).toEqual(["promote prod reason=it’s time"]);
    expect(summary("/promote prod –reason „Zeit“")).toEqual(["promote prod reason=Zeit"]);
  });

  test("the place and the text of each line are kept", () => {
    expect(read("\r\n/status \r\n\r\n/promote prod\r\n")).toMatchObject([
      { line: 2, text: "/status" },
      { line: 4, text: "/promote prod" },
    ]);
  });
});

describe("what is no command", () => {
  test.each([
    ["a quote", "> /promote prod"],
    ["a fence", "```\n/promote prod\n```"],
    ["a fence of tildes", "~~~\n/promote prod\n~~~"],
    ["an indented block", "    /promote prod"],
    ["a list", "- /promote prod"],
    ["a numbered list", "1. /promote prod"],
    ["a task list", "- [ ] /promote prod"],
    ["inline code", "`/promote prod`"],
    ["an HTML comment", "<!--\n/promote prod\n-->"],
    ["a <details>", "<details>\n\n/promote prod\n\n</details>"],
    ["a heading", "# /promote prod"],
    ["a heading by underlining", "/promote prod\n==="],
    ["a second heading by underlining", "/promote prod\n---"],
    ["a table", "/promote prod\n|-|"],
    ["a link", "[/promote prod](https://x.example)"],
    ["a link's text", "[\n/promote prod\n](https://x.example)"],
    ["a footnote", "[^1]: /promote prod"],
    ["a definition", "[a]:\n/promote prod"],
    ["text before it", "please /promote prod"],
    ["a line of text before it", "please\n/promote prod"],
    ["an escaped slash", "\\/promote prod"],
    ["an entity", "&#47;promote prod"],
    ["a space after the slash", "/ promote prod"],
    ["two slashes", "//promote prod"],
    ["a path", "/usr/bin/promote"],
    ["a path that begins like a command", "/promote/prod"],
    ["another app's command", "/shrug whatever"],
    ["another app's longer command", "/helpdesk open"],
    ["a Cyrillic o in the name", "/prоmote prod"],
    ["a Cyrillic o in an argument", "/promote prоd"],
    ["full-width letters", "/promote ｐｒｏｄ"],
    ["a combining mark", "/promote prod\u0301"],
    ["a zero-width space", "/pro\u200bmote prod"],
    ["a zero-width joiner in an argument", "/promote pr\u200dod"],
    ["a zero-width space in a quoted text", '/promote prod --reason "a\u200bb"'],
    ["a right-to-left override", "/promote \u202eprod"],
    ["a soft hyphen", "/promote prod\u00ad"],
    ["a Hangul filler", "/promote \u3164prod"],
    ["a byte-order mark within", "/promote\ufeff prod"],
    ["a NUL", "/promote prod\u0000"],
    ["a vertical tab", "/promote\u000bprod"],
    ["nothing", ""],
    ["a slash", "/"],
  ])("%s", (_name, body) => expect(read(body)).toEqual([]));

  test("a line that is hidden by what the line before opens", () => {
    expect(summary('/promote dev --reason "a `b"\n/promote prod\n`')).toEqual([]);
    expect(summary('/promote dev --reason "<!-- "\n/promote prod\n-->')).toEqual([]);
    expect(summary('/status\n/promote dev --reason "[a"\n/promote prod\n](https://x.example)')).toEqual([
      "status",
    ]);
    expect(
      summary(`/status\n/promote dev --reason "<!-- "\n/promote prod\n${"x\n".repeat(3_000)}-->`),
    ).toEqual(["status"]);
  });

  test("a command after a line that is none", () =>
    expect(summary("/status\nplease\n/promote prod")).toEqual(["status"]));

  test("a body longer than GitHub takes", () => expect(read(`/status\n${"x".repeat(65_530)}`)).toEqual([]));

  test("the longest body that GitHub takes is read", () =>
    expect(summary(`/status\n${"x".repeat(65_528)}`)).toEqual(["status"]));
});

describe("near misses are answered", () => {
  test.each([
    ["/promot prod", "? promot → promote"],
    ["/PROMTOE prod", "? promtoe → promote"],
    ["/promote: prod", "? promote: → promote"],
    ["/stats", "? stats → status"],
    ["/hlp", "? hlp → help"],
  ])("%s", (body, meaning) => expect(summary(body)).toEqual([meaning]));

  test("one does not hide the next line", () =>
    expect(summary("/promot dev\n/status")).toEqual(["? promot → promote", "status"]));
});

describe("a known command that does not fit the grammar says why", () => {
  test.each([
    ["/promote", "the environment is missing"],
    ["/promote a b c", "`c` is one word too many"],
    ["/status now", "`now` is one word too many"],
    ["/promote prod;$(id)", "`prod;$(id)` is no environment"],
    ["/promote prod && rm", "`&&` is no version"],
    ["/promote ../prod", "`../prod` is no environment"],
    ["/promote .prod", "`.prod` is no environment"],
    ["/promote -prod", "`-prod` is no environment"],
    ["/promote `prod`", null],
    ["/promote __proto__", "`__proto__` is no environment"],
    ['/promote "prod"', '`"prod"` is no environment'],
    ["/promote ${{x}}", "`${{x}}` is no environment"],
    ["/promote prod ✅", "`✅` is no version"],
    [`/promote ${"a".repeat(101)}`, "is no environment"],
    ["/promote prod --resaon x", "there is no `--resaon`: did you mean `--reason`?"],
    ["/promote prod --force", "there is no `--force`: known are `--reason`"],
    ["/promote prod --__proto__ x", "there is no `--__proto__`"],
    ["/status --all", "there is no `--all`: `status` has none"],
    ["/promote prod --reason", "`--reason` needs a value"],
    ["/promote prod --reason --reason x", "`--reason` needs a value"],
    ["/promote prod --reason a --reason b", "`--reason` is given twice"],
    ["/promote prod --reason a;b", "the value of `--reason` needs quotes"],
    ['/promote prod --reason ""', "the value of `--reason` is empty"],
    ['/promote prod --reason "a', "a quote is opened and not closed"],
    [`/promote prod --reason "${"a".repeat(201)}"`, "more than 200 characters"],
    [`/promote prod ${"a ".repeat(300)}`, "at most 500 characters"],
  ])("%.50s", (body, problem) => {
    if (problem === null) expect(read(body)).toEqual([]);
    else expect(read(body)).toMatchObject([{ kind: "malformed", problem: expect.stringContaining(problem) }]);
  });

  test("of more than ten commands the eleventh says that there are too many", () => {
    const lines = summary("/status\n".repeat(50));
    expect(lines).toHaveLength(11);
    expect(lines[10]).toBe("! status: at most 10 commands fit one comment");
  });

  test("the usage is made from the grammar", () => {
    expect(grammars.map(usageOf)).toEqual([
      '/promote <environment> [version] [--reason "…"]',
      "/status",
      '/rollback <environment> [version] [--reason "…"] [--restore]',
      "/help [command]",
    ]);
  });
});

describe("whatever is written", () => {
  const hostile = fc.constantFrom(
    "/promote",
    "/status",
    " prod",
    "\n",
    "\r\n",
    "> ",
    "- ",
    "```\n",
    "`",
    "<!--",
    "-->",
    "<details>",
    "[",
    "](x)",
    "![",
    "--reason",
    ' "',
    '"',
    "=",
    "—reason ",
    "*",
    "_",
    "~~",
    "|",
    "|-|\n",
    "===\n",
    "\u200b",
    "\u202e",
    "\u0000",
    "\ud800",
    "о",
    "    ",
    "\t",
    "\\",
    "&#47;",
    "<",
    ">",
    "{{",
    "${{",
  );
  const body = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .array(fc.oneof(hostile, fc.string({ maxLength: 4 })), { maxLength: 60 })
      .map((parts) => parts.join("")),
    fc.array(hostile, { maxLength: 40 }).map((parts) => `/promote prod${parts.join("")}`),
  );

  test("reading never throws, and gives only names that match the grammar", () => {
    fc.assert(
      fc.property(body, (text) => {
        for (const line of read(text)) {
          if (line.kind !== "command") continue;
          for (const word of line.args) expect(word).toMatch(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$/);
          expect(Object.keys(line.flags).every((flag) => flag === "reason")).toBe(true);
          expect(line.text).not.toMatch(/[[\p{Cc}\p{Cf}]--\t]/v);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("the kind of line ends makes no difference", () => {
    fc.assert(
      fc.property(body, (text) => {
        const unix = text.replaceAll(/\r\n?/g, "\n");
        expect(read(unix.replaceAll("\n", "\r\n"))).toEqual(read(unix));
      }),
      { numRuns: 1_000 },
    );
  });

  test("nothing in a quote, a fence, a list or HTML is ever a command", () => {
    const lines = body.map((text) => text.replaceAll(/\r\n?/g, "\n"));
    const wraps = fc.constantFrom(
      (text: string) => text.replaceAll(/^/gm, "> "),
      (text: string) => `\`\`\`\`\n${text.replaceAll("````", "")}\n\`\`\`\``,
      (text: string) => `- ${text.replaceAll("\n", "\n  ")}`,
      (text: string) => `<!-- ${text} -->`,
      (text: string) => `<details>\n\n${text}\n\n</details>`,
      (text: string) => text.replaceAll(/^/gm, "    "),
    );
    fc.assert(
      fc.property(lines, wraps, (text, wrap) => read(wrap(`/promote prod\n${text}`)).length === 0),
      { numRuns: 500 },
    );
  });

  test.each([
    ["brackets", "["],
    ["stars", "*a _b"],
    ["quotes", ">"],
    ["backticks", "`a``"],
    ["angles", "<"],
    ["images", "![a]("],
    ["slashes", "/"],
    ["commands", "/status\n"],
    ["near misses", "/statis\n"],
    ["spaces", " "],
    ["line ends", "\n"],
    ["double quotes", '"'],
    ["dashes", "— "],
    ["pipes", "|a"],
  ])("64 KiB of %s take no more than a moment", (_name, piece) => {
    for (const start of ["", "/", "/status\n", '/promote prod --reason "']) {
      const text = (start + piece.repeat(65_536)).slice(0, 65_536);
      const begun = performance.now();
      read(text);
      expect(performance.now() - begun).toBeLessThan(3_000);
    }
  });
});
