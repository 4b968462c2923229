/** `/why [environment]`: everything that holds up what waits, who or what can clear it, and when; where nothing waits, why nothing goes. */
import { whyIn, laneOf } from "../foresight/why.ts";
import { refusal, type CommandDefinition, type CommandFacts, type TaggedVersion } from "./command.ts";
import { defaultVersion, namedEnvironment } from "./promote.ts";

export const why: CommandDefinition = {
  name: "why",
  args: [{ name: "environment", required: false }],
  flags: [],
  summary:
    "why nothing goes: what holds up what waits, who can clear it, and when; for one environment, or for all",
  wants: (request, facts) => {
    const [name] = request.args;
    if (name === undefined) return null;
    const environment = namedEnvironment(name, facts);
    if ("code" in environment) return environment;
    return isIdle(name, facts) && environment.promote !== "merge" ? nextOf(name, facts) : null;
  },
  run: (request, facts, release) => {
    const [name] = request.args;
    const environment = name === undefined ? null : namedEnvironment(name, facts);
    if (environment !== null && "code" in environment) return refusal(request, environment);
    const asked = environment === null ? facts.config.environments : [environment];
    const all = asked.map((one) => whyIn(one, request, facts, release));
    // Who asks about all of them wants to know what is stuck; about the others a line is enough.
    const stuck = all.filter((one) => one.nothing === null);
    const shown = environment === null && stuck.length > 0 ? stuck : all;
    return {
      kind: "answer",
      answer: {
        kind: "why",
        command: request.text,
        environments: shown,
        quiet: all.filter((one) => !shown.includes(one)).map((one) => one.name),
        upcoming: facts.upcoming,
      },
    };
  },
};

function isIdle(name: string, facts: CommandFacts): boolean {
  const { active, waiting } = laneOf(name, facts);
  return active === null && waiting.length === 0;
}

/** The release that would come next; null where none may. */
function nextOf(name: string, facts: CommandFacts): TaggedVersion | null {
  const environment = namedEnvironment(name, facts);
  const next = "code" in environment ? environment : defaultVersion(environment, facts);
  return "code" in next ? null : next;
}
