/** The rows of a rollout's table: words for how a step stands. */
import type { HookPhase } from "../core/config/index.ts";
import type { PlaceRow, StepRow, TriesView } from "../core/rows.ts";
import type { SkipWords } from "../core/skip-views.ts";
import { durationText, timeText } from "./times.ts";

const STEP_WORDS: Record<StepRow["stage"], string> = {
  pending: "waits",
  recording: "starting",
  dispatching: "starting",
  tracing: "GitHub did not answer; looking for its run",
  running: "running",
  proving: "asking for its version",
  succeeded: "deployed",
  failed: "failed",
  cancelled: "cancelled",
  "not-started": "not started",
  "needs-human": "needs a person",
};

const HOOK_WORDS: Record<HookPhase, string> = {
  before: "before",
  after: "after",
  onFailure: "on failure",
};

/** How a run that verifies ended. */
const VERDICTS: Partial<Record<StepRow["stage"], string>> = {
  succeeded: "confirmed",
  failed: "not confirmed",
};

function hookWords({ verifies }: StepRow, phase: HookPhase): string {
  return verifies === true ? "verification" : HOOK_WORDS[phase];
}

/** A row of `steps.hbs`. */
export function stepPage(step: StepRow): object {
  const { confirmations, word, waitsFor, attempt, durationMs } = step;
  const proving =
    step.stage === "proving" && confirmations !== null
      ? ` (${confirmations.seen} of ${confirmations.wanted})`
      : "";
  const { skipped } = step;
  const isDone = step.hook !== undefined && step.stage === "succeeded";
  const isBackup = step.hook !== undefined && step.stage === "proving";
  const verdict = step.verifies === true ? VERDICTS[step.stage] : undefined;
  const usual =
    verdict ?? (isDone ? "done" : isBackup ? "asking for its recovery point" : STEP_WORDS[step.stage]);
  const words = skipped === undefined ? usual : skippedWords(skipped, step.stage);
  const state = [
    step.awaits === true ? "waits for an approval on GitHub" : words,
    word === undefined ? "" : `, on the word of ${word}`,
    waitsFor.length > 0 ? ` for ${waitsFor.join(", ")}` : "",
    proving,
    step.carried === true ? " in an earlier attempt" : "",
    attempt === undefined ? "" : ` (attempt ${attempt.number} of ${attempt.of})`,
    step.stopping === true ? ", told to stop" : "",
  ];
  return {
    component: step.hook === undefined ? step.component : `${hookWords(step, step.hook)}: ${step.component}`,
    runUrl: step.runUrl,
    state: state.join(""),
    took: durationMs === null ? "–" : durationText(durationMs),
    earlier: step.earlier ?? [],
  };
}

/** It is no more than asked whether it runs what it is left in. */
function skippedWords(version: string, stage: StepRow["stage"]): string {
  const begin = `unchanged since ${version}`;
  if (stage === "proving") return `${begin}, asking whether it runs that`;
  return stage === "succeeded" ? `${begin}, left as it is` : `${begin}, ${STEP_WORDS[stage]}`;
}

/** What became of a component whose promotion was cancelled. */
export function becameWords({ stage, conclusion, skipped }: PlaceRow): string {
  if (skipped === true) return "unchanged, left as it is";
  if (stage === "cancelled" && conclusion === "success") return "deployed; its proof was not waited for";
  return stage === "cancelled" ? "its run was stopped" : STEP_WORDS[stage];
}

/** What is said of components that are left as they are, or are not (`skips.hbs`). */
export function skipPage({ notSkipped, unchangedSince }: SkipWords): object {
  return {
    notSkipped: (notSkipped ?? []).map((one) => ({ ...one, count: one.components.length })),
    unchangedSince: unchangedSince ?? null,
  };
}

/** The attempts before, each with its end and when that was. */
export function triesPage({ earlier, ...tries }: TriesView): object {
  return { ...tries, earlier: earlier.map(({ at, ...one }) => ({ ...one, at: timeText(at) })) };
}
