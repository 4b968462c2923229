/**
 * A team's own templates for the texts that are its to word: files of one folder of its default branch. Here is what there may be; what is in them is
 * checked and run by `render/team*.ts`.
 */
import type { CommitSha } from "./ids.ts";
import { closest } from "./suggest.ts";

/** Where they are, beside the config. */
export const TEMPLATE_FOLDER = ".github/waybill";

/** The texts that there is one of: the release notes, and the notice of the coming release. */
const SINGLE_NAMES = ["notes", "notice"] as const;
/** Besides, a text for each audience: `audience-partners.hbs`. */
export type TemplateName = (typeof SINGLE_NAMES)[number] | "audience";
const AUDIENCE_FILE = /^audience-(.+)\.hbs$/;

/** Bytes of one file. */
export const LARGEST_TEMPLATE = 65_536;
/** More files than these are not looked at: there are not so many texts. */
const MOST_FILES = 20;

/** The templates as they are in one commit of the default branch; only made where there is at least one. */
export interface TeamTemplates {
  readonly commit: CommitSha;
  readonly files: readonly TemplateFile[];
}

export interface TemplateFile {
  /** As it is called in the folder: `notes.hbs`. */
  readonly name: string;
  /** The SHA of its blob; null for what is no plain file of a bearable size. */
  readonly blob: string | null;
}

/** A template with what is written in it. */
export interface TemplateSource {
  /** From the repository's root, or as the reader has named it. */
  readonly path: string;
  /** Null for one that no text is made by. */
  readonly template: TemplateName | null;
  /** Null for what is no plain file of a bearable size. */
  readonly text: string | null;
}

/** What is wrong with a template, and how to mend it. Lines and columns are counted from 1. */
export interface TemplateProblem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly mend: string;
}

/** An entry of the folder, as git has it. */
export interface FolderEntry {
  readonly name: string;
  readonly oid: string;
  /** `100644` as a number of base 8. */
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
}

const PLAIN_FILE_MODES: ReadonlySet<number> = new Set([0o100644, 0o100755]);

/** The templates among the folder's entries, by name; null where there are none. */
export function templatesIn(commit: CommitSha, entries: readonly FolderEntry[]): TeamTemplates | null {
  const files = entries
    .filter(({ name }) => name.endsWith(".hbs"))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .slice(0, MOST_FILES)
    .map(({ name, oid, mode, size }) => ({
      name,
      blob:
        PLAIN_FILE_MODES.has(mode) && size <= LARGEST_TEMPLATE && /^[0-9a-f]{40,64}$/.test(oid) ? oid : null,
    }));
  return files.length === 0 ? null : { commit, files };
}

/** The text that a file of the folder is for; null for none. */
export function templateOfFile(name: string): TemplateName | null {
  return (
    SINGLE_NAMES.find((template) => `${template}.hbs` === name) ??
    (AUDIENCE_FILE.test(name) ? "audience" : null)
  );
}

/** The file that words a release for an audience. */
export function fileOfAudience(name: string): string {
  return `audience-${name}.hbs`;
}

/** What is wrong with a file before it is read; null for nothing. */
export function problemOfFile({ path, template, text }: TemplateSource): TemplateProblem | null {
  const first = { path, line: 1, column: 1 };
  if (template === null) {
    const names = SINGLE_NAMES.map((name) => `${name}.hbs`);
    const near = closest(path.slice(path.lastIndexOf("/") + 1), names);
    return {
      ...first,
      message: "no text is made by a template of this name",
      mend:
        near === null
          ? `call it ${names.join(" or ")} or ${fileOfAudience("NAME")}, or delete it`
          : `call it ${near}, or delete it`,
    };
  }
  if (text !== null) return null;
  return {
    ...first,
    message: `this is no plain file of at most ${LARGEST_TEMPLATE} bytes`,
    mend: "write a shorter one, as a file of its own and no link",
  };
}
