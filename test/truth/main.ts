/**
 * `npm run truth`: how right the release notes are, against CHANGELOGs that release-please, semantic-release, standard-version and git-cliff wrote.
 * docs/notes-truth.md says what is scored, and what was found.
 *
 *   npm run truth -- DIR…              one line a repository, and the worst disagreements
 *   npm run truth -- --oracle DIR…     where the scanner and conventional-commits-parser differ
 *   npm run truth -- --fuzz 1000000    messages that nobody would write
 *   npm run truth -- DIR:packages/a    a component of it: its folder's CHANGELOG, and commits that touch the folder
 *
 * Exit codes: 0 done; 1 a repository that cannot be scored; 2 usage.
 */
import { parseArgs } from "node:util";
import { basename } from "node:path";
import { readCommits } from "../../src/cli/git-log.ts";
import { GitError } from "../../src/cli/git-process.ts";
import { scoreRepository, TruthError, type Asked, type RepositoryScore } from "./repository.ts";
import { extractOf } from "./extract.ts";
import { fuzz } from "./fuzz.ts";
import { disagreementOn } from "./oracle.ts";
import { tableOf, totalsOf, worstOf } from "./report.ts";

const USAGE = `Usage: npm run truth -- [--worst N] [--json] [--ref REF] [--changelog FILE] [--pre-major] [--extract TAG] DIR[:PATH]…

Scores the release notes that Waybill would write against those that a repository has in its CHANGELOG.

  DIR[:PATH]        a local clone with full history, a bare one will do; of a component its folder in the repository
  --worst N         how many of the sections that differ are shown of each repository (default 5)
  --json            all that was found, as JSON
  --ref REF         the commit whose CHANGELOG is read (default HEAD)
  --changelog FILE  the CHANGELOG (default CHANGELOG.md in PATH)
  --pre-major       versions below 1.0.0 move by one place less
  --oracle          instead: where the scanner and conventional-commits-parser read a commit of DIR differently, and why
  --fuzz N          instead, without DIR: N generated messages, none of which may throw, take over 50 ms, or lose a commit
  --seed N          what they are generated from (default 1)
  --extract TAG     only the facts of the section of one tag, as a case for test/truth/extracts
`;

const OPTIONS = {
  worst: { type: "string", default: "5" },
  json: { type: "boolean", default: false },
  ref: { type: "string", default: "HEAD" },
  changelog: { type: "string" },
  extract: { type: "string" },
  oracle: { type: "boolean", default: false },
  fuzz: { type: "string" },
  seed: { type: "string", default: "1" },
  "pre-major": { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
    if (values.help) return say(USAGE);
    if (!/^\d{1,6}$/.test(values.worst)) return refuse(2, `--worst: "${values.worst}" is no whole number`);
    if (values.fuzz !== undefined) return fuzzed(values.fuzz, values.seed);
    if (positionals.length === 0) return refuse(2, "no repository is named");
    if (values.oracle) return say(await oracleText(positionals));
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

function fuzzed(count: string, seed: string): number {
  for (const [name, value] of Object.entries({ fuzz: count, seed }))
    if (!/^\d{1,9}$/.test(value)) return refuse(2, `--${name}: "${value}" is no whole number`);
  const { messages, histories, slowest } = fuzz(Number(count), Number(seed));
  return say(
    `${messages} messages in ${histories} histories, seed ${seed}: none threw, every commit in one place, none listed twice; the slowest took ${slowest.ms.toFixed(1)} ms (message ${slowest.at})\n`,
  );
}

/** How often the two differ for each reason, and three commits for each. */
async function oracleText(folders: readonly string[]): Promise<string> {
  const found = new Map<string, string[]>();
  let count = 0;
  for (const folder of folders)
    for (const { sha, message } of await readCommits(folder, null, "HEAD")) {
      count += 1;
      const disagreement = disagreementOn(message);
      if (disagreement === null) continue;
      const { why, ours, theirs } = disagreement;
      const line = `    ${sha.slice(0, 7)} ours ${JSON.stringify(ours)}, theirs ${JSON.stringify(theirs)}`;
      found.set(why, [...(found.get(why) ?? []), line.replace(/\p{Cc}/gu, "?")]);
    }
  const lines = [...found].flatMap(([why, all]) => [`  ${all.length}: ${why}`, ...all.slice(0, 3)]);
  return `${[`${count} commits`, ...lines].join("\n")}\n`;
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
