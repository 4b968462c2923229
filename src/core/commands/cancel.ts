/** `/cancel <environment> [version]`: what waits leaves the queue; what is under way stops, and it is told what runs where. */
import { nameOf, refusal, type CommandDefinition } from "./command.ts";
import { commandedEnvironment } from "./promote.ts";

export const cancel: CommandDefinition = {
  name: "cancel",
  args: [
    { name: "environment", required: true },
    { name: "version", required: false },
  ],
  flags: [],
  summary: "take back what waits or is under way: nothing more of it begins, and its runs are stopped",
  wants: () => null,
  run: (request, facts) => {
    const [written = "", version = null] = request.args;
    const environment = commandedEnvironment(written, request, facts);
    if ("code" in environment) return refusal(request, environment);
    const { by, commentId, issue } = request;
    const { name } = environment;
    return {
      kind: "events",
      events: [
        {
          environment: name,
          event: {
            type: "PersonCancelled",
            at: facts.now,
            environment: name,
            version,
            name: nameOf("x", request),
            by,
            commentId,
            issue,
          },
        },
      ],
    };
  },
};
