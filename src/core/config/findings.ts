/** Findings about a config, as they are collected while it is resolved. */
import { closest } from "../suggest.ts";
import type { Path } from "./located.ts";
import type { Finding } from "./problems.ts";

/** Collects findings on the way. */
export class Findings {
  readonly wrong: Finding[] = [];
  readonly doubtful: Finding[] = [];

  refuse(path: Path, message: string, mend: string, part: "key" | "value" = "value"): void {
    this.wrong.push({ path, part, message, mend });
  }

  unknown(path: Path, what: string, name: string, known: readonly string[]): void {
    const near = closest(name, known);
    const mend = near === null ? `known are ${known.slice(0, 20).join(", ")}` : `did you mean \`${near}\`?`;
    this.refuse(path, `there is no ${what} \`${name}\``, mend);
  }
}
