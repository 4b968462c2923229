/** `/notes [version]`: write the published notes of a release anew, as they would be written now. */
import semver from "semver";
import {
  refusal,
  type CommandDefinition,
  type CommandFacts,
  type CommandRequest,
  type CommandResult,
  type ReleaseFacts,
  type TaggedVersion,
} from "./command.ts";
import type { Problem } from "../promotion.ts";
import { namedVersion } from "./promote.ts";
import { mayNotRelease } from "./release.ts";
import { firstShaOf } from "./tag.ts";

export const notes: CommandDefinition = {
  name: "notes",
  args: [{ name: "version", required: false }],
  flags: [],
  looksAtNotes: true,
  summary: "write the published notes of a release anew, of what its commits and the config say now",
  wants: wantedRelease,
  run: runNotes,
};

function wantedRelease(request: CommandRequest, facts: CommandFacts): TaggedVersion | Problem {
  const objection = mayNotRelease(request, facts);
  if (objection !== null) return objection;
  const [written] = request.args;
  if (written !== undefined) {
    const named = namedVersion(written, facts);
    if ("code" in named) return named;
    return firstShaOf(named.version, facts) === null ? unknown(named.version, facts) : named;
  }
  const [newest] = facts.released
    .map(({ version }) => version)
    .toSorted(semver.rcompare)
    .flatMap((version) => facts.tags.find((tag) => tag.version === version) ?? []);
  return newest ?? { code: "nothing-released", detail: {} };
}

/** Of releases from before its time Waybill has written no notes. */
function unknown(version: string, { released }: CommandFacts): Problem {
  const [oldest] = released.map((one) => one.version).toSorted(semver.compare);
  return { code: "notes-not-known", detail: { version, oldest: oldest ?? null } };
}

function runNotes(request: CommandRequest, facts: CommandFacts, release: ReleaseFacts | null): CommandResult {
  if (release === null) throw new Error("notes were decided without their release");
  const { tag, version, sha, notes: found } = release;
  const first = firstShaOf(version, facts);
  if (sha === null || first !== sha)
    return refusal(request, { code: "tag-moved", detail: { tag, before: first, now: sha } });
  if (found === undefined)
    return refusal(request, {
      code: "off-branch",
      detail: { tag, branch: facts.plans[0]?.branch ?? facts.config.release.branch },
    });
  const { by, commentId, ordinal } = request;
  const event = { type: "NotesAsked", at: facts.now, by, commentId, ordinal, ...found } as const;
  return { kind: "events", events: [{ environment: "", event }] };
}
