/**
 * Publishing last. Where GitHub makes releases immutable, nothing can be added to a published one: so a release whose files come from a team's own workflow
 * stays a draft until all of them are there.
 */
import { order, record, type Minutes } from "./decision.ts";
import { say, tagMarker } from "./notices.ts";
import { matchesGlob } from "./notes/index.ts";
import type { Release } from "./release.ts";
import type { RepositoryLane } from "./repository.ts";

/** A release that is published when its files are there. */
export interface AssetsWanted extends Pick<Release, "version" | "tag" | "sha" | "prerelease"> {
  /** The draft's id; null where none is known. */
  readonly releaseId: number | null;
  /** Names and patterns: for each an asset must be there. */
  readonly assets: readonly string[];
  readonly overtaken: boolean;
}

/** The same as the lane remembers it. Epoch milliseconds. */
export interface AwaitedAssets extends AssetsWanted {
  readonly since: number;
}

/**
 * - `waiting`: something is missing, so it is a draft still
 * - `published`: it is, by Waybill or by somebody else
 * - `sealed`: it is, without all of its files, and nothing can be added to it any more
 * - `gone`: the tag is gone or was moved, or somebody has deleted the draft
 */
export type AssetsOutcome = "waiting" | "published" | "sealed" | "gone";

/** A release's files were looked at. */
export type AssetsEvent =
  | {
      readonly type: "AssetsSeen";
      readonly at: number;
      readonly wanted: AssetsWanted;
      readonly outcome: AssetsOutcome;
      /** Patterns without an asset, and assets whose upload is not complete. */
      readonly missing: readonly string[];
    }
  | {
      /** It is time to look again: a run has ended, or a pause is over. */
      readonly type: "AssetsDue";
      readonly at: number;
      /** Null: at all that are awaited. */
      readonly tag: string | null;
    };

/** `assets.hbs`: what a release is still waiting for, or has been published without. */
export interface AssetsView {
  readonly template: "assets";
  readonly version: string;
  readonly tag: string;
  readonly outcome: "waiting" | "sealed";
  readonly missing: readonly string[];
}

const LOOK_MS = 10 * 60_000;
/** After this time it is said that something is missing; from then on it is looked at rarely. */
const DEADLINE_MS = 2 * 60 * 60_000;
const LATE_LOOK_MS = 60 * 60_000;
/** By then nobody's workflow uploads anything any more: only the end of a run has it looked at again. */
const FORGOTTEN_MS = 7 * 24 * 60 * 60_000;
/** Runs end in crowds. */
const RUN_PAUSE_MS = 2_000;

/** Patterns for which there is no such file. */
export function missingAmong(patterns: readonly string[], names: readonly string[]): string[] {
  return patterns.filter((pattern) => {
    const matches = matchesGlob(pattern);
    return !names.some((name) => matches(name));
  });
}

/** Takes what was seen of a release's files, or has them looked at. */
export function onAssetsEvent(lane: RepositoryLane, event: AssetsEvent, minutes: Minutes): RepositoryLane {
  if (event.type === "AssetsSeen") return onAssetsSeen(lane, event, minutes);
  for (const { since: _since, ...wanted } of lane.awaited ?? [])
    if (event.tag === null || event.tag === wanted.tag)
      order(
        minutes,
        `look-at-assets:${wanted.tag}`,
        { type: "lookAtAssets", wanted },
        { serial: "notice", coalesce: true, delayMs: event.tag === null ? RUN_PAUSE_MS : 0 },
      );
  return lane;
}

function onAssetsSeen(
  lane: RepositoryLane,
  { wanted, outcome, missing, at }: Extract<AssetsEvent, { type: "AssetsSeen" }>,
  minutes: Minutes,
): RepositoryLane {
  const { tag, version, sha } = wanted;
  const before = lane.awaited?.find((one) => one.tag === tag);
  const others = (lane.awaited ?? []).filter((one) => one.tag !== tag);
  const view = { template: "assets", version, tag, missing } as const;
  if (outcome !== "waiting") {
    if (before !== undefined || outcome === "sealed")
      record(minutes, "github", `release.${outcome}`, tag, { version, missing: missing.length });
    const settled: RepositoryLane = before === undefined ? lane : { ...lane, awaited: others };
    if (outcome !== "sealed") return settled;
    return say(settled, `sealed-${tagMarker(tag, sha)}`, { ...view, outcome }, minutes, version);
  }
  const since = before?.since ?? at;
  if (before === undefined) record(minutes, "waybill", "release.waits", tag, { version });
  const next: RepositoryLane = { ...lane, awaited: [...others, { ...wanted, since }] };
  const age = at - since;
  const pause = age < DEADLINE_MS ? LOOK_MS : LATE_LOOK_MS;
  if (age < FORGOTTEN_MS) {
    const event = { type: "AssetsDue", at: at + pause, tag } as const;
    // One timer for each release, however often the end of a run has it looked at.
    const slot = Math.floor(age / pause);
    order(
      minutes,
      `assets-due:${tag}:${since}:${pause}:${slot}`,
      { type: "wake", event },
      { delayMs: pause },
    );
  }
  return age < DEADLINE_MS
    ? next
    : say(next, `assets-${tagMarker(tag, sha)}`, { ...view, outcome }, minutes, version);
}
