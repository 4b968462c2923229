/** Release notes: commits in, version, sections and what breaks out. Pure. */
export { globMatcher as matchesGlob } from "./components.ts";
export { componentsOfPaths } from "./components.ts";
export { contributorsOf, shownContributors, type Contributors } from "./contributors.ts";
export { higherBump } from "./bumps.ts";
export { DEFAULT_TYPES } from "./sections.ts";
export { inOrder } from "./order.ts";
export { parseCommit } from "./parse.ts";
export { pullNumberOf } from "./pulls.ts";
export { beginNotes, summarise, undoneAmong } from "./summarise.ts";
export { byRelease, type HistoryPart } from "./releases.ts";
export { footersOf } from "./trailers.ts";
export type {
  BreakingChange,
  Bump,
  Commit,
  ComponentPaths,
  NotesEntry,
  NotesModel,
  NotesOptions,
  NotesSection,
  PullRequest,
  ReleaseNotesModel,
  TypeRule,
  UnclassifiedCommit,
} from "./types.ts";
export {
  developmentVersion,
  isReleaseTag,
  nearestBase,
  nearlyReleaseTag,
  nextVersion,
  tagOfVersion,
  tagPattern,
  versionAtEnd,
  versionOfTag,
} from "./versions.ts";
export type { BaseCandidate, NextVersion, VersionPolicy } from "./versions.ts";
