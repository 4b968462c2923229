/** `/resolve`: a person's word on what no machine can tell. */
import { order, record, type Minutes } from "./decision.ts";
import type { EnvironmentLane } from "./environment.ts";
import type { EnvironmentEvent } from "./events.ts";
import { isKnown, withKnown } from "./known.ts";
import { afterPersonLooked, isUnseen } from "./left.ts";
import type { Problem } from "./promotion.ts";
import { refuseInWords } from "./telling.ts";

/**
 * A person has looked where no machine can tell, and gives the environment free again: once everything else of the rollout that
 * is still under way has ended. A comment that is heard again resolves nothing that came after it.
 */
export function onResolved(
  lane: EnvironmentLane,
  event: Extract<EnvironmentEvent, { type: "PersonResolved" }>,
  minutes: Minutes,
): EnvironmentLane {
  const { active } = lane;
  const { by, commentId, at, promotionId } = event;
  const name = `r${commentId}`;
  if (isKnown(lane, name)) return lane;
  const heard = withKnown(lane, name);
  order(minutes, `react:${commentId}:eyes`, { type: "react", commentId, content: "eyes" });
  // The word was given for what the person saw: if the run has shown itself meanwhile, there is nothing left to resolve.
  if (active?.id !== promotionId || active.stage !== "needs-human") {
    refuseResolve(event, minutes);
    return heard;
  }
  order(minutes, `react:${commentId}:rocket`, { type: "react", commentId, content: "rocket" });
  record(minutes, `user:${by.id}`, "promotion.resolved", active.id, { commentId });
  if (isUnseen(active)) return afterPersonLooked(heard, active);
  const problem: Problem = { code: "resolved", detail: { login: by.login } };
  const steps = active.steps.map((step) =>
    step.stage === "needs-human" ? { ...step, stage: "failed" as const, finishedAt: at, problem } : step,
  );
  return { ...heard, active: { ...active, stage: "rolling", steps } };
}

function refuseResolve(event: Extract<EnvironmentEvent, { type: "PersonResolved" }>, minutes: Minutes): void {
  const { by, commentId, issue, environment, promotionId } = event;
  record(minutes, `user:${by.id}`, "resolve.too-late", promotionId, { commentId });
  order(minutes, `react:${commentId}:end`, { type: "react", commentId, content: "-1" });
  const said = { name: `r${commentId}`, issue, by, command: `/resolve ${environment}` };
  refuseInWords(said, { code: "nothing-to-resolve", detail: { environment } }, minutes);
}
