/** The options of a command that takes nothing else. */
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { plain, Refusal } from "./notes-refusal.ts";

type Parsed<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; strict: true; allowPositionals: false }>
>["values"];

/** Reads the options. Throws a `Refusal` of code 2 that says which of them is wrong. */
export function optionsOf<const Options extends ParseArgsOptionsConfig>(
  argv: readonly string[],
  options: Options,
): Parsed<Options> {
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new Refusal(2, error instanceof Error ? plain(error.message) : "the arguments cannot be read");
  }
}
