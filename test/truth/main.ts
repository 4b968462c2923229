/**
 * `npm run truth`: how right the release notes are, against CHANGELOGs that release-please, semantic-release, standard-version and git-cliff wrote.
 * docs/notes-truth.md says what is scored, and what was found.
 *
 *   npm run truth -- DIR…              one line a repository, and the worst disagreements
 *   npm run truth -- DIR:packages/a    a component of it: its folder's CHANGELOG, and commits that touch the folder
 *
 * Exit codes: 0 done; 1 a repository that cannot be scored; 2 usage.
 */
import { parseArgs } from "node:util";
import { basename } from "node:path";
import { GitError } from "../../src/cli/git.ts";
import { scoreRepository, TruthError, type Asked, type RepositoryScore } from "./repository.ts";
import { extractOf } from "./extract.ts";
import { tableOf, totalsOf, worstOf } from "./report.ts";

const USAGE = `Usage: npm run truth -- [--worst N] [--json] [--ref REF] [--changelog FILE] [--pre-major] [--extract TAG] DIR[:PATH]…

Scores the release notes that Waybill would write against those that a repository has in its CHANGELOG.

  DIR[:PATH]        a local clone with full history, a bare one will do; of a component its folder in the repository
  --worst N         how many of the sections that differ are shown of each repository (default 5)
  --json            all that was found, as JSON
  --ref REF         the commit whose CHANGELOG is read (default HEAD)
  --changelog FILE  the CHANGELOG (default CHANGELOG.md in PATH)
  --pre-major       versions below 1.0.0 move by one place less
  --extract TAG     only the facts of the section of one tag, as a case for test/truth/extracts
`;

const OPTIONS = {
  worst: { type: "string", default: "5" },
  json: { type: "boolean", default: false },
  ref: { type: "string", default: "HEAD" },
  changelog: { type: "string" },
  extract: { type: "string" },
  "pre-major": { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
    if (values.help) return say(USAGE);
    if (!/^\d{1,6}$/.test(values.worst)) return refuse(2, `--worst: "${values.worst}" is no whole number`);
    if (positionals.length === 0) return refuse(2, "no repository is named");
    const asked = positionals.map((name) => askedOf(name, values));
    const repositories: RepositoryScore[] = [];
    for (const one of asked) repositories.push(await scoreRepository(one));
    if (values.extract !== undefined) return say(extractFrom(repositories, values.extract));
    return say(values.json ? jsonOf(repositories) : textOf(repositories, Number(values.worst)));
  } catch (error) {
    if (error instanceof TruthError || error instanceof GitError) return refuse(1, error.message);
    if (error instanceof TypeError && "code" in error) return refuse(2, error.message);
    throw error;
  }
}

function askedOf(
  name: string,
  values: { readonly ref: string; readonly changelog?: string; readonly "pre-major": boolean },
): Asked {
  const [folder = "", path = ""] = name.split(/:(?![\\/])/);
  const under = path.replace(/\/+$/, "");
  return {
    folder,
    path: under,
    changelog: values.changelog ?? (under === "" ? "CHANGELOG.md" : `${under}/CHANGELOG.md`),
    ref: values.ref,
    preMajor: values["pre-major"],
  };
}

function textOf(repositories: readonly RepositoryScore[], worst: number): string {
  const details = worst === 0 ? [] : repositories.map((one) => worstOf(one, worst));
  return `${[tableOf(repositories), ...details].join("\n\n")}\n`;
}

function jsonOf(repositories: readonly RepositoryScore[]): string {
  return `${JSON.stringify(
    repositories.map(({ scores, ...one }) => ({
      ...one,
      totals: totalsOf(scores),
      scores: scores.map(({ given: _given, ...score }) => score),
    })),
    null,
    2,
  )}\n`;
}

function extractFrom(repositories: readonly RepositoryScore[], tag: string): string {
  for (const { asked, sha, scores } of repositories) {
    const score = scores.find(({ section }) => section.to === tag);
    if (score === undefined) continue;
    const extract = extractOf(basename(asked.folder), sha, { score, ...score.given });
    return `${JSON.stringify(extract, null, 2)}\n`;
  }
  throw new TruthError(`--extract: no section that can be scored ends with ${tag}`);
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}

function refuse(code: number, message: string): number {
  process.stderr.write(`truth: ${message}\n${code === 2 ? `\n${USAGE}` : ""}`);
  return code;
}
