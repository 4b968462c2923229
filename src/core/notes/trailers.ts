/** Footers of a name, as people write them into commits and pull requests: `Fixes-Release: 1.5.0`. */
import { splitMessage, visibleLines } from "./body.ts";
import { isByBot } from "./pulls.ts";
import type { Commit } from "./types.ts";

const FOOTER = /^([A-Za-z][A-Za-z-]{0,60}): *(\S{1,256})$/;
/** One commit says no more of a kind. */
const MOST = 20;

/**
 * The values of a footer in a commit's message and in the body of the pull request that brought it: lines of one word each, outside of code, quotes
 * and `<details>`. A bot's texts are somebody else's and say nothing. Never throws, linear.
 *
 * @param name in lower case
 */
export function footersOf(commit: Commit, name: string): readonly string[] {
  if (isByBot(commit)) return [];
  const texts = [splitMessage(commit.message).body, splitMessage(`-\n${commit.pull?.body ?? ""}`).body];
  const lines = texts.flatMap((body) => {
    const visible = visibleLines(body);
    return body.filter((_line, at) => visible[at] === true);
  });
  return lines
    .flatMap((line) => {
      const [, key, value] = FOOTER.exec(line.trim()) ?? [];
      return key?.toLowerCase() === name && value !== undefined ? [value] : [];
    })
    .slice(0, MOST);
}
