import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readClone } from "../../src/sandbox/git/clone.ts";
import { countLines, diffTrees } from "../../src/sandbox/git/diff.ts";
import { commitsBetween, isAncestor, mergeBase } from "../../src/sandbox/git/graph.ts";
import { mergeTrees } from "../../src/sandbox/git/merge.ts";
import { decodeCommit, objectSha } from "../../src/sandbox/git/objects.ts";
import { ObjectStore } from "../../src/sandbox/git/store.ts";
import { CloneUnreadable, startSandbox } from "../../src/sandbox/index.ts";

/** A real repository, made by git itself, that everything here is compared with. */
let home: string;

function git(...words: string[]): string {
  return execFileSync("git", ["-C", home, ...words], {
    encoding: "utf8",
    env: {
      ...process.env,
      GIT_AUTHOR_NAME: "Ana",
      GIT_AUTHOR_EMAIL: "ana@shop.example",
      GIT_COMMITTER_NAME: "Ana",
      GIT_COMMITTER_EMAIL: "ana@shop.example",
      GIT_AUTHOR_DATE: `${(clock += 60)} +0100`,
      GIT_COMMITTER_DATE: `${clock} +0100`,
      GIT_CONFIG_GLOBAL: "/dev/null",
    },
  }).trim();
}

let clock = 1_700_000_000;

function write(path: string, text: string): void {
  const file = join(home, path);
  execFileSync("mkdir", ["-p", join(file, "..")]);
  writeFileSync(file, text);
}

function commit(message: string, files: Record<string, string>): string {
  for (const [path, text] of Object.entries(files)) write(path, text);
  git("add", "-A");
  git("commit", "-q", "--allow-empty", "-m", message);
  return git("rev-parse", "HEAD");
}

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "waybill-git-"));
  git("init", "-q", "-b", "trunk");
  commit("feat: first\n\nWith a body: ä, 🚚", {
    "a.txt": "one\ntwo\n",
    "lib/x.ts": "x\n",
    "lib.txt": "sorts around lib/\n",
  });
  git("tag", "-a", "v1.0.0", "-m", "first release");
  commit("feat: second (#41)", { "lib/deep/y.ts": "y\n" });
  git("tag", "light");
  git("checkout", "-q", "-b", "side", "v1.0.0");
  commit("fix: on the side", { "side.txt": "s\n" });
  git("checkout", "-q", "trunk");
  git("merge", "-q", "--no-ff", "side", "-m", "Merge pull request #57 from acme/side");
  git("mv", "a.txt", "moved.txt");
  commit("chore: move a file", { "lib/x.ts": "x\nmore\n" });
});

afterAll(() => rmSync(home, { recursive: true }));

describe("objects have the SHAs that git gives them", () => {
  test("blobs, trees, commits and tags of a clone hash to their own names", async () => {
    const { store, head, refs } = await readClone(home);
    const shas = git("rev-list", "--objects", "--all")
      .split("\n")
      .map((line) => line.slice(0, 40));
    shas.push(refs.get("refs/tags/v1.0.0") ?? "");
    expect(shas.length).toBeGreaterThan(15);
    for (const sha of shas) {
      const object = store.read(sha);
      expect(object && objectSha(object.type, object.data)).toBe(sha);
    }
    expect(head).toBe(git("rev-parse", "HEAD"));
  });

  test("trees and commits that the stand-in writes are git's, byte for byte", async () => {
    const { store, head } = await readClone(home);
    const before = store.commit(head);
    if (!before) throw new Error("no head");
    const tree = store.updateTree(
      before.tree,
      new Map<string, string | null>([
        ["lib/new/z.ts", "z\n"],
        ["lib-first.txt", "-\n"],
        ["side.txt", null],
      ]),
    );
    const person = { name: "Wes", email: "wes@shop.example", seconds: 1_800_000_000, zone: "+0000" };
    const sha = store.writeCommit({
      tree,
      parents: [head],
      author: person,
      committer: person,
      message: "fix: ü\n",
    });

    git("checkout", "-q", "-b", "check");
    write("lib/new/z.ts", "z\n");
    write("lib-first.txt", "-\n");
    git("rm", "-q", "side.txt");
    git("add", "-A");
    const realTree = git("write-tree");
    expect(tree).toBe(realTree);
    const real = execFileSync("git", ["-C", home, "commit-tree", realTree, "-p", head], {
      input: "fix: ü\n",
      encoding: "utf8",
      env: {
        ...process.env,
        GIT_AUTHOR_NAME: "Wes",
        GIT_AUTHOR_EMAIL: "wes@shop.example",
        GIT_COMMITTER_NAME: "Wes",
        GIT_COMMITTER_EMAIL: "wes@shop.example",
        GIT_AUTHOR_DATE: "1800000000 +0000",
        GIT_COMMITTER_DATE: "1800000000 +0000",
      },
    }).trim();
    expect(sha).toBe(real);
    git("reset", "-q", "--hard");
    git("checkout", "-q", "trunk");
  });

  test("a directory that lost its last file is gone from its parent", () => {
    const store = new ObjectStore();
    const full = store.updateTree(store.updateTree("", new Map([["a/b/c", "1"]])), new Map([["d", "2"]]));
    const emptied = store.updateTree(full, new Map([["a/b/c", null]]));
    expect(store.tree(emptied)?.map((entry) => entry.name)).toEqual(["d"]);
  });

  test("signatures and other encodings in a commit are understood", () => {
    const data = Buffer.concat([
      Buffer.from(
        "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nparent aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n" +
          "author A <a@x> 1 +0200\ncommitter B <b@x> 2 -0330\nencoding ISO-8859-1\ngpgsig -----BEGIN\n parent not\n -----END\n\n",
      ),
      Buffer.from([0x66, 0xfc, 0x72, 0x0a]),
    ]);
    const read = decodeCommit("0", data);
    expect(read.message).toBe("für");
    expect(read.parents).toEqual(["a".repeat(40)]);
    expect(read.committer).toEqual({ name: "B", email: "b@x", seconds: 2, zone: "-0330" });
  });
});

