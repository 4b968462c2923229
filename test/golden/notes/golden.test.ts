import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { DependenciesBetween } from "../../../src/core/dependencies/index.ts";
import type { CommitSha } from "../../../src/core/ids.ts";
import { contributorsOf, developmentVersion, nextVersion, shownContributors, summarise, tagOfVersion, type Commit } from "../../../src/core/notes/index.ts";
import type { NoticeView } from "../../../src/core/release.ts";
import { renderDraft, renderNotes, renderNotice, renderRelease } from "../../../src/render/index.ts";
import { dependencies } from "../../render/notes-given.ts";

/**
 * Each folder is a case: `case.json` is a history with what surrounds it, the Markdown files beside it are what people will read. After a change that is
 * meant, `vitest run test/golden --update` writes them anew; read the difference.
 */
interface Case {
  readonly base: string | null;
  readonly commits: readonly (Omit<Commit, "sha"> & { readonly sha: string })[];
}

/** The account that comes for the first time, where a case has it. */
const NEWCOMER = "U_linus";

const HOME = new URL("./", import.meta.url);
const NAMES = readdirSync(HOME, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);

function noticeOf({ base, commits }: Case): NoticeView {
  const model = summarise(
    commits.map((commit, at) => ({ ...commit, sha: commit.sha.padEnd(40, String(at % 10)) })),
    { components: [{ name: "api", paths: ["api/**"] }, { name: "web", paths: ["web/**"] }], repository: "acme/shop" },
  );
  const { version } = nextVersion(base, model);
  const people = contributorsOf(commits, model.reverted);
  const contributors = base === null ? null : shownContributors(people, (key) => key === NEWCOMER);
  const sha = "f".repeat(40) as CommitSha;
  return {
    version,
    commitCount: commits.length,
    notes: {
      base: base === null ? null : { tag: `v${base}`, version: base, sha },
      head: sha,
      commitCount: commits.length,
      unreadCount: 0,
      model,
      ...(contributors === null ? {} : { contributors }),
      compareUrl: base === null ? null : `https://github.com/acme/shop/compare/v${base}...main`,
    },
    places: [{ environment: "dev", version: developmentVersion(version, commits.length), url: "https://dev.shop.example" }],
    tag: tagOfVersion("v{version}", version),
    pipeline: ["staging", "prod"],
    released: null,
    closed: false,
  };
}

describe.each(NAMES)("%s", (name) => {
  const view = noticeOf(JSON.parse(readFileSync(new URL(`${name}/case.json`, HOME), "utf8")) as Case);
  const file = (part: string) => `./${name}/${part}.md`;

  it("has these notes", async () => {
    await expect(renderNotes(view.notes.model)).toMatchFileSnapshot(file("notes"));
  });

  it("has this notice, before and after the tag", async () => {
    const expected = { at: Date.UTC(2026, 10, 26, 14), wholeDay: false, zone: "UTC", isOver: false };
    await expect(renderNotice({ ...view, expected }, { marker: { kind: "notice", id: "1" } })).toMatchFileSnapshot(file("notice"));
    const released = { ...view, places: [], released: { tag: view.tag, arrived: ["staging"] } };
    await expect(renderNotice(released)).toMatchFileSnapshot(file("notice-released"));
    const closed = { ...released, released: { tag: view.tag, arrived: ["staging", "prod"] }, closed: true };
    expect(renderNotice(closed)).toContain("has arrived in **staging**, **prod**. That is the end of the pipeline");
  });

  it("has this draft and this release", async () => {
    await expect(renderDraft(view, { marker: { kind: "draft", id: "main" } })).toMatchFileSnapshot(file("draft"));
    await expect(renderRelease({ ...view, prerelease: false })).toMatchFileSnapshot(file("release"));
  });
});

it("tells what changed in dependencies, and shows of one plain lockfile no path", async () => {
  const view = noticeOf({ base: "1.4.2", commits: [{ sha: "a1", message: "feat(api): accept vouchers" }] });
  const withDependencies = (dependencies: DependenciesBetween) => renderRelease({ ...view, prerelease: false, notes: { ...view.notes, dependencies } });
  await expect(withDependencies(dependencies)).toMatchFileSnapshot("./dependencies.md");
  const [file] = dependencies.files;
  if (file === undefined) throw new Error("no file");
  await expect(withDependencies({ files: [{ ...file, more: 0, indirect: 0 }], unread: [] })).toMatchFileSnapshot("./dependencies-of-one-file.md");
});

