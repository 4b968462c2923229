/** `/unhold <version>`: lets a version go that somebody held; what it held goes on. */
import { refusal, wordBy, type CommandDefinition } from "./command.ts";
import { objectionTo } from "./hold.ts";
import { writtenVersion } from "./promote.ts";

export const unhold: CommandDefinition = {
  name: "unhold",
  args: [{ name: "version", required: true }],
  flags: [],
  summary: "let a version go that was held; what it held goes on",
  wants: () => null,
  run: (request, facts) => {
    const objection = objectionTo(facts);
    if (objection !== null) return refusal(request, objection);
    const [written = ""] = request.args;
    const bare = writtenVersion(written, facts);
    const held = (facts.holds ?? []).map(({ version }) => version);
    const version = held.find((one) => one === bare);
    if (version === undefined)
      return refusal(request, { code: "not-held", detail: { version: written, held: held.join(", ") } });
    const event = { type: "VersionLetGo", at: facts.now, version, word: wordBy("o", request) } as const;
    return { kind: "events", events: [{ environment: "", event }] };
  },
};
