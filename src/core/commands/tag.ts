/** Whether the tag that a command names stands for a commit that may be spoken of by it. */
import type { PlanSnapshot, Problem } from "../promotion.ts";
import type { CommandFacts, ReleaseFacts } from "./command.ts";

/** Why not: it is on no release branch, or the tag means another commit than the one that was released. Null where it does. */
export function objectionToTag(
  release: ReleaseFacts,
  plan: PlanSnapshot,
  { released }: CommandFacts,
): Problem | null {
  if (release.sha === null || !release.onBranch)
    return { code: "off-branch", detail: { tag: release.tag, branch: plan.branch } };
  const first = released.find((one) => one.version === release.version)?.sha ?? release.sha;
  return first === release.sha
    ? null
    : { code: "tag-moved", detail: { tag: release.tag, before: first, now: release.sha } };
}
