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
      sections: [
        {
          title: "Features",
          entries: ["web", "api", null].map((scope) => ({
            sha: SHA,
            type: "feat",
            scope,
            component: scope,
            breaking: false,
            text: "a change",
            pull: null,
            author: "ana",
          })),
        },
      ],
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
  behind: [{ environment: "prod", version: "1.4.2", changes: 2, compareUrl: "https://x.example/" }],
  tag: "v1.5.0",
  pipeline: ["prod"],
  released: null,
  closed: false,
};

const TEXTS: Readonly<Record<string, (view: NoticeView) => string>> = {
  notice: (view) => renderNotice(view),
  draft: (view) => renderDraft(view),
  release: (view) => renderRelease({ ...view, prerelease: false }),
  "waybill notes": ({ notes: { model, contributors, dependencies: changed, groupBy } }) =>
    renderNotes(model, { contributors, dependencies: changed, groupBy }),
};

/** All but what is checked before it gets so far: versions, tags, SHAs. */
const withNames = (text: () => string): NoticeView => {
  const { places, behind = [], notes } = VIEW;
  const { contributors = never(), model } = notes;
  const address = () => "https://x.example/";
  const sections = model.sections.map(({ title, entries }) => ({
    title,
    // As many groups as before: they are by these names.
    entries: entries.map((entry, at) => ({
      ...entry,
      text: text(),
      author: text(),
      scope: entry.scope === null ? null : `${at} ${text()}`,
    })),
  }));
  return {
    ...VIEW,
    ...withTexts({ places, behind }, text, address),
    notes: {
      ...notes,
      ...withTexts({ contributors, dependencies }, text, address),
      groupBy: "scope",
      model: { ...model, sections },
    },
  };
};

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

describe("a team's words on early access", () => {
  const shown = (earlyAccess: string) => renderNotice({ ...VIEW, earlyAccess });

  it("keep their lines, lists, links and code, beside the addresses where it can be tried", () => {
    expect(
      shown(
        "Ask in [the beta room](https://chat.example/beta)\nor run:\n\n- `shop --beta`\n- https://beta.shop.example/a_b.",
      ),
    ).toContain(
      "Ask in [the beta room](https://chat.example/beta)\nor run:\n\n- `shop --beta`\n- [https:&#8203;//beta.shop.example/a\\_b](https://beta.shop.example/a%5Fb).\n",
    );
  });

  it("are said under “Try it now” also where it runs nowhere yet, and no more once it is released", () => {
    const earlyAccess = "Ask us.";
    expect(renderNotice({ ...VIEW, places: [], earlyAccess })).toContain("### Try it now\n\nAsk us.\n");
    expect(renderNotice({ ...VIEW, earlyAccess, released: { tag: "v1.5.0", arrived: [] } })).not.toContain(
      "Ask us",
    );
  });

  it("notify nobody, close nothing, and open no markup", () => {
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 1, maxLength: 4 }), (texts) => {
        const frame = reading(shown("x"));
        const found = reading(shown(`x ${texts.join("\nx ")}`));
        for (const kind of found.kinds)
          expect([kind, new Set([...frame.kinds, "inlineCode", "link", "break"]).has(kind)]).toEqual([
            kind,
            true,
          ]);
        for (const link of found.links) expect(link).toMatch(/^https?:\/\//);
        for (const alive of ALIVE)
          expect([alive, count(found.text, alive)]).toEqual([alive, count(frame.text, alive)]);
      }),
      { numRuns: 200 },
    );
  });
});

it("no package's name forges the end of Waybill's own part of the notice", () => {
  const forged = withNames(() => "\n<!-- waybill:notice-end:1 -->\n</details>\n");
  const { body } = createTextRenderer().notice(forged, 1, []);
  expect(findMarker(body.text)).toEqual({ kind: "notice", id: "1" });
  expect(body.text.match(/^<!--/gm)).toHaveLength(2);
});
