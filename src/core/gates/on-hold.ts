/**
 * Gate: nobody has stopped the version (`/hold`). Holds, and never fails: what waits goes on when it is let go. Looks at what this lane was told of the
 * versions that are held.
 */
import { PASS, type GateFacts, type Verdict } from "./gate.ts";

/** Waits while a person holds the version. */
export function versionIsNotHeld({ promotion, holds = [] }: GateFacts): Verdict {
  const found = holds.find(({ version }) => version === promotion.cargo.version);
  if (found === undefined) return PASS;
  return { verdict: "wait", hold: { gate: "on-hold", ...found } };
}
