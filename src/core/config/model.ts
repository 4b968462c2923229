/**
 * The config as the rest of Waybill sees it: every default filled in, every reference resolved. Plain data, because a
 * promotion's plan keeps a snapshot of it as JSON.
 */
import type { MeasuresConfig } from "../measures.ts";
import type { GitHubChannel } from "./github.ts";
import type { ExpectedRule } from "../calendar/expected.ts";
import type { ChannelConfig } from "../channels/model.ts";
import type { GatesConfig, HotfixGates } from "./gates-model.ts";
import { layersOf } from "./graph.ts";
import type { DatabaseConfig } from "./database.ts";
import type { ReleaseRules } from "./release-model.ts";
import type { RollbackConfig } from "./rollback.ts";
import type { QueueOrder } from "./queue.ts";
import type { HookConfig, RolloutConfig, StepSettings } from "./rollout-model.ts";
import type { WatchConfig } from "./watch.ts";
import type { FreezeCalendar, ScheduledFreeze } from "./windows-model.ts";

/** A repository role that may give commands. `read` is none: a stranger has it on a public repository. */
export type Role = "triage" | "write" | "maintain" | "admin";

/** The roles, from the least to the most. */
export const ROLES = ["triage", "write", "maintain", "admin"] as const satisfies readonly Role[];

/** Who may do something: who has at least `role`, or whose numeric id is listed. `role` null: only those listed. */
export interface PermissionRule {
  readonly role: Role | null;
  readonly users: readonly number[];
}

/** The value of a header that a probe sends: as it is written, or by the name of a secret that the operator has set. */
/** A literal, or the name of a secret that whoever runs Waybill has set. */
export type HeaderValue = string | { readonly secret: string };

/**
 * One question to the running system: a URL, or `tcp://HOST:PORT`, of which only a connection can be had (`core/reachability.ts`). The version stands at `json`, in `header`, or (both null) is the whole answer; or in what `matches` there.
 */
export interface ProbeConfig {
  /** The first of them, where it has several. */
  readonly url: string;
  /** All of them, where it has several; absent else, and in plans stored by an earlier Waybill. */
  readonly urls?: readonly string[];
  /** How many of them are enough; absent where it takes all. */
  readonly atLeast?: number;
  readonly json: string | null;
  readonly header: string | null;
  /** A pattern (core/pattern) whose first group is the version; absent where there is none, and in plans stored by an earlier Waybill. */
  readonly matches?: string;
  /** What must come back: the version, the full commit SHA, or either of them; `answer`: anything, which proves no version. */
  readonly expect: "version" | "sha" | "either" | "answer";
  /** How many right answers in a row prove it. */
  readonly confirmations: number;
  readonly intervalMs: number;
  /** Counted from the first look; after it the proof has failed. */
  readonly deadlineMs: number;
  /** What is sent along: literals, and secrets by their names; absent where nothing is, and in plans stored by an earlier Waybill. */
  readonly headers?: Readonly<Record<string, HeaderValue>>;
  /** Nobody is asked: so many nodes (`confirmations`) have to report, signed by this secret; absent where the system is asked, and in plans stored by an earlier Waybill. */
  readonly report?: { readonly secret: string };
  /** How long after the run nothing is asked yet; absent where it is asked at once, and in plans stored by an earlier Waybill. */
  readonly settleMs?: number;
  /** For one look. */
  readonly timeoutMs: number;
}

/**
 * What running the release before does to a migration: nothing can (`irreversible`), it lacks what it needs (`contract`), it works all the same
 * (`expand`), it takes it back (`reversible`).
 */
export type MigrationKind = "irreversible" | "reversible" | "expand" | "contract";

export interface MigrationConfig {
  readonly kind: MigrationKind;
  /** Globs of the files that are migrations; null: all of the component's. */
  readonly paths: readonly string[] | null;
}

/** A releasable unit. `paths` are globs from the repository's root. */
export interface ComponentConfig {
  readonly name: string;
  readonly workflow: string;
  readonly paths: readonly string[];
  readonly needs: readonly string[];
  /** The pattern of its own tags, with `{version}` once; absent where it has the release's version, and in plans stored by an earlier Waybill. */
  readonly tag?: string;
  /** Absent where it has no database to migrate. */
  readonly migration?: MigrationConfig;
}

/** A value of a workflow's input, as written. */
export type InputValue = string | number | boolean;
export type InputValues = Readonly<Record<string, InputValue>>;

/** A component in one environment: its workflow there, the environment's inputs with its own laid over, its own probes. */
export interface PlacedComponent {
  readonly workflow: string;
  readonly inputs: InputValues;
  readonly verify: readonly ProbeConfig[];
  /** The limits of its step; absent where there are none, and in plans stored by an earlier Waybill. */
  readonly settings?: StepSettings;
}

/** - `manual`: by command only · `auto`: when every environment before has it · `merge`: at every merge to the release branch. */
type PromoteMode = "manual" | "auto" | "merge";

