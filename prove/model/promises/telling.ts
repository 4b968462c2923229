/** The acts in words, for the story of a violation. */
import type { Effect } from "../../../src/core/effects.ts";
import type { Act, Work } from "./acts.ts";
import type { Run } from "./github.ts";
import { ENVIRONMENTS, type Scene } from "./scene.ts";
import type { State, Values } from "./state.ts";
import { isWritten, textOf } from "./words.ts";

const WORKS: Readonly<Record<Work, string>> = {
  done: "a worker does it",
  "lost-after": "a worker does it, and GitHub's answer is lost",
  "lost-before": "a worker tries it, but it never reaches GitHub, and nobody can tell",
  missed: "a worker does it; the list of runs does not show what was started",
  "dies-before": "the worker dies before it does anything",
  "dies-after": "the worker does it and dies before it writes that down",
  stalls: "the worker stands still before it does anything, and its lease runs out",
};

/** One act in a line. */
export function wordsOf(act: Act, state: State, values: Values, scene: Scene): string {
  switch (act.do) {
    case "hear": {
      const word = scene.words[act.word];
      if (word === undefined) throw new Error("there is no such word");
      const again = (values.mail.value(state.mail).words[act.word]?.heard ?? 0) > 0 ? " once more" : "";
      return `${isWritten(word) ? "webhook: " : ""}${textOf(word, ENVIRONMENTS[word.lane] ?? "")}${again}`;
    }
    case "hear-run": {
      const { run, heard = 0 } = values.mail.value(state.mail).runs[act.mail] ?? {};
      const again = heard > 0 ? " once more" : "";
      return `webhook: run ${run?.id} (${run?.correlation}, attempt ${run?.attempt}) ended with ${run?.conclusion}${again}`;
    }
    case "hear-check":
      return `webhook: the check of ${scene.checked} has ended`;
    case "fire":
      return `timer: ${values.jobs.value(act.job).event?.type}`;
    case "tick":
      return act.isSlow ? "a minute passes in which no work is done" : "a minute passes";
    case "run":
      return runWords(act, values.github.value(state.github).runs[act.run]);
    case "revoke":
      return "the person's right is taken away";
    case "deny":
      return "the approver's right is taken away";
    case "flip":
      return `the check of ${scene.checked} is run again, and ends otherwise`;
    case "move":
      return values.github.value(state.github).movedAt === null
        ? "somebody moves the release's tag"
        : "somebody moves the release's tag back";
    case "resolve":
      return `a person looks, sees nothing running, and writes /resolve ${ENVIRONMENTS[act.lane]}`;
    case "work":
    case "settle":
    case "act-late":
      return workWords(act, values);
  }
}

function workWords(
  act: Extract<Act, { do: "work" | "settle" | "act-late" }>,
  { jobs, hands }: Values,
): string {
  if (act.do === "work") {
    const job = jobs.value(act.job);
    return `${effectWords(job.effect)}, attempt ${job.attempts + 1}: ${WORKS[act.work]}`;
  }
  if (act.do === "act-late")
    return `${effectWords(jobs.value(act.job).effect)}: the worker that stood still does it at last; the job is another's by now`;
  const { job, events, retried } = hands.value(act.hand);
  const seen = retried ? "it is to be tried again" : events.map(({ type }) => type).join(", ") || "nothing";
  return `${effectWords(job.effect)}: the worker writes down what it saw (${seen})`;
}

function runWords({ how }: Extract<Act, { do: "run" }>, run: Run | undefined): string {
  const name = `run ${run?.id} (${run?.correlation}, ${run?.version} in ${run?.environment})`;
  if (how === "again") return `somebody runs ${name} again`;
  return how === "begins" ? `${name} begins` : `${name} ends with ${how}`;
}

function effectWords(effect: Effect | null): string {
  const about =
    effect === null
      ? ""
      : "correlationId" in effect
        ? ` ${effect.correlationId}`
        : "promotionId" in effect
          ? ` ${effect.promotionId}`
          : "";
  return `${effect?.type ?? "a timer"}${about}`;
}
