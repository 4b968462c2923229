/** What `waybill notes` is asked for on the command line. */
import { parseArgs } from "node:util";
import { isPlainRef } from "./git.ts";
import { plain, Refusal } from "./notes-refusal.ts";

export const USAGE = `Usage: waybill notes [--repo DIR] [--from REF] [--to REF] [--all | --unreleased]
                     [--component NAME | --audience NAME] [--contributors] [--dependencies]
                     [--format markdown|json] [--template FILE|default]

The release notes of a local git clone: what changed since the last release, and the version that comes next.

  --repo DIR        the clone (default: the current folder); a bare one will do
  --from REF        the release to start from (default: the nearest release tag that REF of --to contains)
  --to REF          the commit to end with (default: HEAD)
  --all             the whole history, each release a section of its own, what is unreleased first
  --unreleased      only what no release contains yet, no pre-release either
  --component NAME  only commits that touch the paths of a component of the config, since its own last version if it has any
  --contributors    also who contributed, and who did so for the first time, as git knows them
  --dependencies    also what changed in lockfiles or manifests from one end to the other
  --audience NAME   in the words for an audience of the config, of its components alone
  --format FORMAT   markdown (default) or json
  --template FILE   the words of a template, in place of the clone's own .github/waybill/notes.hbs;
                    “default” for Waybill's own words
`;

export interface Asked {
  readonly repo: string;
  readonly from: string | null;
  readonly to: string;
  readonly what: "range" | "all" | "unreleased";
  readonly component: string | null;
  readonly contributors: boolean;
  readonly dependencies: boolean;
  readonly audience: string | null;
  readonly format: "markdown" | "json";
  /** A file, or `default`; null where nobody has said. */
  readonly template: string | null;
}

const OPTIONS = {
  repo: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  all: { type: "boolean" },
  unreleased: { type: "boolean" },
  component: { type: "string" },
  contributors: { type: "boolean", default: false },
  dependencies: { type: "boolean", default: false },
  audience: { type: "string" },
  format: { type: "string", default: "markdown" },
  template: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** Reads the arguments. Throws a `Refusal` of code 2 that says what is wrong with them. */
export function parseArguments(argv: readonly string[]): Asked | "help" {
  const values = parsed(argv);
  if (values.help === true) return "help";
  for (const name of ["from", "to"] as const) {
    const ref = values[name];
    if (ref !== undefined && !isPlainRef(ref))
      throw new Refusal(2, `--${name}: “${plain(ref.slice(0, 80))}” cannot be a ref.`);
  }
  const {
    repo = ".",
    from = null,
    to = "HEAD",
    component = null,
    contributors,
    dependencies,
    format,
    all,
    unreleased,
  } = values;
  if (repo === "") throw new Refusal(2, "--repo: the folder's name is empty.");
  const chosen = [from !== null && "--from", all === true && "--all", unreleased === true && "--unreleased"];
  const [one, other] = chosen.filter((name) => name !== false);
  if (one !== undefined && other !== undefined)
    throw new Refusal(2, `${one} and ${other} exclude each other.`);
  if (dependencies && all === true) throw new Refusal(2, "--dependencies and --all exclude each other.");
  if (format !== "markdown" && format !== "json")
    throw new Refusal(2, `--format: “${plain(format.slice(0, 80))}” is neither markdown nor json.`);
  const { audience = null } = values;
  if (audience !== null && (component !== null || all === true))
    throw new Refusal(2, `--audience and ${all === true ? "--all" : "--component"} exclude each other.`);
  if (values.template === "") throw new Refusal(2, "--template: the file's name is empty.");
  if (values.template !== undefined && format === "json")
    throw new Refusal(2, "--template words the Markdown: it does not go with --format json.");
  const what = all === true ? "all" : unreleased === true ? "unreleased" : "range";
  return {
    repo,
    from,
    to,
    what,
    component,
    audience,
    contributors,
    dependencies,
    format,
    template: values.template ?? null,
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const { message } = error as Error;
    const hint = message.includes("'--json'") ? " It is --format json." : "";
    throw new Refusal(2, plain(message) + hint);
  }
}
