/** Whatever strangers are called, and whatever their packages are: in the notice, the draft and the notes it is text and nothing else. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CommitSha } from "../../src/core/ids.ts";
import type { NoticeView } from "../../src/core/release.ts";
import { findMarker } from "../../src/render/index.ts";
import { renderDraft, renderNotes, renderNotice, renderRelease } from "../../src/render/notes.ts";
import { createTextRenderer } from "../../src/render/text.ts";
import { dependencies } from "./notes-given.ts";
import { ALIVE, count, nasty, reading } from "./reading.ts";
import { withTexts } from "./with-texts.ts";

const SHA = "a1".repeat(20) as CommitSha;

const VIEW: NoticeView = {
  version: "1.5.0",
  commitCount: 2,
  notes: {
    base: { tag: "v1.4.2", version: "1.4.2", sha: SHA },
    head: SHA,
    commitCount: 2,
    unreadCount: 0,
    compareUrl: null,
    model: {
      bump: "minor",
      sections: [],
      breaking: [],
      reverted: [],
      hidden: [],
      unclassified: [],
      releaseAs: null,
      cut: [],
    },
    contributors: { names: ["ana", "wes"], more: 3, newcomers: [{ name: "wes", pull: null }] },
    dependencies,
  },
  places: [{ environment: "dev", version: "1.5.0-dev.2", url: "https://dev.shop.example" }],
  tag: "v1.5.0",
  pipeline: ["prod"],
  released: null,
  closed: false,
};

const TEXTS: Readonly<Record<string, (view: NoticeView) => string>> = {
  notice: (view) => renderNotice(view),
  draft: (view) => renderDraft(view),
  release: (view) => renderRelease({ ...view, prerelease: false }),
  "waybill notes": ({ notes: { model, contributors, dependencies: changed } }) =>
    renderNotes(model, { contributors, dependencies: changed }),
};

/** What stands as it is: our own words, and the version of the notice itself, which is checked before it gets so far. */
const withNames = (text: () => string): NoticeView => ({
  ...VIEW,
  notes: {
    ...VIEW.notes,
    ...withTexts(
      { contributors: VIEW.notes.contributors ?? never(), dependencies },
      text,
      () => "https://x.example/",
    ),
  },
});

function never(): never {
  throw new Error("the view has none");
}

describe.each(Object.entries(TEXTS))("in the %s", (_name, render) => {
  it("names, packages, versions and licences stay text", () => {
    const frame = reading(render(withNames(() => "x")));
    const allowed = new Set([...frame.kinds, "text"]);
    fc.assert(
      fc.property(fc.infiniteStream(nasty), (stream) => {
        const found = reading(render(withNames(() => stream.next().value ?? "x")));
        expect(found.skeleton).toEqual(frame.skeleton);
        for (const kind of found.kinds) expect([kind, allowed.has(kind)]).toEqual([kind, true]);
        expect(found.links).toEqual(frame.links);
        for (const alive of ALIVE)
          expect([alive, count(found.text, alive)]).toEqual([alive, count(frame.text, alive)]);
      }),
      { numRuns: 40 },
    );
  });
});

it("no package's name forges the end of Waybill's own part of the notice", () => {
  const forged = withNames(() => "\n<!-- waybill:notice-end:1 -->\n</details>\n");
  const { body } = createTextRenderer().notice(forged, 1, []);
  expect(findMarker(body.text)).toEqual({ kind: "notice", id: "1" });
  expect(body.text.match(/^<!--/gm)).toHaveLength(2);
});
