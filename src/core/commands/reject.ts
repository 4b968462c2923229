/**
 * `/reject <environment> [version] --reason "…"`: a person who may approve says no. Whoever has asked for it may as well, if his approval would count
 * were it not his own wish; everybody else who may promote there has `/cancel`.
 */
import { approvedEnvironment, awaitedVersion, wordOnRelease } from "./approve.ts";
import { refusal, type CommandDefinition } from "./command.ts";
import { namedVersion } from "./promote.ts";

export const reject: CommandDefinition = {
  name: "reject",
  args: [
    { name: "environment", required: true },
    { name: "version", required: false },
  ],
  flags: ["reason"],
  usage: '/reject <environment> [version] --reason "…"',
  looksAtTeams: true,
  summary:
    "say no to a release where approvals are asked for, and why: it does not go on by itself any more; without a version, to the one that waits",
  wants: (request, facts) => {
    const environment = approvedEnvironment(request, facts);
    if ("code" in environment) return environment;
    if (request.flags["reason"] === undefined)
      return {
        code: "reject-without-reason",
        detail: { written: ["/reject", ...request.args].join(" ") },
      };
    const [, version] = request.args;
    return version === undefined ? awaitedVersion(environment, facts) : namedVersion(version, facts);
  },
  run: (request, facts, release) => {
    const said = wordOnRelease(request, facts, release);
    if ("code" in said) return refusal(request, said);
    const event = { type: "ReleaseRejected", ...said, reason: request.flags["reason"] ?? "" } as const;
    return { kind: "events", events: [{ environment: said.environment, event }] };
  },
};