it("says how to get at it early, and how far behind the environments are that lack something", async () => {
  const view = noticeOf({ base: "1.4.2", commits: [{ sha: "a1", message: "feat(api): accept vouchers" }] });
  const address = "https://github.com/acme/shop/compare/v1.4.2...main";
  const text = renderNotice({
    ...view,
    earlyAccess: "Ask in [the beta room](https://chat.example/beta), or send `X-Beta: 1`. Thanks, @acme/shop!",
    behind: [
      { environment: "staging", version: "1.5.0-rc.1", changes: 1, compareUrl: null },
      { environment: "prod", version: "1.4.2", changes: 14, compareUrl: address },
    ],
  });
  await expect(text).toMatchFileSnapshot("./behind.md");
});

it("groups the changes of a section by scope or component, and folds up long ones, though not on a terminal", async () => {
  const commits = Array.from({ length: 26 }, (_none, at) => ({
    sha: (at + 16).toString(16),
    message: `${at < 24 ? "fix" : "feat"}${["(web)", "(api)", ""][at % 3]}: change ${at}`,
    paths: [["web/a", "api/a", "README.md"][at % 3] ?? ""],
  }));
  const view = noticeOf({ base: "1.4.2", commits: [...commits, { sha: "f0", message: "fix(api)!: a break" }, { sha: "f1", message: "fix: one more" }] });
  const released = (groupBy: "scope" | "component") => renderRelease({ ...view, prerelease: false, notes: { ...view.notes, groupBy } });
  await expect(released("scope")).toMatchFileSnapshot("./grouped-by-scope.md");
  expect(released("component")).toContain("**web**\n\n- **web:** change 0");
  expect(released("scope").indexOf("a break")).toBeLessThan(released("scope").indexOf("<details>"));
  expect(renderNotes(view.notes.model, { groupBy: "scope" })).not.toContain("<details>");
});

it("says on the notice which migrations come, and what that means for going back", () => {
  const view = noticeOf({ base: "1.4.2", commits: [{ sha: "a1", message: "feat(api): accept vouchers" }] });
  const migrations = { known: true, seen: [{ component: "api", kind: "contract" }] } as const;
  const text = renderNotice({ ...view, notes: { ...view.notes, migrations } });
  expect(text).toContain(
    "This brings a migration of **api** that takes away what the release before needs. Once it has run, going back below `1.5.0` takes a reason, which its command gives by `--reason`.\n",
  );
  expect(text).not.toMatch(/\n{3,}/);
  expect(renderNotice({ ...view, notes: { ...view.notes, migrations: { known: true, seen: [] } } })).toBe(renderNotice(view));
});

it("says on the notice who holds the version, and how it is let go", () => {
  const view = noticeOf({ base: "1.4.2", commits: [{ sha: "a1", message: "feat(api): accept vouchers" }] });
  const hold = { version: "1.5.0", by: "wes", at: Date.UTC(2026, 10, 20, 12), reason: "see @everyone" };
  expect(renderNotice({ ...view, hold })).toContain(
    "**`1.5.0` is held** by wes since 2026-11-20 12:00:00 UTC: see @&#8203;everyone. It goes to no environment before somebody lets it go with `/unhold 1.5.0`.\n",
  );
  expect(renderNotice(view)).toContain("or stop it with `/hold 1.5.0`.");
});

it("stays within GitHub's limits and says where the rest is", () => {
  const view = noticeOf({
    base: "1.0.0",
    commits: Array.from({ length: 3_000 }, (_none, at) => ({ sha: at.toString(16).padStart(7, "0"), message: `feat: change ${at} ${"of many words ".repeat(5)}` })),
  });
  const notice = renderNotice(view, { marker: { kind: "notice", id: "1" } });
  expect(notice.length).toBeLessThanOrEqual(65_536);
  expect(notice.startsWith("<!-- waybill:notice:1 -->\n")).toBe(true);
  expect(notice).toMatch(/_Too long for one page\. \[All commits\]\(https:\/\/github\.com\/acme\/shop\/compare\/v1\.0\.0\.\.\.main\)_$/);
  expect(renderDraft(view).length).toBeLessThanOrEqual(125_000);
});
