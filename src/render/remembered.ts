/** Lines that were written before: a notice is drawn again at each merge, and all but one of its changes are those of the last time. */
import type { ChangeLine } from "./views.ts";

type Write = (line: unknown, options: unknown) => string;

/** So many lines are remembered; then it begins anew. */
const MOST = 4_000;
/** Longer ones are written again: there are few, and they would take the room. */
const LONGEST = 1_000;
/** Stands in no line of a commit's. */
const BETWEEN = "\u0000";

/**
 * Writes the partial `change`, and remembers what came of each line. It is given nothing but the line, so the same line is written in the same way.
 */
export function rememberedChanges(write: Write): Write {
  const known = new Map<string, string>();
  return (line, options) => {
    const key = keyOf(line);
    if (key === null) return write(line, options);
    const before = known.get(key);
    if (before !== undefined) return before;
    const written = write(line, options);
    if (known.size >= MOST) known.clear();
    known.set(key, written);
    return written;
  };
}

/** All that the partial shows; null for what is no whole line, or a long one. */
function keyOf(line: unknown): string | null {
  const { scope, text, pull, sha, author } = line as Partial<ChangeLine>;
  if (
    scope === undefined ||
    text === undefined ||
    pull === undefined ||
    sha === undefined ||
    author === undefined
  )
    return null;
  const key = `${scope === null ? "" : `:${scope}`}${BETWEEN}${pull ?? ""}${BETWEEN}${sha ?? ""}${BETWEEN}${author === null ? "" : `:${author}`}${BETWEEN}${text}`;
  return key.length > LONGEST ? null : key;
}