export interface EnvironmentConfig {
  /** Numbers that are taken around a rollout; absent where there are none, and in plans stored by an earlier Waybill. */
  readonly measure?: MeasuresConfig;
  readonly name: string;
  readonly promote: PromoteMode;
  /** The environments that must have a release before this one may; empty at the pipeline's beginning. */
  readonly after: readonly string[];
  /** How many of them are enough (`core/after.ts`); absent where it takes all, and in plans stored by an earlier Waybill. */
  readonly afterAtLeast?: number;
  readonly inputs: InputValues;
  readonly url: string | null;
  /** Proves the release as a whole, after all components. */
  readonly verify: readonly ProbeConfig[];
  /** Workflows of the team's own that verify it, after all components; absent where there are none, and in plans stored by an earlier Waybill. */
  readonly verifyRuns?: readonly HookConfig[];
  /** Every component of the config, by name. */
  readonly components: Readonly<Record<string, PlacedComponent>>;
  /** Who may promote here. */
  readonly permission: PermissionRule;
  /** Absent where the config names none, and in plans stored by an earlier Waybill. */
  readonly gates?: GatesConfig;
  /** Which gates a hotfix is asked by; absent where the config says nothing: `USUAL_HOTFIX_GATES`. */
  readonly hotfix?: HotfixGates;
  /** Who goes first; absent where the config says nothing, and in plans stored by an earlier Waybill. */
  readonly queue?: QueueOrder;
  /** Absent where the config says nothing, and in plans stored by an earlier Waybill. */
  readonly rollout?: RolloutConfig;
  /** What happens besides when it is rolled back; absent where the config says nothing, and in plans stored by an earlier Waybill. */
  readonly rollback?: RollbackConfig;
  /** Its database; absent where the config says nothing, and in plans stored by an earlier Waybill. */
  readonly database?: DatabaseConfig;
  /** For how long it is asked again after a delivery; absent where the config says nothing, and in plans stored by an earlier Waybill. */
  readonly watch?: WatchConfig;
  /** Freezes that the config foresees; absent where there are none, and in plans stored by an earlier Waybill. */
  readonly freezes?: readonly ScheduledFreeze[];
}

/**
 * What makes a release. `tag`: a tag pushed by hand, or `/release`. `merge`: besides, every merge that bumps the version.
 * `command`: `/release` alone.
 */
export const RELEASE_MODES = ["tag", "merge", "command"] as const;
export type ReleaseMode = (typeof RELEASE_MODES)[number];

export interface ReleaseConfig extends ReleaseRules {
  /** Null: the repository's default branch. */
  readonly branch: string | null;
  /** Holds `{version}` exactly once. */
  readonly tag: string;
  readonly on: ReleaseMode;
  /** When the coming release is expected; absent where nothing is said of it. */
  readonly expected?: ExpectedRule;
  /** Groups of components that have one version together; absent where there are none. */
  readonly linked?: readonly (readonly string[])[];
  /** Who may give `/release`. */
  readonly permission: PermissionRule;
}

export interface Config {
  readonly components: readonly ComponentConfig[];
  readonly environments: readonly EnvironmentConfig[];
  readonly release: ReleaseConfig;
  /** Calendars of freezes; absent where there are none. */
  readonly freezes?: readonly FreezeCalendar[];
  /** The word that commands begin with; absent where they have none. */
  readonly prefix?: string;
  /** What is not to be written on GitHub; absent where nothing is left out. */
  readonly silent?: readonly GitHubChannel[];
  /** Signed receipts are uploaded to their releases, too; absent where they are not. */
  readonly receiptAsset?: true;
  /** How authors hear that their changes have arrived; absent where the config says nothing: in the last environments, on their pull requests. */
  readonly tellsAuthors?: TellsAuthors;
  /** Who is told outside of GitHub; absent where nobody is. */
  readonly channels?: readonly ChannelConfig[];
}

/** Where and how authors hear that their changes have arrived. */
export interface TellsAuthors {
  /** Null: in the last environments. */
  readonly environments: readonly string[] | null;
  /** Also on the issues that their pull requests have closed. */
  readonly issues: boolean;
  /** By a label, too. */
  readonly labels: boolean;
}

/** The environment of that name, or null. */
export function environmentNamed(config: Config, name: string): EnvironmentConfig | null {
  return config.environments.find((environment) => environment.name === name) ?? null;
}

/** The environments whose turn comes after `name`'s. */
export function environmentsAfter(config: Config, name: string): EnvironmentConfig[] {
  return config.environments.filter((environment) => environment.after.includes(name));
}

/** What decides on the pipeline's end; also asked before the whole config is resolved. */
type Placed = Pick<EnvironmentConfig, "name" | "promote" | "after">;

/**
 * The ends of the pipeline: the environments that no other comes after. Those that take every merge are no end
 * (they get no releases), unless there are no others.
 */
export function endsOf<Environment extends Placed>(environments: readonly Environment[]): Environment[] {
  const passed = new Set(environments.flatMap((environment) => environment.after));
  const ends = environments.filter((environment) => !passed.has(environment.name));
  const lasting = ends.filter((environment) => environment.promote !== "merge");
  return lasting.length > 0 ? lasting : ends;
}

/** The ends of the config's pipeline (`endsOf`): an arrival there is told to the authors of the changes. */
export function lastEnvironments(config: Config): EnvironmentConfig[] {
  return endsOf(config.environments);
}

/** The components' names in the order of a rollout: those of one layer go in parallel, after the layer before. */
export function rolloutOrder(config: Config): string[][] {
  return layersOf(new Map(config.components.map((component) => [component.name, component.needs])));
}

/** The environments' names in the order of the pipeline, in layers. */
export function pipelineOrder(config: Config): string[][] {
  return layersOf(new Map(config.environments.map((environment) => [environment.name, environment.after])));
}

/** Whether a role is at least another. */
export function roleIsAtLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}
