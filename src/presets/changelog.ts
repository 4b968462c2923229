/**
 * The section of a release in `CHANGELOG.md`, as the tools of conventional-changelog write it: by the preset's own writer. Which changes are in it, and under
 * which title, is what Waybill has found: the writer only gives it its looks, and may leave nothing out.
 * https://github.com/conventional-changelog/conventional-changelog/tree/master/packages/conventional-changelog-writer
 */
import createAngular from "conventional-changelog-angular";
import createConventional from "conventional-changelog-conventionalcommits";
import { writeChangelogString } from "conventional-changelog-writer";
import type { PresetName } from "../core/config/release-model.ts";
import type { NotesEntry, NotesModel } from "../core/notes/index.ts";
import { inFile } from "./inert.ts";

/** A release as its section shows it. */
export interface WrittenRelease {
  readonly version: string;
  readonly tag: string;
  /** The tag that its changes are counted from; null where there is none. */
  readonly before: string | null;
  /** When it was released. Epoch milliseconds; the day is UTC's. */
  readonly at: number;
  readonly model: NotesModel;
  /** A paragraph before all changes, in Markdown; absent where there is nothing to say. */
  readonly preamble?: string;
}

/** Where changes and issues are found: `https://github.com/acme/shop`. Null: nothing is linked. */
export type RepositoryPage = string | null;

interface Note {
  readonly title: string;
  readonly text: string;
  readonly commit?: { readonly scope: string | null };
}

interface Written {
  readonly type: string;
  readonly scope: string | null;
  readonly subject: string;
  readonly hash: string;
  readonly references: never[];
  notes: Note[];
}

interface WriterOptions {
  readonly transform: (commit: Written, context: object) => Partial<Written> | undefined;
}

const BREAKING = "BREAKING CHANGE";

/**
 * The writers. The presets of ESLint and Express, whose packages are not loaded, look like Conventional Commits', under their own titles.
 */
function writerOf(preset: PresetName): WriterOptions {
  const made = preset === "angular" ? createAngular() : createConventional();
  return (made as { readonly writer: WriterOptions }).writer;
}

/** The section in Markdown, from its heading on. Every entry and everything that breaks is in it. */
export async function changelogSection(
  release: WrittenRelease,
  preset: PresetName,
  page: RepositoryPage,
): Promise<string> {
  const { version, tag, before, at, model, preamble } = release;
  const writer = writerOf(preset);
  const order = model.sections.map(({ title }) => title);
  const commits = model.sections.flatMap(({ title, entries }) =>
    entries.map((entry) => writtenEntry(entry, title)),
  );
  const scopes = new Map(
    model.sections.flatMap(({ entries }) => entries.map(({ sha, scope }) => [sha, scope])),
  );
  const context = {
    version,
    date: new Date(at).toISOString().slice(0, 10),
    currentTag: tag,
    previousTag: before ?? "",
    linkCompare: before !== null && page !== null,
    // As the tools have it for a repository at GitHub.
    commit: "commit",
    issue: "issues",
    ...(preamble === undefined ? {} : { preamble }),
    ...placeOf(page),
  };
  /** As the preset writes it, of a type that it never hides. */
  const looks = (commit: Written, final: object) => writer.transform({ ...commit, type: "feat" }, final);
  const breaking = (final: object): Note[] =>
    model.breaking.flatMap(({ sha, text }) => {
      const plain = { type: "", scope: null, subject: "", hash: sha, references: [] };
      const noted = looks({ ...plain, notes: [{ title: BREAKING, text: inFile(text) }] }, final)?.notes ?? [];
      const scope = scopes.get(sha) ?? null;
      return noted.map((note) => ({ ...note, commit: { scope: scope === null ? null : inFile(scope) } }));
    });
  return writeChangelogString(commits, context, {
    ...(writer as object),
    // Both would leave out what Waybill has listed.
    ignoreReverted: false,
    generateOn: () => false,
    commitGroupsSort: (one, other) => order.indexOf(one.title) - order.indexOf(other.title),
    transform: (commit: Written, final: object) => ({
      ...looks(commit, final),
      type: commit.type,
      notes: [],
    }),
    finalizeContext: (final) => {
      const notes = breaking(final);
      const [first] = notes;
      return first === undefined ? final : { ...final, noteGroups: [{ title: first.title, notes }] };
    },
  });
}

function writtenEntry({ sha, scope, text, pull }: NotesEntry, title: string): Written {
  const subject = `${inFile(text)}${pull === null ? "" : ` (#${pull})`}`;
  return {
    type: title,
    scope: scope === null ? null : inFile(scope),
    subject,
    hash: sha,
    references: [],
    notes: [],
  };
}

function placeOf(page: RepositoryPage): object {
  if (page === null) return { linkReferences: false };
  const { origin, pathname } = new URL(page);
  const [, owner = "", repository = ""] = pathname.split("/");
  return { host: origin, owner, repository, repoUrl: page };
}
