/**
 * YAML as plain data, with the place of every value in the file. Stricter than YAML where YAML surprises: no aliases (a few bytes
 * that grow into gigabytes), no tags, no double keys, one document, and no number that loses digits on the way.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Node,
  type Pair,
  type Scalar,
} from "yaml";

/** The way to a value: keys of maps and indexes of lists. */
export type Path = readonly (string | number)[];

/** A place in the file, both 1-based; columns count UTF-16 units as editors do. */
interface Place {
  readonly line: number;
  readonly column: number;
  /** Its file, where that is another one than the file that was read (`defaults.ts`). */
  readonly file?: string;
}

/** Something wrong with the YAML itself. */
interface YamlProblem extends Place {
  readonly path: Path;
  readonly value: string;
  readonly message: string;
  readonly mend: string;
}

/** `key` is where the entry's name stands (of a list's entry: the entry itself), `value` what it holds, as written. */
interface Spot {
  readonly key: number;
  readonly value: number;
  readonly text: string;
}

/** Data with the places it came from. */
export interface Located {
  readonly data: unknown;
  /** The place of a value, or of its key; of the nearest enclosing value where there is none of that path. */
  placeOf(path: Path, part: "key" | "value"): Place;
  /** The value as written, if it is a single one; else the empty string. */
  textOf(path: Path): string;
}

export type LocatedReading =
  | { readonly ok: true; readonly located: Located }
  | { readonly ok: false; readonly problems: readonly YamlProblem[] };

const MOST_PROBLEMS = 20;
const DEEPEST = 20;

/** Reads one YAML document. Never throws; its time grows with the text's length (the caller caps that). */
export function readLocated(text: string): LocatedReading {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    // Our own check of double keys: the library's takes a second for 8,000 keys.
    uniqueKeys: false,
    stringKeys: true,
    schema: "core",
    merge: false,
    lineCounter: lines,
    prettyErrors: false,
    // Not "silent": that would also silence a second document. Nothing is printed by this function of the library.
    logLevel: "error",
  });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const broken = [...document.errors, ...document.warnings].slice(0, MOST_PROBLEMS).map((error) => ({
    ...placeAt(error.pos[0]),
    path: [],
    value: text.slice(error.pos[0], error.pos[1]),
    ...sentenceFor(error.code, error.message),
  }));
  if (broken.length > 0) return { ok: false, problems: broken };
  const walk = new Walk(placeAt);
  const data = walk.read(document.contents, [], 0);
  if (walk.problems.length > 0) return { ok: false, problems: walk.problems };
  return { ok: true, located: locatedIn(data, walk.spots, placeAt) };
}

function sentenceFor(code: string, message: string): { message: string; mend: string } {
  if (code === "MULTIPLE_DOCS")
    return {
      message: "the file holds more than one document",
      mend: "remove what follows the first `---` or `...`",
    };
  if (code === "TAG_RESOLVE_FAILED")
    return { message: "tags (`!…`) have no meaning here", mend: "write the plain value" };
  if (code === "TAB_AS_INDENT") return { message: "a tab cannot indent", mend: "indent by spaces" };
  return {
    message: `not readable as YAML: ${message}`,
    mend: "check the indentation, quotes and brackets here and in the line before",
  };
}

function locatedIn(
  data: unknown,
  spots: ReadonlyMap<string, Spot>,
  placeAt: (offset: number) => Place,
): Located {
  return {
    data,
    placeOf(path, part) {
      for (let length = path.length; length >= 0; length--) {
        const spot = spots.get(keyOf(path.slice(0, length)));
        // Something missing is reported where its owner's name stands.
        if (spot !== undefined) return placeAt(length === path.length ? spot[part] : spot.key);
      }
      return { line: 1, column: 1 };
    },
    textOf: (path) => spots.get(keyOf(path))?.text ?? "",
  };
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}

/** One pass over the parsed document. */
class Walk {
  readonly problems: YamlProblem[] = [];
  readonly spots = new Map<string, Spot>();
  private readonly placeAt: (offset: number) => Place;

  constructor(placeAt: (offset: number) => Place) {
    this.placeAt = placeAt;
  }

  read(node: Node | null | undefined, path: Path, keyOffset: number): unknown {
    const offset = node?.range?.[0] ?? keyOffset;
    this.spots.set(keyOf(path), {
      key: keyOffset,
      value: offset,
      text: isScalar(node) ? (node.source ?? "") : "",
    });
    if (path.length > DEEPEST)
      return this.refuse(offset, path, "", "nested too deeply", `nest at most ${DEEPEST} levels`);
    if (isAlias(node)) {
      return this.refuse(
        offset,
        path,
        `*${node.source}`,
        "aliases (`*name`) are not read",
        "write the value out where it is used",
      );
    }
    if (isMap(node)) return this.readMap(node.items, path);
    if (isSeq(node)) {
      return node.items.map((item, index) =>
        this.read(item as Node, [...path, index], (item as Node | null)?.range?.[0] ?? offset),
      );
    }
    return isScalar(node) ? this.readScalar(node, path, offset) : null;
  }

  private readMap(items: readonly Pair[], path: Path): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (const { key, value } of items) {
      if (!isScalar(key)) continue;
      const name = String(key.value);
      const offset = key.range?.[0] ?? 0;
      if (name === "__proto__") this.refuse(offset, path, name, "this name is not taken", "choose another");
      else if (Object.hasOwn(map, name)) {
        this.refuse(
          offset,
          [...path, name],
          name,
          "written twice on this level",
          "keep one of the two, or merge them",
        );
      } else map[name] = this.read(value as Node | null, [...path, name], offset);
    }
    return map;
  }

  private readScalar(node: Scalar, path: Path, offset: number): unknown {
    const { value } = node;
    if (typeof value !== "number" && typeof value !== "bigint") return value;
    const source = node.source ?? "";
    // `1.10` would become 1.1, `007` 7, and a long account number another one: none of them is what was meant.
    if (String(value) !== source) {
      return this.refuse(
        offset,
        path,
        source,
        `YAML reads this as the number ${value}`,
        `put it in quotes: "${source.slice(0, 40)}"`,
      );
    }
    return value;
  }

  private refuse(offset: number, path: Path, value: string, message: string, mend: string): null {
    if (this.problems.length < MOST_PROBLEMS)
      this.problems.push({ ...this.placeAt(offset), path, value, message, mend });
    return null;
  }
}
