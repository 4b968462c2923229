/**
 * Why nothing goes: everything that waits in an environment with all that it waits for, as its lane judges it at this moment; and where nothing waits, what would
 * become of the release that comes next there, by the same decision.
 */
import semver from "semver";
import type { CommandFacts, CommandRequest, ReleaseFacts } from "../commands/command.ts";
import { defaultVersion, promotionAskedFor } from "../commands/promote.ts";
import { standingOf } from "../commands/status.ts";
import { firstShaOf } from "../commands/tag.ts";
import type { EnvironmentConfig, Role } from "../config/index.ts";
import { newEnvironmentLane, type EnvironmentLane } from "../environment.ts";
import type { FindingName } from "../gates/findings.ts";
import type { Held } from "../gates/gate.ts";
import type { CommitSha } from "../ids.ts";
import { isAllowed } from "../permission.ts";
import type { Problem } from "../promotion.ts";
import type { EnvironmentSummary } from "../summary.ts";
import { liveView, type LiveView } from "../views.ts";
import { foresee, laneAt } from "./foresee.ts";

/** Why nothing goes in one environment, as data: the sentences are in `templates/partials/why.hbs`. */
export interface WhyIn {
  readonly name: string;
  /** What runs there; null for nothing. */
  readonly version: string | null;
  /** What is under way; null for nothing. */
  readonly active: LiveView | null;
  /** In the order in which they will go. */
  readonly waiting: readonly LiveView[];
  /** Set where nothing is under way and nothing waits. */
  readonly nothing: Nothing | null;
  /** The release whose last rollout was not delivered; null where none is left so, or something is under way. */
  readonly failed: string | null;
  /** How the environment stands: freezes, a pin, what was deployed by hand. */
  readonly standing: EnvironmentSummary;
  /** Who may give the commands that are named. */
  readonly needs: { readonly role: Role | null; readonly users: number };
  readonly may: boolean;
}

/**
 * Why nothing waits:
 * - `newest`: what runs there is the newest that may come · `none`: no release may come yet (`before`: it was not delivered to these)
 * - `unasked`: nothing stands in the way of this one, and nobody has asked for it · `held`: if it were asked for, it would be held
 *   (`looks`: what would be looked at besides, before it begins)
 * - `refused`: if it were asked for, it would be turned away · `build`: it takes every merge, and the newest is not there
 */
export type Nothing =
  | { readonly why: "newest" }
  | { readonly why: "none"; readonly before: string }
  | { readonly why: "unasked"; readonly version: string; readonly looks: readonly FindingName[] }
  | {
      readonly why: "held";
      readonly version: string;
      readonly held: Held;
      readonly looks: readonly FindingName[];
    }
  | { readonly why: "refused"; readonly version: string; readonly problem: Problem }
  | { readonly why: "build" };

/** Why nothing goes in an environment. `release`: what is known of the release that would come next, where somebody has looked. */
export function whyIn(
  environment: EnvironmentConfig,
  request: CommandRequest,
  facts: CommandFacts,
  release: ReleaseFacts | null = null,
): WhyIn {
  const { name, permission } = environment;
  const lane = laneAt(laneOf(name, facts), facts.now);
  const { active, waiting, delivered } = lane;
  const isIdle = active === null && waiting.length === 0;
  const summary = facts.environments.find((one) => one.name === name);
  return {
    name,
    version: delivered.at(-1)?.version ?? null,
    active: active === null ? null : liveView(active, lane),
    waiting: waiting.map((one) => liveView(one, lane)),
    nothing: isIdle ? nothingIn(environment, lane, request, facts, release) : null,
    failed: active === null ? (lane.unfinished?.cargo.version ?? null) : null,
    standing: summary === undefined ? emptySummary(name) : { ...standingOf(summary, facts), delivered: [] },
    needs: { role: permission.role, users: permission.users.length },
    may: isAllowed(permission, request.by, facts.role),
  };
}

/** The lane of an environment; a new one where nothing has happened there yet. */
export function laneOf(name: string, { lanes = {} }: CommandFacts): EnvironmentLane {
  return lanes[name] ?? newEnvironmentLane();
}

function emptySummary(name: string): EnvironmentSummary {
  return { name, running: null, delivered: [], active: null, waiting: [], freeze: null };
}

function nothingIn(
  environment: EnvironmentConfig,
  lane: EnvironmentLane,
  request: CommandRequest,
  facts: CommandFacts,
  release: ReleaseFacts | null,
): Nothing {
  const running = lane.delivered.at(-1) ?? null;
  if (environment.promote === "merge") {
    const head = facts.upcoming?.head;
    return running !== null && (head === undefined || running.sha === head)
      ? { why: "newest" }
      : { why: "build" };
  }
  const next = defaultVersion(environment, facts);
  if ("code" in next) return { why: "none", before: String(next.detail["before"] ?? "") };
  const { version } = next;
  const isThere = running !== null && semver.lte(version, running.version);
  if (isThere && (lane.disturbed ?? null) === null) return { why: "newest" };
  const found = release?.version === version ? release : known(version, next.tag, facts);
  if (found === null) return { why: "unasked", version, looks: [] };
  const asked = promotionAskedFor({ ...request, args: [environment.name] }, facts, found);
  if ("code" in asked) return { why: "refused", version, problem: asked };
  // As it would be asked for: by itself where the environment takes releases so.
  const cause = environment.promote === "auto" ? ({ kind: "auto" } as const) : asked.cause;
  const foreseen = foresee(lane, { ...asked, cause }, facts.now);
  if (foreseen.problem !== null) return { why: "refused", version, problem: foreseen.problem };
  return { version, ...heldApart(foreseen.promotion?.held) };
}

/** What would hold it, and what nobody has looked at, as nobody has asked for it. */
function heldApart(
  held: Held | undefined,
):
  | Omit<Extract<Nothing, { why: "unasked" }>, "version">
  | Omit<Extract<Nothing, { why: "held" }>, "version"> {
  const all = held === undefined ? [] : [held.hold, ...(held.also ?? [])];
  const looks = all.flatMap((hold) => (hold.gate === "looking" ? [hold.what] : []));
  const [hold, ...also] = all.filter(({ gate }) => gate !== "looking");
  if (held === undefined || hold === undefined) return { why: "unasked", looks };
  return { why: "held", held: { since: held.since, hold, also }, looks };
}

/** What the lanes know of a release that nobody has looked up. */
function known(version: string, tag: string, facts: CommandFacts): ReleaseFacts | null {
  const delivered = facts.environments.flatMap((one) => one.delivered);
  const sha: CommitSha | null =
    firstShaOf(version, facts) ?? delivered.findLast((one) => one.version === version)?.sha ?? null;
  const branch = facts.released.find((one) => one.version === version)?.hotfix?.branch;
  if (sha === null) return null;
  // Those that take every merge are not asked: whether they carry it takes a look at GitHub.
  const merging = facts.config.environments.filter(({ promote }) => promote === "merge");
  return {
    version,
    tag,
    sha,
    onBranch: true,
    carriedBy: merging.map(({ name }) => name),
    ...(branch === undefined ? {} : { hotfix: branch }),
  };
}
