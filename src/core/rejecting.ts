/**
 * `/reject`: a person who may approve says no. What waits with that release ends as refused, and so does whatever asks for it later, as long as the
 * no counts: until its giver takes it back, or it expires as approvals do. Nothing of it goes on by itself then; it has to be asked for again.
 */
import { react, refuse, withWord } from "./approvals.ts";
import { record, type Minutes } from "./decision.ts";
import type { EnvironmentLane } from "./environment.ts";
import type { EnvironmentEvent } from "./events.ts";
import { enoughHaveApproved } from "./gates/approvals.ts";
import { findingsFor } from "./gates/index.ts";
import { isKnown, withKnown } from "./known.ts";
import { gateFacts } from "./looks.ts";
import { classOf, end, type Problem, type Promotion } from "./promotion.ts";
import { isSameRelease } from "./release.ts";

type Rejected = Extract<EnvironmentEvent, { type: "ReleaseRejected" }>;

/** A person rejects a release. What has begun goes on: to stop that is another command. */
export function onRejected(lane: EnvironmentLane, event: Rejected, minutes: Minutes): EnvironmentLane {
  const { word, at, version, sha, reason, environment } = event;
  if (isKnown(lane, word.name)) return lane;
  const heard = withKnown(lane, word.name);
  const late = lateFor(lane, event);
  const actor = `user:${word.by.id}`;
  const type = late === null ? "release.rejected" : "reject.in-vain";
  record(minutes, actor, type, word.name, { version, sha, reason });
  if (late !== null) {
    refuse(word, `/reject ${environment} ${version}`, late, minutes);
    return heard;
  }
  react(word, "rocket", minutes);
  const { by, commentId, ordinal } = word;
  const no = { by, at, commentId, ordinal, version, sha, reason, no: true } as const;
  return withoutPrepared(withWord(heard, no, at), at, minutes);
}

/** Why a no to a release changes nothing; null where it does. */
function lateFor(
  { active, waiting, delivered, disturbed = null }: EnvironmentLane,
  { environment, version, sha }: Rejected,
): Problem | null {
  // What is being cancelled ends by itself; asked for again, the same release waits behind it.
  const open = active === null || active.cancel !== undefined ? waiting : [active, ...waiting];
  const meant = open.find(({ cargo }) => isSameRelease(cargo, { version, sha }));
  const why = (reason: "running" | "delivered" | "rollback" | "hotfix" | "normal"): Problem => ({
    code: "reject-late",
    detail: { environment, version, why: reason },
  });
  if (meant !== undefined && meant === active && meant.stage !== "preparing") return why("running");
  if (meant !== undefined) return asksForApprovals(meant) ? null : why(classOf(meant));
  const running = delivered.at(-1);
  const isThere = running !== undefined && isSameRelease(running, { version, sha });
  return isThere && disturbed === null ? why("delivered") : null;
}

function asksForApprovals(promotion: Promotion): boolean {
  return findingsFor(promotion).includes("approvals");
}

/** Why a promotion ends because people reject its release; null where nobody does whose word holds it. */
export function refusalByNo(lane: EnvironmentLane, promotion: Promotion, at: number): Problem | null {
  if (!asksForApprovals(promotion)) return null;
  const verdict = enoughHaveApproved(gateFacts(lane, promotion, at));
  return verdict.verdict === "fail" ? verdict.problem : null;
}

/** What is only being prepared ends at once: however long GitHub takes to answer, nothing of it begins. */
function withoutPrepared(lane: EnvironmentLane, at: number, minutes: Minutes): EnvironmentLane {
  const { active } = lane;
  const problem = active?.stage === "preparing" ? refusalByNo(lane, active, at) : null;
  if (active === null || problem === null) return lane;
  record(minutes, "waybill", "promotion.refused", active.id, { code: problem.code });
  return { ...lane, active: end(active, "refused", problem, at) };
}
