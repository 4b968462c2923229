/** Messages and histories that nobody would write, by the million: nothing throws, nothing is slow, no commit is lost. */
import { summarise, type Commit, type NotesOptions } from "../../src/core/notes/index.ts";

/** What was tried. */
export interface Fuzzed {
  readonly messages: number;
  readonly histories: number;
  /** The longest that one message took, in milliseconds, and its index. */
  readonly slowest: { readonly ms: number; readonly at: number };
}

const LIMIT_MS = 50;

const PIECES = [
  ...'feat: |fix(a): |chore: |feat!: |wip: |Revert |revert: |Reapply |"|(#1)|(#2)| |\n|\n\n|* |- |> |```|~~~|<details>|</details>|<!--|-->'.split(
    "|",
  ),
  ..."BREAKING CHANGE: |BREAKING-CHANGE: |Release-As: 2.0.0|Refs: |-notes-|-hash-|-references-|#1 |Reverts #1|---------|\r\n".split(
    "|",
  ),
  ..."Merge pull request #1 from a/b|Merge branch 'x'|BEGIN_COMMIT_OVERRIDE|END_COMMIT_OVERRIDE|BEGIN_NESTED_COMMIT|END_NESTED_COMMIT".split(
    "|",
  ),
  ..."This reverts commit |(|)|((((|!|:|@ada |closes #1 |http://a:b@c|ghp_0123456789abcdef|eyJhbGciOi.eyJ.x|-----BEGIN A PRIVATE KEY-----".split(
    "|",
  ),
  ..."\u0000|\u2028|\uD800|\u202E|é|日本|🚀|a|word |A sentence of prose, as people write them. ".split("|"),
];

/** Numbers from 0 to below 1 that are the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const COMPONENTS = [
  { name: "api", paths: ["api/**"] },
  { name: "web", paths: ["web/**"] },
];

/** Tries `count` messages. Throws an error that names the seed and the message where a rule is broken. */
export function fuzz(count: number, seed: number): Fuzzed {
  const random = randomFrom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const slowest = { ms: 0, at: -1 };
  let messages = 0;
  let histories = 0;
  while (messages < count) {
    const size = Math.min(1 + below(12), count - messages);
    const commits = Array.from({ length: size }, (_none, at) => randomCommit(at, messages + at, below));
    const ms = check(commits, () => `seed ${seed}, messages ${messages} to ${messages + size - 1}`);
    if (ms > slowest.ms) Object.assign(slowest, { ms, at: messages });
    messages += size;
    histories += 1;
  }
  return { messages, histories, slowest };
}

function shaOf(at: number): string {
  return at.toString(16).padStart(8, "0").repeat(5);
}

function randomMessage(below: (limit: number) => number): string {
  const piece = () => PIECES[below(PIECES.length)] ?? "";
  // One in a thousand is long, of one thing over and over.
  if (below(1_000) === 0) return `${piece()}${piece()}`.repeat(1 + below(20_000)).slice(0, 200_000);
  return Array.from({ length: below(16) }, piece).join("");
}

function randomCommit(at: number, index: number, below: (limit: number) => number): Commit {
  const parents = Array.from({ length: below(4) }, () => shaOf(index + 1 + below(3)));
  const commit = {
    sha: shaOf(index),
    message: randomMessage(below),
    paths: [["api/a", "web/b", "c"][below(3)] ?? ""],
  };
  const author = { login: "ada", id: 1, bot: below(5) === 0 };
  const number = 1 + below(3);
  const pull = {
    number,
    title: randomMessage(below),
    url: "https://github.com/a/b",
    author,
    body: randomMessage(below),
  };
  return { ...commit, ...(at % 2 === 0 ? { parents } : {}), ...(below(3) === 0 ? { pull } : {}) };
}

/** Holds a history against the rules; the time that all of it took, or its slowest message where that is long. */
function check(commits: readonly Commit[], where: () => string): number {
  const options: NotesOptions = { components: COMPONENTS };
  let ms = timed(commits, options);
  if (ms > LIMIT_MS) ms = Math.max(...commits.map((commit) => timed([commit], options)));
  // Once it may be the memory's cleaning that is slow; what is slow is slow again.
  for (let again = 0; ms > LIMIT_MS && again < 3; again += 1)
    ms = Math.min(ms, Math.max(...commits.map((commit) => timed([commit], options))));
  if (ms > LIMIT_MS)
    throw new Error(
      `${where()}: a message took ${ms.toFixed(0)} ms: ${JSON.stringify(commits.map(({ message }) => [message.length, message.slice(0, 60)]))}`,
    );
  const model = summarise(commits, options);
  const places = new Map<string, Set<string>>(commits.map(({ sha }) => [sha, new Set()]));
  const entries = new Set<string>();
  for (const { entries: listed } of model.sections)
    for (const { sha, text, component } of listed) {
      const key = JSON.stringify([sha, text.toLowerCase(), component]);
      if (entries.has(key)) throw new Error(`${where()}: ${key} is listed twice`);
      entries.add(key);
      places.get(sha)?.add("listed");
    }
  for (const sha of model.reverted) places.get(sha)?.add("reverted");
  for (const sha of model.hidden) places.get(sha)?.add("hidden");
  for (const { sha } of model.unclassified) places.get(sha)?.add("unclassified");
  for (const [sha, found] of places)
    if (found.size !== 1)
      throw new Error(`${where()}: ${sha} is in ${found.size} places: ${[...found].join(", ")}`);
  return ms;
}

/** Of the process itself: on a busy machine others take their turns in between. */
function timed(commits: readonly Commit[], options: NotesOptions): number {
  const before = process.cpuUsage();
  summarise(commits, options);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
