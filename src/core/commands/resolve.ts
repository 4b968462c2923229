/**
 * `/resolve <environment>`: a person has looked at a run of which nobody could tell whether it began, and gives the environment free
 * again. What was on its way there ends as not delivered.
 */
import { refusal, type CommandDefinition } from "./command.ts";
import { commandedEnvironment } from "./promote.ts";

export const resolve: CommandDefinition = {
  name: "resolve",
  args: [{ name: "environment", required: true }],
  flags: [],
  summary: "give an environment free that waits for a person, after you have looked at what runs there",
  wants: () => null,
  run: (request, facts) => {
    const { by, commentId, issue } = request;
    const environment = commandedEnvironment(request.args[0] ?? "", request, facts);
    if ("code" in environment) return refusal(request, environment);
    const { name } = environment;
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
          },
        },
      ],
    };
  },
};
