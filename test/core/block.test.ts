/** Waybill's own block inside a text that people may edit. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasBlock, withBlock } from "../../src/core/block.ts";

const begin = "<!-- waybill:notice:1 -->";
const end = "<!-- waybill:notice-end:1 -->";
const block = (inner: string) => ({ begin, end, text: `${begin}\n${inner}\n${end}` });

describe("a text with a block", () => {
  it("is only the block where there was nothing", () => {
    expect(withBlock("", block("one"))).toBe(block("one").text);
    expect(withBlock(" \r\n ", block("one"))).toBe(block("one").text);
  });
  it("keeps what people wrote before and after it", () => {
    expect(withBlock(`Hello\n\n${block("one").text}\n\nBye`, block("two"))).toBe(
      `Hello\n\n${block("two").text}\n\nBye`,
    );
  });
  it("is found through the line endings of browsers", () => {
    const edited = `Hello\n${block("one").text}`.replaceAll("\n", "\r\n");
    expect(hasBlock(edited, begin)).toBe(true);
    expect(withBlock(edited, block("two"))).toBe(`Hello\n${block("two").text}`);
  });
  it.each([
    ["its end is gone", `Hello\n${begin}\none`],
    ["its beginning is gone", `Hello\none\n${end}`],
    ["its beginning is only quoted", `Hello \`${begin}\`\n${end}`],
    ["another notice's block is there", "<!-- waybill:notice:11 -->\none\n<!-- waybill:notice-end:11 -->"],
  ])("gets a new one at its end where %s, and nothing of people's text is lost", (_what, body) => {
    expect(withBlock(body, block("two"))).toBe(`${body}\n\n${block("two").text}`);
  });
  it("keeps what people wrote below a beginning that lost its end", () => {
    const torn = `${begin}\nmine\n\n${block("one").text}`;
    expect(withBlock(torn, block("two"))).toBe(`${begin}\nmine\n\n${block("two").text}`);
  });
  it("the block's lines are taken literally, dollar signs and all", () => {
    expect(withBlock(block("one").text, block("$& $1 $`"))).toContain("$& $1 $`");
  });
  it("redrawn twice is redrawn once, whatever people wrote around it", () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom(begin, end, `\n${begin}\n`, `\n${end}\n`, "\r\n", "```"),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), (pieces) => {
        const once = withBlock(pieces.join(""), block("one"));
        expect(withBlock(once, block("one"))).toBe(once);
        expect(hasBlock(once, begin)).toBe(true);
        expect(withBlock(once, block("two"))).toContain("\ntwo\n");
      }),
    );
  });
});
