/** `/unpin <environment>`: lifts what a rollback has left: what goes by itself may go there again, and what was rolled back may be brought there. */
import { refusal, wordBy, type CommandDefinition } from "./command.ts";
import { commandedEnvironment } from "./promote.ts";

export const unpin: CommandDefinition = {
  name: "unpin",
  args: [{ name: "environment", required: true }],
  flags: [],
  summary: "let an environment that was rolled back take again what goes by itself, and what was rolled back",
  wants: () => null,
  run: (request, facts) => {
    const environment = commandedEnvironment(request.args[0] ?? "", request, facts);
    if ("code" in environment) return refusal(request, environment);
    const word = wordBy("p", request);
    const event = {
      type: "EnvironmentUnpinned",
      at: facts.now,
      environment: environment.name,
      word,
    } as const;
    return { kind: "events", events: [{ environment: environment.name, event }] };
  },
};
