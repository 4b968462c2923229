/** Spans of time, and arithmetic on sets of them. */

/** From the first moment to the first one after it, in milliseconds. */
export type Span = readonly [begin: number, end: number];

export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** The spans in order, joined where they meet or overlap, empty ones left out. */
export function union(spans: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const [begin, end] of spans.filter(isSome).toSorted(([one], [other]) => one - other)) {
    const last = joined.at(-1);
    if (last === undefined || begin > last[1]) joined.push([begin, end]);
    else if (end > last[1]) joined[joined.length - 1] = [last[0], end];
  }
  return joined;
}

/** What is in the one and not in the other; both as `union` gives them. */
export function difference(spans: readonly Span[], without: readonly Span[]): Span[] {
  return spans.flatMap((span) => {
    const left: Span[] = [];
    let [begin] = span;
    for (const [from, to] of without) {
      if (to <= begin || from >= span[1]) continue;
      if (from > begin) left.push([begin, from]);
      begin = Math.max(begin, to);
    }
    return begin < span[1] ? [...left, [begin, span[1]]] : left;
  });
}

function isSome([begin, end]: Span): boolean {
  return begin < end;
}
