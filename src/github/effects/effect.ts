/** What performing an effect needs, and the shape of a performer. One file an effect, or a family that shares its looking. */
import type { Reach } from "../../core/config/addresses.ts";
import type { Effect, EffectType } from "../../core/effects.ts";
import type { WaybillEvent } from "../../core/events.ts";
import type { AskGate, Clock, LaneKey, LaneReader } from "../../core/ports.ts";
import type { KeepReceipt } from "../../core/receipt/ports.ts";
import type { TextRenderer } from "../../core/wording.ts";
import type { RepositoryClient } from "../client.ts";
import type { Measure, Refusals } from "../refusals.ts";

export interface EffectContext {
  readonly client: RepositoryClient;
  readonly lane: LaneKey;
  /** What other lanes know: without locking them, so as it was a moment ago. */
  readonly lanes: LaneReader;
  readonly clock: Clock;
  readonly text: TextRenderer;
  /** Above 1, an earlier attempt may have done the work: look first. */
  readonly attempt: number;
  /** What this effect was refused so far. */
  readonly refusals: Refusals;
  /** How long a run is looked for whose dispatch was not answered. */
  readonly lostAnswerWaitMs: number;
  readonly askGate: AskGate;
  /** Null: no receipt is kept. */
  readonly keepReceipt: KeepReceipt | null;
  /** Whether an address would be asked. */
  readonly reach: Reach;
}

/** What looking takes: what is found out for an effect can be found out for a plan, of which nothing is done. */
export type LookContext = Omit<EffectContext, "lane" | "text" | "keepReceipt" | "reach" | "lostAnswerWaitMs">;

/** Performs one kind of effect: answers what it observed, or throws to be tried again. */
export type Performer<Type extends EffectType> = (
  context: EffectContext,
  effect: Extract<Effect, { type: Type }>,
) => Promise<readonly WaybillEvent[]>;

/**
 * Whether what a call failed with is GitHub's last word on it: a refusal that the same call has met before, right before this. Counts it, so that
 * each failure is to be heard once.
 */
export function isBelieved(
  { refusals }: Pick<EffectContext, "refusals">,
  error: unknown,
  measure?: Measure,
): boolean {
  return refusals.heard(error, measure)?.isBelieved === true;
}

/** The owner and name that every call takes. */
export function place(client: RepositoryClient): { readonly owner: string; readonly repo: string } {
  return { owner: client.owner, repo: client.repo };
}
