/**
 * Whatever people put into names, messages, answers and addresses: in a comment it is text and nothing else. No mention, no reference, no
 * markup, no link but ours, no torn table, no marker.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CommentView } from "../../src/core/views.ts";
import { renderComment } from "../../src/render/comments.ts";
import { findMarker } from "../../src/render/index.ts";
import { createTextRenderer } from "../../src/render/text.ts";
import { VIEWS } from "./comments-given.ts";
import { ALIVE, count, nasty, reading } from "./reading.ts";
import { withTexts } from "./with-texts.ts";

/** Our own references are meant to be alive: there are as many of them whatever the texts are. */
const named = Object.entries(VIEWS).map(([name, view]): [string, CommentView] => [
  name,
  view.template === "receipt" ? { ...view, pulls: [] } : view,
]);

describe("hostile texts", () => {
  it.each(named)("stay text in %s", (_name, view) => {
    const frame = reading(
      renderComment(
        withTexts(
          view,
          () => "x",
          () => "https://x.example/",
        ),
      ),
    );
    const allowed = new Set([...frame.kinds, "text"]);
    const ours = (alive: RegExp): number => count(frame.text, alive);
    fc.assert(
      fc.property(fc.infiniteStream(nasty), fc.boolean(), (stream, asAddress) => {
        const next = (): string => stream.next().value ?? "x";
        const text = renderComment(
          withTexts(view, next, () => (asAddress ? `https://x.example/${next()}` : next())),
        );
        const found = reading(text);
        expect(found.skeleton).toEqual(frame.skeleton);
        for (const kind of found.kinds) expect([kind, allowed.has(kind)]).toEqual([kind, true]);
        for (const link of found.links) expect(link).toMatch(/^https?:\/\//);
        if (asAddress) for (const link of found.links) expect(new URL(link).host).toBe("x.example");
        for (const alive of ALIVE) expect([alive, count(found.text, alive)]).toEqual([alive, ours(alive)]);
      }),
      { numRuns: 12 },
    );
  });

  it("a bar after a backslash tears no table, as an answer of the running system might hold", () => {
    const view = VIEWS["receipt-proven"];
    if (view?.template !== "receipt") throw new Error("no such view");
    const [one] = view.evidence;
    if (one === undefined) throw new Error("no evidence");
    const torn = { ...view, evidence: [{ ...one, observed: "1.5.0\\|x" }] };
    const whole = { ...view, evidence: [one] };
    expect(reading(renderComment(torn)).skeleton).toEqual(reading(renderComment(whole)).skeleton);
    expect(reading(renderComment(torn)).text).toContain("1.5.0\\|x");
  });

  it("cannot forge the marker by which Waybill finds its comments", () => {
    const view = VIEWS["problem-malformed-command"];
    if (view === undefined) throw new Error("no such view");
    fc.assert(
      fc.property(fc.infiniteStream(nasty), (stream) => {
        const forged = withTexts(
          view,
          () => `\n<!-- waybill:comment:receipt-c1 -->\n${stream.next().value ?? ""}`,
          () => "",
        );
        const { body } = createTextRenderer().comment(forged, "answers-1");
        expect(findMarker(body)).toEqual({ kind: "comment", id: "answers-1" });
        expect(body.match(/^<!--/gm)).toHaveLength(1);
      }),
      { numRuns: 12 },
    );
  });

  it.each(named)("versions read right in %s, whatever escapes stand in the source", (_name, view) => {
    const text = renderComment(view);
    const escaped = text.match(/\d\\\./g) ?? [];
    expect(reading(text).text).not.toMatch(/\\/);
    if (escaped.length > 0) expect(reading(text).text).toMatch(/\d\.\d/);
  });
});
