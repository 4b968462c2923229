/**
 * `npm run bench`: every measurement, one after the other, each as ratios against something run beside it. docs/PERFORMANCE.md says what is
 * measured, how, and what was found.
 *
 *   npm run bench               all of them, a few minutes
 *   npm run bench -- store      only those named
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

interface Bench {
  readonly about: string;
  readonly args: readonly string[];
  /** It takes so long that it runs only where it is named. */
  readonly long?: true;
}

const benches: Readonly<Record<string, Bench>> = {
  store: { about: "what the store costs over the bare database under it", args: [] },
  intake: { about: "a durable webhook against bare Probot", args: ["--count", "2000", "--rounds", "3"] },
  calls: {
    about: "GitHub calls of a merge, a burst of merges and a promotion against the naive count",
    args: [],
  },
  promotion: { about: "GitHub calls of a promotion of 12 components and 50 pull requests", args: [] },
  next: { about: "from a run's end to the next dispatch, against a bare server", args: [] },
  commands: {
    about: "from a comment to 👀 and to the first words, calls a command, twenty promotions at once",
    args: [],
  },
  engine: {
    about: "events fully processed against bare inserts (small; at size: node bin/guard.mjs bench/engine.ts)",
    args: ["--events", "1000", "--audit", "100000"],
  },
  server: { about: "start and memory at rest of the server against a bare Node and Probot", args: [] },
  proof: { about: "the audit log's chain and receipts against the same without them", args: [] },
  probe: { about: "a look at a running system against a bare http.get", args: [] },
  notes: {
    about: "the parser against conventional-commits-parser, `waybill notes` against `git log` and git-cliff",
    args: [],
  },
  cli: { about: "start of the short commands against a Node that does nothing", args: [] },
  soak: {
    about: "memory of the server over ten minutes of work; only where it is named",
    args: [],
    long: true,
  },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no measurement "${unknown[0]}". There are: ${Object.keys(benches).join(", ")}.\n`,
  );
  process.exit(2);
}

for (const [name, { about, args, long }] of Object.entries(benches)) {
  if (wanted.length > 0 ? !wanted.includes(name) : long === true) continue;
  process.stdout.write(`\n${name}: ${about}\n`);
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...args], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(1);
}
