/**
 * Values by number: each different value is kept once, and the same value always has the same number. A state of the world is then a few
 * numbers, comparing two of them is cheap, and what was worked out for a value once can be looked up.
 */
export class Interner<Value extends object> {
  readonly #ids = new Map<string, number>();
  readonly #values: Value[] = [];
  readonly #texts: string[] = [];
  /** What was asked for before, by itself: most values are those that were worked out once, and need not be written again. */
  readonly #same = new WeakMap<Value, number>();

  /** The value's number. The value must be plain JSON, its keys always in the same order. */
  id(value: Value): number {
    const same = this.#same.get(value);
    if (same !== undefined) return same;
    const id = this.#idOf(JSON.stringify(value), value);
    this.#same.set(value, id);
    return id;
  }

  value(id: number): Value {
    const value = this.#values[id];
    if (value === undefined) throw new Error(`nothing has the number ${id}`);
    return value;
  }

  /** The number of the value whose text is this one's after `change`. */
  changed(id: number, change: (text: string) => string): number {
    const text = this.#texts[id];
    if (text === undefined) throw new Error(`nothing has the number ${id}`);
    const now = change(text);
    return now === text ? id : this.#idOf(now, JSON.parse(now) as Value);
  }

  #idOf(text: string, value: Value): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#values.length;
    this.#ids.set(text, id);
    this.#values.push(value);
    this.#texts.push(text);
    return id;
  }
}
