/** What a team says of its notes and versions, resolved. Loads nothing: `waybill validate` needs it. */
import type { Audience } from "../audiences.ts";
import type { Bump } from "../notes/types.ts";
import type { VersionPolicy } from "../notes/versions.ts";

/** The presets whose commits Waybill can read: those with a `type: text` header and a list of types. Their tables are in `src/presets`. */
export const PRESETS = ["conventionalcommits", "angular", "eslint", "express"] as const;
export type PresetName = (typeof PRESETS)[number];

/** What a team says of one type; what it leaves out is the preset's. */
export interface SectionRule {
  /** In lower case. */
  readonly type: string;
  readonly title?: string;
  readonly hidden: boolean;
  /** Null: no release. */
  readonly bump?: Bump | null;
}

/** By what the changes of one section may be grouped. */
export type ChangeGrouping = "scope" | "component";

/** What notices and notes show besides the changes. What goes without saying is absent. */
export interface ReleaseContent {
  /** Nobody is named. */
  readonly contributors?: false;
  /** How to get at the coming release early, in the team's words. */
  readonly earlyAccess?: string;
  /** By what the changes of a section are grouped; absent where they are not. */
  readonly groupBy?: ChangeGrouping;
  /** The files that tell the dependencies; none: nothing is told of them. Absent: the usual ones. */
  readonly dependencies?: readonly string[];
}

/** What the config says of notes and versions. What goes without saying is absent. */
export interface ReleaseRules extends ReleaseContent {
  readonly preset?: PresetName;
  readonly sections?: readonly SectionRule[];
  readonly policy?: Pick<VersionPolicy, "initial" | "bumpMinorPreMajor" | "bumpPatchForMinorPreMajor">;
  /** The file that lists the releases, as a path from the repository's root. */
  readonly changelog?: string;
  /** Names and patterns of the files that a release has before it is published. */
  readonly assets?: readonly string[];
  /** For whom, besides the team, a release is worded. */
  readonly audiences?: readonly Audience[];
  /** A pull request whose title fits no section fails its preview. */
  readonly strict?: true;
}
