/** `/unquarantine <environment> <version>`: what was rolled back there may be brought there again; the pin stays. */
import { refusal, wordBy, type CommandDefinition } from "./command.ts";
import { commandedEnvironment, writtenVersion } from "./promote.ts";

export const unquarantine: CommandDefinition = {
  name: "unquarantine",
  args: [
    { name: "environment", required: true },
    { name: "version", required: true },
  ],
  flags: [],
  summary:
    "let a version that was rolled back be brought there again, and what descends from it; nothing goes there by itself before the pin is lifted",
  wants: () => null,
  run: (request, facts) => {
    const [name = "", written = ""] = request.args;
    const environment = commandedEnvironment(name, request, facts);
    if ("code" in environment) return refusal(request, environment);
    const event = {
      type: "ReleaseUnquarantined",
      at: facts.now,
      environment: name,
      version: writtenVersion(written, facts),
      word: wordBy("p", request),
    } as const;
    return { kind: "events", events: [{ environment: name, event }] };
  },
};
