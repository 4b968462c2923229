/** Findings about a config, as they are collected while it is resolved. */
import type { Budget } from "../calendar/recurrence.ts";
import { closest } from "../suggest.ts";
import type { Reach } from "./addresses.ts";
import type { Ceiling } from "./ceiling.ts";
import type { Path } from "./located.ts";
import type { Finding } from "./problems.ts";

/** What a config is held against besides itself. */
export interface Bounds {
  /** Whether an address would be asked. Default: nobody knows. */
  readonly reach?: Reach | undefined;
  /** What no permission may go beyond; null for none. */
  readonly ceiling?: Ceiling | null;
}

/** Collects findings on the way. */
export class Findings {
  readonly wrong: Finding[] = [];
  readonly doubtful: Finding[] = [];
  /** For how many days the rules of one config are worked out. */
  readonly budget: Budget = { left: 200_000 };
  readonly reach: Reach;
  readonly ceiling: Ceiling | null;

  constructor({ reach, ceiling = null }: Bounds = {}) {
    this.reach = reach ?? (() => ({ kind: "unknown" }));
    this.ceiling = ceiling;
  }

  refuse(path: Path, message: string, mend: string, part: "key" | "value" = "value"): void {
    this.wrong.push({ path, part, message, mend });
  }

  unknown(path: Path, what: string, name: string, known: readonly string[]): void {
    const near = closest(name, known);
    const mend = near === null ? `known are ${known.slice(0, 20).join(", ")}` : `did you mean \`${near}\`?`;
    this.refuse(path, `there is no ${what} \`${name}\``, mend);
  }
}
