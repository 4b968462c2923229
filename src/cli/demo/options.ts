/** What was asked for on the command line. */
import { parseArgs } from "node:util";

export const USAGE = `Usage: waybill demo [--once] [--faults] [--json] [--repo PATH]

Plays the whole road on this machine: a stand-in for GitHub, the real server, and little systems that get deployed.
It prints an address where everything can be watched, and where you can type comments yourself.

  --once       end when the story is over (default: stay up until Ctrl-C)
  --faults     with --once: play it in peace, then under every fault that GitHub may have, and compare the ends
  --json       on standard output only one JSON object a step: {"step","ok","detail"}
  --repo PATH  play it on a git clone: its commits, tags and files (needs git; the clone is only read)

Exit status: 0 every step held (with --faults: every fault ends as peace does), 1 not so, 2 usage.
`;

export interface DemoOptions {
  readonly once: boolean;
  readonly json: boolean;
  /** Played under every fault in turn. */
  readonly faults?: boolean;
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
      args: [...argv],
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
    const { once, json, faults, repo = null } = values;
    if (faults && (!once || repo !== null))
      return { kind: "wrong", reason: "--faults goes with --once, and without --repo." };
    return { kind: "play", options: { once, json, faults, repo } };
  } catch (error) {
    return { kind: "wrong", reason: error instanceof Error ? error.message : String(error) };
  }
}
