/** What notices and notes show besides the changes, from the config's `release`. */
import { z } from "zod";
import { DEPENDENCY_FILES } from "../dependencies/index.ts";
import { ruled } from "./fields.ts";
import type { ReleaseContent } from "./release-model.ts";

const MOST_FILES = 20;

/** A lockfile or manifest, from the repository's root. */
const dependencyFileField = ruled((path) => {
  const file = path.slice(path.lastIndexOf("/") + 1);
  const isPlain = path.length <= 200 && !/[\p{Cc}\p{Cf}\\]|^\/|^\.\/|(^|\/)\.\.?(\/|$)|\/\//u.test(path);
  if (!isPlain)
    return {
      message: "not a path from the repository's root",
      mend: "write one such as `api/package-lock.json`",
    };
  if (DEPENDENCY_FILES.includes(file)) return null;
  return {
    message: `\`${file.slice(0, 80)}\` is no file that Waybill can read dependencies from`,
    mend: `name files that are called ${DEPENDENCY_FILES.join(", ")}`,
  };
});

const LONGEST_WORDS = 2_000;

/** Words of the team's own, over several lines. */
const earlyAccessField = ruled((text) => {
  const isFit = text.trim() !== "" && text.length <= LONGEST_WORDS && !/[^\P{Cc}\n\r\t]/u.test(text);
  return isFit
    ? null
    : {
        message: `these words have 1 to ${LONGEST_WORDS} characters and none that nobody sees`,
        mend: "say in a few lines whom to ask, or where to look; longer texts are better linked",
      };
});

/** The settings of `release` that decide what notices and notes show. */
export const contentFields = {
  contributors: z
    .boolean()
    .default(true)
    .describe("Whether notices and notes name who contributed, and who did so for the first time."),
  dependencies: z
    .union([z.boolean(), z.array(dependencyFileField).min(1).max(MOST_FILES)])
    .default(true)
    .describe(
      "Whether notices and notes tell what changed in dependencies, or the lockfiles or manifests that are compared. Default: those in the repository's root and in the folders of its components.",
    ),
  earlyAccess: earlyAccessField
    .optional()
    .describe(
      "How to get at the coming release early: the notice says it where it says where the release can be tried. Lines, lists, links to http(s) addresses and `code`; all else is shown as it is written.",
    ),
  groupBy: z
    .enum(["type", "scope", "component"])
    .default("type")
    .describe(
      "How changes are grouped: by their type, in sections, and with `scope` or `component` within each section besides.",
    ),
};

const contentSchema = z.object(contentFields);

/** What is written of it. What goes without saying is left out. */
export function resolveContent(written: z.output<typeof contentSchema>): ReleaseContent {
  const { contributors, dependencies, earlyAccess, groupBy } = written;
  return {
    ...(contributors ? {} : { contributors: false }),
    ...(dependencies === true ? {} : { dependencies: dependencies === false ? [] : dependencies }),
    ...(earlyAccess === undefined ? {} : { earlyAccess }),
    ...(groupBy === "type" ? {} : { groupBy }),
  };
}
