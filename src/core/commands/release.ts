/** `/release [version] [--pre "rc"]`: make what is merged a release, under the next version or one of the person's own. */
import semver from "semver";
import { nearlyReleaseTag, tagOfVersion, versionOfTag } from "../notes/index.ts";
import { isAllowed } from "../permission.ts";
import type { Problem } from "../promotion.ts";
import {
  refusal,
  type CommandDefinition,
  type CommandFacts,
  type CommandRequest,
  type CommandResult,
  type ComingRelease,
} from "./command.ts";

type Shown = NonNullable<ComingRelease["shown"]>;

export const release: CommandDefinition = {
  name: "release",
  args: [{ name: "version", required: false }],
  flags: ["pre"],
  looksAtComing: true,
  summary:
    "make what is merged a release: under the next version, or a higher one that you name; with --pre as the next pre-release of that series",
  wants: () => null,
  run: runRelease,
};

/** Why this person may not make releases, nor what goes with them; null where he may. */
export function mayNotRelease(
  { by }: Pick<CommandRequest, "by">,
  { config, role }: Pick<CommandFacts, "config" | "role">,
): Problem | null {
  const { permission } = config.release;
  if (isAllowed(permission, by, role)) return null;
  const { role: needs, users } = permission;
  return { code: "release-not-allowed", detail: { needs, role, users: users.length } };
}

function runRelease(request: CommandRequest, facts: CommandFacts): CommandResult {
  const { by, commentId, ordinal, issue, text } = request;
  const { permission, tag: pattern } = facts.config.release;
  const objection = mayNotRelease(request, facts);
  if (objection !== null) return refusal(request, objection);
  const { coming } = facts;
  if (coming === null) throw new Error("a release was decided without its facts");
  const { branch, tip, base, shown, heldBy } = coming;
  if (shown === null || tip === null)
    return refusal(request, { code: "nothing-to-release", detail: { branch, newest: base } });
  const chosen = chosenVersion(request.args[0], { ...shown, base }, facts);
  if (typeof chosen !== "string") return refusal(request, chosen);
  const version = inSeries(chosen, request, facts);
  if (typeof version !== "string") return refusal(request, version);
  const tag = tagOfVersion(pattern, version);
  if (facts.tags.some((one) => semver.eq(one.version, version))) {
    const next = request.args[0] === undefined ? inc(version) : shown.version;
    return refusal(request, { code: "version-tagged", detail: { version, tag, next } });
  }
  if (heldBy !== null)
    return refusal(request, {
      code: "release-out-of-order",
      detail: { tag, sha: shown.head, newer: heldBy },
    });
  const cause = { kind: "command", by, commentId, ordinal, issue, text, permission } as const;
  const cut = { version, tag, sha: shown.head, branch, cause };
  const event = { type: "ReleaseRequested", at: facts.now, cut, head: tip } as const;
  return { kind: "events", events: [{ environment: "", event }] };
}

function inc(version: string): string | null {
  return semver.inc(version, "patch");
}

/** The version that the command means: the next one, or the written one if it can follow what is released. */
function chosenVersion(
  written: string | undefined,
  shown: Shown & { readonly base: string | null },
  facts: CommandFacts,
): string | Problem {
  if (written === undefined) return shown.version;
  const pattern = facts.config.release.tag;
  const version = ["{version}", "v{version}", pattern]
    .map((one) => versionOfTag(one, written))
    .find((found) => found !== null);
  const next = shown.version;
  if (version === undefined) {
    const suggestion = nearlyReleaseTag("{version}", written)?.version ?? null;
    return { code: "not-a-version", detail: { written, suggestion, next } };
  }
  const { base, bump } = shown;
  if (base !== null && !semver.gt(version, base))
    return { code: "version-not-higher", detail: { version, highest: base, next } };
  // Of a first release nothing is known that would ask for more; a pre-release is as high as what it comes before.
  if (base !== null && semver.lt(stableOf(version), stableOf(next)))
    return { code: "version-too-low", detail: { version, next, base, bump } };
  return version;
}

/** A name as semver allows for the first part of a pre-release, and one that people can tell from a number. */
const SERIES = /^[A-Za-z][0-9A-Za-z-]{0,19}$/;

/**
 * With `--pre rc` the next of that series: of the chosen version the first, `1.5.0-rc.1`, or one more than the highest that is tagged already,
 * also where that stands before a higher version.
 */
function inSeries(chosen: string, { flags, args }: CommandRequest, { tags }: CommandFacts): string | Problem {
  const { pre: series } = flags;
  if (series === undefined) return chosen;
  if (!SERIES.test(series)) return { code: "not-a-series", detail: { written: series, version: null } };
  if (args[0] !== undefined && stableOf(chosen) !== chosen)
    return { code: "not-a-series", detail: { written: series, version: chosen } };
  const first = `${stableOf(chosen)}-${series}.1`;
  const highest = tags
    .map(({ version }) => version)
    .filter((version) => isOfSeries(version, series))
    .toSorted(semver.rcompare)
    .at(0);
  if (highest === undefined || semver.lt(highest, first)) return first;
  return semver.inc(highest, "prerelease") ?? first;
}

/** Whether a version is `<version>-<series>.<number>`, and the version before the dash is not released itself. */
function isOfSeries(version: string, series: string): boolean {
  const parts = semver.prerelease(version) ?? [];
  return parts.length === 2 && parts[0] === series && typeof parts[1] === "number";
}

function stableOf(version: string): string {
  return version.replace(/[-+].*$/, "");
}
