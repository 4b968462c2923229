/** Looks at GitHub for what webhooks missed: what is looked at, and what is remembered of it. */
import type { RepositoryKey } from "./ports.ts";

/** What the reconciler looks at: the App's own deliveries, where the App is installed, one repository. */
export type LookSubject =
  | { readonly kind: "deliveries" }
  | { readonly kind: "installations" }
  | ({ readonly kind: "repository" } & RepositoryKey);

/** When a subject was looked at last, by our clock, and for how long that is enough. */
export interface LookTimes {
  readonly subject: LookSubject;
  readonly lookedAt: number;
  readonly pauseMs: number;
}

/** The last look at a subject: how many have failed in a row, and what it remembers for the next (JSON; null for nothing yet). */
export interface StoredLook extends LookTimes {
  readonly failures: number;
  readonly memory: unknown;
}
