/** How much changes move a version. Loads nothing: what only reads a config needs it. */
import type { Bump } from "./types.ts";

const RANK: Readonly<Record<Bump, number>> = { patch: 1, minor: 2, major: 3 };

/** Orders bumps: 0 for none, 3 for major. */
export function rankOf(bump: Bump | null): number {
  return bump === null ? 0 : RANK[bump];
}

/** The higher of two bumps. */
export function higherBump(one: Bump | null, other: Bump | null): Bump | null {
  return rankOf(one) >= rankOf(other) ? one : other;
}
