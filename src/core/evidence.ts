/** What the running system said when it was asked for its version. Plain data: it is stored as JSON. */

/**
 * What one look at the running system gave.
 *
 * - `confirmed`: it named what is to run · `answers`: it answered, which is all that the probe can tell (`core/reachability.ts`)
 * - `other-version`: it named something else, or nothing that can be read · `no-answer`
 */
export interface Evidence {
  readonly at: number;
  readonly url: string;
  readonly outcome: "confirmed" | "answers" | "other-version" | "no-answer";
  readonly observed: string | null;
  readonly detail: string;
  /** What each address said, where the probe has several (`core/addresses.ts`); else absent. */
  readonly addresses?: readonly AddressEvidence[];
}

/** What one of several addresses said in a look. */
export type AddressEvidence = Pick<Evidence, "url" | "outcome" | "observed" | "detail">;

/** Whether a look found what was wanted. */
export function isGood({ outcome }: Pick<Evidence, "outcome">): boolean {
  return outcome === "confirmed" || outcome === "answers";
}

/** The state of one probe of one place. `confirmations` are consecutive; one wrong answer begins again. */
export interface ProbeState {
  readonly confirmations: number;
  /** Those of each address, where the probe has several: `confirmations` is how often enough of them have confirmed it. */
  readonly counts?: readonly number[];
  readonly looks: number;
  readonly startedAt: number;
  readonly evidence: readonly Evidence[];
  readonly result: "asking" | "confirmed" | "refuted" | "unknown";
}
