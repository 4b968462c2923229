/** One deployment for one component: where the run's own job makes it, that is the one, and none of Waybill's stands beside it. */
import { order, record, type Minutes } from "./decision.ts";
import { withStep, type Promotion, type Step } from "./promotion.ts";

/**
 * A job of the step's run has made a deployment, which nobody could see in the workflow's file (it calls one of another repository that names the
 * environment). It is adopted; the one that Waybill has recorded before the dispatch makes way. Of several jobs the newest one's counts.
 */
export function adopt(promotion: Promotion, step: Step, deploymentId: number, minutes: Minutes): Promotion {
  const own = step.adoptsDeployment ? null : step.deploymentId;
  const isOlder = step.adoptsDeployment && (step.deploymentId ?? 0) >= deploymentId;
  if (isOlder || own === deploymentId) return promotion;
  if (own !== null)
    order(
      minutes,
      `status:${step.correlationId}:adopted`,
      {
        type: "setDeploymentStatus",
        deploymentId: own,
        state: "inactive",
        words: { version: promotion.cargo.version, outcome: "adopted" },
        logUrl: step.runUrl,
        environmentUrl: null,
      },
      { serial: `status:${own}` },
    );
  record(minutes, "github", "deployment.adopted", step.correlationId, { deploymentId, instead: own });
  const adopting: Step = { ...step, deploymentId, adoptsDeployment: true };
  return withStep(promotion, step.correlationId, () => adopting);
}
