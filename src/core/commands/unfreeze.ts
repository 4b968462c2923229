/** `/unfreeze <environment|all>`: ends a freeze; what it held goes on. */
import { toldOfFreeze } from "../channels/freeze.ts";
import { scheduledAt } from "../gates/freeze.ts";
import { refusal, type CommandDefinition } from "./command.ts";
import { meantEnvironments, wordOf } from "./freeze.ts";

export const unfreeze: CommandDefinition = {
  name: "unfreeze",
  args: [{ name: "environment", required: true }],
  flags: [],
  summary: "end the freeze of an environment, or of all; what it held goes on",
  wants: () => null,
  run: (request, facts) => {
    const environments = meantEnvironments(request, facts);
    if ("code" in environments) return refusal(request, environments);
    const alone = environments.length === 1;
    return {
      kind: "events",
      events: environments.map((config, index) => {
        const { name: environment, freezes } = config;
        const lifted = facts.environments.find((one) => one.name === environment)?.lifted ?? null;
        const [scheduled] = scheduledAt(freezes, lifted, facts.now);
        return {
          environment,
          event: {
            type: "EnvironmentUnfrozen",
            at: facts.now,
            environment,
            alone,
            ...(scheduled === undefined ? {} : { scheduled: { until: scheduled.until } }),
            word: wordOf(request, index),
            ...toldOfFreeze(facts.config.channels, "unfrozen", config),
          },
        };
      }),
    };
  },
};
