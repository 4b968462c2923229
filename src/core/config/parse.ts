/** Reads `.github/waybill.yml`: text in, config out, or every problem with its place. */
import { calendarsOf } from "./calendars.ts";
import type { Reach } from "./addresses.ts";
import { effectiveSettings, type EffectiveSetting } from "./effective.ts";
import { laidUnder, type DefaultsFile } from "./defaults.ts";
import { ceilingIn, type Ceiling } from "./ceiling.ts";
import { readLocated, type Located } from "./located.ts";
import type { Config } from "./model.ts";
import {
  findingsOf,
  pathText,
  placed,
  shown,
  shownSentence,
  type ConfigProblem,
  type Finding,
} from "./problems.ts";
import { resolveConfig } from "./resolve.ts";
import { configSchema, defaultsSchema, type WrittenConfig } from "./schema.ts";

/** The most bytes a config may have. */
export const LARGEST_CONFIG = 64 * 1024;

/** A file with more problems than these has one: it is not what it should be. */
const MOST_PROBLEMS = 50;

/** `path` is shown in the problems; the name of the only component comes from `repositoryName` (without its owner). */
export interface ConfigContext {
  readonly path: string;
  readonly repositoryName: string;
  /** What is laid under it; absent for none. */
  readonly defaults?: DefaultsFile;
  /** Whether an address would be asked. Default: nobody knows, so what plainly is inside a private network is doubtful. */
  readonly reach?: Reach;
}

/** A calendar file, from the repository's root, and what is to be said where there is none. */
export interface CalendarPlace {
  readonly path: string;
  readonly missing: ConfigProblem;
}

const NO_SUCH_FILE = "there is no such file in the repository, or none that can be read";
const FILE_MEND = "add it beside the config, on the same branch, or mend its path";

export type ConfigReading =
  | {
      readonly ok: true;
      readonly config: Config;
      readonly warnings: readonly ConfigProblem[];
      /** The calendar files that it names and that are to be read at the same commit; absent where there are none. */
      readonly calendars?: readonly CalendarPlace[];
    }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/**
 * Reads a config. Never throws, whatever the text holds; at most 50 problems, in the order of the file.
 *
 * @returns the config with all defaults and references resolved, and what is doubtful in it; or what is wrong.
 */
export function parseConfig(text: string, context: ConfigContext): ConfigReading {
  return parsePlaced(text, context).reading;
}

/** A reading, and how what else is found about the file gets its place in it. */
export interface PlacedReading {
  readonly reading: ConfigReading;
  /** Only to be asked where the reading is whole. */
  readonly place: (finding: Finding) => ConfigProblem;
  /** Every setting as it holds, with where it comes from; none where the reading is not whole. */
  readonly effective: () => readonly EffectiveSetting[];
}

/** The same as `parseConfig`, for whoever looks further than the file: at the workflows that it names (`workflows.ts`). */
export function parsePlaced(text: string, context: ConfigContext): PlacedReading {
  const nowhere = (finding: Finding): ConfigProblem => placed(finding, NOWHERE, context.path);
  const { located, refused: amiss, ceiling } = readBoth(text, context);
  if (located === null)
    return { reading: { ok: false, problems: amiss }, place: nowhere, effective: () => [] };
  const place = (finding: Finding): ConfigProblem => placed(finding, located, context.path);
  const { reading, written } = readData(located, { ...context, ceiling }, place);
  const effective = (): readonly EffectiveSetting[] =>
    reading.ok && written !== null ? effectiveSettings(written, reading.config, located, context.path) : [];
  return { reading, place, effective };
}

interface Both {
  /** Null where either cannot be read. */
  readonly located: Located | null;
  readonly refused: readonly ConfigProblem[];
  readonly ceiling: Ceiling | null;
}

