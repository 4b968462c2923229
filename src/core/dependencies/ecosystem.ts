/** What a file says of the packages that a project depends on, whatever the ecosystem. All names, versions and licences in it are strangers' text. */

export interface Package {
  /** As the file has them; several where parts of the project depend on different ones. */
  readonly versions: readonly string[];
  /** As the file has it; null where it says nothing. */
  readonly licence: string | null;
  /** Only needed to work on the project. */
  readonly development: boolean;
}

/** The packages of a file by their names. */
export interface Inventory {
  /** What the project itself asks for. */
  readonly direct: ReadonlyMap<string, Package>;
  /** All that are installed for it; null where the file does not tell. */
  readonly installed: ReadonlyMap<string, Package> | null;
}

/** A language's way to write down what a project depends on. To add one: one file, and one line in `index.ts`. */
export interface Ecosystem {
  /** Names of files, without folders. Of those in one folder the first that can be read before and now is the one that is compared. */
  readonly files: readonly string[];
  /** Reads the text of such a file: anybody's, so whatever is no such file is null. Never throws but for what `JSON.parse` and the like throw. */
  readonly read: (file: string, text: string) => Inventory | null;
}

const LONGEST_NAME = 214;
const LONGEST_TEXT = 100;

/** Collects the packages of one list; what one package is said to be in several places is joined. */
export class Packages {
  readonly #found = new Map<string, { versions: Set<string>; licences: Set<string>; development: boolean }>();

  add(name: string, version: string, more: { licence?: string | null; development?: boolean } = {}): void {
    const { licence = null, development = false } = more;
    const key = name.slice(0, LONGEST_NAME);
    const known = this.#found.get(key);
    const one = known ?? { versions: new Set(), licences: new Set(), development };
    one.versions.add(version.slice(0, LONGEST_TEXT));
    if (licence !== null && licence !== "") one.licences.add(licence.slice(0, LONGEST_TEXT));
    one.development &&= development;
    this.#found.set(key, one);
  }

  all(): ReadonlyMap<string, Package> {
    return new Map(
      [...this.#found].map(([name, { versions, licences, development }]) => [
        name,
        {
          versions: [...versions].toSorted(),
          licence: licences.size === 0 ? null : [...licences].toSorted().join(", "),
          development,
        },
      ]),
    );
  }
}
