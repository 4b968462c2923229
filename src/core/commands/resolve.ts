/**
 * `/resolve <environment> [delivered|failed]`: a person has looked at a run of which nobody could tell whether it began, and gives the environment
 * free again. `delivered`: it has done its work, and the rollout goes on from there; otherwise what was on its way there ends as not delivered.
 */
import type { ResolvedOutcome } from "../resolved.ts";
import { refusal, type CommandDefinition } from "./command.ts";
import { commandedEnvironment } from "./promote.ts";

const OUTCOMES: readonly ResolvedOutcome[] = ["delivered", "failed"];

export const resolve: CommandDefinition = {
  name: "resolve",
  args: [
    { name: "environment", required: true },
    { name: "delivered|failed", required: false },
  ],
  flags: [],
  summary:
    "give an environment free that waits for a person, after you have looked at what runs there: it is there, it is not, or nobody can tell",
  wants: () => null,
  run: (request, facts) => {
    const { by, commentId, issue } = request;
    const environment = commandedEnvironment(request.args[0] ?? "", request, facts);
    if ("code" in environment) return refusal(request, environment);
    const { name } = environment;
    const [, written] = request.args;
    const outcome = OUTCOMES.find((one) => one === written);
    if (written !== undefined && outcome === undefined)
      return refusal(request, { code: "not-an-outcome", detail: { written } });
    const active = facts.environments.find((one) => one.name === name)?.active ?? null;
    if (active?.stage !== "needs-human")
      return refusal(request, { code: "nothing-to-resolve", detail: { environment: name } });
    return {
      kind: "events",
      events: [
        {
          environment: name,
          event: {
            type: "PersonResolved",
            at: facts.now,
            environment: name,
            promotionId: active.id,
            by,
            commentId,
            issue,
            ...(outcome === undefined ? {} : { outcome }),
          },
        },
      ],
    };
  },
};
