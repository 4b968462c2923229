/**
 * GitHub refuses bodies that are too long; a request must never fail for that.
 */

/** Characters of a comment or an issue's body. https://docs.github.com/en/rest/issues/comments */
export const COMMENT_LIMIT = 65_536;
/** Characters of a release's body. https://docs.github.com/en/rest/releases/releases */
export const RELEASE_LIMIT = 125_000;

/**
 * Cuts Markdown at the end of a line so that with `moreLine` after it it has at most `limit` characters, counted as UTF-16 (never
 * less than GitHub counts). What the cut leaves open (code fences, `<details>`) is closed before `moreLine`. Text that fits is
 * returned as it is. Throws if `moreLine` alone does not fit.
 */
export function truncateMarkdown(text: string, limit: number, moreLine: string): string {
  if (text.length <= limit) return text;
  const room = limit - moreLine.length - 2;
  if (room < 0) throw new Error(`no room for "${moreLine.slice(0, 80)}" in ${limit} characters`);
  const lines = text.split("\n");
  const kept: string[] = [];
  const open: string[] = [];
  let used = 0;
  let best = { lines: 0, closing: "" };
  for (const line of lines) {
    used += line.length + 1;
    if (used > room) break;
    kept.push(line);
    follow(line, open);
    const closing = open
      .toReversed()
      .map((end) => `\n${end}`)
      .join("");
    if (used + closing.length <= room) best = { lines: kept.length, closing };
  }
  const head = `${kept.slice(0, best.lines).join("\n").trimEnd()}${best.closing}`;
  return `${head}\n\n${moreLine}`.trimStart();
}

const OPENS = /^<details(?: open)?>/;

/** Keeps the list of what is open. Our templates write fences and `<details>` at the beginning of a line; people's text cannot. */
function follow(line: string, open: string[]): void {
  const fence = /^(`{3,}|~{3,})/.exec(line)?.[1];
  const inFence = open.at(-1)?.startsWith("`") === true || open.at(-1)?.startsWith("~") === true;
  if (fence !== undefined) {
    if (!inFence) open.push(fence);
    else if (line.trimEnd() === open.at(-1)) open.pop();
  } else if (!inFence && line.startsWith("</details>")) {
    if (open.at(-1) === "</details>") open.pop();
  } else if (!inFence && OPENS.test(line) && !line.includes("</details>")) {
    open.push("</details>");
  }
}
