import { spawn, spawnSync } from "node:child_process";
import type { GitObject, ObjectType } from "./objects.ts";
import type { ObjectSource } from "./store.ts";
import { ObjectStore } from "./store.ts";

/** What an import brings: a store with every commit and annotated tag in memory, and the refs that matter. */
export interface ImportedClone {
  store: ObjectStore;
  branch: string;
  head: string;
  /** `refs/heads/<branch>` and `refs/tags/*` to object SHAs. */
  refs: Map<string, string>;
}

/** A clone cannot be read: git is missing, the path is no repository, or its format is not one that we know. */
export class CloneUnreadable extends Error {}

const MAXIMUM_OUTPUT = 512 * 1024 * 1024;

/**
 * Reads a local clone: history and tags of the branch that is checked out, with their true SHAs. Trees and blobs stay
 * in the clone and are read when something asks for them. Needs the `git` executable.
 * @throws CloneUnreadable with a sentence for the person who named the path.
 */
export async function readClone(path: string): Promise<ImportedClone> {
  if (runGit(path, ["rev-parse", "--git-dir"]).trim() === "")
    throw new CloneUnreadable(`${path} is no clone.`);
  const format = runGit(path, ["rev-parse", "--show-object-format"]).trim();
  if (format !== "sha1" && format !== "--show-object-format") {
    throw new CloneUnreadable(`${path} names its objects by ${format}; GitHub's repositories use sha1.`);
  }
  const head = runGit(path, ["rev-parse", "--verify", "HEAD^{commit}"]).trim();
  const named = spawnSync("git", ["-C", path, "symbolic-ref", "--short", "-q", "HEAD"], { encoding: "utf8" });
  const branch = named.status === 0 && named.stdout.trim() !== "" ? named.stdout.trim() : "main";
  const refs = new Map([[`refs/heads/${branch}`, head]]);
  const tagObjects: string[] = [];
  const listing = runGit(path, [
    "for-each-ref",
    "--format=%(objectname) %(objecttype) %(refname)",
    "refs/tags",
  ]);
  for (const line of listing.split("\n").filter(Boolean)) {
    const [sha = "", type, ...name] = line.split(" ");
    if (type !== "commit" && type !== "tag") continue;
    refs.set(name.join(" "), sha);
    if (type === "tag") tagObjects.push(sha);
  }
  const commits = runGit(path, ["rev-list", head, "--tags"]).split("\n").filter(Boolean);
  const store = new ObjectStore();
  await loadObjects(path, [...commits, ...tagObjects], store);
  store.attach(cloneSource(path));
  return { store, branch, head, refs };
}

/** Objects of a clone, asked for in one `git cat-file --batch` a call. */
function cloneSource(path: string): ObjectSource {
  return {
    fetch(shas) {
      const input = shas.filter((sha) => /^[0-9a-f]{40}$/.test(sha)).join("\n");
      if (input === "") return new Map();
      const answer = spawnSync("git", ["-C", path, "cat-file", "--batch"], {
        input: `${input}\n`,
        maxBuffer: MAXIMUM_OUTPUT,
        env: gitEnvironment(),
      });
      const found = new Map<string, GitObject>();
      if (answer.status === 0) readBatch(answer.stdout, (sha, object) => found.set(sha, object));
      return found;
    },
  };
}

/** Streams many objects into a store without holding git's whole output twice. */
async function loadObjects(path: string, shas: readonly string[], store: ObjectStore): Promise<void> {
  const child = spawn("git", ["-C", path, "cat-file", "--batch"], {
    stdio: ["pipe", "pipe", "ignore"],
    env: gitEnvironment(),
  });
  const done = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(`${shas.join("\n")}\n`);
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    // Copied, so that a small object does not keep a whole chunk alive.
    const used = readBatch(data, (sha, { type, data: body }) =>
      store.put(sha, { type, data: Buffer.from(body) }),
    );
    rest = data.subarray(used);
  }
  if ((await done) !== 0) throw new CloneUnreadable(`git could not read the objects of ${path}.`);
}

/** Reads whole records of `cat-file --batch` and returns how many bytes they took. */
function readBatch(data: Buffer, take: (sha: string, object: GitObject) => void): number {
  let at = 0;
  for (;;) {
    const line = data.indexOf(0x0a, at);
    if (line === -1) return at;
    const [sha = "", type, size] = data.toString("latin1", at, line).split(" ");
    if (size === undefined) {
      at = line + 1;
      continue;
    }
    const end = line + 1 + Number(size);
    if (end + 1 > data.length) return at;
    take(sha, { type: type as ObjectType, data: data.subarray(line + 1, end) });
    at = end + 1;
  }
}

function runGit(path: string, arguments_: readonly string[]): string {
  const answer = spawnSync("git", ["-C", path, ...arguments_], {
    encoding: "utf8",
    maxBuffer: MAXIMUM_OUTPUT,
    env: gitEnvironment(),
  });
  if (answer.error && "code" in answer.error && answer.error.code === "ENOENT") {
    throw new CloneUnreadable("Reading a clone needs the git executable, which is not on the PATH.");
  }
  if (answer.status !== 0) {
    const reason = (answer.stderr || answer.error?.message || "").trim().split("\n")[0] ?? "";
    throw new CloneUnreadable(`${path} cannot be read as a git clone: ${reason}`);
  }
  return answer.stdout;
}

/** A partial clone must not start to download, and a variable of the caller must not redirect us elsewhere. */
function gitEnvironment(): NodeJS.ProcessEnv {
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, ...rest } = process.env;
  return { ...rest, GIT_NO_LAZY_FETCH: "1", GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" };
}
