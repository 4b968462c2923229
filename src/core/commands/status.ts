/** `/status`: what runs where, what is on its way, what waits. */
import { environmentNamed } from "../config/index.ts";
import { isInForce, scheduledAt } from "../gates/freeze.ts";
import type { EnvironmentSummary } from "../summary.ts";
import type { CommandDefinition, CommandFacts } from "./command.ts";

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
      environments: facts.environments.map((one) => standingOf(one, facts)),
      upcoming: facts.upcoming,
      ...(facts.holds === undefined || facts.holds.length === 0 ? {} : { holds: facts.holds }),
      ...(facts.troubles === undefined || facts.troubles.length === 0 ? {} : { troubles: facts.troubles }),
    },
  }),
};

/** An environment as it is shown now: with the freezes that hold or are near, and no others. */
export function standingOf(summary: EnvironmentSummary, facts: CommandFacts): EnvironmentSummary {
  const { freeze } = summary;
  return {
    ...summary,
    freeze: freeze !== null && isInForce(freeze, facts.now) ? freeze : null,
    ...scheduledFor(summary, facts),
  };
}

/** A freeze that comes within so long is worth a word. */
const NEAR_MS = 7 * 24 * 60 * 60_000;

/** The freezes that the config foresees for an environment: those that hold, and the next one where it is near. */
function scheduledFor(
  { name, lifted }: EnvironmentSummary,
  { config, now }: CommandFacts,
): Pick<EnvironmentSummary, "scheduled"> {
  const freezes = environmentNamed(config, name)?.freezes ?? [];
  const next = freezes.find(({ from }) => from > now && from <= now + NEAR_MS);
  const scheduled = [
    ...scheduledAt(freezes, lifted ?? null, now).map((one) => ({ ...one, inForce: true })),
    ...(next === undefined ? [] : [{ ...next, inForce: false }]),
  ];
  return scheduled.length === 0 ? {} : { scheduled };
}
