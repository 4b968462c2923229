/** Where a team's templates cannot be used: what is said of it, where, and in whose words the texts are then. */
import { describe, expect, it } from "vitest";
import type { CommitSha } from "../../src/core/ids.ts";
import { summarise } from "../../src/core/notes/index.ts";
import type { NoticeView } from "../../src/core/release.ts";
import type { TemplateName, TemplateSource } from "../../src/core/team-templates.ts";
import { createTextRenderer } from "../../src/render/text.ts";

const sha = "a1".padEnd(40, "0") as CommitSha;
const VIEW: NoticeView = {
  version: "1.5.0",
  commitCount: 1,
  notes: {
    base: { tag: "v1.4.2", version: "1.4.2", sha },
    head: sha,
    commitCount: 1,
    unreadCount: 0,
    model: summarise([
      { sha, message: "feat: pay by invoice", author: { name: "wes", login: "wes" } },
      { sha: "b2".padEnd(40, "0"), message: "tidy up" },
    ]),
    compareUrl: null,
  },
  places: [],
  tag: "v1.5.0",
  pipeline: [],
  released: null,
  closed: false,
};

const text = createTextRenderer();
const source = (name: string, words: string | null): TemplateSource => ({
  path: `.github/waybill/${name}.hbs`,
  template: name === "notes" || name === "notice" ? (name satisfies TemplateName) : null,
  text: words,
});
const noticeOf = (view: NoticeView, ...own: TemplateSource[]) => text.notice(view, 1, own).body.text;

describe("a broken template of the team's", () => {
  it("is said on the notice with file, line and mend, and Waybill's words stand in", () => {
    const broken = [
      source("note", null),
      source("notes", "{{#each sections}}\n* {{title}}\n{{/each}}"),
      source("notice", "a\n\n{{#if version}}"),
    ];
    const notice = noticeOf(VIEW, ...broken);
    const usual = noticeOf(VIEW).replace(/^<!--.*\n/, "");
    expect(notice).toBe(`<!-- waybill:notice:1 -->
\`.github/waybill/note.hbs\` is used for nothing:

- line 1, column 1: no text is made by a template of this name. Mend: call it notes.hbs, or delete it

\`.github/waybill/notes.hbs\` cannot be used, so the release notes are in Waybill's own words until it is mended:

- line 2, column 3: {{title}} does not say how it is to be written. Mend: write {{md title}}, or another helper in place of md

\`.github/waybill/notice.hbs\` cannot be used, so this notice is in Waybill's own words until it is mended:

- line 3, column 1: a block is not closed. Mend: end each {{\\#if}}, {{\\#unless}}, {{\\#each}} and {{\\#with}} with {{/…}} of the same name

${usual}`);
    expect(text.draft(VIEW, 1, broken).body.text).toContain(
      "so the release notes are in Waybill's own words until it is mended:",
    );
    expect(text.release({ ...VIEW, prerelease: false }, 1, broken)).toEqual(
      text.release({ ...VIEW, prerelease: false }, 1, []),
    );
  });

  it("is said as past once it is released, with the command that writes the notes anew", () => {
    const released = { ...VIEW, released: { tag: "v1.5.0", arrived: [] } };
    expect(noticeOf(released, source("notes", null))).toContain(
      "`.github/waybill/notes.hbs` could not be used, so the release notes are in Waybill's own words. Once it is mended, `/notes 1.5.0` writes them anew:\n\n- line 1, column 1: this is no plain file of at most 65536 bytes.",
    );
  });

  it("that only breaks when it is run is said all the same", () => {
    const bomb = source(
      "notes",
      `{{#each sections}}{{#each entries}}${"x".repeat(30_000)}{{/each}}{{/each}}`,
    );
    const many = summarise(
      Array.from({ length: 40 }, (_none, at) => ({
        sha: at.toString(16).padStart(40, "0"),
        message: `${["feat", "fix", "perf", "revert"][at % 4]}: ${at}`,
      })),
    );
    const view = { ...VIEW, notes: { ...VIEW.notes, model: many } };
    expect(noticeOf(view, bomb)).toContain(
      "`.github/waybill/notes.hbs` cannot be used, so the release notes are in Waybill's own words until it is mended:\n\n- line 1, column 1: it writes too much. Mend:",
    );
    expect(text.release({ ...view, prerelease: false }, 1, [bomb])).toEqual(
      text.release({ ...view, prerelease: false }, 1, []),
    );
  });
});

