/** What telling channels needs from the outside world, as interfaces. */
import type { Spoken } from "../spoken.ts";
import type { Effect } from "../effects.ts";
import type { WaybillEvent } from "../events.ts";
import type { LaneKey } from "../ports.ts";
import type { TeamTemplates, TemplateSource } from "../team-templates.ts";

/** One POST to an address of a config. Reasons are parts of sentences, fit for publishing. */
export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  /** To be signed as Standard Webhooks: by what it is known, by which keys (newest first). Absent: unsigned. */
  readonly signed?: { readonly id: string; readonly keys: readonly Uint8Array[] };
}

/** What came back of it: nobody reads what is answered, but for the status and for when to come back (epoch ms; null: not said). */
export type Posted =
  | { readonly kind: "answered"; readonly status: number; readonly retryAt: number | null }
  /** No answer: another try may have one. */
  | { readonly kind: "silent"; readonly reason: string }
  /** It was not sent, and is not going to be before somebody has changed something. */
  | { readonly kind: "barred"; readonly reason: string };

/** What GitHub knows of a repository, for whoever speaks of it elsewhere. */
export interface RepositoryIntroduction {
  readonly owner: string;
  readonly name: string;
  /** For people: `https://github.com/owner/name`. */
  readonly url: string;
  /** The team's own templates, as pinned in the notes. */
  readonly templates: readonly TemplateSource[];
}

/** Posts, guarded as every request whose address stands in a config; never rejects. */
export type PostGuarded = (post: Post) => Promise<Posted>;

/** Tells a channel. @throws RetryLaterError where it says when to come back; any other error is tried again after a growing pause */
export type TellChannel = (
  lane: LaneKey,
  effect: Extract<Effect, { type: "tellChannel" }> & Spoken,
) => Promise<readonly WaybillEvent[]>;

/** Introduces a repository, with what is written in the templates. @throws as effects do */
export type IntroduceRepository = (
  lane: LaneKey,
  templates: TeamTemplates | undefined,
) => Promise<RepositoryIntroduction>;
