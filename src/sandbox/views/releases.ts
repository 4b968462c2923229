import { createHash } from "node:crypto";
import { isoTime, isoTimeOrNull } from "../clock.ts";
import { nodeId } from "../ids.ts";
import type { Asset, Deployment, DeploymentStatus, Release, Repository } from "../state.ts";
import type { World } from "../world.ts";
import { embeddedApp, simpleUser } from "./accounts.ts";
import { repositoryApiUrl, repositoryPage } from "./repository.ts";
import type { Schema } from "./schema.ts";

/** A release. A draft's page has no tag in it, since the tag does not exist yet. */
export function releaseView(world: World, repository: Repository, release: Release) {
  const api = repositoryApiUrl(world, repository);
  const url = `${api}/releases/${release.id}`;
  const page = repositoryPage(world, repository);
  const tag = encodeURIComponent(release.tagName);
  const untagged = `untagged-${release.id.toString(16)}`;
  return {
    id: release.id,
    node_id: nodeId("Release", release.id),
    url,
    assets_url: `${url}/assets`,
    upload_url: `${world.url}/api/uploads/repos/${repository.owner.login}/${repository.name}/releases/${release.id}/assets{?name,label}`,
    html_url: `${page}/releases/tag/${release.draft ? untagged : tag}`,
    author: simpleUser(world, release.author),
    tag_name: release.tagName,
    target_commitish: release.targetCommitish,
    name: release.name,
    draft: release.draft,
    immutable: release.immutable,
    prerelease: release.prerelease,
    created_at: isoTime(release.createdAt),
    updated_at: isoTime(release.updatedAt),
    published_at: isoTimeOrNull(release.publishedAt),
    assets: release.assets.map((asset) => assetView(world, repository, release, asset)),
    tarball_url: release.draft ? null : `${api}/tarball/${tag}`,
    zipball_url: release.draft ? null : `${api}/zipball/${tag}`,
    body: release.body,
  } satisfies Omit<Schema<"release">, "body"> & { body: string | null };
}

/** A file of a release. */
export function assetView(
  world: World,
  repository: Repository,
  release: Release,
  asset: Asset,
): Schema<"release-asset"> {
  const tag = encodeURIComponent(release.tagName);
  const name = encodeURIComponent(asset.name);
  return {
    url: `${repositoryApiUrl(world, repository)}/releases/assets/${asset.id}`,
    browser_download_url: `${repositoryPage(world, repository)}/releases/download/${tag}/${name}`,
    id: asset.id,
    node_id: nodeId("ReleaseAsset", asset.id),
    name: asset.name,
    label: asset.label,
    // What broke off half way is left behind empty.
    state: asset.data.length === 0 ? "open" : "uploaded",
    content_type: asset.contentType,
    size: asset.data.length,
    digest: `sha256:${createHash("sha256").update(asset.data).digest("hex")}`,
    download_count: 0,
    created_at: isoTime(asset.createdAt),
    updated_at: isoTime(asset.createdAt),
    uploader: simpleUser(world, asset.uploader),
  };
}

/** A deployment. */
export function deploymentView(world: World, repository: Repository, deployment: Deployment) {
  const api = repositoryApiUrl(world, repository);
  const url = `${api}/deployments/${deployment.id}`;
  return {
    url,
    id: deployment.id,
    node_id: nodeId("Deployment", deployment.id),
    task: deployment.task,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    created_at: isoTime(deployment.createdAt),
    updated_at: isoTime(deployment.updatedAt),
    statuses_url: `${url}/statuses`,
    repository_url: api,
    creator: simpleUser(world, deployment.creator),
    sha: deployment.sha,
    ref: deployment.ref,
    payload: deployment.payload,
    transient_environment: deployment.transient,
    production_environment: deployment.production,
    performed_via_github_app: deployment.app && embeddedApp(world, deployment.app),
  } satisfies Schema<"deployment">;
}

/** A status of a deployment. */
export function deploymentStatusView(
  world: World,
  repository: Repository,
  deployment: Deployment,
  status: DeploymentStatus,
) {
  const api = repositoryApiUrl(world, repository);
  const url = `${api}/deployments/${deployment.id}`;
  return {
    url: `${url}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId("DeploymentStatus", status.id),
    state: status.state,
    creator: simpleUser(world, status.creator),
    description: status.description,
    environment: status.environment,
    target_url: status.targetUrl,
    log_url: status.logUrl,
    environment_url: status.environmentUrl,
    created_at: isoTime(status.createdAt),
    updated_at: isoTime(status.createdAt),
    deployment_url: url,
    repository_url: api,
    performed_via_github_app: status.app && embeddedApp(world, status.app),
  } satisfies Schema<"deployment-status">;
}
