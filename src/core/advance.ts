/** How a rollout goes on by itself: from one step to the next, to the proof, to its end. */
import { beginReadySteps } from "./begin.ts";
import { endCancelled } from "./cancel.ts";
import { record, type Minutes } from "./decision.ts";
import { isUnseen } from "./left.ts";
import { askAgain, beginProof, proofVerdict } from "./proof.ts";
import { end, type Promotion } from "./promotion.ts";
import { isUnderWay, wentWrong } from "./step-stage.ts";

/** Takes a rollout as far as it goes without anything new happening: next steps, the proof, the end. */
export function advance(promotion: Promotion, at: number, minutes: Minutes): Promotion {
  if (isUnseen(promotion)) return promotion;
  if (promotion.stage === "rolling" || promotion.stage === "needs-human")
    return advanceSteps(promotion, at, minutes);
  return promotion.stage === "proving" ? concludeProof(promotion, at, minutes) : promotion;
}

function advanceSteps(promotion: Promotion, at: number, minutes: Minutes): Promotion {
  const begun = beginReadySteps(promotion, at, minutes);
  if (begun.steps.some((step) => step.stage === "needs-human")) return { ...begun, stage: "needs-human" };
  if (begun.steps.some(isUnderWay)) return { ...begun, stage: "rolling" };
  const failed = begun.steps.find(wentWrong);
  const isStopped = begun.problem !== null && begun.steps.some(({ stage }) => stage === "pending");
  if (failed !== undefined || isStopped || begun.cancel !== undefined) {
    const steps = begun.steps.map((step) =>
      step.stage === "pending" ? { ...step, stage: "not-started" as const } : step,
    );
    const over: Promotion = { ...begun, steps };
    return begun.cancel === undefined
      ? end(over, "failed", failed?.problem ?? begun.problem, at)
      : endCancelled(over, begun.cancel, at);
  }
  const configs = begun.plan.environment.verify;
  const proving: Promotion = { ...begun, stage: "proving", problem: null, probes: beginProof(configs, at) };
  configs.forEach((config, index) => askAgain(minutes, proving, null, index, config, 0, 0));
  return concludeProof(proving, at, minutes);
}

function concludeProof(promotion: Promotion, at: number, minutes: Minutes): Promotion {
  const verdict = proofVerdict(promotion.probes);
  if (!verdict.done) return promotion;
  const ended = end(promotion, verdict.problem === null ? "delivered" : "failed", verdict.problem, at);
  record(
    minutes,
    "waybill",
    verdict.problem === null ? "promotion.delivered" : "promotion.unproven",
    promotion.id,
    {
      version: promotion.cargo.version,
      sha: promotion.cargo.sha,
      looks: promotion.probes.map((probe) => probe.looks),
    },
  );
  return ended;
}
