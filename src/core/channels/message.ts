/** What channels are told, as data: facts and names, no sentences. Texts in it are as strangers wrote them. */
import type { ExpectedDate } from "../calendar/expected.ts";
import type { BreakingChange } from "../notes/index.ts";
import type { Problem } from "../problem.ts";
import type { PromotionClass } from "../promotion.ts";
import type { DriftView } from "../watch.ts";
import type { ChannelEvent } from "./model.ts";

interface MessageHead {
  /** What it is known by in its repository: the same whenever it is told, and no other has it. */
  readonly name: string;
  /** When it happened, epoch milliseconds. */
  readonly at: number;
}

/** Something became of a promotion. */
export interface PromotionMessage extends MessageHead {
  readonly about: "promotion";
  readonly event: Extract<
    ChannelEvent,
    "started" | "approval-wanted" | "delivered" | "rolled-back" | "failed" | "cancelled" | "needs-human"
  >;
  readonly promotionId: string;
  readonly environment: string;
  readonly version: string;
  readonly tag: string | null;
  readonly sha: string;
  readonly class: PromotionClass;
  /** What it replaces; null where nothing ran there. */
  readonly from: string | null;
  readonly changeCount: number | null;
  /** The components that it rolls out. */
  readonly components: readonly string[];
  /** Logins; null where it went by itself. */
  readonly requestedBy: string | null;
  readonly approvedBy: readonly string[];
  /** Of a rollback: why. */
  readonly reason: string | null;
  /** Where it can be seen, as the config says. */
  readonly url: string | null;
  /** Where it is talked about; null where there is no such place. */
  readonly issue: number | null;
  /** Whether the running system itself was asked. */
  readonly proven: boolean;
  readonly problem: Problem | null;
  /** Who has cancelled it; null where nobody has. */
  readonly cancelledBy: string | null;
}

/** Something is to be known of a release. */
export interface ReleaseMessage extends MessageHead {
  readonly about: "release";
  readonly event: Extract<
    ChannelEvent,
    "noticed" | "breaking" | "date-changed" | "soon" | "released" | "hotfix"
  >;
  readonly version: string;
  /** Null before it is tagged. */
  readonly tag: string | null;
  readonly sha: string | null;
  readonly changeCount: number;
  /** Of `noticed` and `released` all that breaks, of `breaking` what has come in; bounded. */
  readonly breaking: readonly BreakingChange[];
  /** How many more there are than are listed. */
  readonly more: number;
  /** The components that it changes; null where nobody knows. */
  readonly components: readonly string[] | null;
  readonly expected: ExpectedDate | null;
  /** When it was expected before. */
  readonly was: ExpectedDate | null;
  /** The notice; null where there is none yet. */
  readonly issue: number | null;
}

/** A person has frozen an environment, or lifted that. */
export interface FreezeMessage extends MessageHead {
  readonly about: "freeze";
  readonly event: Extract<ChannelEvent, "frozen" | "unfrozen">;
  readonly environment: string;
  readonly by: string;
  /** Null: until it is lifted. */
  readonly until: number | null;
  readonly reason: string | null;
}

/** What was delivered runs no more, does again, or nobody knows. */
export interface DriftMessage extends MessageHead, Omit<DriftView, "template" | "at"> {
  readonly about: "drift";
  readonly event: Extract<ChannelEvent, "drifted">;
  /** Where it is talked about; null where that is the notice. */
  readonly issue: number | null;
}

/** Nothing has happened: somebody tries whether the channel works. */
export interface TestMessage extends MessageHead {
  readonly about: "test";
  readonly event: "test";
}

export type ChannelMessage = PromotionMessage | ReleaseMessage | FreezeMessage | DriftMessage | TestMessage;
