/** The ids under which runs are claimed, dispatched and found again. */
import type { PromotionId } from "./ids.ts";

/**
 * Whether a run's title names a correlation id: on whole words, so that `c1-api` is never taken for `c1-api-2`. What no id holds may stand
 * around it, such as the parentheses of docs/workflows.md.
 */
export function namesCorrelation(title: string, correlationId: string): boolean {
  return title.split(/[^A-Za-z0-9._-]+/).includes(correlationId);
}

/** The id under which one component's run is claimed, dispatched and found again; fits a git ref. */
export function correlationIdOf(promotion: PromotionId, component: string): string {
  return `${promotion}-${component}`;
}

/** The id under which a run is dispatched once more, where Waybill has taken the claim of the first. No promotion's id begins like this. */
export function correlationIdAgain(correlationId: string): string {
  return `again-${correlationId}`;
}
