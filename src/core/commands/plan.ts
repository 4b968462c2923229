/** `/plan <environment> [version]`: exactly what `/promote` would do now. Nothing is done. */
import { planFor } from "../foresight/plan.ts";
import type { CommandDefinition } from "./command.ts";
import { meantVersion, namedEnvironment } from "./promote.ts";

export const plan: CommandDefinition = {
  name: "plan",
  args: [
    { name: "environment", required: true },
    { name: "version", required: false },
  ],
  flags: [],
  looksAhead: true,
  looksAtThread: true,
  summary: "exactly what a promotion would do now: order, runs and inputs, gates, queue; nothing is done",
  wants: (request, facts) => {
    const [name = "", version] = request.args;
    const environment = namedEnvironment(name, facts);
    if ("code" in environment) return environment;
    return meantVersion(version, environment, facts);
  },
  run: (request, facts, release) => {
    if (release === null) throw new Error("a plan was made without its facts");
    const { text: command } = request;
    return { kind: "answer", answer: { kind: "plan", command, plan: planFor(request, facts, release) } };
  },
};
