/** From what the pull request of a changelog shows to what its templates are given. */
import type { ChangelogPullView } from "../core/changelog/keeping.ts";

/** A title names so many versions. */
const NAMED = 3;
/** And its text lists so many. */
const LISTED = 50;

/** The page of `changelog.hbs` and of its title. */
export function changelogPage({ releases, ...view }: ChangelogPullView): object {
  return {
    ...view,
    named: releases.slice(0, NAMED).map(({ version }) => version),
    others: Math.max(0, releases.length - NAMED),
    releases: releases.slice(0, LISTED),
    more: Math.max(0, releases.length - LISTED),
  };
}
