import { resolveCommit } from "../domain/commits.ts";
import type { ReleaseFields } from "../domain/releases.ts";
import { addRelease, deleteRelease, editRelease, latestRelease } from "../domain/releases.ts";
import type { Context, Reply, Route } from "../http/context.ts";
import { authorOf, idParameter, mayPush, repositoryRoute } from "../http/context.ts";
import { ApiError, notFound, validationFailed } from "../http/errors.ts";
import { Fields } from "../http/fields.ts";
import { listReply } from "../http/paging.ts";
import type { Release, Repository } from "../state.ts";
import { releaseView } from "../views/releases.ts";

/** GITHUB.md, "Limits". */
const BODY_MAXIMUM = 125_000;

/** Releases; drafts are shown only to who may push. */
export function releaseRoutes(): Route[] {
  const base = "/repos/{owner}/{repo}/releases";
  return [
    repositoryRoute("GET", `${base}/latest`, "contents:read", ({ world }, repository) => {
      const latest = latestRelease(repository);
      if (!latest) throw notFound();
      return { status: 200, body: releaseView(world, repository, latest) };
    }),
    repositoryRoute("GET", `${base}/tags/{tag}`, "contents:read", ({ world, params }, repository) => {
      // A draft has no tag, so it is not found by one. Source: https://docs.github.com/rest/releases/releases#get-a-release-by-tag-name
      const found = repository.releases.find((release) => !release.draft && release.tagName === params.tag);
      if (!found) throw notFound();
      return { status: 200, body: releaseView(world, repository, found) };
    }),
    repositoryRoute("GET", `${base}/{release_id}`, "contents:read", (context, repository) => {
      const release = releaseOf(context, repository);
      return { status: 200, body: releaseView(context.world, repository, release) };
    }),
    repositoryRoute("PATCH", `${base}/{release_id}`, "contents:write", update),
    repositoryRoute("DELETE", `${base}/{release_id}`, "contents:write", (context, repository) => {
      const release = releaseOf(context, repository);
      deleteRelease(context.world, repository, release, authorOf(context).account);
      return { status: 204 };
    }),
    repositoryRoute("GET", base, "contents:read", (context, repository) => {
      const push = mayPush(context, repository);
      const shown = repository.releases.filter((release) => push || !release.draft).toReversed();
      return listReply(context, shown, (release) => releaseView(context.world, repository, release));
    }),
    repositoryRoute("POST", base, "contents:write", create),
  ];
}

/** The release of the path; drafts are there only for who may push. @throws ApiError 404 */
export function releaseOf(context: Context, repository: Repository): Release {
  const id = idParameter(context, "release_id");
  const release = repository.releases.find((candidate) => candidate.id === id);
  if (!release || (release.draft && !mayPush(context, repository))) throw notFound();
  return release;
}

function create(context: Context, repository: Repository): Reply {
  const fields = new Fields(context.body, "Release");
  fields.required("tag_name");
  const wanted = readFields(fields, null, repository);
  requirePublishable(repository, wanted, null);
  const release = addRelease(context.world, repository, wanted, authorOf(context).account);
  return { status: 201, body: releaseView(context.world, repository, release) };
}

function update(context: Context, repository: Repository): Reply {
  const release = releaseOf(context, repository);
  const wanted = readFields(new Fields(context.body, "Release"), release, repository);
  if (release.immutable && (wanted.tagName !== release.tagName || wanted.draft)) {
    throw new ApiError(422, "Cannot change the tag of an immutable release.");
  }
  requirePublishable(repository, wanted, release);
  editRelease(context.world, repository, release, wanted, authorOf(context).account);
  return { status: 200, body: releaseView(context.world, repository, release) };
}

function readFields(fields: Fields, before: Release | null, repository: Repository): ReleaseFields {
  const latest = fields.choice("make_latest", ["true", "false", "legacy"], "true");
  return {
    tagName: fields.text("tag_name", before?.tagName ?? ""),
    targetCommitish: fields.text("target_commitish", before?.targetCommitish ?? repository.defaultBranch),
    name: fields.text("name", before?.name ?? null),
    body: fields.limited("body", before?.body ?? null, BODY_MAXIMUM),
    draft: fields.flag("draft", before?.draft ?? false),
    prerelease: fields.flag("prerelease", before?.prerelease ?? false),
    makeLatest: latest !== "false",
  };
}

/** One published release a tag; the tag or its target must exist. Source: https://docs.github.com/rest/releases/releases#create-a-release */
function requirePublishable(repository: Repository, wanted: ReleaseFields, self: Release | null): void {
  if (wanted.draft) return;
  const taken = repository.releases.some(
    (release) => release !== self && !release.draft && release.tagName === wanted.tagName,
  );
  if (taken) throw validationFailed({ resource: "Release", field: "tag_name", code: "already_exists" });
  if (!self?.immutable && repository.burnedTags.has(wanted.tagName)) {
    const message = "tag_name was used by an immutable release";
    throw validationFailed({ resource: "Release", field: "tag_name", code: "custom", message });
  }
  const known = repository.refs.has(`refs/tags/${wanted.tagName}`);
  if (!known && resolveCommit(repository, wanted.targetCommitish) === null) {
    throw validationFailed({ resource: "Release", field: "target_commitish", code: "invalid" });
  }
}
