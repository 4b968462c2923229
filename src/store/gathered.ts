/** Reads of one kind that come while another is under way are answered by one statement, as of one moment that is no earlier than each of them. */

interface Waiting<Key, Value> {
  readonly key: Key;
  readonly answer: (value: Value) => void;
  readonly fail: (error: unknown) => void;
}

export class GatheredReads<Key, Value> {
  readonly #read: (keys: readonly Key[]) => Promise<readonly Value[]>;
  readonly #waiting: Waiting<Key, Value>[] = [];
  #atWork = false;

  /** @param read answers a value for each of these keys, in their order */
  constructor(read: (keys: readonly Key[]) => Promise<readonly Value[]>) {
    this.#read = read;
  }

  /** The value of a key, as it was at some moment after this call. Rejects with what reading threw. */
  of(key: Key): Promise<Value> {
    return new Promise((answer, fail) => {
      this.#waiting.push({ key, answer, fail });
      if (!this.#atWork) void this.#readWhileAnyWait();
    });
  }

  async #readWhileAnyWait(): Promise<void> {
    this.#atWork = true;
    while (this.#waiting.length > 0) {
      const all = this.#waiting.splice(0);
      try {
        const values = await this.#read(all.map(({ key }) => key));
        for (const [index, { answer }] of all.entries()) answer(values[index] as Value);
      } catch (error) {
        for (const { fail } of all) fail(error);
      }
    }
    this.#atWork = false;
  }
}
