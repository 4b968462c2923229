/**
 * The defaults of an owner, laid under a repository's own config: by name where the file has names, and as a whole where a setting may be written in several ways (a
 * list, a single value, settings), since half of one way and half of another would be neither. The repository's own word is the last one, but for who may
 * command (`permissions.ts`).
 */
import type { Located, Path } from "./located.ts";
import { mergesAt } from "./schema-walk.ts";

/** The defaults as they were read. `path` is how they are called where something is said of them. */
export interface DefaultsFile {
  readonly path: string;
  readonly text: string;
}

type Data = Readonly<Record<string, unknown>>;

/** Both as one file, of which each place is known to be in the one or the other. `path` is the defaults'. */
export function laidUnder(own: Located, defaults: Located, path: string): Located {
  const taken = new Set<string>();
  const data = merged(own.data, defaults.data, [], taken);
  const isTaken = (at: Path): boolean => at.some((_step, index) => taken.has(keyOf(at.slice(0, index + 1))));
  return {
    data,
    placeOf: (at, part) =>
      isTaken(at) ? { ...defaults.placeOf(at, part), file: path } : own.placeOf(at, part),
    textOf: (at) => (isTaken(at) ? defaults : own).textOf(at),
  };
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}

/** What holds at a place; where the defaults' is taken as it stands, that is noted. */
function merged(own: unknown, defaults: unknown, at: Path, taken: Set<string>): unknown {
  if (!isMap(defaults) || !mergesAt(at)) return own;
  // A name with nothing behind it says that it is there, and leaves the rest to the defaults.
  const ours = own ?? {};
  if (!isMap(ours)) return own;
  const entries = namesOf(ours, defaults).map((name): [string, unknown] => {
    const place = [...at, name];
    if (!Object.hasOwn(defaults, name)) return [name, ours[name]];
    if (Object.hasOwn(ours, name)) return [name, merged(ours[name], defaults[name], place, taken)];
    taken.add(keyOf(place));
    return [name, defaults[name]];
  });
  return Object.fromEntries(entries);
}

function isMap(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The names of both in one order, as a pipeline has one: the repository's own, each after what stands before it in the defaults, unless the repository
 * has that later itself.
 */
function namesOf(own: Data, defaults: Data): string[] {
  const ours = Object.keys(own);
  const theirs = Object.keys(defaults);
  const order: string[] = [];
  let next = 0;
  const takeUpTo = (end: number): void => {
    for (; next < end; next += 1) {
      const name = theirs[next] ?? "";
      if (!Object.hasOwn(own, name)) order.push(name);
    }
  };
  for (const name of ours) {
    takeUpTo(theirs.indexOf(name));
    order.push(name);
  }
  takeUpTo(theirs.length);
  return order;
}
