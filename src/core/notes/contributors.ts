/** Who contributed to a version, and who did so for the first time. */
import { isByBot } from "./pulls.ts";
import type { Commit } from "./types.ts";

/** So many are named and asked about; of more only their number is said. */
export const CONTRIBUTORS_NAMED = 50;

/** Somebody with at least one change in a range of commits. Names and addresses are strangers' text. */
export interface Contributor {
  /** The login, or the name in git where there is no account. */
  readonly name: string;
  /** By what whoever keeps the history knows the person again: GitHub's node id, or a mail address. Null where nothing of that is sure. */
  readonly key: string | null;
  /** The pull request of the first change in the range; null where it had none. */
  readonly pull: number | null;
}

/** The contributors of a version as its notes show them. */
export interface Contributors {
  /** By name. */
  readonly names: readonly string[];
  /** How many more there are. */
  readonly more: number;
  /** Who of them had no commit in anything before. */
  readonly newcomers: readonly { readonly name: string; readonly pull: number | null }[];
}

/**
 * Who wrote the commits of a range, or opened the pull requests that brought them, by name. Bots are left out, and so are merge commits, which only say who pressed the
 * button, and what was taken back within the range.
 *
 * An account is only known again (`key`) where the host itself ascribes a commit of the range to it: of somebody whose commits all bear another address, an earlier
 * commit could not be found either.
 *
 * @param commits newest first
 * @param reverted the SHAs of commits that cancel one another
 */
export function contributorsOf(commits: readonly Commit[], reverted: readonly string[]): Contributor[] {
  const gone = new Set(reverted);
  const found = new Map<string, Contributor>();
  const note = (name: string, key: string | null, pull: number | null): void => {
    const known = found.get(name);
    // Newest first: the last that is seen is the first change.
    found.set(name, { name, key: key ?? known?.key ?? null, pull: pull ?? known?.pull ?? null });
  };
  for (const commit of commits) {
    if (gone.has(commit.sha)) continue;
    const pull = commit.pull ?? null;
    if (pull !== null && !pull.author.bot && pull.author.id > 0) note(pull.author.login, null, pull.number);
    noteAuthor(commit, note);
  }
  return [...found.values()].toSorted(byName);
}

function noteAuthor(
  commit: Commit,
  note: (name: string, key: string | null, pull: number | null) => void,
): void {
  const { author, parents = [], pull } = commit;
  if (author === undefined || parents.length > 1) return;
  const { login = null, name = "", email = "", id } = author;
  if (isByBot({ ...commit, pull: null }) || BOTS_ADDRESS.test(email)) return;
  const ofOwnPull = pull?.author.login === login ? (pull?.number ?? null) : null;
  if (login !== null) note(login, id ?? null, ofOwnPull);
  // Somebody without an account; in a pull request it is most likely the one who opened it, under another address.
  else if (!pull && name.trim() !== "") note(name.trim(), email === "" ? null : email.toLowerCase(), null);
}

/** As GitHub writes it for Apps. */
const BOTS_ADDRESS = /\[bot\]@users\.noreply\./i;

function byName(one: Contributor, other: Contributor): number {
  const [a, b] = [one.name.toLowerCase(), other.name.toLowerCase()];
  if (a === b) return one.name < other.name ? -1 : 1;
  return a < b ? -1 : 1;
}

/**
 * As the notes show them; null where there is nobody.
 *
 * @param isNew whether the one with this key had no commit before the range; asked only of those who are named
 */
export function shownContributors(
  all: readonly Contributor[],
  isNew: (key: string) => boolean,
): Contributors | null {
  const named = all.slice(0, CONTRIBUTORS_NAMED);
  if (named.length === 0) return null;
  return {
    names: named.map(({ name }) => name),
    more: all.length - named.length,
    newcomers: named
      .filter(({ key }) => key !== null && isNew(key))
      .map(({ name, pull }) => ({ name, pull })),
  };
}
