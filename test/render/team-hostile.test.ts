/**
 * Two strangers at once: the template comes from a repository, the texts from commits. Whatever the two do together, a template that is taken writes those
 * texts as text and nothing else, and ends within its limits.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { teamTemplate } from "../../src/render/team.ts";
import { ALIVE, count, nasty, reading } from "./reading.ts";
import { notesPageOf } from "./team-given.ts";

/** A longer search: `FUZZ_MS=600000 npx vitest run test/render/team-hostile.test.ts`. */
const FUZZ_MS = Number(process.env["FUZZ_MS"] ?? 3_000);
const PATH = ".github/waybill/notes.hbs";
const VALUES = [
  "{{md version}}",
  "{{md tag}}",
  "{{code tag}}",
  "{{codecell version}}",
  "{{mdcell baseTag}}",
  "{{subject version}}",
  '{{mdlines version "> "}}',
  "{{link compareUrl version}}",
  "{{address compareUrl}}",
  "{{count cutCount}}",
  '{{plural cutCount "one" "many"}}',
  '{{plural cutCount "<" "]"}}',
];
const TEXTS =
  '@|#|GH-|acme/shop#|https:|/|//|://|www|.|<|>|<b|<a title="|">|</b>|<br>|<div>|<details>\n<summary>|</summary>|\n</details>\n|[|]|](|)|]: |!|!\\[|`|``|```\n|\\|*|**|_|~~|- |1. |> | | |\n|\n\n|\n|x|abc|&|&#|;|$|{|,|:|\'|"|\n| a | b |\n| - | - |\n|'.split(
    "|",
  );
const PARTIALS = ["{{> breaking}}", "{{> sections}}", "{{> unclassified}}", "{{> unread}}", "{{> nothing}}"];

const leaf = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...VALUES) },
  { weight: 5, arbitrary: fc.constantFrom(...TEXTS, "|", " | ", "\n|") },
  { weight: 2, arbitrary: fc.constantFrom(" ", "\n", "\n\n") },
  { weight: 1, arbitrary: fc.constantFrom(...PARTIALS) },
);

const { source } = fc.letrec<{ source: string; block: string }>((tie) => ({
  source: fc
    .array(fc.oneof({ weight: 6, arbitrary: leaf }, { weight: 1, arbitrary: tie("block") }), { maxLength: 7 })
    .map((parts) => parts.join("")),
  block: fc
    .tuple(
      fc.constantFrom(
        ["{{#if version}}", "{{else}}", "{{/if}}"],
        ["{{#unless version}}", "{{else}}", "{{/unless}}"],
        ["{{#if (eq cutCount 2)}}", "{{else}}", "{{/if}}"],
        ["{{#each sections}}{{#with @root}}", "{{/with}}{{else}}", "{{/each}}"],
        ["{{#each unclassified}}{{#with @root}}", "{{/with}}{{else}}", "{{/each}}"],
      ),
      tie("source"),
      tie("source"),
    )
    .map(([[begin, middle, end], one, other]) => `${begin}${one}${middle}${other}${end}`),
}));

/** What a text must not become, if the template itself does not make it. */
const ALIVE_KINDS =
  "html image imageReference linkReference definition footnoteReference footnoteDefinition".split(" ");

const frameOf = (template: ReturnType<typeof teamTemplate>) =>
  reading(template.render(notesPageOf(() => "x")));

describe("a team's template with strangers' texts", () => {
  it(
    "writes them as text, wherever it is taken",
    () => {
      let taken = 0;
      fc.assert(
        fc.property(source, fc.infiniteStream(nasty), (text, stream) => {
          const template = teamTemplate("notes", text, PATH);
          if (template.problems.length > 0) return;
          taken += 1;
          const frame = frameOf(template);
          const found = reading(template.render(notesPageOf(() => stream.next().value ?? "x")));
          expect(ALIVE_KINDS.filter((kind) => found.kinds.has(kind) && !frame.kinds.has(kind))).toEqual([]);
          for (const link of found.links) expect(frame.links).toContain(link);
          for (const alive of ALIVE)
            expect([alive, count(found.text, alive)]).toEqual([alive, count(frame.text, alive)]);
        }),
        { numRuns: 100_000, interruptAfterTimeLimit: FUZZ_MS, markInterruptAsFailure: false },
      );
      expect(taken).toBeGreaterThan(20);
    },
    FUZZ_MS * 2 + 20_000,
  );

  it.each([
    [
      "one list in another, eight deep",
      `${"{{#each @root.sections}}".repeat(8)}{{md title}} ${"{{/each}}".repeat(8)}`,
      /too many|too much/,
    ],
    ["an empty loop", `${"{{#each @root.sections}}".repeat(10)}${"{{/each}}".repeat(10)}`, "too many rounds"],
    [
      "words without end",
      `${"{{#each @root.sections}}".repeat(3)}${"x".repeat(60_000)}${"{{/each}}".repeat(3)}`,
      "writes too much",
    ],
    [
      "questions without end",
      `${"{{#each @root.sections}}".repeat(3)}${"{{#if title}}{{/if}}".repeat(3_000)}${"{{/each}}".repeat(3)}`,
      "too many values",
    ],
    [
      "values without end",
      `${"{{#each @root.sections}}".repeat(3)}${"{{md scope}} ".replace("scope", "title").repeat(4_000)}${"{{/each}}".repeat(3)}`,
      /too much|too many values/,
    ],
    [
      "a partial without end",
      `${"{{#each @root.sections}}".repeat(4)}{{#with @root}}{{> sections}}{{/with}}${"{{/each}}".repeat(4)}`,
      /too much|too many/,
    ],
  ])("is stopped at its limits: %s", (_what, text, why) => {
    const page = notesPageOf(() => "x".repeat(900));
    const sections = Array.from({ length: 30 }, () => page.sections[0]);
    const template = teamTemplate("notes", text, PATH);
    expect(template.problems).toEqual([]);
    expect(() => template.render({ ...page, sections })).toThrow(why);
  });

  it("cannot be so involved that following it takes long", () => {
    const text = `${"{{#each @root.sections}}{{#if title}}<b> {{else}}| ] {{/if}}".repeat(6)}${"y ".repeat(20_000)}${"{{/each}}".repeat(6)}`;
    expect(teamTemplate("notes", text, PATH).problems[0]?.message).toContain("too involved");
  });
});
