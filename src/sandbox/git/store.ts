import type { Commit, GitObject, ObjectType, Tag, TreeEntry } from "./objects.ts";
import {
  decodeCommit,
  decodeTag,
  decodeTree,
  EMPTY_TREE,
  encodeCommit,
  encodeTag,
  encodeTree,
  objectSha,
} from "./objects.ts";

/** Where objects come from that are not in memory: an imported clone. */
export interface ObjectSource {
  /** Those of the objects that the source has. */
  fetch(shas: readonly string[]): Map<string, GitObject>;
}

/** A blob, link, tree or submodule found in a tree by its path. */
export interface PathEntry extends TreeEntry {
  path: string;
}

/** Text or bytes of a file, or null to delete it. */
export type FileContent = string | Buffer | null;

/** All git objects of one repository, in memory, over an optional clone that is read on demand. */
export class ObjectStore {
  readonly #objects = new Map<string, GitObject>();
  readonly #commits = new Map<string, Commit>();
  readonly #trees = new Map<string, TreeEntry[]>();
  readonly #missing = new Set<string>();
  #source: ObjectSource | null = null;

  constructor() {
    this.write("tree", Buffer.alloc(0));
  }

  /** Reads what is not in memory from there. */
  attach(source: ObjectSource): void {
    this.#source = source;
    this.#missing.clear();
  }

  /** Puts an object in under its SHA, which is returned. */
  write(type: ObjectType, data: Buffer): string {
    const sha = objectSha(type, data);
    this.put(sha, { type, data });
    return sha;
  }

  /** Puts in an object whose SHA is known to be right (an imported one). */
  put(sha: string, object: GitObject): void {
    if (!this.#objects.has(sha)) this.#objects.set(sha, object);
  }

  /** The object, or null if there is none. */
  read(sha: string): GitObject | null {
    this.prefetch([sha]);
    return this.#objects.get(sha) ?? null;
  }

  /** Loads several objects at once, since asking a clone costs a process. */
  prefetch(shas: readonly string[]): void {
    if (!this.#source) return;
    const wanted = shas.filter((sha) => !this.#objects.has(sha) && !this.#missing.has(sha));
    if (wanted.length === 0) return;
    const found = this.#source.fetch(wanted);
    for (const sha of wanted) {
      const object = found.get(sha);
      if (object) this.#objects.set(sha, object);
      else this.#missing.add(sha);
    }
  }

  /** The commit, or null if there is no such object or it is none. */
  commit(sha: string): Commit | null {
    const known = this.#commits.get(sha);
    if (known) return known;
    const object = this.read(sha);
    if (object?.type !== "commit") return null;
    const commit = decodeCommit(sha, object.data);
    this.#commits.set(sha, commit);
    return commit;
  }

  /** The annotated tag, or null. */
  tag(sha: string): Tag | null {
    const object = this.read(sha);
    return object?.type === "tag" ? decodeTag(sha, object.data) : null;
  }

  /** The entries of a tree, or null. */
  tree(sha: string): TreeEntry[] | null {
    const known = this.#trees.get(sha);
    if (known) return known;
    const object = this.read(sha);
    if (object?.type !== "tree") return null;
    const entries = decodeTree(object.data);
    this.#trees.set(sha, entries);
    return entries;
  }

  /** The bytes of a blob, or null. */
  blob(sha: string): Buffer | null {
    const object = this.read(sha);
    return object?.type === "blob" ? object.data : null;
  }

  /** Follows annotated tags to the commit that they name; null if they end elsewhere. */
  peel(sha: string): string | null {
    let at = sha;
    for (let depth = 0; depth < 8; depth += 1) {
      const object = this.read(at);
      if (object?.type === "commit") return at;
      if (object?.type !== "tag") return null;
      at = decodeTag(at, object.data).object;
    }
    return null;
  }

  writeTree(entries: readonly TreeEntry[]): string {
    return this.write("tree", encodeTree(entries));
  }

  writeCommit(commit: Omit<Commit, "sha">): string {
    return this.write("commit", encodeCommit(commit));
  }

  writeTag(tag: Omit<Tag, "sha">): string {
    return this.write("tag", encodeTag(tag));
  }

  /** What lies at a path (no leading slash; "" is the tree itself) of a tree, or null. */
  entryAt(treeSha: string, path: string): PathEntry | null {
    let entry: PathEntry = { mode: "40000", name: "", sha: treeSha, path: "" };
    for (const name of path.split("/").filter((part) => part !== "")) {
      if (entry.mode !== "40000") return null;
      const next = this.tree(entry.sha)?.find((candidate) => candidate.name === name);
      if (!next) return null;
      entry = { ...next, path: entry.path === "" ? name : `${entry.path}/${name}` };
    }
    return entry;
  }

  /** The text of the file at a path of a commit, or null. */
  fileText(commitSha: string, path: string): string | null {
    const commit = this.commit(commitSha);
    const entry = commit && this.entryAt(commit.tree, path);
    return entry ? (this.blob(entry.sha)?.toString("utf8") ?? null) : null;
  }

  /** Writes a tree that differs from another in these files; returns its SHA. Empty directories disappear, as in git. */
  updateTree(treeSha: string, files: ReadonlyMap<string, FileContent | TreeEntry>): string {
    const here = new Map((this.tree(treeSha) ?? []).map((entry) => [entry.name, entry]));
    const below = new Map<string, Map<string, FileContent | TreeEntry>>();
    for (const [path, content] of files) {
      const slash = path.indexOf("/");
      if (slash === -1) this.#placeFile(here, path, content);
      else {
        const name = path.slice(0, slash);
        const inner = below.get(name) ?? new Map<string, FileContent | TreeEntry>();
        below.set(name, inner.set(path.slice(slash + 1), content));
      }
    }
    for (const [name, inner] of below) {
      const old = here.get(name);
      const sha = this.updateTree(old?.mode === "40000" ? old.sha : EMPTY_TREE, inner);
      if (sha === EMPTY_TREE) here.delete(name);
      else here.set(name, { mode: "40000", name, sha });
    }
    return this.writeTree([...here.values()]);
  }

  #placeFile(here: Map<string, TreeEntry>, name: string, content: FileContent | TreeEntry): void {
    if (content === null) here.delete(name);
    else if (typeof content === "string" || Buffer.isBuffer(content)) {
      const sha = this.write("blob", Buffer.from(content as string));
      here.set(name, { mode: here.get(name)?.mode ?? "100644", name, sha });
    } else here.set(name, { ...content, name });
  }
}
