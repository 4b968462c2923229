/** What `waybill doctor` finds: one check, one line. */

/** `unknown`: it could not be looked at; the finding says why. */
export type CheckStatus = "ok" | "warning" | "problem" | "unknown";

export interface Check {
  /** What was looked at, as `clock`. Checks of one installation end with its id: `installation 4711`. */
  readonly check: string;
  readonly status: CheckStatus;
  /** What was found: whole sentences without secrets. */
  readonly found: string;
  /** How to mend it, in one sentence; null where nothing is to be done. */
  readonly mend: string | null;
}

/** Nothing to do. */
export function ok(check: string, found: string): Check {
  return { check, status: "ok", found, mend: null };
}

/** It works, yet not as it should. */
export function warning(check: string, found: string, mend: string): Check {
  return { check, status: "warning", found, mend };
}

/** Something does not work. */
export function problem(check: string, found: string, mend: string): Check {
  return { check, status: "problem", found, mend };
}

/** It could not be looked at. */
export function unknown(check: string, why: string, mend: string | null = null): Check {
  return { check, status: "unknown", found: why, mend };
}

/** `one, two and three`. */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** `1 job`, `2 jobs`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The code of a system's or library's error, `ENOTFOUND` for one, looked for in its causes too; null if there is none. */
export function codeOf(error: unknown): string | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ("code" in at && typeof at.code === "string") return at.code;
    const [first] = at instanceof AggregateError ? (at.errors as unknown[]) : [];
    if (first instanceof Error && "code" in first && typeof first.code === "string") return first.code;
  }
  return null;
}
