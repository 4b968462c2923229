/** How the steps of a rollout begin: each after those that it needs, and no more at a time than the environment takes. */
import { order, record, type Minutes } from "./decision.ts";
import { classOf, withStep, type Promotion, type Step } from "./promotion.ts";
import { isComponent, isUnderWay, labelOf, mayGoOn } from "./step-stage.ts";

/** Begins every step whose turn it is, in the order of the config. */
export function beginReadySteps(promotion: Promotion, at: number, minutes: Minutes): Promotion {
  if (!mayGoOn(promotion)) return promotion;
  return promotion.steps
    .filter((step) => isReady(promotion, step))
    .slice(0, freePlaces(promotion))
    .reduce((now, step) => beginStep(now, step, at, minutes), promotion);
}

function isReady({ steps }: Promotion, step: Step): boolean {
  if (step.stage !== "pending" || step.phase === "onFailure") return false;
  return steps.every((other, index) => {
    const isEarlierHook = !isComponent(step) && other.phase === step.phase && index < steps.indexOf(step);
    return other.stage === "succeeded" || !(isEarlierHook || isNeeded(other, step));
  });
}

/** Whether a step must have succeeded before another one begins, wherever they stand. */
function isNeeded(other: Step, { phase, needs }: Step): boolean {
  if (phase === "before") return false;
  // Where all components are left as they are, nothing else keeps the two apart.
  if (phase === "after") return isComponent(other) || other.phase === "before";
  return other.phase === "before" || (isComponent(other) && needs.includes(other.component));
}

/** How many more components may have something going on; what is only asked for its version leaves its place to the next. */
function freePlaces({ plan, steps }: Promotion): number {
  const { parallel = Infinity } = plan.environment.rollout ?? {};
  return Math.max(0, parallel - steps.filter((step) => isUnderWay(step) && step.stage !== "proving").length);
}

/** Begins a step: its deployment is recorded, or, where Waybill records none, its workflow is dispatched. */
export function beginStep(promotion: Promotion, step: Step, at: number, minutes: Minutes): Promotion {
  const isDirect = step.adoptsDeployment || !isComponent(step);
  const begun: Step = { ...step, stage: isDirect ? "dispatching" : "recording", startedAt: at };
  if (isDirect) {
    orderDispatch(promotion, begun, at, minutes);
  } else {
    order(minutes, `record:${step.correlationId}`, {
      type: "recordDeployment",
      correlationId: step.correlationId,
      promotionId: promotion.id,
      component: step.component,
      environment: promotion.environment,
      production: promotion.plan.last,
      cargo: promotion.cargo,
    });
  }
  record(minutes, "waybill", "step.begun", step.correlationId, {
    component: labelOf(step),
    workflow: step.workflow,
  });
  return withStep(promotion, step.correlationId, () => ({
    ...begun,
    dispatchedAt: isDirect ? at : null,
  }));
}

/** Orders the dispatch of a step. Its id is the correlation id: one attempt, one dispatch. */
export function orderDispatch(promotion: Promotion, step: Step, at: number, minutes: Minutes): void {
  const isFirst =
    step.attempts === undefined &&
    promotion.steps.every(
      ({ correlationId, dispatchedAt, carried }) =>
        correlationId === step.correlationId || dispatchedAt === null || carried !== undefined,
    );
  const begins = { heardAt: promotion.requestedAt, orderedAt: at };
  order(minutes, `dispatch:${step.correlationId}`, {
    type: "dispatchRun",
    preparedAt: promotion.preparedAt ?? 0,
    ...(isFirst && promotion.cause.kind === "command" ? { begins } : {}),
    cargo: promotion.cargo,
    // What looks after a failure is nobody's wish: it is not asked for anybody's right.
    cause: step.phase === "onFailure" ? { kind: "auto" } : promotion.cause,
    plan: promotion.plan,
    correlationId: step.correlationId,
    workflow: step.workflow,
    ref: step.ref ?? promotion.cargo.ref,
    ...(classOf(promotion) === "rollback" ? { class: "rollback" } : {}),
    inputs: step.inputs,
  });
}
