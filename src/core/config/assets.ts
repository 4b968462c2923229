/** `release.assets`: the files that a team's own workflow puts on a release before it is published. */
import { z } from "zod";
import { ruled } from "./fields.ts";

const MOST_PATTERNS = 20;

/** The name of an asset, or a pattern of names: `*` and `?`. Names have no folders. */
const assetField = ruled(
  (text) => {
    if (/^[\w.*?+@ ()-]{1,200}$/.test(text)) return null;
    return {
      message: "an asset's name has letters, digits and `. _ - + @ ( )`, and `*` and `?` stand for others",
      mend: text.includes("/")
        ? "write the name alone: a release's files are in no folders"
        : "write a name such as `checksums.txt`, or a pattern such as `*.tgz`",
    };
  },
  { pattern: "^[A-Za-z0-9_.*?+@ ()-]+$" },
);

export const assetsField = z
  .array(assetField)
  .min(1)
  .max(MOST_PATTERNS)
  .optional()
  .describe(
    "Files that your own workflow uploads to the release (`*.tgz`, `checksums.txt`): it stays a draft until each is there, and is published then (see docs/releases.md).",
  );
