/**
 * Gate: a deploy window is open. Looks at the environment's windows and holidays as the promotion's plan has them; opens at a moment that is
 * known, and says it. What has begun goes on to its end, whatever closes meanwhile.
 */
import { openingAt } from "../calendar/windows.ts";
import { PASS, type GateFacts, type Verdict } from "./gate.ts";

export interface WindowHold {
  readonly gate: "window";
  /** When the next window opens, epoch milliseconds. */
  readonly opens: number;
  /** The IANA time zone of that window. */
  readonly zone: string;
}

/** Waits for the next window; fails where none opens any more, or where nobody knows whether it is a holiday. */
export function windowIsOpen({ at, promotion }: GateFacts): Verdict {
  const { gates, name: environment } = promotion.plan.environment;
  if (gates?.windows === undefined) return PASS;
  const opening = openingAt(gates.windows, at);
  switch (opening.kind) {
    case "open":
      return PASS;
    case "opens":
      return {
        verdict: "wait",
        hold: { gate: "window", opens: opening.at, zone: opening.zone },
        next: opening.at,
      };
    case "never":
      return { verdict: "fail", problem: { code: "windows-over", detail: { environment } } };
    case "unknown": {
      const until = Number.isFinite(opening.until)
        ? new Date(opening.until).toISOString().slice(0, 10)
        : null;
      const detail = { environment, calendar: gates.windows.calendar, until };
      return { verdict: "fail", problem: { code: "holidays-unknown", detail } };
    }
  }
}
