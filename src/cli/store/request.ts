/** What the commands on the store are asked, and which store. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { readEnvironment } from "../../environment.ts";
import { typedFolder } from "../typed.ts";
import { Refusal } from "./refusal.ts";

/** What was typed: files, and which of the flags. */
export interface StoreRequest<Flag extends string> {
  readonly files: readonly string[];
  readonly flags: Readonly<Record<Flag, boolean>>;
}

/** Reads the arguments; `help` where that was asked. Throws Refusal at what is not known. */
export function storeRequest<Flag extends string>(
  argv: readonly string[],
  flags: readonly Flag[],
): StoreRequest<Flag> | "help" {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { ...booleans(flags), help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
    const typed: Readonly<Record<string, unknown>> = values;
    if (typed["help"] === true) return "help";
    const given = Object.fromEntries(flags.map((name) => [name, typed[name] === true]));
    return { files: positionals, flags: given as Record<Flag, boolean> };
  } catch (error) {
    throw new Refusal(2, error instanceof Error ? error.message : String(error));
  }
}

function booleans(names: readonly string[]): Record<string, { readonly type: "boolean" }> {
  return Object.fromEntries(names.map((name) => [name, { type: "boolean" } as const]));
}

/** The one file that was named; `-` stays. Throws Refusal for none or several. */
export function theFile(files: readonly string[]): string {
  const [file, ...others] = files;
  if (file === undefined || file === "") throw new Refusal(2, "Name the file.");
  if (others.length > 0) throw new Refusal(2, "Name one file only.");
  return file === "-" ? file : resolve(typedFolder(), file);
}

/** DATABASE_URL as the server reads it, and the folder that a relative path in it is relative to. Throws Refusal if it is wrong. */
export function storeSettings(): { readonly databaseUrl: string; readonly cwd: string } {
  const cwd = process.cwd();
  const reading = readEnvironment(process.env, cwd);
  const { databaseUrl } = reading.ok ? reading.settings : reading.incomplete;
  const wrong = reading.ok ? undefined : reading.problems.find(({ variable }) => variable === "DATABASE_URL");
  // The other settings are the server's; none of them is needed here.
  if (wrong !== undefined) throw new Refusal(2, wrong.problem, wrong.mend);
  return { databaseUrl, cwd };
}
