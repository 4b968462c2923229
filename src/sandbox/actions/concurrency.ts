import type { Repository, Run } from "../state.ts";
import type { World } from "../world.ts";

/** One run goes and one waits; a newer one takes the waiting one's place. */
interface Group {
  running: Run | null;
  waiting: { run: Run; turn: PromiseWithResolvers<boolean> } | null;
}

const groups = new WeakMap<Repository, Map<string, Group>>();

function groupOf(repository: Repository, name: string): Group {
  const mine = groups.get(repository) ?? new Map<string, Group>();
  groups.set(repository, mine);
  const group = mine.get(name) ?? { running: null, waiting: null };
  mine.set(name, group);
  return group;
}

/** The run that goes in a group, if any. */
export function runningIn(repository: Repository, name: string): Run | null {
  return groups.get(repository)?.get(name)?.running ?? null;
}

/**
 * Waits until the run may go; meanwhile it is `pending`.
 * Source: https://docs.github.com/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency
 * @returns false if a newer run took its place, or it ended from outside.
 */
export async function takeTurn(
  world: World,
  repository: Repository,
  run: Run,
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  const group = groupOf(repository, name);
  if (group.running === null) {
    group.running = run;
    return true;
  }
  const turn = Promise.withResolvers<boolean>();
  group.waiting?.turn.resolve(false);
  group.waiting = { run, turn };
  run.status = "pending";
  world.changed();
  const end = (): void => turn.resolve(false);
  for (const ended of [signal, world.closing]) ended.addEventListener("abort", end);
  world.parked += 1;
  try {
    return await turn.promise;
  } finally {
    world.parked -= 1;
    if (group.waiting?.run === run) group.waiting = null;
    if (run.status === "pending") run.status = "queued";
  }
}

/** Lets the next run of the group go. */
export function endTurn(repository: Repository, run: Run, name: string): void {
  const group = groupOf(repository, name);
  if (group.running !== run) return;
  const next = group.waiting;
  group.waiting = null;
  group.running = next?.run ?? null;
  next?.turn.resolve(true);
}
