/**
 * A team's own templates for the texts that are its to word: files of one folder of its default branch. Here is what there may be; what is in them is
 * checked and run by `render/team*.ts`.
 */
import { closest } from "./suggest.ts";

/** Where they are, beside the config. */
export const TEMPLATE_FOLDER = ".github/waybill";

/** The texts: the release notes, and the notice of the coming release. */
export const TEMPLATE_NAMES = ["notes", "notice"] as const;
export type TemplateName = (typeof TEMPLATE_NAMES)[number];

/** Bytes of one file. */
export const LARGEST_TEMPLATE = 65_536;
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

/** The text that a file of the folder is for; null for none. */
export function templateOfFile(name: string): TemplateName | null {
  return TEMPLATE_NAMES.find((template) => `${template}.hbs` === name) ?? null;
}

/** What is wrong with a file before it is read; null for nothing. */
export function problemOfFile({ path, template, text }: TemplateSource): TemplateProblem | null {
  const first = { path, line: 1, column: 1 };
  if (template === null) {
    const names = TEMPLATE_NAMES.map((name) => `${name}.hbs`);
    const near = closest(path.slice(path.lastIndexOf("/") + 1), names);
    return {
      ...first,
      message: "no text is made by a template of this name",
      mend: near === null ? `call it ${names.join(" or ")}, or delete it` : `call it ${near}, or delete it`,
    };
  }
  if (text !== null) return null;
  return {
    ...first,
    message: `this is no plain file of at most ${LARGEST_TEMPLATE} bytes`,
    mend: "write a shorter one, as a file of its own and no link",
  };
}
