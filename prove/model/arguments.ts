/** What the command is asked for. */
import { parseArgs } from "node:util";
import { bugNamed, BUGS } from "./bugs/index.ts";
import type { Bug } from "./bugs/bug.ts";
import { BOUNDS, type BoundName, type Bounds } from "./bounds.ts";
import { LEASES_SCENES } from "./leases/scenes.ts";
import { SCENES } from "./promises/scenes.ts";

export interface Asked {
  readonly help: boolean;
  /** All seeded bugs, each in a process of its own. */
  readonly bugs: boolean;
  readonly bug: Bug | null;
  /** By name; empty for the usual ones. */
  readonly scenes: readonly string[];
  readonly bounds: Partial<Bounds>;
  readonly maxStates: number;
}

/** The command was asked for something that there is not. */
export class AskedWronglyError extends Error {
  override readonly name = "AskedWronglyError";
}

const MAX_STATES = 1_000_000;
/** Beyond it a bound is a slip of the pen: there are more states than memory holds long before. */
const LARGEST_BOUND = 20;

const ALL_SCENES = [...SCENES, ...LEASES_SCENES].map(({ name }) => name);
const BOUND_NAMES = Object.keys(BOUNDS) as BoundName[];

/** @throws AskedWronglyError in one sentence that says what is wrong */
export function readArguments(argv: readonly string[]): Asked {
  const values = parsed(argv);
  const { bug: bugName, scene: scenes = [] } = values;
  const bug = bugName === undefined ? undefined : bugNamed(bugName);
  if (bugName !== undefined && bug === undefined)
    throw new AskedWronglyError(
      `There is no bug "${bugName}". There are: ${BUGS.map(({ name }) => name).join(", ")}.`,
    );
  const unknown = scenes.find((name) => !ALL_SCENES.includes(name));
  if (unknown !== undefined)
    throw new AskedWronglyError(`There is no scene "${unknown}". There are: ${ALL_SCENES.join(", ")}.`);
  const bounds = BOUND_NAMES.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [[name, wholeNumber(name, value, LARGEST_BOUND)] as const];
  });
  return {
    help: values.help === true,
    bugs: values.bugs === true,
    bug: bug ?? null,
    scenes,
    bounds: Object.fromEntries(bounds),
    maxStates: wholeNumber("max-states", values["max-states"] ?? String(MAX_STATES), 1e9),
  };
}

function parsed(argv: readonly string[]) {
  const text = { type: "string" } as const;
  const bounds = Object.fromEntries(BOUND_NAMES.map((name) => [name, text])) as Record<
    BoundName,
    typeof text
  >;
  try {
    const { values } = parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: false,
      options: {
        ...bounds,
        help: { type: "boolean", short: "h" },
        bugs: { type: "boolean" },
        bug: text,
        scene: { type: "string", multiple: true },
        "max-states": text,
      },
    });
    return values;
  } catch (error) {
    throw new AskedWronglyError(error instanceof Error ? error.message : "the arguments cannot be read");
  }
}

function wholeNumber(name: string, text: string, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= most))
    throw new AskedWronglyError(`--${name} takes a whole number up to ${most}, not "${text}".`);
  return value;
}

/** What `--help` says. */
export function helpText(): string {
  const rows = (entries: readonly (readonly [string, string])[]): string =>
    entries.map(([name, about]) => `  ${name.padEnd(27)}${about}\n`).join("");
  const scenes = [
    ...SCENES.map(({ name, about, isStrict }) => [name, `${about}${isStrict === true ? " *" : ""}`] as const),
    ...LEASES_SCENES.map(({ name, about }) => [name, about] as const),
  ];
  return `npm run model [-- OPTION …]

Searches every state that the real core, engine, performers and store can reach in a small world within bounds, and asks after the promises P1
to P5 and P7 in each. The cases it counts are states. Nothing is left to chance: the seed is always 0.

${rows([
  ["--scene NAME", "only this scene; may be given several times"],
  ["--bug NAME", "with a seeded bug in the real code: it must be found, so this exits with 1"],
  [
    "--bugs",
    "every seeded bug, and the code as it is, each in a process of its own; here the violations that",
  ],
  ["", "are counted are bugs that were not found, and whatever is broken without them"],
  ["--max-states N", `where a scene's search is cut, aloud (${MAX_STATES})`],
])}
Bounds, in place of a scene's own:
${rows(BOUND_NAMES.map((name) => [`--${name} N`, BOUNDS[name]]))}
Scenes (* left out unless named: it shows a gap that is still open):
${rows(scenes)}
Bugs:
${rows(BUGS.map(({ name, about }) => [name, about]))}
Exit codes: 0 nothing is broken · 1 a promise is broken, or with --bugs a bug was not found · 2 the arguments make no sense, or a bug does not fit the
code any more · 3 the code, or the model, threw
`;
}
