/**
 * The words of the release notes: what goes in (commits with what is known about them), what comes out (the model that
 * notes, notices, drafts and the command line are drawn from).
 */

/** How much a change moves the version. https://semver.org */
export type Bump = "major" | "minor" | "patch";

/** A merged pull request, as GitHub describes it. `bot` is true where GitHub says that its author is one. */
export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly url: string;
  readonly author: { readonly login: string; readonly id: number; readonly bot: boolean };
  readonly body: string | null;
}

/**
 * Who wrote a commit. `login` and `id` are those of the account that the host ascribes it to (`id` as its API has it); `email` is what the commit itself says, and is
 * never shown.
 */
export interface CommitAuthor {
  readonly name?: string;
  readonly login?: string | null;
  readonly email?: string;
  readonly id?: string;
}

/**
 * One commit with what is known about it. `sha` has 40 hexadecimal digits. `paths` are the files it touched, from the
 * repository's root; `parents` are full SHAs, first the one that was merged into. Whatever is absent is unknown, not empty.
 */
export interface Commit {
  readonly sha: string;
  readonly message: string;
  readonly author?: CommitAuthor;
  readonly paths?: readonly string[];
  readonly parents?: readonly string[];
  readonly pull?: PullRequest | null;
}

/** A component's name and the globs of the files that belong to it. No globs: every file does. */
export interface ComponentPaths {
  readonly name: string;
  readonly paths: readonly string[];
}

/** Where commits of one type are listed and what they do to the version; `type` is in lower case. */
export interface TypeRule {
  readonly type: string;
  readonly section: string;
  readonly bump: Bump | null;
  readonly hidden: boolean;
}

export interface NotesOptions {
  readonly components?: readonly ComponentPaths[];
  /** Only what touches the paths of this one is in the notes; what reverts and merges mean is still judged by all commits. */
  readonly component?: ComponentPaths;
  /** In the order of the sections. Default: `DEFAULT_TYPES`. */
  readonly types?: readonly TypeRule[];
  /** `owner/name` of the repository: a revert that names another one reverts nothing here. */
  readonly repository?: string;
}

/** One line of the notes. A commit has several where it lists several changes. `author` is a name, for display only. */
export interface NotesEntry {
  readonly sha: string;
  readonly type: string;
  readonly scope: string | null;
  readonly component: string | null;
  readonly breaking: boolean;
  readonly text: string;
  readonly pull: number | null;
  readonly author: string | null;
}

export interface NotesSection {
  readonly title: string;
  readonly entries: readonly NotesEntry[];
}

export interface BreakingChange {
  readonly sha: string;
  readonly text: string;
}

export interface UnclassifiedCommit {
  readonly sha: string;
  readonly header: string;
  readonly reason: string;
}

/**
 * What a range of commits amounts to. Every commit that went in is in exactly one place: an entry of a section,
 * `reverted`, `hidden` or `unclassified`; all in the order they came in. All text is as its authors wrote it: nothing is
 * escaped here.
 */
export interface ReleaseNotesModel {
  /** The highest change; null where nothing is to be released. */
  readonly bump: Bump | null;
  readonly sections: readonly NotesSection[];
  readonly breaking: readonly BreakingChange[];
  /** Reverting and reverted commits where both are in the range. */
  readonly reverted: readonly string[];
  /** Commits of hidden types, and merge commits and commits of a pull request that another entry stands for. */
  readonly hidden: readonly string[];
  readonly unclassified: readonly UnclassifiedCommit[];
  /** The version that a `Release-As` footer asks for; the newest one counts. */
  readonly releaseAs: string | null;
  /** Commits of whose message only a part was read, because it is longer than the limit. */
  readonly cut: readonly string[];
}

/** The same, by the short name that the rest of the core uses. */
export type NotesModel = ReleaseNotesModel;
