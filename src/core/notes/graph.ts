/**
 * The commits of a range as a graph that can be stored: which of them a commit of the range carries is then known without asking anybody. Forty bytes a commit, since most
 * have one parent, the next in the list.
 */
import type { Commit } from "./types.ts";

export interface CommitGraph {
  /** The SHAs, newest first, without anything between them. */
  readonly shas: string;
  /** By the place of a commit, the places of its parents in the range; of all others it is the next place. */
  readonly parents: Readonly<Record<string, readonly number[]>>;
}

const SHA = 40;
/** Of longer ranges nothing is stored. */
const MOST_COMMITS = 2_000;

/** The graph of commits, newest first; null where there are too many, or one of them does not say its parents. */
export function graphOf(commits: readonly Commit[]): CommitGraph | null {
  if (commits.length > MOST_COMMITS) return null;
  const places = new Map(commits.map(({ sha }, at) => [sha, at]));
  const parents: Record<string, readonly number[]> = {};
  for (const [at, commit] of commits.entries()) {
    if (commit.parents === undefined || commit.sha.length !== SHA) return null;
    const own = commit.parents.flatMap((sha) => places.get(sha) ?? []);
    const isNext = own.length === 1 && own[0] === at + 1;
    const isEnd = own.length === 0 && at === commits.length - 1;
    if (!isNext && !isEnd) parents[String(at)] = own;
  }
  return { shas: commits.map(({ sha }) => sha).join(""), parents };
}

/** The commits of the range that one of them carries, itself too; null where it is none of them. */
export function carriedBy({ shas, parents }: CommitGraph, sha: string): ReadonlySet<string> | null {
  const count = shas.length / SHA;
  const at = (place: number): string => shas.slice(place * SHA, (place + 1) * SHA);
  const start = Array.from({ length: count }, (_none, place) => place).find((place) => at(place) === sha);
  if (start === undefined) return null;
  const found = new Set<number>();
  const open = [start];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (place >= count || found.has(place)) continue;
    found.add(place);
    open.push(...(parents[String(place)] ?? [place + 1]));
  }
  return new Set([...found].map(at));
}
