/**
 * The one issue about a config that is broken on the default branch: opened when it is found so, drawn anew when it is broken otherwise, closed with a line when it
 * is mended, and opened again should it break once more. Plans are only replaced by a config that can be used, so meanwhile the last good one stays in force.
 */
import { order, record, type Minutes } from "../decision.ts";
import type { CommitSha } from "../ids.ts";
import { withSaid } from "../notices.ts";
import type { RepositoryLane } from "../repository.ts";

/** Events of the repository's lane that are about its config. */
export type ConfigEvent =
  | {
      readonly type: "ConfigFoundBroken";
      readonly at: number;
      readonly head: CommitSha;
      readonly path: string;
      readonly problems: readonly {
        /** Its file; absent where it is `path`, and in what an earlier Waybill stored. */
        readonly path?: string;
        readonly line: number;
        readonly column: number;
        readonly message: string;
        readonly mend: string;
      }[];
    }
  | {
      /** The config that was broken is not there any more. */
      readonly type: "ConfigFoundGone";
      readonly at: number;
    }
  | {
      readonly type: "ConfigIssueDrawn";
      readonly at: number;
      /** Null where the repository takes no issues, or there is none to close. */
      readonly issue: number | null;
    };

type EventOf<Type> = Extract<ConfigEvent, { type: Type }>;
type Problems = EventOf<"ConfigFoundBroken">["problems"];

/** Each of them; a record, so that a new one without its line does not compile. */
export const CONFIG_EVENTS: Readonly<Record<ConfigEvent["type"], true>> = {
  ConfigFoundBroken: true,
  ConfigFoundGone: true,
  ConfigIssueDrawn: true,
};

/** Whether an event is about the config. */
export function isConfigEvent(event: { readonly type: string }): event is ConfigEvent {
  return Object.hasOwn(CONFIG_EVENTS, event.type);
}

/** Decides what such an event means for a repository. */
export function onConfigEvent(lane: RepositoryLane, event: ConfigEvent, minutes: Minutes): RepositoryLane {
  switch (event.type) {
    case "ConfigFoundBroken":
      return onConfigBroken(lane, event, minutes);
    case "ConfigFoundGone":
      return withConfigMended(lane, null, minutes);
    case "ConfigIssueDrawn":
      return onConfigIssueDrawn(lane, event);
  }
}

/** What the issue shows. */
export interface ConfigIssueView {
  readonly path: string;
  /** The commit in which it was found broken so. */
  readonly head: CommitSha;
  readonly problems: Problems;
  /** The commit whose config is in force meanwhile; null where there never was one that could be used. */
  readonly inForce: CommitSha | null;
  /** How it ended; null while it is broken. `head` is null where the file is gone. */
  readonly end: { readonly head: CommitSha | null } | null;
}

/** The issue as the lane knows it. */
export interface ConfigIssue {
  /** Null before it is there, and where the repository takes none. */
  readonly issue: number | null;
  readonly view: ConfigIssueView;
}

/** The config of the default branch cannot be used. What changes nothing of what is wrong with it changes nothing here. */
function onConfigBroken(
  lane: RepositoryLane,
  event: EventOf<"ConfigFoundBroken">,
  minutes: Minutes,
): RepositoryLane {
  const { head, path, problems } = event;
  record(minutes, "github", "config.broken", head, { problems: problems.length });
  const brokenConfig = JSON.stringify({ path, problems });
  // A look that finds the same head again has nothing to tell.
  const heard = lane.said.includes(`config-${head}`) ? lane : withSaid(lane, `config-${head}`);
  const isShown = lane.configIssue !== undefined && lane.configIssue.view.end === null;
  if (lane.brokenConfig === brokenConfig && isShown) return heard;
  const inForce = lane.plans[0]?.configSha ?? null;
  const view: ConfigIssueView = { path, head, problems, inForce, end: null };
  return drawn({ ...heard, brokenConfig }, view, minutes);
}

/** The config can be used again, as of this commit; or the file is gone (null). */
export function withConfigMended(
  lane: RepositoryLane,
  head: CommitSha | null,
  minutes: Minutes,
): RepositoryLane {
  if (lane.brokenConfig === null) return lane;
  const whole: RepositoryLane = { ...lane, brokenConfig: null };
  record(minutes, "github", head === null ? "config.gone" : "config.mended", head ?? "", {});
  // What an earlier Waybill said in a comment has no issue to close.
  return lane.configIssue === undefined
    ? whole
    : drawn(whole, { ...lane.configIssue.view, end: { head } }, minutes);
}

function drawn(lane: RepositoryLane, view: ConfigIssueView, minutes: Minutes): RepositoryLane {
  const now: RepositoryLane = { ...lane, configIssue: { issue: lane.configIssue?.issue ?? null, view } };
  drawConfigIssue(now, minutes);
  return now;
}

/** Orders the issue as it is to be now. */
export function drawConfigIssue({ configIssue }: RepositoryLane, minutes: Minutes): void {
  if (configIssue === undefined) return;
  order(
    minutes,
    "config-issue",
    { type: "drawConfigIssue", ...configIssue },
    { serial: "config-issue", coalesce: true },
  );
}

/** Where it stands. */
function onConfigIssueDrawn(lane: RepositoryLane, { issue }: EventOf<"ConfigIssueDrawn">): RepositoryLane {
  const { configIssue } = lane;
  return configIssue === undefined ? lane : { ...lane, configIssue: { ...configIssue, issue } };
}
