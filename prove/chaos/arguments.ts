/** What `npm run chaos` is asked for. */
import { parseArgs } from "node:util";
import type { Bug } from "../model/bugs/bug.ts";
import { bugNamed, BUGS } from "../model/bugs/index.ts";

export const STORES = ["sqlite", "postgres", "both"] as const;
export type StoreChoice = (typeof STORES)[number];

export interface Asked {
  readonly help: boolean;
  /** All seeded bugs that this command can see, each in a process of its own. */
  readonly bugs: boolean;
  readonly bug: Bug | null;
  readonly cases: number;
  readonly seed: number;
  /** Only this case, with all that happens in it; null for all. */
  readonly only: number | null;
  readonly store: StoreChoice;
  /** Which share of the cases this process tells, and of how many shares; null for the one that is started by a person. */
  readonly share: { readonly index: number; readonly of: number; readonly postgres: string | null } | null;
}

/** The command was asked for something that there is not. */
export class AskedWronglyError extends Error {
  override readonly name = "AskedWronglyError";
}

const CASES = 5_000;
const MOST = 10_000_000;

/** The bugs that chaos finds. */
export const CHAOS_BUGS: readonly Bug[] = BUGS.filter(({ chaos }) => chaos === true);

/** @throws AskedWronglyError in one sentence that says what is wrong */
export function readArguments(argv: readonly string[]): Asked {
  const { bug: bugName, store = "both", share, ...values } = parsed(argv);
  const bug = bugName === undefined ? undefined : bugNamed(bugName);
  if (bugName !== undefined && bug === undefined)
    throw new AskedWronglyError(`There is no bug "${bugName}". There are: ${namesOf(CHAOS_BUGS)}.`);
  const choice = STORES.find((one) => one === store);
  if (choice === undefined)
    throw new AskedWronglyError(`--store takes ${STORES.join(", ")}, not "${store}".`);
  const [index = "0", of = "1", postgres = ""] = share?.split(",") ?? [];
  return {
    help: values.help === true,
    bugs: values.bugs === true,
    bug: bug ?? null,
    cases: wholeNumber("cases", values.cases ?? String(CASES)),
    seed: wholeNumber("seed", values.seed ?? "1"),
    only: values.case === undefined ? null : wholeNumber("case", values.case),
    store: choice,
    share:
      share === undefined
        ? null
        : {
            index: Number(index),
            of: Number(of),
            postgres: postgres === "" ? null : decodeURIComponent(postgres),
          },
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
        case: text,
        store: text,
        share: text,
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

function namesOf(bugs: readonly Bug[]): string {
  return bugs.map(({ name }) => name).join(", ");
}

/** What `--help` says. */
export function helpText(): string {
  const rows = (entries: readonly (readonly [string, string])[]): string =>
    entries.map(([name, about]) => `  ${name.padEnd(27)}${about}\n`).join("");
  return `npm run chaos [-- OPTION …]

Tells stories to the real engine over the stand-in for GitHub, with faults, crashes and every order of things, and judges each by what GitHub's own
record shows. A case is one story; the same seed and number tell the same one.

${rows([
  ["--cases N", `how many cases (${CASES}; 100000 on demand)`],
  ["--seed S", "which cases (1)"],
  ["--case N", "only this one, with all that happens in it"],
  ["--store NAME", "sqlite, postgres, or both: then every fiftieth case is told on PostgreSQL (both)"],
  [
    "--bug NAME",
    "with a seeded bug in the real code: it must be found, so this ends with the case that finds it, and exits with 1",
  ],
  ["--bugs", "every seeded bug that chaos can see, and the code as it is, each in a process of its own"],
])}
Bugs:
${rows(CHAOS_BUGS.map(({ name, about }) => [name, about]))}
Exit codes: 0 nothing is broken · 1 a promise is broken, or with --bugs a bug was not found · 2 the arguments make no sense, a bug does not fit the
code any more, or PostgreSQL is missing where CI is set · 3 something threw: in the case that is said, and the others were told; or in the command itself
`;
}
