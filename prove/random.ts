/** Chance that can be repeated: the same numbers for the same seed. */

export interface Random {
  /** From 0 to below 1. */
  (): number;
  /** A whole number from 0 to below `count`. */
  below(count: number): number;
  /** Whether something happens that happens so often. */
  happens(probability: number): boolean;
  /** One of these. @throws where there is none */
  of<Value>(values: readonly Value[]): Value;
}

/** Numbers by mulberry32 (https://github.com/cprosche/mulberry32): small, fast, and even enough for choosing. */
export function randomFrom(seed: number): Random {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return Object.assign(next, {
    below,
    happens: (probability: number) => next() < probability,
    of<Value>(values: readonly Value[]): Value {
      if (values.length === 0) throw new Error("there is nothing to choose from");
      return values[below(values.length)] as Value;
    },
  });
}

/** A seed for one of many: near numbers make seeds that have nothing to do with each other. */
export function seedOf(seed: number, index: number): number {
  return Math.floor(randomFrom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b))() * 2 ** 31);
}
