/** What happens in a case, noted as it happens and told only where somebody wants to know. */
import type { JobReport } from "../../src/engine/report.ts";

type Line = readonly [at: number, text: string | (() => string)];

export class Story {
  readonly #lines: Line[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(text: string | (() => string)): void {
    this.#lines.push([this.#now(), text]);
  }

  /** What a process has done. */
  done(who: string, { type, attempt, outcome, error, ledTo }: JobReport): void {
    this.add(() => {
      const tries = attempt > 1 ? `, attempt ${attempt}` : "";
      const end = outcome === "done" ? "" : `: ${outcome} (${error ?? ""})`;
      return `  ${who} does ${type}${tries}${end}${ledTo.length > 0 ? ` -> ${ledTo.join(", ")}` : ""}`;
    });
  }

  tell(): string[] {
    return this.#lines.map(([at, text]) => {
      const time = new Date(at).toISOString().slice(11, 23);
      return `${time} ${typeof text === "string" ? text : text()}`;
    });
  }
}
