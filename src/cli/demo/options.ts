/** What was asked for on the command line. */
import { parseArgs } from "node:util";
import { type Fault, FAULTS } from "./fault-list.ts";

const FAULTS_NAMED = "--faults=";
const NAMES = FAULTS.map(({ name }) => name);

export const USAGE = `Usage: waybill demo [--once] [--faults[=NAME,...]] [--json] [--repo PATH]

Plays the whole road on this machine: a stand-in for GitHub, the real server, and little systems that get deployed.
It prints an address where everything can be watched, and where you can type comments yourself.

  --once               end when the story is over (default: stay up until Ctrl-C)
  --faults             with --once: play it in peace, then under every fault that GitHub may have, and compare the ends
  --faults=NAME[,...]  the same under the named faults only: --faults="502,webhooks doubled"
  --json               on standard output only one JSON object a step: {"step","ok","detail"}
  --repo PATH          play it on a git clone: its commits, tags and files (needs git; the clone is only read)

Exit status: 0 every step held (with --faults: every fault ends as peace does), 1 not so, 2 usage.
`;

export interface DemoOptions {
  readonly once: boolean;
  readonly json: boolean;
  /** Those that it is played under in turn; null where it is simply played. */
  readonly faults: readonly Fault[] | null;
  /** A clone's path; null for the little shop. */
  readonly repo: string | null;
}

export type ReadOptions =
  | { readonly kind: "play"; readonly options: DemoOptions }
  | { readonly kind: "help" }
  | { readonly kind: "wrong"; readonly reason: string };

/** Reads the arguments after `demo`. */
export function readOptions(argv: readonly string[]): ReadOptions {
  try {
    const { values } = parseArgs({
      args: argv.map((one) => (one.startsWith(FAULTS_NAMED) ? "--faults" : one)),
      options: {
        once: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        faults: { type: "boolean", default: false },
        repo: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
      strict: true,
      allowPositionals: false,
    });
    if (values.help) return { kind: "help" };
    if (values.repo?.trim() === "") return { kind: "wrong", reason: "--repo: the path is empty." };
    const { once, json, repo = null } = values;
    const faults = values.faults ? faultsAsked(argv) : null;
    if (typeof faults === "string") return { kind: "wrong", reason: faults };
    if (faults !== null && (!once || repo !== null))
      return { kind: "wrong", reason: "--faults goes with --once, and without --repo." };
    return { kind: "play", options: { once, json, faults, repo } };
  } catch (error) {
    return { kind: "wrong", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** The faults that are named, all where none is, or what is wrong with the names. An option of `parseArgs` takes a value always or never. */
function faultsAsked(argv: readonly string[]): readonly Fault[] | string {
  const lists = argv
    .filter((one) => one.startsWith(FAULTS_NAMED))
    .map((one) => one.slice(FAULTS_NAMED.length));
  if (lists.length === 0) return FAULTS;
  const wanted = new Set(lists.flatMap((list) => list.split(",")).map((name) => name.trim()));
  const [unknown] = [...wanted].filter((name) => !NAMES.includes(name));
  if (unknown === undefined) return FAULTS.filter(({ name }) => wanted.has(name));
  return `--faults: there is no fault "${unknown}". There are:\n${NAMES.map((name) => `  ${name}\n`).join("")}`.trimEnd();
}
