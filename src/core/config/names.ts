/** The words people choose in the config: what a name may be, which are taken, how long a time is. */

/** A rule that a text breaks: what is wrong, and how to put it right. */
export interface Broken {
  readonly message: string;
  readonly mend: string;
}

/** Names of components and environments: they travel in commands, inputs, git refs, hidden markers and addresses. */
export const NAME_PATTERN = /^(?=.{1,63}$)[a-z0-9]+(?:[-_.][a-z0-9]+)*$/;

/** Words that a command or the config itself gives a meaning to, now or soon; no environment or component may bear them. */
export const RESERVED_WORDS: readonly string[] = [
  "all",
  "any",
  "default",
  "help",
  "last",
  "latest",
  "next",
  "none",
  "notice",
  "previous",
  "release",
];

/** Inputs that Waybill itself supplies to a workflow; the config cannot set them. */
export const OWN_INPUTS = ["environment", "component", "version", "sha", "correlation_id"] as const;

/** GitHub's limit of inputs to one dispatch, less our own. https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax */
export const MOST_CONFIGURED_INPUTS = 25 - OWN_INPUTS.length;

/** What would be read as a version where a name is expected: `2`, `v1.5`, `1.5.0-rc.1`. */
const VERSION_LIKE = /^v?\d+(\.\d+)*$|^v?\d+\.\d+\.\d+/;

/** Says why a text cannot name a component or an environment; null where it can. */
export function brokenName(name: string): Broken | null {
  if (RESERVED_WORDS.includes(name)) {
    return {
      message: "this word is reserved",
      mend: `choose another name; reserved are ${RESERVED_WORDS.join(", ")}`,
    };
  }
  if (VERSION_LIKE.test(name)) {
    return {
      message: "a name may not look like a version",
      mend: "choose a name that is no number, such as `prod` or `region-2`",
    };
  }
  if (/[-_.](?:[-_.]|$)/.test(name)) {
    return {
      message: "in a name a letter or digit follows each `-`, `_` and `.`",
      mend: "use single dashes or dots, between words only",
    };
  }
  // Git takes no ref that ends so, and a run's claim is a ref.
  if (name.endsWith(".lock"))
    return { message: "a name does not end in `.lock`", mend: "choose another ending" };
  if (NAME_PATTERN.test(name)) return null;
  const lower = name.toLowerCase();
  return {
    message: "a name has 1 to 63 of a-z, 0-9, `-`, `_` and `.`, and begins with a letter or digit",
    mend:
      lower !== name && brokenName(lower) === null
        ? `write \`${lower}\``
        : "choose a name such as `api` or `eu-prod`",
  };
}

/** The only component's name where the config names none: the repository's name, made to fit the rule for names. */
export function componentNameFor(repositoryName: string): string {
  const fitting = repositoryName
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.-]+/g, "-")
    .replaceAll(/[_.-]*([_.-])/g, "$1")
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, 59)
    .replace(/[_.-]+$/, "");
  if (brokenName(fitting) === null) return fitting;
  const extended = `app-${fitting}`.replace(/-$/, "");
  return brokenName(extended) === null ? extended : "app";
}

const DURATION = /^(\d{1,6})(s|m|h|d)$/;
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads `90s`, `10m`, `2h` or `1d`. @returns milliseconds, or null for any other text. */
export function durationMs(text: string): number | null {
  const found = DURATION.exec(text);
  if (found === null) return null;
  return Number(found[1]) * UNIT_MS[found[2] as keyof typeof UNIT_MS];
}

/** Says why a text cannot be a duration between two others (both included); null where it can. */
export function brokenDuration(text: string, least: string, most: string): Broken | null {
  const length = durationMs(text);
  if (length === null) {
    return {
      message: "not a duration",
      mend: "write a whole number and a unit, such as `90s`, `10m`, `2h` or `1d`",
    };
  }
  if (length >= (durationMs(least) ?? 0) && length <= (durationMs(most) ?? 0)) return null;
  return { message: `a duration out of bounds`, mend: `write one from \`${least}\` to \`${most}\`` };
}
