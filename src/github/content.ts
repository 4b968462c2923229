/**
 * What notices and notes show besides the changes: who contributed for the first time, and what changed in dependencies. All that is not known is asked in one query;
 * a merge that brings neither a new person nor another lockfile costs none.
 *
 * GitHub's `author_association` does not tell who is new: it says how somebody stands now, not how he stood when his change was merged. The history does: whoever has no
 * commit behind the base, as GitHub ascribes commits to accounts, is new. https://docs.github.com/en/graphql/reference/objects#commit (`history` by `author`)
 */
import type { Config } from "../core/config/index.ts";
import {
  dependenciesOf,
  watchedFiles,
  type StoredFile,
  type StoredFiles,
} from "../core/dependencies/index.ts";
import type { CommitSha } from "../core/ids.ts";
import { contributorsOf, CONTRIBUTORS_NAMED, shownContributors } from "../core/notes/contributors.ts";
import { graphOf } from "../core/notes/graph.ts";
import type { NotesSnapshot } from "../core/release.ts";
import type { Changes } from "./branch-changes.ts";
import type { RepositoryClient } from "./client.ts";
import { compareFiles } from "./dependencies.ts";
import { failureOf, isUnknownField } from "./failure.ts";
import type { BehindBase } from "./memory.ts";

/** In a history of a million commits GitHub may take longer than it allows itself to find that somebody is not there: after so many failures he is not asked about for an hour. */
const MOST_FAILURES = 3;
const REST_MS = 60 * 60_000;

/** Adds what the config wants shown. */
export async function withContent(
  client: RepositoryClient,
  { release, components }: Config,
  { base, head, commits, files }: Changes,
  notes: NotesSnapshot,
): Promise<NotesSnapshot> {
  if (base === null) return notes;
  const graph = notes.unreadCount === 0 ? graphOf(commits) : null;
  const people = release.contributors === false ? [] : contributorsOf(commits, notes.model.reverted);
  const ids = people
    .slice(0, CONTRIBUTORS_NAMED)
    .flatMap(({ key }) => (key === null || key.includes("@") ? [] : [key]));
  const paths = watchedFiles(release.dependencies ?? null, components);
  const seen = files !== undefined && paths.every((path) => files.paths.includes(path)) ? files.found : null;
  const behind = behindBase(client, base.sha);
  const now = await ask(client, behind, { head, ids, paths, seen });
  const contributors = shownContributors(people, (id) => behind.authors.get(id) === false);
  const found = now === null ? [] : await compareFiles(client, paths, behind.files.found, now);
  const dependencies = dependenciesOf(found);
  return {
    ...notes,
    ...(graph === null ? {} : { graph }),
    ...(contributors === null ? {} : { contributors }),
    ...(dependencies === null ? {} : { dependencies }),
  };
}

/** What is remembered of a base. What lies behind a commit never changes. */
function behindBase({ memory }: RepositoryClient, base: CommitSha): BehindBase {
  const known = memory.behindBase;
  if (known?.base === base) return known;
  const fresh: BehindBase = {
    base,
    authors: new Map(),
    files: { paths: [], found: new Map() },
    failures: { count: 0, at: 0 },
  };
  memory.behindBase = fresh;
  return fresh;
}

interface Wanted {
  readonly head: CommitSha;
  readonly ids: readonly string[];
  readonly paths: readonly string[];
  /** The head's files, where they are known; else null. */
  readonly seen: StoredFiles | null;
}

