/**
 * Calls of one kind that are wanted at about the same moment, made as one. Whoever wants one stays answerable for his own: each gets his own
 * answer or error, and whoever comes alone is told so, to go the usual way.
 */

/** A worker has no more jobs in hand than this, and GitHub is slow with more mutations than this in one request. */
export const MOST_TOGETHER = 20;
/** So long it is waited for the next one, and so long in all. Nothing that is gathered is waited for by what deploys. */
const NEXT_WITHIN_MS = 20;
const ALL_WITHIN_MS = 250;

/** What became of each, in the order in which they were given. */
export type Outcomes<Answer> = readonly PromiseSettledResult<Answer>[];

export interface Gathering<Wanted, Answer> {
  /**
   * Waits a moment for others of its kind.
   *
   * @returns null where nobody else came, and nothing was asked then
   * @throws what its own part of the call came to
   */
  join(wanted: Wanted): Promise<Answer | null>;
}

interface Waiting<Wanted, Answer> {
  readonly wanted: Wanted;
  readonly resolve: (answer: Answer | null) => void;
  readonly reject: (error: unknown) => void;
}

/** @param send makes the call for two or more; if it rejects, all of them do */
export function createGathering<Wanted, Answer>(
  send: (wanted: readonly Wanted[]) => Promise<Outcomes<Answer>>,
): Gathering<Wanted, Answer> {
  let waiting: Waiting<Wanted, Answer>[] = [];
  let next: NodeJS.Timeout | undefined;
  let last: NodeJS.Timeout | undefined;

  function go(): void {
    clearTimeout(next);
    clearTimeout(last);
    last = undefined;
    const group = waiting;
    waiting = [];
    if (group.length > 0) void settle(group, send);
  }

  function waitForNext(): void {
    clearTimeout(next);
    next = setTimeout(() => {
      // On a busy machine time is over before those were heard who are at the door.
      const { length } = waiting;
      setImmediate(() => {
        if (waiting.length === length) go();
      });
    }, NEXT_WITHIN_MS);
  }

  return {
    join: (wanted) =>
      new Promise((resolve, reject) => {
        waiting.push({ wanted, resolve, reject });
        if (waiting.length >= MOST_TOGETHER) return go();
        waitForNext();
        last ??= setTimeout(go, ALL_WITHIN_MS);
      }),
  };
}

async function settle<Wanted, Answer>(
  group: readonly Waiting<Wanted, Answer>[],
  send: (wanted: readonly Wanted[]) => Promise<Outcomes<Answer>>,
): Promise<void> {
  const [first] = group;
  if (group.length === 1) return first?.resolve(null);
  try {
    const outcomes = await send(group.map(({ wanted }) => wanted));
    for (const [index, { resolve, reject }] of group.entries()) {
      const outcome = outcomes[index];
      if (outcome?.status === "fulfilled") resolve(outcome.value);
      else reject(outcome?.reason ?? new Error("nothing is known of it"));
    }
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}