describe("the team's own words", () => {
  it("are the draft's too, with what only the draft says below", () => {
    const own = source("notes", "New: {{code version}}\n\n{{> sections}}");
    expect(text.release({ ...VIEW, prerelease: false }, 1, [own]).body.text).toBe(
      `<!-- waybill:notes:1 -->\nNew: \`1.5.0\`\n\n### Features\n\n- pay by invoice (a100000) by wes\n<!-- waybill:notes-end:1 -->`,
    );
    const draft = text.draft(VIEW, 1, [own]).body.text;
    expect(draft).toContain(
      "- pay by invoice (a100000) by wes\n\n<details>\n<summary>1 commit fits no section",
    );
    expect(draft).toContain("---\n\nRedrawn at every merge.");
  });

  it("cannot be longer than GitHub takes, nor end Waybill's part of the text", () => {
    const own = source(
      "notes",
      `{{code version}}\n${"a line of words\n".repeat(4_000)}{{#each sections}}{{#each entries}}${"another line\n".repeat(10)}{{/each}}{{/each}}`,
    );
    const model = summarise(
      Array.from({ length: 900 }, (_none, at) => ({
        sha: at.toString(16).padStart(40, "0"),
        message: `feat: ${at}`,
      })),
    );
    const { body } = text.release({ ...VIEW, notes: { ...VIEW.notes, model }, prerelease: false }, 1, [own]);
    expect(body.text.length).toBeLessThanOrEqual(125_000);
    expect(body.text.endsWith(`\n${body.end}`)).toBe(true);
    expect(body.text.split("\n").filter((line) => line.startsWith("<!--"))).toHaveLength(2);
  });
});

describe("an audience", () => {
  const model = summarise([
    {
      sha,
      message: "feat(api)!: take vouchers `by code`\n\nBREAKING CHANGE: send `code`, not `id`.",
      author: { name: "wes", login: "wes" },
    },
  ]);
  const audiences = [
    { name: "partners", components: ["api"], model },
    { name: "support", components: null },
    { name: "others", components: ["web"], model: summarise([]) },
  ];
  const view = { ...VIEW, notes: { ...VIEW.notes, audiences } };

  it("has a folded part of the notice: who uses a component reads what breaks there, others read plain words", () => {
    const notice = noticeOf(view);
    expect(notice.slice(notice.indexOf("<details>\n<summary>For"))).toBe(`<details>
<summary>For partners</summary>

**What breaks, and what to do**

- send \\\`code\\\`, not \\\`id\\\`.

**Features**

- take vouchers \`by code\`

</details>

<details>
<summary>For support</summary>

**Features**

- pay by invoice

</details>

<details>
<summary>For others</summary>

Nothing changes in **web**.

</details>
<!-- waybill:notice-end:1 -->`);
    expect(text.release({ ...view, prerelease: false }, 1, []).body.text).not.toContain("partners");
  });

  it("is told in the team's words where it has some, and in Waybill's where they are broken", () => {
    const own = {
      path: ".github/waybill/audience-partners.hbs",
      template: "audience",
      text: "Dear {{md audience}}, {{#each uses}}{{code name}} {{/each}}changes:\n\n{{> sections}}",
    } as const;
    expect(noticeOf(view, own)).toContain(
      "<summary>For partners</summary>\n\nDear partners, `api` changes:\n\n### Features",
    );
    const notice = noticeOf(view, { ...own, text: "{{audience}}" });
    expect(notice).toContain(
      "`.github/waybill/audience-partners.hbs` cannot be used, so what that audience reads is in Waybill's own words until it is mended:",
    );
    expect(notice).toContain("**What breaks, and what to do**");
  });
});
