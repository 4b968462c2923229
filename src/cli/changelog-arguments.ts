/** What `waybill changelog` is asked for on the command line. */
import { isPlainRef } from "./git.ts";
import { plain, Refusal } from "./notes-refusal.ts";
import { optionsOf } from "./options.ts";

export const USAGE = `Usage: waybill changelog [--repo DIR] [--to REF] [--file PATH] [--all] [--write]

The sections that the changelog of a local git clone lacks: of the releases that are newer than the newest in it, or of every
release where it has none. Pre-releases have no section of their own: their changes stand in the stable release's.

  --repo DIR   the clone (default: the current folder)
  --to REF     only releases that this commit contains (default: HEAD)
  --file PATH  the file, from the clone's root (default: release.changelog of the config, or CHANGELOG.md)
  --all        also releases that are older than the newest in the file
  --write      write them into the file; without it they are printed. What stands in the file is never changed.
`;

export interface Asked {
  readonly repo: string;
  readonly to: string;
  readonly file: string | null;
  readonly all: boolean;
  readonly write: boolean;
}

const OPTIONS = {
  repo: { type: "string" },
  to: { type: "string" },
  file: { type: "string" },
  all: { type: "boolean" },
  write: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Reads the arguments. Throws a `Refusal` of code 2 that says what is wrong with them. */
export function parseArguments(argv: readonly string[]): Asked | "help" {
  const values = optionsOf(argv, OPTIONS);
  if (values.help === true) return "help";
  const { repo = ".", to = "HEAD", file = null, all = false, write = false } = values;
  if (repo === "") throw new Refusal(2, "--repo: the folder's name is empty.");
  if (!isPlainRef(to)) throw new Refusal(2, `--to: “${plain(to.slice(0, 80))}” cannot be a ref.`);
  if (file === "") throw new Refusal(2, "--file: the path is empty.");
  return { repo, to, file, all, write };
}
