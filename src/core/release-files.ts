/** What is done about the files of releases: those that are uploaded to one, and the one of the repository that lists them all. */
import { onAssetsEvent, type AssetsEvent } from "./assets.ts";
import { onChangelogKept, type ChangelogKept } from "./changelog/keeping.ts";
import type { Minutes } from "./decision.ts";
import type { RepositoryLane } from "./repository.ts";

/** Events of the repository's lane that are about files of releases. */
export type FilesEvent = ChangelogKept | AssetsEvent;

/** Each of them; a record, so that a new one without its line does not compile. */
export const FILES_EVENTS: Readonly<Record<FilesEvent["type"], true>> = {
  ChangelogKept: true,
  AssetsSeen: true,
  AssetsDue: true,
};

/** Whether an event is about the files of a release. */
export function isFilesEvent(event: { readonly type: string }): event is FilesEvent {
  return Object.hasOwn(FILES_EVENTS, event.type);
}

/** Decides what such an event means for a repository. */
export function onFilesEvent(lane: RepositoryLane, event: FilesEvent, minutes: Minutes): RepositoryLane {
  return event.type === "ChangelogKept"
    ? onChangelogKept(lane, event, minutes)
    : onAssetsEvent(lane, event, minutes);
}
