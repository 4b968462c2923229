/** Reads `.github/waybill.yml`: text in, config out, or every problem with its place. */
import { calendarsOf } from "./calendars.ts";
import type { Reach } from "./addresses.ts";
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
import { configSchema } from "./schema.ts";

/** The most bytes a config may have. */
export const LARGEST_CONFIG = 64 * 1024;

/** A file with more problems than these has one: it is not what it should be. */
const MOST_PROBLEMS = 50;

/** `path` is shown in the problems; the name of the only component comes from `repositoryName` (without its owner). */
export interface ConfigContext {
  readonly path: string;
  readonly repositoryName: string;
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
}

/** The same as `parseConfig`, for whoever looks further than the file: at the workflows that it names (`workflows.ts`). */
export function parsePlaced(text: string, context: ConfigContext): PlacedReading {
  const nowhere = (finding: Finding): ConfigProblem => placed(finding, NOWHERE, context.path);
  const sound = readWritten(text, context);
  if (!("data" in sound)) return { reading: sound, place: nowhere };
  const place = (finding: Finding): ConfigProblem => placed(finding, sound, context.path);
  return { reading: readData(sound, context, place), place };
}

const NOWHERE: Located = { data: null, placeOf: () => ({ line: 1, column: 1 }), textOf: () => "" };

/** The file as data with its places; or what is wrong with it as a file. */
function readWritten(text: string, context: ConfigContext): Located | Extract<ConfigReading, { ok: false }> {
  if (text.length > LARGEST_CONFIG || new TextEncoder().encode(text).length > LARGEST_CONFIG) {
    return refused(context, `the file is larger than ${LARGEST_CONFIG / 1024} KiB`, "shorten it");
  }
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
  { repositoryName, reach }: ConfigContext,
  place: PlacedReading["place"],
): ConfigReading {
  const checked = configSchema.safeParse(located.data, { reportInput: true });
  if (!checked.success) return { ok: false, problems: inOrder(findingsOf(checked.error.issues)) };
  const { config, wrong, doubtful } = resolveConfig(checked.data, repositoryName, reach);
  if (config === null) return { ok: false, problems: inOrder(wrong) };
  const calendars = calendarsOf(config).map(({ path, at }): CalendarPlace => {
    return { path, missing: place({ path: at, part: "value", message: NO_SUCH_FILE, mend: FILE_MEND }) };
  });
  return {
    ok: true,
    config,
    warnings: inOrder(doubtful),
    ...(calendars.length === 0 ? {} : { calendars }),
  };

  function inOrder(findings: readonly Finding[]): ConfigProblem[] {
    return findings
      .map(place)
      .sort((a, b) => a.line - b.line || a.column - b.column)
      .slice(0, MOST_PROBLEMS);
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
