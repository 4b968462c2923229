/** Order among named things: components by what they need, environments by what they come after. */

/** For each name, the names that come before it. */
export type Predecessors = ReadonlyMap<string, readonly string[]>;

/** A way round in a circle, its first name repeated at the end (`a, b, a`), or null where there is none. */
export function findCycle(predecessors: Predecessors): string[] | null {
  const settled = new Set<string>();
  const visit = (name: string, trail: readonly string[]): string[] | null => {
    const begin = trail.indexOf(name);
    if (begin !== -1) return [...trail.slice(begin), name];
    if (settled.has(name)) return null;
    for (const before of predecessors.get(name) ?? []) {
      const cycle = visit(before, [...trail, name]);
      if (cycle !== null) return cycle;
    }
    settled.add(name);
    return null;
  };
  for (const name of predecessors.keys()) {
    const cycle = visit(name, []);
    if (cycle !== null) return cycle;
  }
  return null;
}

/**
 * The names in layers: each after all its predecessors, as early as possible, in the order given within a layer.
 * Throws where there is a cycle: the config is checked before.
 */
export function layersOf(predecessors: Predecessors): string[][] {
  const placed = new Set<string>();
  const layers: string[][] = [];
  while (placed.size < predecessors.size) {
    const ready = [...predecessors].filter(
      ([name, before]) =>
        !placed.has(name) && before.every((other) => placed.has(other) || !predecessors.has(other)),
    );
    if (ready.length === 0)
      throw new Error("The order has a cycle, which the config's check lets nobody write.");
    const layer = ready.map(([name]) => name);
    for (const name of layer) placed.add(name);
    layers.push(layer);
  }
  return layers;
}
