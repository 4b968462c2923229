/** Whether the tag that a command names stands for a commit that may be spoken of by it. */
import type { CommitSha } from "../ids.ts";
import type { PlanSnapshot, Problem } from "../promotion.ts";
import type { CommandFacts, ReleaseFacts } from "./command.ts";

/** Why not: it is on no release branch, or the tag means another commit than the one that was released. Null where it does. */
export function objectionToTag(
  release: ReleaseFacts,
  plan: PlanSnapshot,
  facts: CommandFacts,
): Problem | null {
  if (release.sha === null || !release.onBranch)
    return { code: "off-branch", detail: { tag: release.tag, branch: plan.branch } };
  const first = firstShaOf(release.version, facts) ?? release.sha;
  return first === release.sha
    ? null
    : { code: "tag-moved", detail: { tag: release.tag, before: first, now: release.sha } };
}

/** The commit that was released under a version first, as far as Waybill has seen it; null where it has not. */
export function firstShaOf(version: string, { released }: CommandFacts): CommitSha | null {
  return released.find((one) => one.version === version)?.sha ?? null;
}