/** Asks for all that is not known. Returns the head's files; null where this GitHub cannot tell. */
async function ask(
  client: RepositoryClient,
  behind: BehindBase,
  wanted: Wanted,
): Promise<StoredFiles | null> {
  const { clock } = client;
  const { failures } = behind;
  const isResting = failures.count >= MOST_FAILURES && clock.now() - failures.at < REST_MS;
  const question: Question = {
    base: behind.base,
    head: wanted.head,
    paths: wanted.paths,
    ids: isResting ? [] : wanted.ids.filter((id) => !behind.authors.has(id)),
    ofBase: wanted.paths.some((path) => !behind.files.paths.includes(path)),
    ofHead: wanted.seen === null && wanted.paths.length > 0,
  };
  const seen = wanted.seen ?? new Map();
  if (question.ids.length === 0 && !question.ofBase && !question.ofHead) return seen;
  try {
    const { base, head } = await answerTo(client, question);
    for (const [at, id] of question.ids.entries()) {
      const history = base?.[`a${at}`] as { readonly nodes: readonly unknown[] } | null | undefined;
      if (history) behind.authors.set(id, history.nodes.length > 0);
    }
    if (question.ofBase) behind.files = { paths: wanted.paths, found: filesIn(base ?? {}, wanted.paths) };
    return question.ofHead ? filesIn(head ?? {}, wanted.paths) : seen;
  } catch (error) {
    if (isUnknownField(error)) return null;
    const isLimited = failureOf(error, clock.now()).kind === "limited";
    if (!isLimited && question.ids.length > 0)
      behind.failures = { count: (failures.count % MOST_FAILURES) + 1, at: clock.now() };
    throw error;
  }
}

interface Question {
  readonly base: CommitSha;
  readonly head: CommitSha;
  readonly paths: readonly string[];
  /** Accounts of which it is asked whether they have a commit behind the base. */
  readonly ids: readonly string[];
  /** Whether the files of the base, and those of the head, are asked for. */
  readonly ofBase: boolean;
  readonly ofHead: boolean;
}

async function answerTo({ octokit, owner, repo }: RepositoryClient, question: Question): Promise<Answer> {
  const { base, head, paths, ids, ofBase, ofHead } = question;
  const asksFiles = ofBase || ofHead;
  const authors = ids.map(
    (_id, at) => `a${at}: history(first: 1, author: { id: $a${at} }) { nodes { oid } }`,
  );
  const commits = [
    ["base", base, [...authors, ...(ofBase ? fieldsOf(paths) : [])]],
    ["head", head, ofHead ? fieldsOf(paths) : []],
  ] as const;
  const fields = commits
    .filter(([, , asked]) => asked.length > 0)
    .map(([name, sha, asked]) => `${name}: object(oid: "${sha}") { ... on Commit { ${asked.join(" ")} } }`);
  const declared = [
    "$owner: String!",
    "$repo: String!",
    ...ids.map((_id, at) => `$a${at}: ID!`),
    ...(asksFiles ? variablesOf(paths) : []),
  ];
  const query = `query (${declared.join(", ")}) { repository(owner: $owner, name: $repo) { ${fields.join(" ")} } }`;
  const answer = await octokit.graphql<{ repository: Answer }>(query, {
    owner,
    repo,
    ...Object.fromEntries(ids.map((id, at) => [`a${at}`, id])),
    ...(asksFiles ? valuesOf(paths) : {}),
  });
  return answer.repository;
}

type Answer = Readonly<Record<"base" | "head", Readonly<Record<string, unknown>> | null | undefined>>;

interface EntryNode {
  readonly oid: string;
  readonly size: number;
  readonly mode: number;
}

/** The fields of a commit that tell its files, with the variables that hold their paths, and these. */
export function fieldsOf(paths: readonly string[]): string[] {
  return paths.map((_path, at) => `f${at}: file(path: $f${at}) { oid size mode }`);
}

export function variablesOf(paths: readonly string[]): string[] {
  return paths.map((_path, at) => `$f${at}: String!`);
}

export function valuesOf(paths: readonly string[]): Record<string, string> {
  return Object.fromEntries(paths.map((path, at) => [`f${at}`, path]));
}

/** What came of these fields: the plain files among the paths. */
export function filesIn(commit: Readonly<Record<string, unknown>>, paths: readonly string[]): StoredFiles {
  return new Map(
    paths.flatMap((path, at): [string, StoredFile][] => {
      const node = commit[`f${at}`] as EntryNode | null | undefined;
      const isPlain = node?.mode === 0o100644 || node?.mode === 0o100755;
      return node && isPlain ? [[path, { oid: node.oid, size: node.size }]] : [];
    }),
  );
}
