/** `/hold <version> [--reason "…"]`: the version goes no further, in no environment, until somebody lets it go. */
import semver from "semver";
import { roleIsAtLeast } from "../config/index.ts";
import type { Problem } from "../promotion.ts";
import { closest } from "../suggest.ts";
import { refusal, wordBy, type CommandDefinition, type CommandFacts } from "./command.ts";

export const hold: CommandDefinition = {
  name: "hold",
  args: [{ name: "version", required: true }],
  flags: ["reason"],
  summary: "stop a version, also the coming one, from going any further, until somebody lets it go",
  wants: () => null,
  run: (request, facts) => {
    const [written = ""] = request.args;
    const version = objectionTo(facts) ?? meantVersion(written, facts);
    if (typeof version !== "string") return refusal(request, version);
    const reason = request.flags["reason"] ?? null;
    const word = wordBy("o", request);
    const event = { type: "VersionHeld", at: facts.now, version, reason, word } as const;
    return { kind: "events", events: [{ environment: "", event }] };
  },
};

/** The notice goes ahead so that people can object: whoever may write to the repository. */
export function objectionTo({ role }: Pick<CommandFacts, "role">): Problem | null {
  const may = role !== null && roleIsAtLeast(role, "write");
  return may ? null : { code: "hold-not-allowed", detail: { role } };
}

/** A version as it is written, or by its tag: of a release, or of what comes next. */
function meantVersion(written: string, { tags, upcoming }: CommandFacts): string | Problem {
  const bare = semver.valid(written) ?? written;
  const known = [...tags.map(({ version }) => version), ...(upcoming === null ? [] : [upcoming.version])];
  const found = tags.find(({ tag }) => tag === written)?.version ?? known.find((version) => version === bare);
  if (found !== undefined) return found;
  const suggestion = closest(bare, known);
  return {
    code: "unknown-version",
    detail: { version: written, suggestion, newest: upcoming?.version ?? tags[0]?.version ?? null },
  };
}
