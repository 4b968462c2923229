/** `/resolve`: a person's word on what no machine can tell. */
import { order, record, type Minutes } from "./decision.ts";
import type { EnvironmentLane } from "./environment.ts";
import type { EnvironmentEvent } from "./events.ts";
import { isKnown, withKnown } from "./known.ts";
import { afterPersonLooked, isUnseen } from "./left.ts";
import { withStep, type Problem, type Promotion, type Step } from "./promotion.ts";
import { succeedByWord } from "./rollout.ts";
import { refuseInWords } from "./telling.ts";

/** What a person who has looked says of the run of which nobody knew: it has done its work, or it is not there. */
export type ResolvedOutcome = "delivered" | "failed";

type PersonResolved = Extract<EnvironmentEvent, { type: "PersonResolved" }>;

/**
 * A person has looked where no machine can tell, and gives the environment free again: once everything else of the rollout that
 * is still under way has ended. A comment that is heard again resolves nothing that came after it.
 */
export function onResolved(lane: EnvironmentLane, event: PersonResolved, minutes: Minutes): EnvironmentLane {
  const { active } = lane;
  const { by, commentId, promotionId, outcome } = event;
  const name = `r${commentId}`;
  if (isKnown(lane, name)) return lane;
  const heard = withKnown(lane, name);
  order(minutes, `react:${commentId}:eyes`, { type: "react", commentId, content: "eyes" });
  // The word was given for what the person saw: if the run has shown itself meanwhile, there is nothing left to resolve.
  if (active?.id !== promotionId || active.stage !== "needs-human") {
    refuseResolve(event, false, minutes);
    return heard;
  }
  const isUnbegun = isUnseen(active);
  if (isUnbegun && outcome === "delivered") {
    refuseResolve(event, true, minutes);
    return heard;
  }
  order(minutes, `react:${commentId}:rocket`, { type: "react", commentId, content: "rocket" });
  record(minutes, `user:${by.id}`, "promotion.resolved", active.id, {
    commentId,
    ...(outcome === undefined ? {} : { outcome }),
  });
  if (isUnbegun) return afterPersonLooked(heard, active);
  const rolling: Promotion = { ...active, stage: "rolling" };
  const resolved = active.steps
    .filter((step) => step.stage === "needs-human")
    .reduce((now, step) => resolveStep(now, step, event, minutes), rolling);
  return { ...heard, active: resolved };
}

function resolveStep(
  promotion: Promotion,
  step: Step,
  { by, at, outcome }: PersonResolved,
  minutes: Minutes,
): Promotion {
  if (outcome === "delivered") return succeedByWord(promotion, step, by.login, at, minutes);
  const detail = { login: by.login, ...(outcome === undefined ? {} : { outcome }) };
  const problem: Problem = { code: "resolved", detail };
  return withStep(promotion, step.correlationId, () => ({
    ...step,
    stage: "failed",
    finishedAt: at,
    problem,
  }));
}

function refuseResolve(event: PersonResolved, isUnbegun: boolean, minutes: Minutes): void {
  const { by, commentId, issue, environment, promotionId, outcome } = event;
  record(minutes, `user:${by.id}`, isUnbegun ? "resolve.unbegun" : "resolve.too-late", promotionId, {
    commentId,
  });
  order(minutes, `react:${commentId}:end`, { type: "react", commentId, content: "-1" });
  const command = ["/resolve", environment, outcome ?? []].flat().join(" ");
  const problem: Problem = {
    code: "nothing-to-resolve",
    detail: { environment, ...(isUnbegun ? { unbegun: true } : {}) },
  };
  refuseInWords({ name: `r${commentId}`, issue, by, command }, problem, minutes);
}
