import { resolveCommit } from "../domain/commits.ts";
import type { Context, Reply, Route } from "../http/context.ts";
import { repositoryRoute } from "../http/context.ts";
import { ApiError, notFound } from "../http/errors.ts";
import { listReply } from "../http/paging.ts";
import { USUAL_VERSION } from "../http/versions.ts";
import type { PathEntry } from "../git/store.ts";
import { nodeId } from "../ids.ts";
import type { Repository } from "../state.ts";
import { commitView } from "../views/commits.ts";
import { fullRepository, repositoryApiUrl, repositoryPage } from "../views/repository.ts";
import type { World } from "../world.ts";

/** Files larger than this are not in the contents API. Source: https://docs.github.com/rest/repos/contents */
const CONTENT_MAXIMUM = 1024 * 1024;

/** The repository itself, its files, branches and tags. */
export function repositoryRoutes(): Route[] {
  return [
    repositoryRoute("GET", "/repos/{owner}/{repo}/contents/{path}", "contents:read", getContents),
    repositoryRoute("GET", "/repos/{owner}/{repo}/branches", "contents:read", (context, repository) =>
      listReply(context, branchNames(repository), (name) => shortBranch(context.world, repository, name)),
    ),
    repositoryRoute("GET", "/repos/{owner}/{repo}/branches/{branch}", "contents:read", getBranch),
    repositoryRoute("GET", "/repos/{owner}/{repo}/tags", "metadata:read", listTags),
    repositoryRoute("GET", "/repos/{owner}/{repo}", "metadata:read", ({ world }, repository) => {
      return { status: 200, body: fullRepository(world, repository) };
    }),
  ];
}

function branchNames(repository: Repository): string[] {
  return [...repository.refs.keys()].flatMap((ref) =>
    ref.startsWith("refs/heads/") ? [ref.slice("refs/heads/".length)] : [],
  );
}

function shortBranch(world: World, repository: Repository, name: string): Record<string, unknown> {
  const sha = repository.refs.get(`refs/heads/${name}`) ?? "";
  const api = repositoryApiUrl(world, repository);
  return { name, commit: { sha, url: `${api}/commits/${sha}` }, protected: false };
}

function getBranch({ world, params }: Context, repository: Repository): Reply {
  const name = params.branch ?? "";
  const sha = repository.refs.get(`refs/heads/${name}`);
  const commit = sha === undefined ? null : repository.store.commit(sha);
  if (!commit) throw new ApiError(404, "Branch not found");
  const url = `${repositoryApiUrl(world, repository)}/branches/${encodeURIComponent(name)}`;
  const required = repository.requiredChecks.get(name)?.protection ?? [];
  return {
    status: 200,
    body: {
      name,
      commit: commitView(world, repository, commit),
      _links: { self: url, html: `${repositoryPage(world, repository)}/tree/${name}` },
      protected: required.length > 0,
      protection: {
        enabled: required.length > 0,
        required_status_checks: {
          enforcement_level: required.length > 0 ? "non_admins" : "off",
          contexts: required.map(({ context }) => context),
          checks: required.map(({ context, appId = null }) => ({ context, app_id: appId })),
        },
      },
      protection_url: `${url}/protection`,
    },
  };
}

function listTags(context: Context, repository: Repository): Reply {
  const { world } = context;
  const api = repositoryApiUrl(world, repository);
  const tags = [...repository.refs].flatMap(([ref, sha]) => {
    const commit = ref.startsWith("refs/tags/") ? repository.store.peel(sha) : null;
    return commit === null ? [] : [{ name: ref.slice("refs/tags/".length), commit }];
  });
  // GitHub lists tags by name, the highest first.
  tags.sort((a, b) => b.name.localeCompare(a.name, "en", { numeric: true }));
  return listReply(context, tags, ({ name, commit }) => {
    return {
      name,
      commit: { sha: commit, url: `${api}/commits/${commit}` },
      zipball_url: `${api}/zipball/refs/tags/${name}`,
      tarball_url: `${api}/tarball/refs/tags/${name}`,
      node_id: nodeId("Ref", `${repository.id}:refs/tags/${name}`),
    };
  });
}

/** Source: https://docs.github.com/rest/repos/contents#get-repository-content */
function getContents(context: Context, repository: Repository): Reply {
  const { world, params, query, accept } = context;
  const path = (params.path ?? "").replace(/^\/+|\/+$/g, "");
  const ref = query.get("ref") ?? repository.defaultBranch;
  const sha = resolveCommit(repository, ref);
  if (sha === null) throw new ApiError(404, `No commit found for the ref ${ref}`);
  const { store } = repository;
  const entry = store.entryAt(store.commit(sha)?.tree ?? "", path);
  if (!entry) throw notFound();
  if (entry.mode === "40000") {
    const children = store.tree(entry.sha) ?? [];
    const prefix = path === "" ? "" : `${path}/`;
    const items = children.map((child) => {
      const item = entryView(world, repository, { ...child, path: prefix + child.name }, ref);
      // Up to this version a list calls a submodule a file.
      return item.type === "submodule" && context.apiVersion === USUAL_VERSION
        ? { ...item, type: "file" }
        : item;
    });
    return { status: 200, body: items };
  }
  const data = store.blob(entry.sha);
  if (!data) throw notFound();
  if (/application\/vnd\.github(\.v3)?\.raw/.test(accept)) {
    return { status: 200, raw: { type: "application/vnd.github.raw; charset=utf-8", data } };
  }
  const large = data.length > CONTENT_MAXIMUM;
  return {
    status: 200,
    body: {
      ...entryView(world, repository, entry, ref),
      size: data.length,
      content: large ? "" : data.toString("base64").replaceAll(/.{60}/g, "$&\n"),
      encoding: large ? "none" : "base64",
    },
  };
}

function entryView(
  world: World,
  repository: Repository,
  entry: PathEntry,
  ref: string,
): Record<string, unknown> {
  const api = repositoryApiUrl(world, repository);
  const page = repositoryPage(world, repository);
  const path = entry.path.split("/").map(encodeURIComponent).join("/");
  const query = `?ref=${encodeURIComponent(ref)}`;
  const types: Record<string, string> = { "40000": "dir", "120000": "symlink", "160000": "submodule" };
  const type = types[entry.mode] ?? "file";
  const self = `${api}/contents/${path}${query}`;
  const git = `${api}/git/${type === "dir" ? "trees" : "blobs"}/${entry.sha}`;
  const html = `${page}/${type === "dir" ? "tree" : "blob"}/${ref}/${path}`;
  return {
    type,
    size: type === "file" ? (repository.store.blob(entry.sha)?.length ?? 0) : 0,
    name: entry.name,
    path: entry.path,
    sha: entry.sha,
    url: self,
    git_url: git,
    html_url: html,
    download_url: type === "file" ? `${page}/raw/${ref}/${path}` : null,
    _links: { self, git, html },
  };
}
