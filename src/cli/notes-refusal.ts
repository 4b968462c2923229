/** Ends of a command that are nobody's bug. */
import { GitError } from "./git-process.ts";

/** What to say, and the exit code. */
export class Refusal extends Error {
  readonly code: 1 | 2 | 3;

  constructor(code: 1 | 2 | 3, message: string) {
    super(message);
    this.name = "Refusal";
    this.code = code;
  }
}

/** What a command that reads a clone ends with. Throws again what is a bug. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof GitError) return new Refusal(error.kind === "missing" ? 3 : 1, plain(error.message));
  throw error;
}

/** Text of others on a terminal: no control characters. */
export function plain(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, "?");
}
