/** Commands of one comment that get in each other's way. */
import type { Problem } from "../promotion.ts";
import type { CommandResult } from "./command.ts";
import type { ParsedLine } from "./grammar.ts";

/**
 * Why a command is not done after those above it in the same comment; null if nothing stands in its way. Somebody who writes `/release` and
 * then `/promote prod` means the release that is only being made; without a version the command would take the one before.
 */
export function clashOf(line: ParsedLine, above: readonly CommandResult[]): Problem | null {
  const isReleasing = above.some(
    (result) =>
      result.kind === "events" && result.events.some(({ event }) => event.type === "ReleaseRequested"),
  );
  const isOpen = line.kind === "command" && line.name === "promote" && line.args[1] === undefined;
  if (!isReleasing || !isOpen) return null;
  return { code: "release-first", detail: { again: line.text } };
}
