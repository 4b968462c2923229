/** `release.changelog`: whether a file of the repository lists the releases, and which. */
import { z } from "zod";
import { USUAL_CHANGELOG } from "../changelog/file.ts";
import { ruled } from "./fields.ts";
import type { Broken } from "./names.ts";

const LONGEST_PATH = 200;

const pathField = ruled(brokenPath, { pattern: "^[^/\\\\][^\\\\]*$" });

/** A path inside of the repository that may be shown anywhere as it is. */
function brokenPath(path: string): Broken | null {
  const usual = `write \`true\` for ${USUAL_CHANGELOG}, or a path such as \`docs/CHANGES.md\``;
  if (path === "" || path.length > LONGEST_PATH)
    return { message: `a path has 1 to ${LONGEST_PATH} characters`, mend: usual };
  if (!/^[\w. @+()/-]+$/.test(path))
    return {
      message: "only letters, digits, blanks and `. _ - @ + ( ) /` may be in this path",
      mend: usual,
    };
  if (path.startsWith("/") || path.startsWith("./"))
    return {
      message: "a path begins at the repository's root already",
      mend: `write \`${path.replace(/^\.?\/+/, "")}\``,
    };
  const parts = path.split("/");
  if (parts.some((part) => part === "" || part === "." || part === ".." || part.trim() !== part))
    return { message: "a path never leaves the repository", mend: "write it without `..` and `//`" };
  if (parts.some((part) => part.toLowerCase() === ".git"))
    return { message: "git keeps nothing in such a folder", mend: usual };
  if (/^\.github\/workflows\//i.test(path))
    return {
      message: "this folder holds workflows, which Waybill never writes",
      mend: usual,
    };
  return null;
}

export const changelogField = z
  .union([z.boolean(), pathField])
  .default(false)
  .describe(
    "The file that lists the releases, kept up to date by a pull request after each of them: `true` for CHANGELOG.md, or its path (see docs/changelog.md).",
  );

/** The path of the file; null where the team wants none. */
export function changelogPath(written: string | boolean): string | null {
  if (written === false) return null;
  return written === true ? USUAL_CHANGELOG : written;
}
