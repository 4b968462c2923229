/**
 * `BEGIN_COMMIT_OVERRIDE … END_COMMIT_OVERRIDE` in the body of a merged pull request: replaces the message of its commits.
 * https://github.com/googleapis/release-please#how-can-i-fix-release-notes
 */
import { MESSAGE_LIMIT, visibleLines } from "./body.ts";
import type { Commit } from "./types.ts";

const BEGIN = "BEGIN_COMMIT_OVERRIDE";
const END = "END_COMMIT_OVERRIDE";

/** The text that replaces a commit's message; null where there is none, where it is empty, and where a bot wrote the body. */
export function overrideOf(commit: Commit): string | null {
  const body = commit.pull?.body;
  if (!body?.includes(BEGIN) || commit.pull?.author.bot === true) return null;
  const lines = body.slice(0, MESSAGE_LIMIT).split(/\r?\n/);
  const visible = visibleLines(lines);
  const isMark = (line: string, at: number, mark: string) => visible[at] === true && line.trim() === mark;
  const begin = lines.findIndex((line, at) => isMark(line, at, BEGIN));
  if (begin === -1) return null;
  const end = lines.findIndex((line, at) => at > begin && isMark(line, at, END));
  const text =
    end === -1
      ? ""
      : lines
          .slice(begin + 1, end)
          .join("\n")
          .trim();
  return text === "" ? null : text;
}
