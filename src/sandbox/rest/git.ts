import { z } from "zod";
import { signatureOf } from "../domain/commits.ts";
import { pushRefs } from "../domain/refs.ts";
import { isAncestor } from "../git/graph.ts";
import type { ObjectType, Signature, TreeEntry } from "../git/objects.ts";
import { decodeTag, EMPTY_TREE } from "../git/objects.ts";
import type { FileContent } from "../git/store.ts";
import type { Context, Reply, Route } from "../http/context.ts";
import { authorOf, repositoryRoute } from "../http/context.ts";
import { ApiError, notFound } from "../http/errors.ts";
import { Fields } from "../http/fields.ts";
import { nodeId } from "../ids.ts";
import type { Repository } from "../state.ts";
import { gitCommitView, gitTagView, refView } from "../views/commits.ts";
import { repositoryApiUrl } from "../views/repository.ts";
import { gitTreeView } from "../views/trees.ts";

/** The Git database: refs, annotated tags, commits, trees and blobs. */
export function gitRoutes(): Route[] {
  const route = (method: string, path: string, handler: Parameters<typeof repositoryRoute>[3]): Route => {
    const permission = method === "GET" ? "contents:read" : "contents:write";
    return repositoryRoute(method, `/repos/{owner}/{repo}/git/${path}`, permission, handler);
  };
  return [
    route("GET", "ref/{ref}", getRef),
    route("GET", "matching-refs/{ref}", matchingRefs),
    route("POST", "refs", createRef),
    route("PATCH", "refs/{ref}", updateRef),
    route("DELETE", "refs/{ref}", deleteRef),
    route("POST", "tags", createTag),
    route("GET", "tags/{tag_sha}", ({ world, params }, repository) => {
      const tag = repository.store.tag(params.tag_sha ?? "");
      if (!tag) throw notFound();
      return { status: 200, body: gitTagView(world, repository, tag) };
    }),
    route("POST", "commits", createCommit),
    route("GET", "commits/{commit_sha}", ({ world, params }, repository) => {
      const commit = repository.store.commit(params.commit_sha ?? "");
      if (!commit) throw notFound();
      return { status: 200, body: gitCommitView(world, repository, commit) };
    }),
    route("POST", "trees", createTree),
    route("GET", "trees/{tree_sha}", getTree),
    route("POST", "blobs", createBlob),
    route("GET", "blobs/{file_sha}", getBlob),
  ];
}

function getRef({ world, params }: Context, repository: Repository): Reply {
  const ref = `refs/${params.ref ?? ""}`;
  const sha = repository.refs.get(ref);
  if (sha === undefined) throw notFound();
  return { status: 200, body: refView(world, repository, ref, sha) };
}

/** All refs whose names begin so; none is an empty list, not 404. Source: https://docs.github.com/rest/git/refs */
function matchingRefs({ world, params }: Context, repository: Repository): Reply {
  const prefix = `refs/${params.ref ?? ""}`;
  const found = [...repository.refs]
    .filter(([ref]) => ref.startsWith(prefix))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return { status: 200, body: found.map(([ref, sha]) => refView(world, repository, ref, sha)) };
}

