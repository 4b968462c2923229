/**
 * Regular expressions of a config, laid over what systems answer. Both are hostile: so by RE2's rules, which match in time linear in the text, and
 * with a bound on the pattern's own size, since that is the other factor.
 * https://github.com/google/re2/wiki/Syntax
 */
import { RE2JS, RE2JSException } from "re2js";

/** A pattern that was compiled. */
export type Pattern = RE2JS;

export type PatternReading =
  | { readonly ok: true; readonly pattern: Pattern }
  | { readonly ok: false; readonly problem: string; readonly mend: string };

const MAX_PATTERN_LENGTH = 200;
/** Instructions, repetitions written out. The most of them take 64 KiB of the worst text through in a fifth of a second. */
const MAX_SIZE = 100;
const SAMPLE = "`version=(\\S+)`";

/** Compiles a pattern that has a group to read; else says in half sentences what is wrong, and how to mend it. */
export function readPattern(text: string): PatternReading {
  if (text.length > MAX_PATTERN_LENGTH)
    return refusal(`a pattern has at most ${MAX_PATTERN_LENGTH} characters`, "shorten it");
  try {
    const pattern = RE2JS.compile(text);
    if (pattern.programSize() > MAX_SIZE)
      return refusal("the pattern is too large with its repetitions", "use `+` or `*` in place of `{1,100}`");
    if (pattern.groupCount() < 1)
      return refusal("the pattern has no group", `put the version in parentheses, as in ${SAMPLE}`);
    return { ok: true, pattern };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const reason = error.message.replace(/^error parsing regexp: /, "");
    return refusal(
      `not a pattern that RE2 knows: ${reason}`,
      `write one such as ${SAMPLE}; there are no \`(?=…)\`, \`(?<!…)\` and \`\\1\``,
    );
  }
}

function refusal(problem: string, mend: string): PatternReading {
  return { ok: false, problem, mend };
}

/** What the first group of a pattern holds at the first place where it matches; null where it matches nowhere, or without that group. */
export function firstGroup(pattern: Pattern, text: string): string | null {
  const matcher = pattern.matcher(text);
  return matcher.find() ? matcher.group(1) : null;
}
