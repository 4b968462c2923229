/** What an environment's `gates` and `hotfix` come to: which gates are asked there, and which of them a hotfix is asked by. */
import type { Role } from "./model.ts";
import type { WindowsConfig } from "./windows-model.ts";

/** What stands between a release and its beginning. Each is absent where the config names none. */
export interface GatesConfig {
  /** For how long every environment before must have run the release in one stay. */
  readonly soakMs?: number;
  readonly checks?: ChecksConfig;
  readonly approvals?: ApprovalsConfig;
  readonly windows?: WindowsConfig;
  /** Services that are asked; at least one. */
  readonly external?: readonly ExternalGateConfig[];
}

/** Checks that must have succeeded on the release's commit. */
export interface ChecksConfig {
  /** Those that the release branch's protection and rulesets demand, besides. */
  readonly required: boolean;
  readonly named: readonly NamedCheck[];
}

/** A check run by its name, or a commit status by its context. */
export interface NamedCheck {
  readonly name: string;
  /** The App that must have made it: its slug or its id. Null: whoever made it; a status is made by no App. */
  readonly app: string | number | null;
}

/** Who must have approved a release for the environment. Somebody counts by any of role, users and teams. */
export interface ApprovalsConfig {
  readonly count: number;
  /** Null: nobody counts by their role. */
  readonly role: Role | null;
  /** Numeric user ids. */
  readonly users: readonly number[];
  /** Slugs of teams of the organisation that owns the repository. */
  readonly teams: readonly string[];
  /** Whether the authors of the release's changes do not count. */
  readonly excludeAuthors: boolean;
  /** For how long an approval counts. */
  readonly expiresMs: number;
}

/** A service of the users' own that is asked whether something may begin. */
export interface ExternalGateConfig {
  readonly name: string;
  readonly url: string;
  /** For one question. */
  readonly timeoutMs: number;
}

/** What a hotfix may pass by. */
export const HOTFIX_GATES = ["soak", "checks", "approvals", "freeze", "windows", "external"] as const;
export type HotfixGate = (typeof HOTFIX_GATES)[number];

/** - `skip`: it is not asked for a hotfix · `keep`: it is asked like for any release */
export type HotfixGates = Readonly<Record<HotfixGate, "skip" | "keep">>;

/** What holds where the config says nothing, also in plans that were stored before there was a choice. */
export const USUAL_HOTFIX_GATES: HotfixGates = {
  soak: "skip",
  checks: "keep",
  approvals: "keep",
  freeze: "keep",
  windows: "skip",
  external: "keep",
};
