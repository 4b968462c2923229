/**
 * Gate: the release was not rolled back in another environment, for what goes by itself. Holds, and never fails: what waits goes on when the
 * quarantine there is lifted.
 * Looks at what this lane was told of the quarantine of the others, which may have changed since the release was asked for.
 */
import { isAmong } from "../rollback/pin.ts";
import { PASS, type GateFacts, type Verdict } from "./gate.ts";

/** Waits while the release is in quarantine somewhere, unless a person has asked for it. */
export function releaseIsNotKeptBack({ promotion, keptBack = {} }: GateFacts): Verdict {
  const { cause, cargo } = promotion;
  if (cause.kind === "command") return PASS;
  const where = Object.entries(keptBack).flatMap(([name, { bad }]) => (isAmong(bad, cargo) ? [name] : []));
  return where.length === 0
    ? PASS
    : { verdict: "wait", hold: { gate: "kept-back", version: cargo.version, environments: where } };
}
