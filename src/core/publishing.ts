/** Publishing: the release of a tag on GitHub with its notes, and those of the components that have versions of their own and came with it. */
import { withoutGraph } from "./behind.ts";
import { order, type Minutes } from "./decision.ts";
import type { PlanSnapshot } from "./promotion.ts";
import type { NoticePlace, ComponentRelease, NotesSnapshot, Release } from "./release.ts";

export interface Published {
  readonly release: Release;
  readonly notes: NotesSnapshot;
  /** Absent where no component has a version of its own. */
  readonly parts?: readonly ComponentRelease[];
}

interface Planned extends Published {
  /** By the config in force, which says what a release has before it is published. */
  readonly plans: readonly Pick<PlanSnapshot, "assets">[];
}

/**
 * Orders the published release, whose notes take the place of the notice's draft where there is one; then a tag and a release for each component that moved.
 *
 * @param notice of these changes; null for a hotfix, which has none
 * @param again the name of the order to write it anew, where somebody gave it
 */
export function orderPublished(
  { release, notes, parts = [], plans }: Planned,
  notice: Pick<NoticePlace, "serial" | "draftReleaseId"> | null,
  minutes: Minutes,
  again?: string,
): void {
  const { version, tag, sha, prerelease, hotfix } = release;
  const key = again === undefined ? "" : `:${again}`;
  const overtaken = hotfix === undefined ? {} : { overtaken: hotfix.overtaken };
  const assets = plans[0]?.assets;
  order(
    minutes,
    `publish:${tag}${key}`,
    {
      type: "publishRelease",
      tag,
      sha,
      draftReleaseId: notice?.draftReleaseId ?? null,
      noticeSerial: notice?.serial ?? null,
      view: { version, tag, prerelease, notes: withoutGraph(notes) },
      ...overtaken,
      ...(assets === undefined ? {} : { assets }),
    },
    { serial: "notice" },
  );
  for (const { component, ...part } of parts)
    order(
      minutes,
      `publish:${part.tag}${key}`,
      {
        type: "publishRelease",
        tag: part.tag,
        sha,
        draftReleaseId: null,
        noticeSerial: null,
        view: { ...part, prerelease, component: { name: component, release: tag } },
        ...overtaken,
      },
      { serial: "notice" },
    );
}
