import type { Context, Reply, Route } from "../http/context.ts";
import { authorOf, idParameter, repositoryRoute } from "../http/context.ts";
import { ApiError, notFound, validationFailed } from "../http/errors.ts";
import { listReply } from "../http/paging.ts";
import type { Asset, Release, Repository } from "../state.ts";
import { assetView } from "../views/releases.ts";
import { releaseOf } from "./releases.ts";

/** Files of releases. Uploads go to `/api/uploads`, as a release's `upload_url` says. */
export function assetRoutes(): Route[] {
  const base = "/repos/{owner}/{repo}/releases";
  return [
    repositoryRoute("GET", `${base}/assets/{asset_id}`, "contents:read", (context, repository) => {
      const { release, asset } = assetOf(context, repository);
      return { status: 200, body: assetView(context.world, repository, release, asset) };
    }),
    repositoryRoute("DELETE", `${base}/assets/{asset_id}`, "contents:write", (context, repository) => {
      const { release, asset } = assetOf(context, repository);
      if (release.immutable) throw new ApiError(422, "Cannot delete assets from an immutable release.");
      release.assets = release.assets.filter((other) => other !== asset);
      return { status: 204 };
    }),
    repositoryRoute("GET", `${base}/{release_id}/assets`, "contents:read", (context, repository) => {
      const release = releaseOf(context, repository);
      return listReply(context, release.assets, (asset) =>
        assetView(context.world, repository, release, asset),
      );
    }),
    {
      ...repositoryRoute("POST", `${base}/{release_id}/assets`, "contents:write", upload),
      takesFile: true,
    },
  ];
}

function assetOf(context: Context, repository: Repository): { release: Release; asset: Asset } {
  const id = idParameter(context, "asset_id");
  for (const release of repository.releases) {
    const asset = release.assets.find((candidate) => candidate.id === id);
    if (asset) return { release, asset };
  }
  throw notFound();
}

/** Source: https://docs.github.com/rest/releases/assets#upload-a-release-asset (422 for a name that is taken) */
function upload(context: Context, repository: Repository): Reply {
  const { world, query, raw, contentType } = context;
  const release = releaseOf(context, repository);
  if (release.immutable) throw new ApiError(422, "Cannot upload assets to an immutable release.");
  const name = query.get("name") ?? "";
  if (name === "") throw validationFailed({ resource: "ReleaseAsset", field: "name", code: "missing_field" });
  if (release.assets.some((asset) => asset.name === name)) {
    throw validationFailed({ resource: "ReleaseAsset", field: "name", code: "already_exists" });
  }
  const asset: Asset = {
    id: world.ids.next("asset"),
    name,
    label: query.get("label"),
    contentType,
    data: raw,
    uploader: authorOf(context).account,
    createdAt: world.clock.now(),
  };
  release.assets.push(asset);
  return { status: 201, body: assetView(world, repository, release, asset) };
}
