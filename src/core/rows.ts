/** The rows of the tables in comments: how the steps of a rollout stand, and what runs where. */
import type { HookPhase } from "./config/index.ts";
import { placementIn, ranWell } from "./placed.ts";
import type { Promotion, Step, StepStage } from "./promotion.ts";
import type { Try } from "./retry.ts";
import { labelOf } from "./step-stage.ts";

/** One row of a rollout's table. */
export interface StepRow {
  /** Of a hook, its workflow. */
  readonly component: string;
  /** When it runs, where it is a hook's; absent where it is a component's. */
  readonly hook?: HookPhase;
  /** Of a hook: its conclusion is a verification. */
  readonly verifies?: true;
  readonly stage: StepStage;
  readonly runUrl: string | null;
  readonly durationMs: number | null;
  /** What it waits for, where it has not begun. */
  readonly waitsFor: readonly string[];
  readonly needs: readonly string[];
  /** Set where it had succeeded in an earlier attempt at the promotion, and is not run once more. */
  readonly carried?: true;
  /** The version in which it is left as it is; absent where it is rolled out. */
  readonly skipped?: string;
  /** Its run was told to stop; absent where it was not. */
  readonly stopping?: boolean;
  /** Its run waits for an approval on GitHub; absent where it does not. */
  readonly awaits?: boolean;
  /** Which attempt this is, and how many there may be; absent where there is one. */
  readonly attempt?: { readonly number: number; readonly of: number };
  /** The attempts before, oldest first; absent where there were none. */
  readonly earlier?: readonly { readonly runUrl: string | null; readonly conclusion: string }[];
  readonly confirmations: { readonly seen: number; readonly wanted: number } | null;
  /** Whose word it is that its run has done its work; absent where the run itself said so. */
  readonly word?: string;
}

/** What one component runs. */
export interface PlaceRow {
  readonly component: string;
  readonly stage: StepStage;
  readonly runUrl: string | null;
  /** How its run ended, in GitHub's word; null where there was none. */
  readonly conclusion: string | null;
  /** Null where nothing is known to run. */
  readonly runs: string | null;
  /** The version of which parts may run, too; null where all is known. */
  readonly partly: string | null;
  /** Set where it was left as it is. */
  readonly skipped?: true;
}

/** The rows of a rollout, in its order. */
export function rowsOf(promotion: Promotion): StepRow[] {
  const open = new Set(
    promotion.steps.filter((step) => step.stage !== "succeeded").map((step) => step.component),
  );
  return promotion.steps.filter(isShown).map((step) => {
    const wanted = promotion.plan.environment.components[step.component]?.verify?.[0]?.confirmations ?? null;
    const seen = step.probes[0]?.confirmations ?? null;
    return {
      component: labelOf(step),
      ...(step.phase === undefined ? {} : { hook: step.phase }),
      ...(step.verifies === undefined ? {} : { verifies: step.verifies }),
      stage: step.stage,
      runUrl: step.runUrl,
      durationMs:
        step.startedAt !== null && step.finishedAt !== null ? step.finishedAt - step.startedAt : null,
      needs: step.needs,
      ...(step.stopping !== undefined && step.stage === "running" ? { stopping: true } : {}),
      ...(step.awaits === true && step.stage === "running" ? { awaits: true } : {}),
      ...(step.carried === undefined ? {} : { carried: true }),
      ...(step.skipped === undefined ? {} : { skipped: step.skipped.version }),
      ...attemptsOf(step),
      waitsFor: step.stage === "pending" ? step.needs.filter((need) => open.has(need)) : [],
      confirmations: wanted === null || seen === null ? null : { seen, wanted },
      ...(step.word === undefined ? {} : { word: step.word }),
    };
  });
}

/** What is there for a failure says nothing as long as there is none. */
function isShown({ phase, startedAt }: Step): boolean {
  return phase !== "onFailure" || startedAt !== null;
}

function attemptsOf({ attempts, settings }: Step): Pick<StepRow, "attempt" | "earlier"> {
  if (attempts === undefined) return {};
  return {
    attempt: { number: attempts.length + 1, of: (settings?.retries ?? 0) + 1 },
    earlier: attempts.map(({ runUrl, conclusion }) => ({ runUrl, conclusion })),
  };
}

/** What a component runs at the end of a promotion. */
export function placeRow(promotion: Promotion, step: Step): PlaceRow {
  const placed = placementIn(promotion, step);
  return {
    component: step.component,
    stage: step.stage,
    runUrl: step.runUrl,
    conclusion: ranWell(step) ? "success" : (step.conclusion ?? null),
    runs: placed?.kind === "unsure" ? placed.was : (placed?.version ?? null),
    partly: placed?.kind === "unsure" ? placed.version : null,
    ...(step.skipped === undefined ? {} : { skipped: true }),
  };
}

/** How often a release was tried, where that is more than once. */
export interface TriesView {
  /** 2 for the second. */
  readonly number: number;
  /** The components that had succeeded before. */
  readonly carried: readonly string[];
  /** Oldest first. */
  readonly earlier: readonly Try[];
}

/** The attempts of which a promotion is the last; absent where it is the only one. */
export function triesOf({ resumed, steps }: Promotion): { readonly tries?: TriesView } {
  // Before it is prepared nobody knows what of it need not be run.
  if (resumed === undefined || steps.length === 0) return {};
  const { tries: earlier } = resumed;
  const carried = steps.filter((step) => step.carried !== undefined).map(({ component }) => component);
  return { tries: { number: earlier.length + 1, carried, earlier } };
}
