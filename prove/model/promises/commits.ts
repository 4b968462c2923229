/** The history of the scenes' repository: its commits, the releases on them, and how they stand to one another. */

/**
 * Each commit with its parent. All but `151` are on the release branch: that is the fix of the hotfix 1.5.1, which comes to the branch with
 * the commit `165`.
 */
const PARENTS: Readonly<Record<string, string | null>> = {
  "142": null,
  "150": "142",
  "151": "150",
  "160": "150",
  "165": "160",
  "170": "165",
};

export const VERSIONS = ["1.4.2", "1.5.0", "1.5.1", "1.6.0", "1.7.0"] as const;
/** The release whose tag somebody may move, and what it names then: no commit of the release branch. */
export const MOVED_VERSION = "1.5.0";
export const MOVED_SHA = full("bad");
/** The head of the release branch. */
export const HEAD = full("170");
/** The hotfix, its branch, and the pull request and the commit by which its fix comes to the release branch. */
export const HOTFIX = { version: "1.5.1", branch: "hotfix/1.5.1", pull: 9, port: full("165") } as const;

function full(name: string): string {
  return name.padEnd(40, "0");
}

/** The commit of a release, as it was tagged at first. */
export function commitOf(version: string): string {
  return VERSIONS.some((one) => one === version) ? full(version.replaceAll(".", "")) : MOVED_SHA;
}

/** GitHub's comparison of two commits or tags, `base...head`. No commit says anything of itself: none is a revert or mends another. */
export function compare(basehead: string) {
  const [base = [], head = []] = basehead.split("...").map((name) => pastOf(shaOf(name)));
  const isUnknown = base.length === 0 || head.length === 0;
  const ahead = head.filter((sha) => !base.includes(sha)).length;
  const behind = base.filter((sha) => !head.includes(sha)).length;
  const diverged = isUnknown || (ahead > 0 && behind > 0);
  const status = diverged ? "diverged" : ahead > 0 ? "ahead" : behind > 0 ? "behind" : "identical";
  return { status, ahead_by: isUnknown ? 0 : ahead, total_commits: 0, commits: [] };
}

/** Whether a release has a commit in its history. */
export function contains(version: string, sha: string): boolean {
  return pastOf(commitOf(version)).includes(sha);
}

function shaOf(name: string): string {
  return name.startsWith("v") ? commitOf(name.slice(1)) : name;
}

/** A commit with all before it; none where there is no such commit. */
function pastOf(sha: string): readonly string[] {
  const parent = PARENTS[sha.slice(0, 3)];
  if (parent === undefined) return [];
  return parent === null ? [sha] : [sha, ...pastOf(full(parent))];
}
