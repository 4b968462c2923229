/** Ends of a command that are nobody's bug. */

/** What to say, and the exit code. */
export class Refusal extends Error {
  readonly code: 1 | 2 | 3;

  constructor(code: 1 | 2 | 3, message: string) {
    super(message);
    this.name = "Refusal";
    this.code = code;
  }
}

/** Text of others on a terminal: no control characters. */
export function plain(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, "?");
}
