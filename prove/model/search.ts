/**
 * The search: every state that can be reached within the bounds, each once, in the order of its distance from the beginning. So the first
 * violation that is found has the shortest story.
 */

/** A world to be searched. States are compared by `key`, so it must hold all that matters for what may happen next. */
export interface World<State, Act> {
  readonly initial: State;
  /** Everything that may happen next; always the same in the same order. */
  acts(state: State): readonly Act[];
  next(state: State, act: Act): Promise<Step<State>>;
  key(state: State): string;
  /** What of the bounds has been used up. A state that differs from another one only in having used up more can do nothing that the other cannot. */
  spent(state: State): readonly number[];
  /** What is broken in a state as it stands. */
  judge(state: State): readonly string[];
  /** An act in words, with what came of it. */
  tell(state: State, act: Act): Promise<readonly string[]>;
}

export interface Step<State> {
  readonly state: State;
  /** Which promises the act has broken. */
  readonly broken: readonly string[];
}

export interface Limits {
  readonly maxStates: number;
}

export interface Violation {
  readonly what: string;
  /** The shortest story that leads to it: one or more lines for each act. */
  readonly story: readonly string[];
}

export interface Found {
  readonly states: number;
  readonly transitions: number;
  /** The most acts that it takes to reach a state. */
  readonly depth: number;
  /** Whether every state within the bounds was seen; else the search was cut, or ended at a violation. */
  readonly exhausted: boolean;
  readonly violations: readonly Violation[];
}

/** Where a state was first reached from, and by which of the acts there. */
interface Visit {
  readonly from: number;
  readonly act: number;
}

/** Searches a world until it is exhausted, a promise is broken, or there are more states than allowed. */
export async function search<State, Act>(world: World<State, Act>, { maxStates }: Limits): Promise<Found> {
  const seen = new Seen();
  const visits: Visit[] = [];
  let layer: { readonly visit: number; readonly state: State }[] = [];
  let [depth, transitions] = [0, 0];
  const found = (exhausted: boolean, violations: readonly Violation[]): Found => ({
    states: visits.length,
    transitions,
    depth,
    exhausted,
    violations,
  });
  const visit = (state: State, from: number, act: number): number => {
    seen.add(world.key(state), world.spent(state));
    visits.push({ from, act });
    return visits.length - 1;
  };
  layer.push({ visit: visit(world.initial, -1, -1), state: world.initial });
  while (layer.length > 0) {
    const nextLayer: typeof layer = [];
    for (const { visit: at, state } of layer) {
      const acts = world.acts(state);
      for (const [index, act] of acts.entries()) {
        transitions += 1;
        const { state: next, broken } = await world.next(state, act);
        const isNew = !seen.covers(world.key(next), world.spent(next));
        const what = broken[0] ?? (isNew ? world.judge(next)[0] : undefined);
        if (what !== undefined) {
          depth += 1;
          return found(false, [{ what, story: await storyOf(world, visits, { from: at, act: index }) }]);
        }
        if (!isNew) continue;
        if (visits.length >= maxStates) return found(false, []);
        nextLayer.push({ visit: visit(next, at, index), state: next });
      }
    }
    layer = nextLayer;
    if (layer.length > 0) depth += 1;
  }
  return found(true, []);
}

/** Tells how a visit came about, by going the way once more. */
async function storyOf<State, Act>(
  world: World<State, Act>,
  visits: readonly Visit[],
  last: Visit,
): Promise<string[]> {
  const way: number[] = [];
  for (let one: Visit | undefined = last; one !== undefined && one.from >= 0; one = visits[one.from])
    way.unshift(one.act);
  const story: string[] = [];
  let state = world.initial;
  for (const index of way) {
    const act = world.acts(state)[index];
    if (act === undefined) throw new Error("the world does not repeat itself");
    story.push(...(await world.tell(state, act)));
    state = (await world.next(state, act)).state;
  }
  return story;
}

/**
 * The states that were seen, by their keys. Of the same state with less or as much used up, everything that may follow is seen already: all of it
 * stays possible with more of the bounds left, and no judgement asks what was used up, but for the one of calm worlds, in which nothing was.
 */
class Seen {
  readonly #spent = new Map<string, (readonly number[])[]>();

  covers(key: string, spent: readonly number[]): boolean {
    return (
      this.#spent.get(key)?.some((other) => other.every((used, index) => used <= (spent[index] ?? 0))) ??
      false
    );
  }

  add(key: string, spent: readonly number[]): void {
    const others = this.#spent.get(key);
    if (others === undefined) this.#spent.set(key, [spent]);
    else others.push(spent);
  }
}
