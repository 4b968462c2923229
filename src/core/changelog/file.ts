/**
 * Writing sections into a team's `CHANGELOG.md`. Text is only ever put between what stands there: no character of the file is changed or taken away. All texts
 * here are in bytes, one character each (`layout.ts`).
 */
import compare from "semver/functions/compare.js";
import { layoutOf } from "./layout.ts";

/** The section of one release, with its heading, in lines that end with `\n`. */
export interface NewSection {
  readonly version: string;
  readonly text: string;
}

/** The path that a config's `changelog: true` stands for. */
export const USUAL_CHANGELOG = "CHANGELOG.md";
/** A file that there is not yet begins so, as conventional-changelog's tools write it. */
const TITLE = "# Changelog\n";

/** The versions that have a section, in the order of the file. */
export function versionsIn(text: string): readonly string[] {
  return layoutOf(text).sections.map(({ version }) => version);
}

/** A version's section as it stands in the file, without blank lines around it; null where there is none. */
export function sectionOf(text: string, version: string): string | null {
  const section = layoutOf(text).sections.find((one) => one.version === version);
  return section === undefined ? null : text.slice(section.from, section.to).trim();
}

/**
 * The file with these sections, each before the first of a lower version: at the top, but for those of older lines. A version that has a section keeps the
 * one that it has.
 *
 * @param text the file; null where there is none
 */
export function withSections(text: string | null, sections: readonly NewSection[]): string {
  // From the lowest on, so that each finds those that it goes before.
  const ordered = sections.toSorted((one, other) => compare(one.version, other.version));
  return ordered.reduce(withSection, text ?? (sections.length === 0 ? "" : TITLE));
}

function withSection(text: string, section: NewSection): string {
  const { sections, eol, beginning, end } = layoutOf(text);
  if (sections.some(({ version }) => version === section.version)) return text;
  const below = sections.find(({ version }) => compare(version, section.version) < 0);
  const place = below?.from ?? (sections.length === 0 ? beginning : end);
  const before = text.slice(0, place);
  const after = text.slice(place);
  const body = section.text
    .trim()
    .replaceAll(/\r\n|\r|\n/g, eol)
    .replaceAll(/[ \t]+(?=\r?\n)/g, "");
  return `${before}${gapAfter(before, eol)}${body}${eol}${/^\s*$/.test(after) ? "" : eol}${after}`;
}

/** What it takes so that a blank line stands between. */
function gapAfter(before: string, eol: string): string {
  if (before === "" || before === "\u00EF\u00BB\u00BF" || /\n[ \t]*\r?\n$/.test(before)) return "";
  return before.endsWith("\n") ? eol : `${eol}${eol}`;
}
