import type { Commit, Signature } from "../git/objects.ts";
import type { ObjectStore } from "../git/store.ts";
import type { Account, Repository } from "../state.ts";
import type { World } from "../world.ts";
import { accountOf } from "../world.ts";

/** A pull request that the history of a clone speaks of. */
export interface PastPull {
  number: number;
  title: string;
  body: string | null;
  /** The head branch; null for a squash, which does not name it. */
  branch: string | null;
  merge: Commit;
  head: Commit;
  /** The commits that it brought, its merge commit aside. */
  commits: readonly string[];
}

const GITHUB_EMAIL = "noreply@github.com";
const NUMBER = String.raw`#(\d{1,7})`;
const MERGE_SUBJECT = new RegExp(`^Merge pull request ${NUMBER} from (\\S+)`);
const SQUASH_SUBJECT = new RegExp(String.raw`^(.*\S)\s*\(${NUMBER}\)$`);

/**
 * Pull requests by their merge and squash subjects (`Merge pull request #12 from o/branch`, `Title (#12)`), each number once, the oldest
 * first. Every commit is looked at once, however the branches were merged.
 */
export function pastPulls(store: ObjectStore, head: string): PastPull[] {
  const found = new Map<number, PastPull>();
  const order: string[] = [];
  const seen = new Set<string>();

  /** Takes in what a tip brings that was not there before, parents first. */
  function absorb(tip: string): void {
    for (const commit of unseenLine(store, tip, seen)) {
      const start = order.length;
      for (const parent of commit.parents.slice(1)) absorb(parent);
      const pull = pullOf(store, commit, order.slice(start));
      seen.add(commit.sha);
      order.push(commit.sha);
      // A number that comes again was picked onto another branch; but a merge knows more than a squash.
      if (pull && (!found.has(pull.number) || pull.branch !== null)) found.set(pull.number, pull);
    }
  }
  absorb(head);
  return [...found.values()].sort((a, b) => a.number - b.number);
}

/** A tip and its first parents that are new, the oldest first. */
function unseenLine(store: ObjectStore, tip: string, seen: ReadonlySet<string>): Commit[] {
  const line: Commit[] = [];
  let at: string | undefined = tip;
  while (at !== undefined && !seen.has(at)) {
    const commit = store.commit(at);
    if (!commit) break;
    line.push(commit);
    at = commit.parents[0];
  }
  return line.toReversed();
}

function pullOf(store: ObjectStore, commit: Commit, brought: readonly string[]): PastPull | null {
  const [subject = "", ...rest] = commit.message.split("\n");
  const body = rest.join("\n").trim();
  const merge = MERGE_SUBJECT.exec(subject);
  const side = commit.parents[1];
  const head = (side === undefined ? null : store.commit(side)) ?? commit;
  if (merge) {
    const [, number = "", from = ""] = merge;
    const [title = "", ...more] = body.split("\n");
    // `owner/branch`, whatever slashes the branch has.
    const branch = from.slice(from.indexOf("/") + 1);
    const text = more.join("\n").trim();
    return { ...named(number, title || branch, text), branch, merge: commit, head, commits: brought };
  }
  const squash = SQUASH_SUBJECT.exec(subject);
  if (!squash) return null;
  const [, title = "", number = ""] = squash;
  return { ...named(number, title, body), branch: null, merge: commit, head, commits: brought };
}

function named(number: string, title: string, body: string): Pick<PastPull, "number" | "title" | "body"> {
  return { number: Number(number), title, body: body === "" ? null : body };
}

/** The highest number that the history speaks of. */
export function highestNumber(pulls: readonly PastPull[]): number {
  return pulls.at(-1)?.number ?? 0;
}

/** Makes the pull requests of an imported history, merged, without a word to anybody. */
export function addPastPulls(world: World, repository: Repository, pulls: readonly PastPull[]): void {
  const people = new PastPeople(world);
  for (const past of pulls) {
    const { merge, head } = past;
    const squashed = past.branch === null;
    const author = people.account(squashed ? merge.author : head.author);
    const merger = squashed ? merge.committer : merge.author;
    const mergedBy = merger.email === GITHUB_EMAIL ? author : people.account(merger);
    const mergedAt = merge.committer.seconds * 1000;
    repository.issues.set(past.number, {
      id: world.ids.next("issue"),
      number: past.number,
      title: past.title,
      body: past.body,
      state: "closed",
      stateReason: null,
      user: author,
      app: null,
      labels: [],
      createdAt: Math.min(head.author.seconds * 1000, mergedAt),
      updatedAt: mergedAt,
      closedAt: mergedAt,
      closedBy: mergedBy,
      pull: {
        id: world.ids.next("pull"),
        baseRef: repository.defaultBranch,
        headRef: past.branch ?? `pull-${past.number}`,
        baseSha: merge.parents[0] ?? merge.sha,
        headSha: head.sha,
        mergedAt,
        mergedBy,
        mergeCommitSha: merge.sha,
        fromHistory: true,
        headOwner: null,
      },
    });
    for (const sha of [...past.commits, merge.sha]) {
      const known = repository.pastPulls.get(sha);
      if (known) known.push(past.number);
      else repository.pastPulls.set(sha, [past.number]);
    }
  }
}

/** Accounts of the people of a history: by GitHub's address for them, else by their name. */
class PastPeople {
  readonly #world: World;
  readonly #byEmail = new Map<string, Account>();
  readonly #own = new Set<Account>();

  constructor(world: World) {
    this.#world = world;
  }

  account({ name, email }: Signature): Account {
    const key = email.toLowerCase();
    const known = this.#byEmail.get(key);
    if (known) return known;
    const account = this.#named(loginOf(name, key), name);
    this.#byEmail.set(key, account);
    this.#world.emails.set(key, account);
    return account;
  }

  /** Someone of the same name in the history is the same person; someone who was there before is not. */
  #named(login: string, name: string): Account {
    const { accounts, pastAuthors } = this.#world;
    for (let suffix = ""; ; suffix = `${suffix}-`) {
      const known = accounts.get(`${login}${suffix}`.toLowerCase());
      if (known && !this.#own.has(known)) continue;
      const account = known ?? accountOf(this.#world, `${login}${suffix}`, { name });
      this.#own.add(account);
      pastAuthors.add(account.id);
      return account;
    }
  }
}

/** Source: https://docs.github.com/account-and-profile/reference/email-addresses-reference#your-noreply-email-address */
function loginOf(name: string, email: string): string {
  const github = /^(?:\d+\+)?([^@]+)@users\.noreply\.github\.com$/.exec(email)?.[1];
  if (github !== undefined) return github;
  const bot = name.endsWith("[bot]") ? "[bot]" : "";
  const plain = name
    .normalize("NFKD")
    .replace(/\[bot\]$/, "")
    .toLowerCase();
  const login = plain
    .replaceAll(/[^a-z\d]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 39);
  return `${login || "someone"}${bot}`;
}
