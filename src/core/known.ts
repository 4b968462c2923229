/** What an environment's lane has heard already, so that a word that is heard twice is one word. */
import type { PromotionId } from "./ids.ts";

/** Enough for duplicates, bounded for years of use. */
const KNOWN_KEPT = 500;

interface Hearing {
  readonly known: readonly PromotionId[];
}

/** The lane, knowing one name more: a promotion's id, or that of a word on a run (`r77`) or on a freeze (`f77`). */
export function withKnown<Lane extends Hearing>(lane: Lane, name: string): Lane {
  return { ...lane, known: [...lane.known, name as PromotionId].slice(-KNOWN_KEPT) };
}

/** Whether the lane has heard it. */
export function isKnown({ known }: Hearing, name: string): boolean {
  return known.some((one) => one === name);
}
