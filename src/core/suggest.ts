/** The nearest known word to a mistyped one: "did you mean …". Pure, bounded in time and memory. */

/** Longer words are no typing errors of ours, and comparing them would cost time. */
const LONGEST_WORD = 100;
const MOST_CANDIDATES = 1_000;

/**
 * Counts the typing errors between two words: a letter too many, missing, wrong, or two neighbours exchanged
 * (optimal string alignment, so no letter is edited twice). Case counts as no error.
 *
 * @returns the number of errors, or `limit + 1` as soon as it must be above `limit`.
 */
export function editDistance(left: string, right: string, limit: number): number {
  const a = left.toLowerCase();
  const b = right.toLowerCase();
  if (Math.abs(a.length - b.length) > limit || a.length > LONGEST_WORD || b.length > LONGEST_WORD)
    return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      current.push(cost);
    }
    if (Math.min(...current) > limit) return limit + 1;
    [beforeLast, last] = [last, current];
  }
  return Math.min(at(last, b.length), limit + 1);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

/** How many typing errors a word of this length may hold and still be recognised: one in a short word, else two. */
function tolerance(length: number): number {
  if (length <= 2) return 0;
  return length <= 4 ? 1 : 2;
}

/**
 * The candidate that `word` most likely was meant to be, or null where none is near. Short words must be nearer than
 * long ones, or everything would resemble `dev`. Of equally near candidates the first wins.
 *
 * @param abbreviations whether also `production` is near `prod`, where only one candidate begins like it
 */
export function closest(word: string, candidates: readonly string[], abbreviations = true): string | null {
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates.slice(0, MOST_CANDIDATES)) {
    const limit = tolerance(Math.max(word.length, candidate.length));
    const distance = editDistance(word, candidate, limit);
    if (distance <= limit && distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  if (best !== null || !abbreviations) return best;
  const [only, ...more] = candidates
    .slice(0, MOST_CANDIDATES)
    .filter((candidate) => abbreviates(word, candidate));
  return more.length === 0 ? (only ?? null) : null;
}

/** Whether one of two words is how the other begins. Two letters begin too many words to say anything. */
function abbreviates(left: string, right: string): boolean {
  const [short = "", long = ""] = [left.toLowerCase(), right.toLowerCase()].sort(
    (a, b) => a.length - b.length,
  );
  return short.length >= 3 && long.startsWith(short);
}
