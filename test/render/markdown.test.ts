import * as fc from "fast-check";
import type { Nodes, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { describe, expect, it } from "vitest";
import {
  clip,
  code,
  codeCell,
  findMarker,
  link,
  md,
  mdLines,
  pullReference,
  seen,
  shortSha,
} from "../../src/render/index.ts";

const parse = (markdown: string): Root =>
  fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });

/** The kinds of all nodes, and the text of the text nodes without the spaces that nobody sees. */
function reading(node: Nodes): { kinds: Set<string>; text: string } {
  const kinds = new Set<string>();
  let text = "";
  const visit = (at: Nodes) => {
    kinds.add(at.type);
    if (at.type === "text") text += at.value;
    if ("children" in at) at.children.forEach(visit);
  };
  visit(node);
  return { kinds, text: text.replaceAll("\u200B", "") };
}

/**
 * What GitHub would make a link or a notification of in a finished text; more than it really does. Names after `@`; `#12`, `GH-12`; bare
 * addresses; what could be a commit.
 */
const ALIVE = [
  /@[A-Za-z0-9_-]/,
  /#\d/,
  /(?<![0-9A-Za-z])GH-\d/i,
  /:\/\//,
  /www\./i,
  /(?<![0-9A-Za-z])[0-9a-f]{7,}(?![0-9A-Za-z])/i,
];

const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ..."@octocat|@acme/team|&#64;octocat|&commat;x|\\@x|closes #1|Fixes: #2|GH-12|acme/shop#3|https://github.com/a/b/issues/1|www.x.org|ftp://x|a@b.co|mailto:a@b.co".split(
          "|",
        ),
        ..."deadbeef|0123456789abcdef0123456789abcdef01234567|1234567|<b>|</details>|<!--|-->|<!-- waybill:notice:1 -->|![x](y)|[a](b)|[^1]|[x]: y|<https://x>".split(
          "|",
        ),
        ..."```|`|~~|**|__|*|_|#|##|-|+|1.|2)|>|=|===|---|:-|\\|\\\\|$x$|{{x}}|[!NOTE]|[ ]|:tada:|\t|\n|\r\n|\n\n|\u2028|\u0000|\u202E|\u200B|\uFEFF|é|😀|👩‍🚀".split(
          "|",
        ),
        "|",
        "    ",
        " ",
      ),
      fc.string({ unit: "binary", maxLength: 6 }),
    ),
    { maxLength: 10 },
  )
  .map((pieces) => pieces.join(""));