describe("the graph is git's graph", () => {
  test("merge bases, ancestry and ranges agree with git", async () => {
    const { store, head } = await readClone(home);
    const side = git("rev-parse", "side");
    const light = git("rev-parse", "light");
    expect(mergeBase(store, light, side)).toBe(git("merge-base", "light", "side"));
    expect(mergeBase(store, head, side)).toBe(side);
    expect(isAncestor(store, side, head)).toBe(true);
    expect(isAncestor(store, head, side)).toBe(false);
    const range = commitsBetween(store, light, head).map((found) => found.sha);
    expect(range).toEqual(git("rev-list", "--date-order", "light..trunk").split("\n"));
  });

  test("the best of two crossing merges is found, and none for strangers", () => {
    const store = new ObjectStore();
    const person = (seconds: number) => ({ name: "A", email: "a@x", seconds, zone: "+0000" });
    const make = (seconds: number, ...parents: string[]): string =>
      store.writeCommit({
        tree: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        parents,
        author: person(seconds),
        committer: person(seconds),
        message: String(seconds),
      });
    const root = make(1);
    const left = make(2, root);
    const right = make(3, root);
    const one = make(4, left, right);
    const other = make(5, right, left);
    expect(mergeBase(store, one, other)).toBe(right);
    expect(mergeBase(store, one, make(6))).toBeNull();
  });

  test("differences of trees and lines agree with git", async () => {
    const { store, head } = await readClone(home);
    const [before] = store.commit(head)?.parents ?? [];
    const tree = (sha: string | undefined): string => store.commit(sha ?? "")?.tree ?? "";
    const changes = diffTrees(store, tree(before), tree(head));
    expect(changes.map(({ status, path, previousPath }) => [status, path, previousPath])).toEqual([
      ["modified", "lib/x.ts", null],
      ["renamed", "moved.txt", "a.txt"],
    ]);
    expect(countLines(Buffer.from("a\nb\nc\nd\n"), Buffer.from("a\nc\nx\nd\n"))).toEqual({
      additions: 1,
      deletions: 1,
    });
    expect(countLines(null, Buffer.from("a\nb"))).toEqual({ additions: 2, deletions: 0 });
    expect(countLines(Buffer.from("a\0b"), Buffer.from("c"))).toEqual({ additions: 0, deletions: 0 });
  });

  test("a merge takes each side's files, and a file changed by both is a conflict", async () => {
    const { store } = await readClone(home);
    const base = git("rev-parse", "light");
    const change = (path: string, text: string): string => {
      const person = { name: "A", email: "a@x", seconds: 1_900_000_000, zone: "+0000" };
      const tree = store.updateTree(store.commit(base)?.tree ?? "", new Map([[path, text]]));
      return store.writeCommit({
        tree,
        parents: [base],
        author: person,
        committer: person,
        message: path + text,
      });
    };
    const merged = mergeTrees(store, change("ours.txt", "1"), change("theirs.txt", "2"));
    expect(merged && store.tree(merged)?.map((entry) => entry.name)).toEqual([
      "a.txt",
      "lib.txt",
      "lib",
      "ours.txt",
      "theirs.txt",
    ]);
    expect(mergeTrees(store, change("a.txt", "1"), change("a.txt", "2"))).toBeNull();
  });
});

describe("a clone becomes a repository of the stand-in", () => {
  test("its history, tags and files are there, and what is added lies on top", async () => {
    const sandbox = await startSandbox();
    try {
      const repository = await sandbox.importClone("acme/real", home, {
        files: { ".github/waybill.yml": "{}\n" },
      });
      expect(repository.defaultBranch).toBe("trunk");
      expect(repository.sha("v1.0.0")).toBe(git("rev-parse", "v1.0.0^{commit}"));
      expect(repository.refs()["refs/tags/v1.0.0"]).toBe(git("rev-parse", "v1.0.0"));
      expect(repository.file("lib/deep/y.ts")).toBe("y\n");
      expect(repository.file(".github/waybill.yml")).toBe("{}\n");
      // New pull requests do not take a number that the history speaks of.
      expect(repository.openPullRequest({ title: "feat: next" })).toBe(58);
    } finally {
      await sandbox.close();
    }
  });

  test("what is no clone is refused with a sentence", async () => {
    const empty = mkdtempSync(join(tmpdir(), "waybill-none-"));
    await expect(readClone(empty)).rejects.toBeInstanceOf(CloneUnreadable);
    await expect(readClone(join(empty, "missing"))).rejects.toThrow(/cannot be read/);
    rmSync(empty, { recursive: true });
  });

  test("without git on the PATH it says so", async () => {
    const path = process.env.PATH;
    process.env.PATH = "/nonexistent";
    try {
      await expect(readClone(home)).rejects.toThrow(/needs the git executable/);
    } finally {
      process.env.PATH = path;
    }
  });
});
