/** What holds a promotion, for templates: words for times, and the commands that end it. */
import type { FindingName } from "../core/gates/findings.ts";
import type { Held, Hold } from "../core/gates/gate.ts";
import type { VersionHold } from "../core/hold.ts";
import type { Soaked } from "../core/gates/soak.ts";
import { durationText, timeText, zonedTimeText } from "./times.ts";

interface Place {
  readonly environment: string;
  readonly version: string;
}

/** The page of everything that holds a promotion: one paragraph each. */
export function heldPage({ since, hold, also = [] }: Held, { environment, version }: Place): object {
  return {
    environment,
    version,
    since: timeText(since),
    unfreeze: `/unfreeze ${environment}`,
    unpin: `/unpin ${environment}`,
    approve: `/approve ${environment} ${version}`,
    again: `/promote ${environment} ${version}`,
    only: also.length === 0,
    holds: [hold, ...also].map(holdPage),
  };
}

function holdPage(hold: Hold): object {
  switch (hold.gate) {
    case "freeze":
      return { ...hold, until: hold.until === null ? null : timeText(hold.until) };
    case "out-of-band":
      return { gate: hold.gate, runs: hold.runs.map(runPage), count: hold.runs.length };
    case "soak":
      return {
        gate: hold.gate,
        wanted: durationText(hold.wantedMs),
        environments: hold.environments.map((one) => soakedPage(one, hold.wantedMs)),
        opens: hold.opensAt === null ? null : timeText(hold.opensAt),
      };
    case "pinned":
      return { ...hold, at: timeText(hold.at) };
    case "on-hold":
      return { ...hold, ...versionHoldPage(hold) };
    case "approvals":
      return approvalsPage(hold);
    case "checks":
      return checksPage(hold);
    case "external":
      return externalPage(hold);
    case "window":
      return { gate: hold.gate, opens: zonedTimeText(hold.opens, hold.zone) };
    case "long-hold":
    case "hotfix":
      return hold;
    case "kept-back":
      return {
        ...hold,
        environments: hold.environments.map((name) => ({ name, unpin: `/unpin ${name}` })),
      };
    case "looking":
      return { gate: hold.gate, what: WHAT[hold.what] };
    case "unseen":
      return { gate: hold.gate, what: WHAT[hold.what], message: hold.message };
  }
}

/** What is shown of a hold: `at` as text, and the command that lets it go. */
export interface VersionHoldPage extends Omit<VersionHold, "at"> {
  readonly at: string;
  readonly unhold: string;
}

/** A version that somebody has stopped, with the command that lets it go. */
export function versionHoldPage({ version, by, at, reason }: VersionHold): VersionHoldPage {
  return { version, by, at: timeText(at), reason, unhold: `/unhold ${version}` };
}

/** Somebody else's run, with the words under which people look for it. */
export function runPage<Run extends { readonly by: string | null }>(
  run: Run,
): Run & { readonly label: string } {
  return { ...run, label: run.by === null ? "a run" : `a run of ${run.by}` };
}

function soakedPage({ environment, since, longestMs }: Soaked, wantedMs: number): object {
  return {
    environment,
    since: since === null ? null : timeText(since),
    until: since === null ? null : timeText(since + wantedMs),
    longest: longestMs === 0 ? null : durationText(longestMs),
  };
}

const DISCOUNTED_WORDS = {
  requester: "asked for it",
  "not-entitled": "may not approve here (any more)",
  author: "is an author of its changes",
} as const;

function approvalsPage(hold: Extract<Hold, { gate: "approvals" }>): object {
  const { gate, wanted, given, discounted, from, excludeAuthors } = hold;
  return {
    gate,
    wanted,
    count: given.length,
    given: given.join(", "),
    role: from.role,
    teams: from.teams.join(" or "),
    users: from.users,
    excludeAuthors,
    discounted: discounted.map(({ login, why }) => ({ login, why: DISCOUNTED_WORDS[why] })),
  };
}

/** More of them than these are counted. */
const CHECKS_SHOWN = 20;

function checksPage({ gate, sha, checks }: Extract<Hold, { gate: "checks" }>): object {
  return {
    gate,
    sha,
    checks: checks.slice(0, CHECKS_SHOWN),
    more: Math.max(0, checks.length - CHECKS_SHOWN),
  };
}

function externalPage({ gate, services }: Extract<Hold, { gate: "external" }>): object {
  return {
    gate,
    count: services.length,
    services: services.map((one) => ({
      ...one,
      again: one.retryAt === null ? null : timeText(one.retryAt),
    })),
  };
}

/** What is looked at for a gate, after "finds out". */
export const WHAT: Record<FindingName, string> = {
  approvals: "whose approvals count",
  checks: "how its checks stand",
  external: "what the services say that the config names",
  soak: "for how long it has run in the environments before",
};

/** The same with who has approved it, and what else it waits for: for a place where there is no more room. */
export function heldWords({ hold, also = [] }: Held): string {
  return [...new Set([hold, ...also].map(wordsOf))].join(", ");
}

function wordsOf(hold: Hold): string {
  const words = HELD_WORDS[hold.gate];
  if (hold.gate === "window") return `${words}, which opens ${zonedTimeText(hold.opens, hold.zone)}`;
  if (hold.gate === "freeze" && hold.until !== null) return `${words} until ${timeText(hold.until)}`;
  if (hold.gate === "external") return `waiting for ${hold.services.map(({ name }) => name).join(" and ")}`;
  if (hold.gate !== "approvals") return words;
  const by = hold.given.length === 0 ? "" : ` by ${hold.given.join(", ")}`;
  return `${hold.given.length} of ${hold.wanted} approvals${by}`;
}

/** What holds it, in a few words. */
export const HELD_WORDS: Record<Hold["gate"], string> = {
  "out-of-band": "waiting for a run that Waybill did not start",
  freeze: "held by a freeze",
  window: "waiting for a deploy window",
  "long-hold": "waiting for a person's word",
  looking: "being looked at",
  unseen: "waiting for GitHub's word",
  soak: "soaking",
  pinned: "held since a rollback",
  "on-hold": "held by a person",
  "kept-back": "held, as it was rolled back elsewhere",
  checks: "waiting for checks",
  hotfix: "held by a hotfix",
  approvals: "waiting for approvals",
  external: "waiting for another service",
};
