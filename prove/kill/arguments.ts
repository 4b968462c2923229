/** What `npm run kill` is asked for. */
import { parseArgs } from "node:util";
import type { Bug } from "../model/bugs/bug.ts";
import { bugNamed, BUGS } from "../model/bugs/index.ts";

export const STORES = ["sqlite", "postgres", "both"] as const;

export interface Asked {
  readonly help: boolean;
  /** All seeded bugs that this command can see, each in a process of its own. */
  readonly bugs: boolean;
  readonly bug: Bug | null;
  /** Null for one set. */
  readonly cases: number | null;
  readonly seed: number;
  /** Only this story, with all that happens in it; null for all. */
  readonly only: number | null;
  readonly store: (typeof STORES)[number];
}

/** The command was asked for something that there is not. */
export class AskedWronglyError extends Error {
  override readonly name = "AskedWronglyError";
}

const MOST = 1_000_000;

/** The bugs that are found by killing. */
export const KILL_BUGS: readonly Bug[] = BUGS.filter(({ kill }) => kill === true);

/** @throws AskedWronglyError in one sentence that says what is wrong */
export function readArguments(argv: readonly string[]): Asked {
  const { bug: bugName, store = "both", ...values } = parsed(argv);
  const bug = bugName === undefined ? undefined : bugNamed(bugName);
  if (bugName !== undefined && bug === undefined)
    throw new AskedWronglyError(
      `There is no bug "${bugName}". There are: ${KILL_BUGS.map(({ name }) => name).join(", ")}.`,
    );
  const choice = STORES.find((one) => one === store);
  if (choice === undefined)
    throw new AskedWronglyError(`--store takes ${STORES.join(", ")}, not "${store}".`);
  return {
    help: values.help === true,
    bugs: values.bugs === true,
    bug: bug ?? null,
    cases: values.cases === undefined ? null : wholeNumber("cases", values.cases),
    seed: wholeNumber("seed", values.seed ?? "1"),
    only: values.story === undefined ? null : wholeNumber("story", values.story),
    store: choice,
  };
}

function parsed(argv: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: false,
      options: {
        help: { type: "boolean", short: "h" },
        bugs: { type: "boolean" },
        bug: text,
        cases: text,
        seed: text,
        story: text,
        store: text,
      },
    });
    return values;
  } catch (error) {
    throw new AskedWronglyError(error instanceof Error ? error.message : "the arguments cannot be read");
  }
}

function wholeNumber(name: string, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= MOST))
    throw new AskedWronglyError(`--${name} takes a whole number up to ${MOST}, not "${text}".`);
  return value;
}

/** What `--help` says; `usual` is how many cases there are in a set. */
export function helpText(usual: number): string {
  const rows = (entries: readonly (readonly [string, string])[]): string =>
    entries.map(([name, about]) => `  ${name.padEnd(27)}${about}\n`).join("");
  return `npm run kill [-- OPTION …]

Kills servers (kill -9), each a process of its own, before and after every effect and at any moment, one on SQLite or three on PostgreSQL, and has
PostgreSQL crash. A case is one of these. The stand-in for GitHub, which nobody kills, judges by its own record.

${rows([
  ["--cases N", `how many (${usual}: every effect once; 1000 on demand)`],
  ["--seed S", "which ones (1)"],
  ["--story N", "only this story, with all that happens in it"],
  ["--store NAME", "sqlite, postgres, or both (both)"],
  ["--bug NAME", "with a seeded bug in the real code: it must be found, so this exits with 1"],
  [
    "--bugs",
    "every seeded bug that is found by killing, and the code as it is, each in a process of its own",
  ],
])}
Bugs:
${rows(KILL_BUGS.map(({ name, about }) => [name, about]))}
Exit codes: 0 nothing is broken · 1 a promise is broken, or with --bugs a bug was not found · 2 the arguments make no sense, a bug does not fit the
code any more, or PostgreSQL is missing where CI is set · 3 the code threw
`;
}
