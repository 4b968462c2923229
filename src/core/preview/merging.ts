/**
 * What GitHub will put on the release branch when it merges a pull request, by the repository's settings. Whoever merges may still write something else.
 * https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/configuring-commit-squashing-for-pull-requests
 */
import type { Commit, PullRequest } from "../notes/index.ts";

/** The ways of merging, the one that keeps a pull request together first. */
export const MERGE_METHODS = ["squash", "merge", "rebase"] as const;
export type MergeMethod = (typeof MERGE_METHODS)[number];

/** What a repository lets GitHub write, in GitHub's own words (`GET /repos/{owner}/{repo}`). */
export interface MergeSettings {
  /** The ways that are allowed, in the order of `MERGE_METHODS`; never none. */
  readonly methods: readonly MergeMethod[];
  readonly squashTitle: "PR_TITLE" | "COMMIT_OR_PR_TITLE";
  readonly squashMessage: "PR_BODY" | "COMMIT_MESSAGES" | "BLANK";
  readonly mergeTitle: "PR_TITLE" | "MERGE_MESSAGE";
  readonly mergeMessage: "PR_BODY" | "PR_TITLE" | "BLANK";
  /** What somebody has written already for the time when it is merged by itself; absent where nobody has. */
  readonly written?: { readonly title: string | null; readonly message: string | null };
}

/** As GitHub sets up a repository. */
export const USUAL_MERGING: MergeSettings = {
  methods: MERGE_METHODS,
  squashTitle: "COMMIT_OR_PR_TITLE",
  squashMessage: "COMMIT_MESSAGES",
  mergeTitle: "MERGE_MESSAGE",
  mergeMessage: "PR_TITLE",
};

/** A pull request that is not merged yet. */
export interface OpenPull {
  readonly pull: PullRequest;
  /** `owner:branch`, as GitHub labels where it comes from; a fork's owner is another one than the repository's. */
  readonly label: string;
  readonly head: string;
  /** How many commits it has. */
  readonly commitCount: number;
  /** Newest first. Empty where they are of no account (`needsCommits`). */
  readonly commits: readonly Commit[];
}

/** Whether the commits of a pull request have a say in what is merged: else nobody has to read them. */
export function needsCommits(
  { methods, squashTitle, squashMessage, written }: MergeSettings,
  commitCount: number,
): boolean {
  return methods.some((method) => {
    if (method !== "squash") return true;
    const ownTitle =
      typeof written?.title !== "string" && squashTitle === "COMMIT_OR_PR_TITLE" && commitCount === 1;
    return ownTitle || (typeof written?.message !== "string" && squashMessage === "COMMIT_MESSAGES");
  });
}

/** The commit that does not exist yet has no SHA; this one is nobody's. */
const UNBORN = "0".repeat(40);

/** The commits as they would be on the release branch, newest first; `onto` is its tip. Their SHAs are made up, except where they stay the same. */
export function commitsOfMerge(
  method: MergeMethod,
  open: OpenPull,
  settings: MergeSettings,
  onto: string,
): readonly Commit[] {
  const { pull, commits, head } = open;
  const own = commits.map((commit) => ({ ...commit, pull }));
  switch (method) {
    case "squash":
      return [
        {
          sha: UNBORN,
          message: squashMessage(open, settings),
          author: { login: pull.author.login },
          parents: [onto],
          pull,
        },
      ];
    case "merge":
      return [{ sha: UNBORN, message: mergeMessage(open, settings), parents: [onto, head], pull }, ...own];
    case "rebase":
      return rebased(own, onto);
  }
}

/** Each on top of the one before, as commits of their own; merges are left out, as git does. */
function rebased(commits: readonly Commit[], onto: string): readonly Commit[] {
  const plain = commits.filter(({ parents }) => (parents?.length ?? 1) < 2);
  return plain.map((commit, at) => {
    const before = plain[at + 1];
    return { ...commit, sha: anew(commit.sha), parents: [before === undefined ? onto : anew(before.sha)] };
  });
}

/** A commit that is written anew is another one: what names the old one names nothing on the branch. */
function anew(sha: string): string {
  return `${UNBORN.slice(0, 12)}${sha.slice(12)}`;
}

function squashMessage({ pull, commits, commitCount }: OpenPull, settings: MergeSettings): string {
  const { squashTitle, squashMessage: body, written } = settings;
  const only = commitCount === 1 ? commits[0]?.message : undefined;
  const [subject = "", rest = ""] = only === undefined ? [] : headAndRest(only);
  const proposed = only !== undefined && squashTitle === "COMMIT_OR_PR_TITLE" ? subject : pull.title;
  const title = written?.title ?? suffixed(proposed, pull.number);
  const listed =
    only === undefined
      ? commits
          .toReversed()
          .map(({ message }) => `* ${message}`)
          .join("\n\n")
      : rest;
  const texts = { PR_BODY: pull.body ?? "", COMMIT_MESSAGES: listed, BLANK: "" };
  return joined(title, written?.message ?? texts[body]);
}

function mergeMessage({ pull, label }: OpenPull, settings: MergeSettings): string {
  const { mergeTitle, mergeMessage: body, written } = settings;
  const proposed =
    mergeTitle === "PR_TITLE"
      ? suffixed(pull.title, pull.number)
      : `Merge pull request #${pull.number} from ${label.replace(":", "/")}`;
  const texts = { PR_BODY: pull.body ?? "", PR_TITLE: pull.title, BLANK: "" };
  return joined(written?.title ?? proposed, written?.message ?? texts[body]);
}

/** A pull request without a number is one that is only thought of. */
function suffixed(title: string, number: number): string {
  return number === 0 ? title : `${title} (#${number})`;
}

function headAndRest(message: string): [string, string] {
  const end = message.indexOf("\n");
  return end === -1 ? [message, ""] : [message.slice(0, end), message.slice(end + 1).trim()];
}

function joined(title: string, body: string): string {
  return body.trim() === "" ? title : `${title}\n\n${body}`;
}
