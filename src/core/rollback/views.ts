/** What comments show of rollbacks, as data. */
import type { EnvironmentLane } from "../environment.ts";
import { classOf, type Promotion } from "../promotion.ts";
import { labelOf } from "../step-stage.ts";
import type { MigrationsPassed } from "./floor.ts";
import type { TodaysWorkflow } from "./rollback.ts";

/** What every comment about a rollback says besides; nothing of any other promotion. */
export interface RollbackWords {
  /** Then `changeCount` is what it takes back. */
  readonly rollback?: { readonly reason: string | null };
  /** Components that today's workflows deploy with the old commit; absent where none are. */
  readonly todays?: readonly TodaysWorkflow[];
  /** The migrations that it goes past; absent where there are none. */
  readonly past?: MigrationsPassed;
}

/** What comes after something that was left half done. */
export interface GoesBack {
  /** What Waybill goes back to by itself; null where there is nothing; absent where the config does not want it. */
  readonly goesBackTo?: string | null;
  /** What a person may go back to, and Waybill does not by itself: it would go past migrations. Absent where that is not so. */
  readonly keptFrom?: string;
}

/** What a rollback leaves behind, in the comment at its end; absent or null where nothing. */
export interface LeftBehind {
  readonly pin?: PinView | null;
  /** The issue of its incident. */
  readonly incident?: number | null;
}

/** A pinned environment. */
export interface PinView {
  readonly by: string | null;
  readonly at: number;
  readonly reason: string | null;
  /** The versions in quarantine. */
  readonly bad: readonly string[];
}

/** What went back somewhere, said to those who follow the release that was rolled back. */
export interface KeptBackView {
  readonly template: "kept-back";
  readonly environment: string;
  readonly version: string;
  readonly good: string;
  readonly by: string | null;
  readonly reason: string | null;
}

/** What is said of a rollback. */
export function rollbackWords(promotion: Promotion): RollbackWords {
  if (classOf(promotion) !== "rollback") return {};
  const todays = todaysOf(promotion);
  // Before there is a plan, as it was found when the rollback was asked for.
  const past = promotion.preparedAt === null ? promotion.rollback?.past : promotion.past;
  return {
    rollback: { reason: promotion.rollback?.reason ?? null },
    ...(past === undefined ? {} : { past }),
    ...(todays.length === 0 ? {} : { todays }),
  };
}

/** What a rollback leaves behind in its environment. */
export function leftBehind(
  promotion: Promotion,
  lane: Pick<EnvironmentLane, "pin" | "incident">,
): LeftBehind & GoesBack {
  const { goesBackTo, keptFrom } = promotion;
  if (classOf(promotion) !== "rollback")
    return {
      ...(goesBackTo === undefined ? {} : { goesBackTo }),
      ...(keptFrom === undefined ? {} : { keptFrom }),
    };
  return { pin: pinView(lane), incident: lane.incident?.issue ?? null };
}

/** What is to be said of the pin; null without one. */
export function pinView({ pin = null }: Pick<EnvironmentLane, "pin">): PinView | null {
  if (pin === null) return null;
  const { by, at, reason, bad } = pin;
  return { by, at, reason, bad: bad.map(({ version }) => version) };
}

/** The components that today's workflows deploy: as the plan says, or before there is one, as it was found when the rollback was asked for. */
function todaysOf({ steps, rollback }: Promotion): readonly TodaysWorkflow[] {
  if (steps.length === 0) return rollback?.todays ?? [];
  return steps.flatMap(({ todays, ...step }) =>
    todays === undefined ? [] : [{ component: labelOf(step), workflow: step.workflow, ...todays }],
  );
}
