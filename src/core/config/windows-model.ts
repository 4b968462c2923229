/** What an environment's deploy windows and scheduled freezes come to. Plain data, as a promotion keeps it. Times are epoch milliseconds. */
import type { Rule } from "../calendar/rule.ts";
import type { Span } from "../calendar/spans.ts";

/**
 * A time in which something may begin.
 * - `weekly`: on these weekdays (0 for Sunday) while the clock there shows a time from the one minute of the day up to the other; where that is
 *   not later, it goes on past midnight
 * - `rule`: for so long from each time on at which the rule recurs; `start` is a local time
 */
export type DeployWindow =
  | {
      readonly kind: "weekly";
      readonly days: readonly number[];
      readonly from: number;
      readonly to: number;
      readonly zone: string;
    }
  | {
      readonly kind: "rule";
      readonly rule: Rule;
      readonly start: number;
      readonly lengthMs: number;
      readonly zone: string;
    };

/** When something may begin in an environment. */
export interface WindowsConfig {
  /** One of them open is enough. */
  readonly open: readonly DeployWindow[];
  /** The file with the days on which none is; null without one. */
  readonly calendar: string | null;
  /** What is in that file, where it has been read. */
  readonly holidays?: Holidays;
}

/** What of a calendar is known: when no window is open. */
export interface Holidays {
  /** By the clock of the window's zone: local times. */
  readonly floating: readonly Span[];
  readonly fixed: readonly Span[];
  /** Up to when they are known; nothing begins after it, for it may be a holiday. */
  readonly until: number;
}

/** A freeze that the config foresees. */
export interface ScheduledFreeze {
  readonly from: number;
  readonly until: number;
  readonly reason: string | null;
}

/** A calendar file each event of which is a freeze. */
export interface FreezeCalendar {
  readonly calendar: string;
  /** Of days, and of times without a zone. */
  readonly zone: string;
  readonly environments: readonly string[];
  /** Where the config names it. */
  readonly at: readonly (string | number)[];
}
