/**
 * What a gate says of a promotion. One file a gate: what it looks at, and its evaluation. Gates are evaluated whenever something happens in the
 * environment, and once more right before anything of a rollout begins.
 */
import type { Approval } from "../approvals.ts";
import type { VersionHold } from "../hold.ts";
import type { AskedFix } from "../hotfix-guard.ts";
import type { Problem, Promotion } from "../promotion.ts";
import type { ApprovalsHold } from "./approvals.ts";
import type { ChecksHold } from "./checks.ts";
import type { ExternalHold } from "./external.ts";
import type { FindingName } from "./findings.ts";
import type { OutOfBandRun } from "../out-of-band.ts";
import type { OutOfBandHold } from "./out-of-band.ts";
import type { SoakHold } from "./soak.ts";
import type { KeptBack, Pin } from "../rollback/pin.ts";
import type { WindowHold } from "./windows.ts";

/** - `wait`: not now; it goes on by itself, or at a person's word · `fail`: it never will */
export type Verdict =
  | { readonly verdict: "pass" }
  | {
      readonly verdict: "wait";
      readonly hold: Hold;
      /** The moment at which it may be otherwise without anything happening here, epoch ms; absent: none is known. */
      readonly next?: number;
      /** What of the world outside is worth another look; absent where that would change nothing. */
      readonly look?: FindingName;
    }
  | { readonly verdict: "fail"; readonly problem: Problem };

/** Why a promotion is not begun, as data: the sentence is in `templates/partials/held.hbs`. Times are epoch milliseconds. */
export type Hold =
  | {
      readonly gate: "freeze";
      /** Who froze the environment; null: the config foresees it. */
      readonly by: string | null;
      readonly reason: string | null;
      /** When it ends by itself; null: only by a person's word. */
      readonly until: number | null;
    }
  | {
      /** It was held so long that a person is asked whether it is still wanted. */
      readonly gate: "long-hold";
    }
  | {
      /** Nobody has looked yet at what another gate needs. */
      readonly gate: "looking";
      readonly what: FindingName;
    }
  | {
      /** What another gate needs could not be found out; it is tried again. */
      readonly gate: "unseen";
      readonly what: FindingName;
      readonly message: string;
    }
  | OutOfBandHold
  | {
      /** A hotfix whose fix it lacks is on its way. */
      readonly gate: "hotfix";
      readonly version: string;
      /** The pull request that brings the fix to the release branch; null as long as there is none. */
      readonly pull: number | null;
    }
  | {
      /** The environment was rolled back: nothing goes there by itself before a person has lifted the pin. */
      readonly gate: "pinned";
      /** Who has rolled back; null where Waybill did by itself. */
      readonly by: string | null;
      readonly at: number;
      readonly reason: string | null;
    }
  | {
      /** It was rolled back in these environments: it goes by itself nowhere before a person has lifted that. */
      readonly gate: "kept-back";
      readonly version: string;
      readonly environments: readonly string[];
    }
  | ({
      /** A person has stopped the version. */
      readonly gate: "on-hold";
    } & VersionHold)
  | SoakHold
  | ChecksHold
  | ApprovalsHold
  | ExternalHold
  | WindowHold;

/** A promotion that waits for gates, and since when; kept from one gate to the next. */
export interface Held {
  readonly since: number;
  /** The first gate that it waits for. */
  readonly hold: Hold;
  /** The others; absent where there is none. */
  readonly also?: readonly Hold[];
  /** Since when a freeze has held it without a break; absent where none does, and in what an earlier Waybill stored. */
  readonly frozenSince?: number;
}

/** What the gates of an environment look at. */
export interface GateFacts {
  /** Epoch milliseconds. */
  readonly at: number;
  /** With what was found out for it (`findings`). */
  readonly promotion: Promotion;
  /** The freeze that the environment is under, also one whose time has run out; null without one. */
  readonly freeze: Freeze | null;
  /** Every approval that the lane has heard, for whatever release. */
  readonly approvals: readonly Approval[];
  /** Runs that are at work here and that Waybill did not start; absent where there are none. */
  readonly runs?: readonly OutOfBandRun[];
  /** What the last rollback has left; null or absent without one. */
  readonly pin?: Pin | null;
  /** What is in quarantine in the other environments, by name; absent: nothing. */
  readonly keptBack?: Readonly<Record<string, KeptBack>>;
  /** Versions that people have stopped; absent: none. */
  readonly holds?: readonly VersionHold[];
  /** The fixes of hotfixes that it may not lose; absent: none. */
  readonly fixes?: readonly AskedFix[];
  /** What a person has lifted of the freezes that the config foresees; null for nothing. */
  readonly lifted?: Lifted | null;
}

/** Nothing begins in a frozen environment. */
export interface Freeze {
  readonly by: string;
  readonly at: number;
  readonly until: number | null;
  readonly reason: string | null;
}

/** A person's word about the freezes that the config foresees: those that had begun by then are lifted until their end. */
export interface Lifted {
  readonly at: number;
  readonly until: number;
}

export const PASS: Verdict = { verdict: "pass" };

/** Whether a promotion waits for a gate of this kind, among others. */
export function isHeldBy({ held }: Pick<Promotion, "held">, gate: Hold["gate"]): boolean {
  return held !== undefined && [held.hold, ...(held.also ?? [])].some((hold) => hold.gate === gate);
}
