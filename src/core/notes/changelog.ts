/** The commits that bring a release's section into `CHANGELOG.md`: they are the releases' own, and no change of any. */

/** How Waybill titles its pull request, and so its commit however that is merged: `chore(changelog): add 1.5.0`. */
export const CHANGELOG_HEADER = { type: "chore", scope: "changelog" } as const;

/** What stands behind it: the releases that are added. A team may have chores of that scope itself, which are changes. */
const ADDS = /^add \d+\.\d+\.\d+/;

/** Whether a change is one of these. What says that it breaks something is a change all the same. */
export function keepsChangelog(change: {
  readonly type: string;
  readonly scope: string | null;
  readonly breaking: boolean;
  readonly text: string;
  readonly notes: readonly string[];
}): boolean {
  const { type, scope, breaking, text, notes } = change;
  const isTitled = type === CHANGELOG_HEADER.type && scope === CHANGELOG_HEADER.scope;
  return isTitled && ADDS.test(text) && !breaking && notes.length === 0;
}
