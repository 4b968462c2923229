/**
 * `npm run chaos`: the real engine over the stand-in, in every order, with faults. docs/PROVE.md says what is real in it and what it does not see.
 *
 *   npm run chaos                             5,000 cases
 *   npm run chaos -- --seed S --case N        one of them, as it was
 *   npm run chaos -- --bug NAME               with a seeded bug: it must be found
 *   npm run chaos -- --help                   all options, and the bugs
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { makeClusterFolder, PostgresCluster, postgresPrograms } from "../../test/support/postgres-cluster.ts";
import { runBugs, runProving, say } from "../command.ts";
import { MisfitError, patchOnLoad } from "../model/bugs/patching.ts";
import { AskedWronglyError, CHAOS_BUGS, helpText, readArguments, type Asked } from "./arguments.ts";
import { readAnswersQuickly } from "./lighter.ts";

const MOST_SHARES = 2;
/** A larger nursery for short-lived things: collecting them costs a tenth less. */
const NODE_OPTIONS = ["--max-semi-space-size=64"];

const SUMMARY = /^(\d+) cases, (\d+) violations, seed \d+\n?$/m;

process.exitCode = await runProving(main, [AskedWronglyError, MisfitError]);

async function main(): Promise<number> {
  const argv = process.argv.slice(2);
  const asked = readArguments(argv);
  if (asked.help) {
    say(helpText());
    return 0;
  }
  if (asked.bugs) return runBugs(import.meta.filename, CHAOS_BUGS, argv, asked.seed);
  if (asked.share !== null) return runOwnShare(asked, asked.share);
  return withPostgres(asked, (postgres) => runAll(asked, argv, postgres));
}

/** Starts a PostgreSQL of its own where the cases need one. */
async function withPostgres(asked: Asked, run: (url: Url | null) => Promise<number>): Promise<number> {
  if (asked.store === "sqlite") return run(null);
  if (postgresPrograms() === null) {
    const how = "Debian: apt-get install -y postgresql";
    if (process.env["CI"])
      throw new AskedWronglyError(`PostgreSQL is not installed, and CI never skips (${how}).`);
    say(`!!! PostgreSQL is not installed: the cases on it are SKIPPED. ${how}\n`);
    return run(null);
  }
  const cluster = new PostgresCluster(makeClusterFolder());
  const remove = (): void => cluster.remove();
  process.once("exit", remove);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  await cluster.create({ durable: false });
  await cluster.start();
  return run(() => cluster.createDatabase());
}

type Url = () => Promise<string>;

/** One case here and aloud; many by a few processes side by side. */
async function runAll(asked: Asked, argv: readonly string[], postgres: Url | null): Promise<number> {
  const shares = asked.only === null ? Math.min(MOST_SHARES, availableParallelism()) : 1;
  const outcomes = await Promise.all(
    Array.from({ length: shares }, async (_none, index) => {
      const url = postgres === null ? "" : encodeURIComponent(await postgres());
      return runShareApart([...argv, "--share", `${index},${shares},${url}`]);
    }),
  );
  const statuses = outcomes.map(({ status }) => status);
  const sum = (what: "cases" | "violations"): number => outcomes.reduce((all, one) => all + one[what], 0);
  say(`${sum("cases")} cases, ${sum("violations")} violations, seed ${asked.seed}\n`);
  // A broken promise is said by 1 also where another case threw.
  if (statuses.includes(2) || sum("violations") === 0) return Math.max(...statuses);
  return 1;
}

/** In a process of its own, whose words are passed on but for its last line. */
function runShareApart(
  argv: readonly string[],
): Promise<{ status: number; cases: number; violations: number }> {
  const child = spawn(process.execPath, [...NODE_OPTIONS, import.meta.filename, ...argv], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      const [line, cases = "0", violations = "0"] = SUMMARY.exec(text) ?? [];
      say(text.replace(line ?? "", ""));
      // Without its last line it has ended amid a case, by something that nobody caught.
      const status = line === undefined && code !== 2 ? 3 : (code ?? 3);
      resolve({ status, cases: Number(cases), violations: Number(violations) });
    });
  });
}

async function runOwnShare(asked: Asked, share: NonNullable<Asked["share"]>): Promise<number> {
  const { install } = await import("./surroundings.ts");
  install();
  readAnswersQuickly();
  const patched = asked.bug === null ? null : patchOnLoad(asked.bug);
  // Only now: what is loaded before has no bug in it, and the real clock.
  const { runShare } = await import("./run.ts");
  const unloaded = patched?.unloaded() ?? [];
  if (unloaded.length > 0) throw new MisfitError(`Nothing of chaos loads ${unloaded.join(", ")}.`);
  const all = Array.from({ length: asked.cases }, (_none, index) => index);
  const cases = asked.only === null ? all.filter((index) => index % share.of === share.index) : [asked.only];
  const { seed, store } = asked;
  const aloud = asked.only !== null;
  // With a seeded bug there is nothing to be learned from the cases after the one that finds it.
  const isHunt = asked.bug !== null;
  const outcome = await runShare({ seed, cases, store, postgres: share.postgres, aloud, isHunt }, say);
  say(`${outcome.cases} cases, ${outcome.violations} violations, seed ${seed}\n`);
  if (outcome.violations > 0) return 1;
  return outcome.threw > 0 ? 3 : 0;
}
