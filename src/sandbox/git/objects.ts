import { createHash } from "node:crypto";

/**
 * Git's object formats, so that every SHA of the stand-in is the one that git itself would compute.
 * Source: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
 */
export type ObjectType = "blob" | "tree" | "commit" | "tag";

export interface GitObject {
  type: ObjectType;
  data: Buffer;
}

/** Mode as git writes it in a tree: `100644`, `100755`, `120000` (link), `40000` (tree), `160000` (submodule). */
export interface TreeEntry {
  mode: string;
  name: string;
  sha: string;
}

export interface Signature {
  name: string;
  email: string;
  /** Seconds since the epoch. */
  seconds: number;
  /** `+0000`. */
  zone: string;
}

export interface Commit {
  sha: string;
  tree: string;
  parents: string[];
  author: Signature;
  committer: Signature;
  message: string;
}

export interface Tag {
  sha: string;
  object: string;
  type: ObjectType;
  tag: string;
  tagger: Signature | null;
  message: string;
}

export const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
export const ZERO_SHA = "0".repeat(40);

/** The SHA-1 that git gives an object. */
export function objectSha(type: ObjectType, data: Buffer): string {
  return createHash("sha1").update(`${type} ${data.length}\0`).update(data).digest("hex");
}

/** A tree's bytes; entries are put into git's order (a directory sorts as if its name ended in a slash). */
export function encodeTree(entries: readonly TreeEntry[]): Buffer {
  const key = (entry: TreeEntry): Buffer =>
    Buffer.from(entry.mode === "40000" ? `${entry.name}/` : entry.name, "utf8");
  const sorted = [...entries].sort((a, b) => Buffer.compare(key(a), key(b)));
  return Buffer.concat(
    sorted.flatMap((entry) => [Buffer.from(`${entry.mode} ${entry.name}\0`), Buffer.from(entry.sha, "hex")]),
  );
}

/** The entries of a tree's bytes. */
export function decodeTree(data: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < data.length) {
    const space = data.indexOf(0x20, at);
    const end = data.indexOf(0, space);
    entries.push({
      mode: data.toString("latin1", at, space),
      name: data.toString("utf8", space + 1, end),
      sha: data.toString("hex", end + 1, end + 21),
    });
    at = end + 21;
  }
  return entries;
}

/** A commit's bytes. */
export function encodeCommit(commit: Omit<Commit, "sha">): Buffer {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${formatSignature(commit.author)}`,
    `committer ${formatSignature(commit.committer)}`,
  ];
  return Buffer.from(`${lines.join("\n")}\n\n${commit.message}`, "utf8");
}

/** A commit from its bytes; trailing line ends of the message are dropped, as GitHub's API does. */
export function decodeCommit(sha: string, data: Buffer): Commit {
  const { headers, message } = decodeHeaders(data);
  return {
    sha,
    tree: headers.get("tree")?.[0] ?? EMPTY_TREE,
    parents: headers.get("parent") ?? [],
    author: parseSignature(headers.get("author")?.[0] ?? ""),
    committer: parseSignature(headers.get("committer")?.[0] ?? ""),
    message,
  };
}

/** An annotated tag's bytes. */
export function encodeTag(tag: Omit<Tag, "sha">): Buffer {
  const lines = [`object ${tag.object}`, `type ${tag.type}`, `tag ${tag.tag}`];
  if (tag.tagger) lines.push(`tagger ${formatSignature(tag.tagger)}`);
  return Buffer.from(`${lines.join("\n")}\n\n${tag.message}`, "utf8");
}

/** An annotated tag from its bytes. */
export function decodeTag(sha: string, data: Buffer): Tag {
  const { headers, message } = decodeHeaders(data);
  const tagger = headers.get("tagger")?.[0];
  return {
    sha,
    object: headers.get("object")?.[0] ?? ZERO_SHA,
    type: (headers.get("type")?.[0] ?? "commit") as ObjectType,
    tag: headers.get("tag")?.[0] ?? "",
    tagger: tagger === undefined ? null : parseSignature(tagger),
    message,
  };
}

/** Header lines before the first empty one (a line that starts with a space continues a signature) and the text after it. */
function decodeHeaders(data: Buffer): { headers: Map<string, string[]>; message: string } {
  const gap = data.indexOf("\n\n");
  const end = gap === -1 ? data.length : gap;
  const headers = new Map<string, string[]>();
  for (const line of data.toString("utf8", 0, end).split("\n")) {
    if (line.startsWith(" ")) continue;
    const space = line.indexOf(" ");
    const name = line.slice(0, space);
    headers.set(name, [...(headers.get(name) ?? []), line.slice(space + 1)]);
  }
  const body = gap === -1 ? Buffer.alloc(0) : data.subarray(gap + 2);
  return { headers, message: decodeText(body, headers.get("encoding")?.[0]).replace(/\n+$/, "") };
}

/** Old commits may be written in another encoding, which they name; an unknown name is read as UTF-8. */
function decodeText(data: Buffer, encoding: string | undefined): string {
  try {
    return new TextDecoder(encoding ?? "utf-8").decode(data);
  } catch {
    return data.toString("utf8");
  }
}

function formatSignature(signature: Signature): string {
  // Git strips these characters from names and addresses, since they delimit the fields.
  const clean = (text: string): string => text.replaceAll(/[<>\n]/g, "");
  return `${clean(signature.name)} <${clean(signature.email)}> ${signature.seconds} ${signature.zone}`;
}

function parseSignature(text: string): Signature {
  const match = /^(.*?)\s*<(.*?)>\s*(-?\d+)?\s*([+-]\d{4})?$/.exec(text);
  return {
    name: match?.[1] ?? "",
    email: match?.[2] ?? "",
    seconds: Number(match?.[3] ?? 0),
    zone: match?.[4] ?? "+0000",
  };
}
