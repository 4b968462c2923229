/** Whether what was merged is worth a notice: an issue that is opened notifies everybody who watches the repository. */
import type { NotesSnapshot } from "./release.ts";

/**
 * Whether notes tell of anything that people would look at or object to: a change that is listed, breaks, or fits nowhere; a version that somebody asks for; a
 * component that moves, dependencies or migrations that change; or commits that could not be read, which may be any of these. A chore alone, as the pull request
 * that keeps CHANGELOG.md is one, is none of it. Where there is no release yet, the first one is news, whatever it brings.
 */
export function tellsSomething({
  base,
  model,
  unreadCount,
  dependencies,
  migrations,
  components,
}: NotesSnapshot): boolean {
  const { bump, sections, breaking, unclassified, releaseAs, cut } = model;
  return (
    base === null ||
    bump !== null ||
    releaseAs !== null ||
    [sections, breaking, unclassified, cut].some((list) => list.length > 0) ||
    unreadCount > 0 ||
    dependencies !== undefined ||
    (migrations?.seen.length ?? 0) > 0 ||
    (components ?? []).some(({ next }) => next !== null)
  );
}