/** Source: https://git-scm.com/docs/git-check-ref-format */
function isRefName(ref: string): boolean {
  return (
    // oxlint-disable-next-line no-control-regex -- git forbids control characters in refs
    ref.length <= 500 && !/[\u0000- ~^:?*[\\\u007f]|\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|[./]$/.test(ref)
  );
}

/** Creating a ref is atomic: the second to ask is refused, which is what the claim rests on (GITHUB.md). */
function createRef(context: Context, repository: Repository): Reply {
  const fields = new Fields(context.body, "Reference");
  const ref = fields.required("ref");
  const sha = fields.required("sha");
  if (!ref.startsWith("refs/") || ref.split("/").length < 3 || !isRefName(ref)) {
    throw new ApiError(422, `Reference name '${ref}' is invalid`);
  }
  if (repository.refs.has(ref)) throw new ApiError(422, "Reference already exists");
  requireObject(repository, sha, ref);
  pushRefs(context.world, repository, [{ ref, sha }], authorOf(context).account);
  return { status: 201, body: refView(context.world, repository, ref, sha) };
}

function requireObject(repository: Repository, sha: string, ref: string): void {
  if (!/^[0-9a-f]{40}$/.test(sha)) {
    throw new ApiError(422, "The sha parameter must be exactly 40 characters and contain only [0-9a-f].");
  }
  const object = repository.store.read(sha);
  if (!object || (ref.startsWith("refs/heads/") && object.type !== "commit")) {
    throw new ApiError(422, "Object does not exist");
  }
}

function updateRef(context: Context, repository: Repository): Reply {
  const ref = `refs/${context.params.ref ?? ""}`;
  const fields = new Fields(context.body, "Reference");
  const sha = fields.required("sha");
  const before = repository.refs.get(ref);
  if (before === undefined) throw new ApiError(422, "Reference does not exist");
  requireObject(repository, sha, ref);
  const from = repository.store.peel(before);
  const to = repository.store.peel(sha);
  const forward = from !== null && to !== null && isAncestor(repository.store, from, to);
  if (!fields.flag("force", false) && !forward) throw new ApiError(422, "Update is not a fast forward");
  pushRefs(context.world, repository, [{ ref, sha }], authorOf(context).account);
  return { status: 200, body: refView(context.world, repository, ref, sha) };
}

function deleteRef(context: Context, repository: Repository): Reply {
  const ref = `refs/${context.params.ref ?? ""}`;
  if (!repository.refs.has(ref)) throw new ApiError(422, "Reference does not exist");
  pushRefs(context.world, repository, [{ ref, sha: null }], authorOf(context).account);
  return { status: 204 };
}

const personSchema = z.object({ name: z.string(), email: z.string(), date: z.iso.datetime().optional() });

function personOf(context: Context, value: unknown): Signature {
  const given = personSchema.safeParse(value);
  const own = signatureOf(context.world, authorOf(context).account);
  if (!given.success) return own;
  const seconds =
    given.data.date === undefined ? own.seconds : Math.floor(Date.parse(given.data.date) / 1000);
  return { name: given.data.name, email: given.data.email, seconds, zone: "+0000" };
}

/** Makes the tag object only; a ref has to be created for it. Source: https://docs.github.com/rest/git/tags */
function createTag(context: Context, repository: Repository): Reply {
  const fields = new Fields(context.body, "Tag");
  const object = fields.required("object");
  const type = fields.choice<ObjectType>("type", ["commit", "tree", "blob", "tag"], "commit");
  const found = repository.store.read(object);
  if (found?.type !== type) throw new ApiError(422, "Object does not exist");
  const tagger = personOf(context, fields.values.tagger);
  const tag = { object, type, tag: fields.required("tag"), tagger, message: fields.required("message") };
  const sha = repository.store.writeTag(tag);
  return { status: 201, body: gitTagView(context.world, repository, { ...tag, sha }) };
}

function createCommit(context: Context, repository: Repository): Reply {
  const { store } = repository;
  const fields = new Fields(context.body, "Commit");
  const tree = fields.required("tree");
  const parents = fields.list("parents") ?? [];
  if (!store.tree(tree)) throw new ApiError(422, "Tree SHA does not exist");
  if (parents.some((parent) => !store.commit(parent))) {
    throw new ApiError(422, "Parent SHA does not exist or is not a commit object");
  }
  const author = personOf(context, fields.values.author);
  const committer = fields.has("committer") ? personOf(context, fields.values.committer) : author;
  const commit = { tree, parents, author, committer, message: fields.required("message") };
  const sha = store.writeCommit(commit);
  return { status: 201, body: gitCommitView(context.world, repository, { ...commit, sha }) };
}

const newTreeSchema = z.object({
  base_tree: z.string().optional(),
  tree: z.array(
    z.object({
      path: z.string(),
      mode: z.enum(["100644", "100755", "040000", "160000", "120000"]),
      type: z.enum(["blob", "tree", "commit"]).optional(),
      sha: z.string().nullable().optional(),
      content: z.string().optional(),
    }),
  ),
});

function createTree(context: Context, repository: Repository): Reply {
  const parsed = newTreeSchema.safeParse(context.body);
  if (!parsed.success) throw new ApiError(422, "Invalid tree info");
  const changes = new Map<string, FileContent | TreeEntry>();
  for (const { path, mode, sha, content } of parsed.data.tree) {
    if (content !== undefined) changes.set(path, content);
    else if (sha === null || sha === undefined) changes.set(path, null);
    else changes.set(path, { mode: mode.replace(/^0/, ""), name: path, sha });
  }
  const sha = repository.store.updateTree(parsed.data.base_tree ?? EMPTY_TREE, changes);
  return { status: 201, body: gitTreeView(context.world, repository, sha, false) };
}

function getTree({ world, params, query }: Context, repository: Repository): Reply {
  const name = params.tree_sha ?? "";
  const { store, refs } = repository;
  const tip = refs.get(`refs/heads/${name}`) ?? refs.get(`refs/tags/${name}`) ?? name;
  const commit = store.peel(tip);
  const sha = commit === null ? name : (store.commit(commit)?.tree ?? name);
  if (!store.tree(sha)) throw notFound();
  return { status: 200, body: gitTreeView(world, repository, sha, query.has("recursive")) };
}

function createBlob(context: Context, repository: Repository): Reply {
  const fields = new Fields(context.body, "Blob");
  const encoding = fields.choice("encoding", ["utf-8", "base64"], "utf-8");
  const data = Buffer.from(fields.required("content"), encoding === "base64" ? "base64" : "utf8");
  const sha = repository.store.write("blob", data);
  const url = `${repositoryApiUrl(context.world, repository)}/git/blobs/${sha}`;
  return { status: 201, body: { url, sha } };
}

function getBlob({ world, params }: Context, repository: Repository): Reply {
  const sha = params.file_sha ?? "";
  const object = repository.store.read(sha);
  if (object?.type !== "blob") {
    // An annotated tag under a blob's address is a common mistake worth its own words.
    const hint = object?.type === "tag" ? ` (a tag of ${decodeTag(sha, object.data).object})` : "";
    throw new ApiError(404, `Not Found${hint}`);
  }
  return {
    status: 200,
    body: {
      sha,
      node_id: nodeId("Blob", sha),
      url: `${repositoryApiUrl(world, repository)}/git/blobs/${sha}`,
      size: object.data.length,
      content: object.data.toString("base64").replaceAll(/.{60}/g, "$&\n"),
      encoding: "base64",
    },
  };
}
