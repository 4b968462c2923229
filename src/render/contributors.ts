/** Who contributed, as `partials/contributors.hbs` is given it. */
import type { Contributors } from "../core/notes/index.ts";

export interface ContributorsPage {
  readonly people: readonly { readonly name: string }[];
  /** How many more there are. */
  readonly more: number;
  /** Who of them did so for the first time, with the pull request. */
  readonly newcomers: readonly { readonly name: string; readonly pull: number | null }[];
}

/** Null where nobody is to be named. */
export function contributorsPage(contributors: Contributors | undefined): ContributorsPage | null {
  if (contributors === undefined) return null;
  const { names, more, newcomers } = contributors;
  return { people: names.map((name) => ({ name })), more, newcomers };
}
