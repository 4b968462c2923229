/** What the running system said when it was asked for its version. Plain data: it is stored as JSON. */

/** What one look at the running system gave. */
export interface Evidence {
  readonly at: number;
  readonly url: string;
  readonly outcome: "confirmed" | "other-version" | "no-answer";
  readonly observed: string | null;
  readonly detail: string;
}

/** The state of one probe of one place. `confirmations` are consecutive; one wrong answer begins again. */
export interface ProbeState {
  readonly confirmations: number;
  readonly looks: number;
  readonly startedAt: number;
  readonly evidence: readonly Evidence[];
  readonly result: "asking" | "confirmed" | "refuted" | "unknown";
}
