/**
 * What a gate says of a promotion. One file a gate: what it looks at, and its evaluation. Gates are evaluated whenever something happens in the
 * environment, and once more right before anything of a rollout begins.
 */
import type { Problem, Promotion } from "../promotion.ts";

/** - `wait`: not now; it goes on by itself, or at a person's word · `fail`: it never will */
export type Verdict =
  | { readonly verdict: "pass" }
  | { readonly verdict: "wait"; readonly hold: Hold }
  | { readonly verdict: "fail"; readonly problem: Problem };

/** Why a promotion is not begun, as data: the sentence is in `templates/partials/held.hbs`. Times are epoch milliseconds. */
export type Hold =
  | {
      readonly gate: "freeze";
      /** Who froze the environment. */
      readonly by: string;
      readonly reason: string | null;
      /** When it ends by itself; null: only by a person's word. */
      readonly until: number | null;
    }
  | {
      /** It was held so long that a person is asked whether it is still wanted. */
      readonly gate: "long-hold";
    };

/** A promotion that waits for a gate, and since when; kept from one gate to the next. */
export interface Held {
  readonly since: number;
  readonly hold: Hold;
}

/** What the gates of an environment look at. */
export interface GateFacts {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly promotion: Promotion;
  /** The freeze that the environment is under, also one whose time has run out; null without one. */
  readonly freeze: Freeze | null;
}

/** Nothing begins in a frozen environment. */
export interface Freeze {
  readonly by: string;
  readonly at: number;
  readonly until: number | null;
  readonly reason: string | null;
}

export const PASS: Verdict = { verdict: "pass" };