/** The file with its defaults laid under it. */
function readBoth(text: string, context: ConfigContext): Both {
  const { defaults } = context;
  const own = readWritten(text, context, defaults !== undefined);
  if (!("data" in own)) return { located: null, refused: own.problems, ceiling: null };
  if (defaults === undefined) return { located: own, refused: [], ceiling: null };
  const theirs = readDefaults(defaults);
  if (!theirs.ok) {
    const foreign = theirs.problems.map((problem) => ({ ...problem, isInDefaults: true as const }));
    return { located: null, refused: foreign, ceiling: null };
  }
  const ceiling = { ...theirs.ceiling, path: defaults.path };
  return { located: laidUnder(own, theirs.located, defaults.path), refused: [], ceiling };
}

type DefaultsReading =
  | { readonly ok: true; readonly located: Located; readonly ceiling: Omit<Ceiling, "path"> }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Reads defaults by themselves. What they name need not be there: it is looked for when they are laid under a config. */
export function readDefaults(defaults: DefaultsFile): DefaultsReading {
  const context = { path: defaults.path, repositoryName: "" };
  const located = readWritten(defaults.text, context, true);
  if (!("data" in located)) return located;
  // Everything but that something is missing is wrong wherever they are used.
  const checked = defaultsSchema.safeParse(located.data, { reportInput: true });
  if (!checked.success) {
    const findings = findingsOf(checked.error.issues);
    return {
      ok: false,
      problems: sorted(findings.map((finding) => placed(finding, located, defaults.path))),
    };
  }
  return { ok: true, located, ceiling: ceilingIn(located.data, checked.data.permissions) };
}

function sorted(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column).slice(0, MOST_PROBLEMS);
}

const NOWHERE: Located = { data: null, placeOf: () => ({ line: 1, column: 1 }), textOf: () => "" };

/** The file as data with its places; or what is wrong with it as a file. */
function readWritten(
  text: string,
  context: ConfigContext,
  mayBeEmpty: boolean,
): Located | Extract<ConfigReading, { ok: false }> {
  if (text.length > LARGEST_CONFIG || new TextEncoder().encode(text).length > LARGEST_CONFIG) {
    return refused(context, `the file is larger than ${LARGEST_CONFIG / 1024} KiB`, "shorten it");
  }
  if (text.trim() === "" && mayBeEmpty) return { ...NOWHERE, data: {} };
  if (text.trim() === "")
    return refused(
      context,
      "the file is empty",
      "name at least one environment: `environments: { prod: {} }`",
    );
  const reading = readLocated(text);
  if (!reading.ok) {
    const problems = reading.problems.map(({ path, value, message, mend, line, column }) => ({
      line,
      column,
      message: shownSentence(message),
      mend: shownSentence(mend),
      path: context.path,
      at: pathText(path),
      value: shown(value),
    }));
    return { ok: false, problems };
  }
  return reading.located;
}

function readData(
  located: Located,
  { repositoryName, reach, ceiling }: ConfigContext & { readonly ceiling: Ceiling | null },
  place: PlacedReading["place"],
): { readonly reading: ConfigReading; readonly written: WrittenConfig | null } {
  const checked = configSchema.safeParse(located.data, { reportInput: true });
  if (!checked.success) return wrongly(findingsOf(checked.error.issues));
  const { config, wrong, doubtful } = resolveConfig(checked.data, repositoryName, { reach, ceiling });
  if (config === null) return wrongly(wrong);
  const calendars = calendarsOf(config).map(({ path, at }): CalendarPlace => {
    return { path, missing: place({ path: at, part: "value", message: NO_SUCH_FILE, mend: FILE_MEND }) };
  });
  const warnings = inOrder(doubtful);
  const found = calendars.length === 0 ? {} : { calendars };
  return { reading: { ok: true, config, warnings, ...found }, written: checked.data };

  function wrongly(findings: readonly Finding[]) {
    return { reading: { ok: false, problems: inOrder(findings) }, written: null } as const;
  }

  function inOrder(findings: readonly Finding[]): ConfigProblem[] {
    return sorted(findings.map(place));
  }
}

function refused(
  context: ConfigContext,
  message: string,
  mend: string,
): Extract<ConfigReading, { ok: false }> {
  return {
    ok: false,
    problems: [{ path: context.path, line: 1, column: 1, at: "", value: "", message, mend }],
  };
}
