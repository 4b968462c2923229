/** `/status`: what runs where, what is on its way, what waits. */
import { isInForce } from "../gates/freeze.ts";
import type { CommandDefinition } from "./command.ts";

export const status: CommandDefinition = {
  name: "status",
  args: [],
  flags: [],
  summary: "what runs where, what is on its way, and what waits",
  wants: () => null,
  run: (request, facts) => ({
    kind: "answer",
    answer: {
      kind: "status",
      command: request.text,
      environments: facts.environments.map((one) => ({
        ...one,
        freeze: one.freeze !== null && isInForce(one.freeze, facts.now) ? one.freeze : null,
      })),
      upcoming: facts.upcoming,
    },
  }),
};
