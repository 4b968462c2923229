/** How a rollout goes on by itself: from one step to the next, to the proof, to its end. */
import { beginReadySteps } from "./begin.ts";
import { endCancelled } from "./cancel.ts";
import { record, type Minutes } from "./decision.ts";
import { afterFailure } from "./hooks.ts";
import { isUnseen } from "./left.ts";
import { askMeasures, awaitsMeasures } from "./measures.ts";
import { askFirst, beginProof, proofVerdict } from "./proof.ts";
import { end, type Problem, type Promotion } from "./promotion.ts";
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
  if (begun.failing !== undefined) return conclude(begun, begun.failing, at, minutes);
  const planned = begun.steps.filter(({ phase }) => phase !== "onFailure");
  const failed = planned.find(wentWrong);
  const isStopped = begun.problem !== null && planned.some(({ stage }) => stage === "pending");
  if (failed !== undefined || isStopped || begun.cancel !== undefined)
    return conclude(begun, failed?.problem ?? begun.problem, at, minutes);
  const configs = begun.plan.environment.verify;
  const proving: Promotion = { ...begun, stage: "proving", problem: null, probes: beginProof(configs, at) };
  askMeasures(proving, "during", minutes);
  askFirst(minutes, proving, null, configs, at);
  return concludeProof(proving, at, minutes);
}

/** It is not delivered: what is there for that is done first, then it ends. */
function conclude(promotion: Promotion, failure: Problem | null, at: number, minutes: Minutes): Promotion {
  const cleaning = afterFailure(promotion, failure, at, minutes);
  if (cleaning !== null) return cleaning;
  const steps = promotion.steps.map((step) =>
    step.stage === "pending" ? { ...step, stage: "not-started" as const } : step,
  );
  const over: Promotion = { ...promotion, steps };
  if (over.cancel !== undefined) return endCancelled(over, over.cancel, at);
  return end(over, "failed", failure, at);
}

function concludeProof(promotion: Promotion, at: number, minutes: Minutes): Promotion {
  const verdict = proofVerdict(promotion.probes, promotion.plan.environment.verify);
  if (!verdict.done) return promotion;
  if (verdict.problem === null && awaitsMeasures(promotion)) {
    // Ordered each time that anything is heard meanwhile; it is one question all the same.
    askMeasures(promotion, "after", minutes);
    return promotion;
  }
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
  return verdict.problem === null
    ? end(promotion, "delivered", null, at)
    : conclude(promotion, verdict.problem, at, minutes);
}