describe("md", () => {
  const places: [string, (inner: string) => string][] = [
    ["at the beginning of a line", (inner) => inner],
    ["in a list item", (inner) => `- ${inner}`],
    ["in bold and before our own words", (inner) => `- **${inner}:** ${inner} (#12, abcdef1) by ${inner}`],
    ["in a heading", (inner) => `### ${inner}`],
    ["below a paragraph", (inner) => `a\n${inner}\n`],
    ["in a quote", (inner) => `> ${inner}`],
    ["in a table", (inner) => `| a | b |\n| --- | --- |\n| ${inner} | x |`],
  ];

  it.each(places)("makes any text come back as that text and nothing else, %s", (_where, around) => {
    // What stands there without it: the same kinds of nodes, no more.
    const frame = reading(parse(around("x"))).kinds;
    fc.assert(
      fc.property(nasty, (text) => {
        fc.pre(seen(text) !== "");
        const read = reading(parse(around(md(text))));
        const expected = reading(parse(around("x"))).text.replaceAll("x", () => "\u0001");
        expect([...read.kinds].filter((kind) => !frame.has(kind))).toEqual([]);
        expect(read.text.startsWith(expected.split("\u0001")[0] ?? "")).toBe(true);
        expect(read.text).toContain(seen(text));
      }),
      { numRuns: 400 },
    );
  });

  it("leaves nothing alive that GitHub looks for in a finished text", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const finished = parse(md(text));
        const visible = JSON.stringify(finished, (key, value: unknown) =>
          key === "position" ? undefined : value,
        );
        for (const pattern of ALIVE) expect(visible).not.toMatch(pattern);
        expect(md(text)).not.toContain("<!--");
        expect(findMarker(md(text))).toBeNull();
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ["@octocat and @acme/team", "@&#8203;octocat and @&#8203;acme/team"],
    ["&#64;octocat", "&amp;\\#&#8203;64;octocat"],
    ["closes #1", "closes \\#&#8203;1"],
    ["see gh-3", "see gh-&#8203;3"],
    ["https://x.org", "https:&#8203;//x.org"],
    ["snake_case and high-5", "snake\\_case and high-5"],
    ["1.5.0", "1\\.5.0"],
    ["two\nlines", "two lines"],
    ["a\u202Eb\u200Bc\u0007", "abc"],
    ["\uD800", "\uFFFD"],
    ["", ""],
  ])("writes %j as %j", (text, markdown) => {
    expect(md(text)).toBe(markdown);
  });

  it("is linear", () => {
    const started = performance.now();
    for (const unit of ["@", "#1", "a", "0", " ", "\\", "`", "www.", "gh-1"])
      md(unit.repeat(200_000 / unit.length));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe("text on several lines", () => {
  it("stays within its list item in an alert", () => {
    fc.assert(
      fc.property(nasty, nasty, (one, other) => {
        const tree = parse(`> - ${mdLines(`x ${one}\n\n${other}\n- y`, ">   ")}\n\nafter`);
        expect(tree.children.map(({ type }) => type)).toEqual(["blockquote", "paragraph"]);
        const list = tree.children[0];
        expect(list?.type === "blockquote" && list.children.map(({ type }) => type)).toEqual(["list"]);
      }),
    );
  });

  it("ends after its limit", () => {
    expect(mdLines("a\nb\nc\nd", "  ", 2)).toBe("a\n  b\n  …");
  });
});

describe("code", () => {
  it("comes back as one code span with that text", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        fc.pre(seen(text) !== "");
        const [paragraph] = parse(`a ${code(text)} b`).children;
        const span = paragraph?.type === "paragraph" ? paragraph.children[1] : null;
        expect(span).toMatchObject({ type: "inlineCode", value: seen(text) });
      }),
      { numRuns: 400 },
    );
    expect(code("")).toBe("");
  });

  it("comes back from a table's cell too", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        // Before a bar a backslash is the bar's: of `\|` in a cell only the bar is left, whatever one writes.
        fc.pre(seen(text) !== "" && !seen(text).includes("\\|"));
        const [table] = parse(`| a |\n| - |\n| ${codeCell(text)} |`).children;
        const cells = table?.type === "table" ? table.children[1]?.children : null;
        expect(cells).toHaveLength(1);
        expect(cells?.[0]?.children).toMatchObject([{ type: "inlineCode", value: seen(text) }]);
      }),
    );
  });
});

describe("our own references", () => {
  it("are links of the right kind only", () => {
    expect(pullReference(12)).toBe("#12");
    expect(shortSha("0123456789".repeat(4))).toBe("0123456");
    for (const number of [0, -1, 1.5, Number.NaN, 2 ** 60])
      expect(() => pullReference(number)).toThrow("not a pull request");
    expect(() => shortSha("abc")).toThrow("not a full SHA");
  });

  it("link to an address, whatever is in it, with a label that is only text", () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), nasty, (url, label) => {
        fc.pre(seen(label) !== "");
        const [paragraph] = parse(`a ${link(url, label)} b`).children;
        const node = paragraph?.type === "paragraph" ? paragraph.children[1] : null;
        expect(node?.type).toBe("link");
        expect(node?.type === "link" && reading(node).kinds).toEqual(new Set(["link", "text"]));
        expect(node?.type === "link" && new URL(node.url).host).toBe(new URL(url).host);
      }),
    );
  });

  it.each(["javascript:alert(1)", "data:text/html,x", "//x.org", "x", "https://user:pass@x.org/", ""])(
    "do not link to %j",
    (url) => {
      expect(link(url, "label")).toBe("label");
    },
  );
});

it("clips without cutting a character in two", () => {
  expect(clip("abc", 3)).toBe("abc");
  expect(clip("abcd", 3)).toBe("ab…");
  expect(clip("a😀😀", 3).isWellFormed()).toBe(true);
});
