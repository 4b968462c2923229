/** Answers to commands, for templates. */
import type { CommandAnswer } from "../core/commands/command.ts";
import { versionHoldPage } from "./held.ts";
import { planPage } from "./plan.ts";
import { problemPage } from "./problem.ts";
import { summaryPage } from "./standing.ts";
import { timeText } from "./times.ts";
import { whyPage } from "./why.ts";

const HOW = {
  manual: "by command",
  auto: "by itself, when the environment before has it",
  merge: "by itself, at every merge",
} as const;

/** What `answers.hbs` shows of one answer. */
export function answerPage(answer: CommandAnswer): object {
  switch (answer.kind) {
    case "refusal":
      return { kind: answer.kind, command: answer.command, problem: problemPage(answer.problem) };
    case "status":
      return {
        kind: answer.kind,
        environments: answer.environments.map(summaryPage),
        upcoming: answer.upcoming,
        holds: (answer.holds ?? []).map(versionHoldPage),
        troubles: (answer.troubles ?? []).map((one) => ({ ...one, since: timeText(one.since) })),
      };
    case "why":
      return {
        kind: answer.kind,
        environments: answer.environments.map(whyPage),
        quiet: answer.quiet,
        upcoming: answer.upcoming,
      };
    case "plan":
      return { kind: answer.kind, plan: planPage(answer.plan) };
    case "help":
      return {
        kind: answer.kind,
        commands: answer.commands,
        environments: answer.environments.map((one) => ({
          ...one,
          needs: one.needs === "listed" ? null : one.needs,
          how: HOW[one.promote as keyof typeof HOW] ?? one.promote,
        })),
        release: answer.release,
      };
  }
}
