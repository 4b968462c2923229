/** A repository's parked time, taken out of what is measured in time. */
import type { ProbeState, Promotion } from "./promotion.ts";

/**
 * The promotion as if the time between `since` and `at` had not been: no deadline runs out while nobody may act. When rights were last
 * looked at stays as it was, since they may have changed meanwhile.
 */
export function withoutParkedTime(
  promotion: Promotion,
  { since, at }: { readonly since: number; readonly at: number },
): Promotion {
  const moved = (time: number): number => (time < at ? time + at - Math.max(since, time) : time);
  const probe = (state: ProbeState): ProbeState =>
    state.result === "asking" ? { ...state, startedAt: moved(state.startedAt) } : state;
  return {
    ...promotion,
    probes: promotion.probes.map(probe),
    steps: promotion.steps.map((step) => ({
      ...step,
      dispatchedAt: step.dispatchedAt === null ? null : moved(step.dispatchedAt),
      probes: step.probes.map(probe),
    })),
  };
}
