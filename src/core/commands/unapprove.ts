/** `/unapprove <environment> [version]`: takes back one's own word, `/approve` or `/reject`, of one version or of all. */
import { refusal, wordBy, type CommandDefinition } from "./command.ts";
import { namedEnvironment, writtenVersion } from "./promote.ts";

export const unapprove: CommandDefinition = {
  name: "unapprove",
  args: [
    { name: "environment", required: true },
    { name: "version", required: false },
  ],
  flags: [],
  summary: "take back your approval or rejection for an environment, of one version or of all",
  wants: () => null,
  run: (request, facts) => {
    const [name = "", written] = request.args;
    // Whoever lost the right to approve may still take back what he said.
    const environment = namedEnvironment(name, facts);
    if ("code" in environment) return refusal(request, environment);
    const version = written === undefined ? null : writtenVersion(written, facts);
    return {
      kind: "events",
      events: [
        {
          environment: name,
          event: {
            type: "ApprovalWithdrawn",
            at: facts.now,
            environment: name,
            version,
            word: wordBy("v", request),
          },
        },
      ],
    };
  },
};
