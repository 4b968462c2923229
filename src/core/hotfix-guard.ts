/**
 * What an environment knows of hotfixes, so that none is ever lost: those that were delivered here, those that wait, and what counts as having the
 * fix. A release has it that contains the hotfix's commit or the commit by which it came to the release branch; the commit graph tells, when the
 * release is prepared. Nothing without it goes before the hotfix, with it under way, or after it. A rollback is a person's own word, and exempt.
 */
import type { EnvironmentLane } from "./environment.ts";
import type { EnvironmentEvent } from "./environment-events.ts";
import type { CommitSha } from "./ids.ts";
import { classOf, type Promotion } from "./promotion.ts";

/** A fix that whatever runs here must have. */
export interface Fix {
  readonly version: string;
  /** The hotfix's own commit. */
  readonly sha: CommitSha;
}

/** What counts as having a fix besides its commit, and the pull request that brings it to the release branch. */
export interface Port {
  readonly fix: CommitSha;
  readonly pull: number | null;
  /** Null as long as it is not merged. */
  readonly port: CommitSha | null;
}

/** A fix that is asked of a release, with where it stands: `delivered`, or its hotfix is still on its way here. */
export interface AskedFix extends Fix, Omit<Port, "fix"> {
  readonly delivered: boolean;
}

/** What an environment's lane keeps. */
export interface FixesKept {
  /** Of what runs here, the oldest first. */
  readonly delivered: readonly Fix[];
  readonly ports: readonly Port[];
}

/** Which fixes a release has, and which it lacks, by the commit graph. */
export interface FixesFound {
  readonly has: readonly CommitSha[];
  readonly lacks: readonly CommitSha[];
}

const MOST_FIXES = 20;
const MOST_PORTS = 100;
const NONE: FixesKept = { delivered: [], ports: [] };

type Prepared = Extract<EnvironmentEvent, { type: "RolloutPrepared" }>;
type Ported = Extract<EnvironmentEvent, { type: "HotfixPorted" }>;

/** The fixes that are asked of a promotion: those of what runs here, and those of hotfixes that are on their way. */
export function fixesAsked(lane: EnvironmentLane, promotion: Promotion): AskedFix[] {
  const { delivered, ports } = lane.fixes ?? NONE;
  const open = lane.active === null ? lane.waiting : [lane.active, ...lane.waiting];
  // Hotfixes go one after the other: each has what was delivered before it.
  const ahead = classOf(promotion) === "normal" ? open.filter((one) => isHotfix(one)) : [];
  const asked = [
    ...delivered.map((fix) => ({ ...fix, delivered: true })),
    ...ahead.map(({ cargo }) => ({ version: cargo.version, sha: cargo.sha, delivered: false })),
  ];
  return asked.slice(-MOST_FIXES).map((fix) => {
    const { pull = null, port = null } = ports.find((one) => one.fix === fix.sha) ?? {};
    return { ...fix, pull, port };
  });
}

/** The same for whoever prepares it; nothing where there is none. */
export function fixesToFind(
  lane: EnvironmentLane,
  promotion: Promotion,
): { readonly fixes?: readonly AskedFix[] } {
  const fixes = fixesAsked(lane, promotion);
  return fixes.length === 0 ? {} : { fixes };
}

function isHotfix(promotion: Promotion): boolean {
  return classOf(promotion) === "hotfix";
}

/** The promotion whose release was looked through, with what was found. */
export function withFixesFound(lane: EnvironmentLane, { promotionId, fixes }: Prepared): EnvironmentLane {
  const { active } = lane;
  if (active === null || active.id !== promotionId || fixes === undefined) return lane;
  return { ...lane, active: { ...active, fixes } };
}

/** The release branch has a fix, or its pull request is known: whatever was found to lack that fix is looked through anew. */
export function onHotfixPorted(lane: EnvironmentLane, event: Ported): EnvironmentLane {
  const { fix, pull, port } = event;
  const { delivered, ports } = lane.fixes ?? NONE;
  const others = ports.filter((one) => one.fix !== fix);
  const fixes: FixesKept = { delivered, ports: [...others, { fix, pull, port }].slice(-MOST_PORTS) };
  return {
    ...lane,
    fixes,
    waiting: port === null ? lane.waiting : lane.waiting.map((one) => withoutFinding(one, fix)),
  };
}

function withoutFinding(promotion: Promotion, fix: CommitSha): Promotion {
  const { fixes } = promotion;
  if (fixes === undefined) return promotion;
  return { ...promotion, fixes: { ...fixes, lacks: fixes.lacks.filter((one) => one !== fix) } };
}

/** The fixes of what runs here after promotions have come to their ends: what is delivered has those that were there, unless it is a rollback. */
export function fixesAfter(
  before: FixesKept | undefined,
  ended: readonly Promotion[],
): FixesKept | undefined {
  return ended.reduce(afterEnd, before);
}

function afterEnd(before: FixesKept | undefined, promotion: Promotion): FixesKept | undefined {
  const { stage, cargo, fixes, plan } = promotion;
  // Where every merge goes, nothing is held.
  if (stage !== "delivered" || plan.environment.promote === "merge") return before;
  const isHotfixes = cargo.hotfix !== undefined;
  if (before === undefined && !isHotfixes) return before;
  const { delivered, ports } = before ?? NONE;
  const lacks = fixes?.lacks ?? [];
  const kept = delivered.filter(({ sha }) => !lacks.includes(sha));
  const isNew = isHotfixes && kept.every(({ sha }) => sha !== cargo.sha);
  const own: Fix[] = isNew ? [{ version: cargo.version, sha: cargo.sha }] : [];
  return { delivered: [...kept, ...own].slice(-MOST_FIXES), ports };
}
