/**
 * Publishing a release last: when the files that a team's workflow uploads to its draft are all there.
 * https://docs.github.com/en/rest/releases/assets
 */
import { missingAmong, type AssetsEvent, type AssetsOutcome, type AssetsWanted } from "../../core/assets.ts";
import type { WaybillEvent } from "../../core/events.ts";
import type { Release } from "../../core/release.ts";
import type { RepositoryClient } from "../client.ts";
import { isNotFound } from "../failure.ts";
import { HEARD_AT_ONCE } from "../guard.ts";
import { commitOfTag } from "../history.ts";
import { place, type EffectContext, type Performer } from "./effect.ts";

const PAGE = 100;
/** GitHub takes no more of one release. */
const MOST_PAGES = 10;
/** Drafts are among the newest. */
const RELEASES_SEEN = 50;

type Standing = Awaited<
  ReturnType<RepositoryClient["octokit"]["rest"]["repos"]["listReleases"]>
>["data"][number];

export const lookAtAssets: Performer<"lookAtAssets"> = async (context, { wanted }) => {
  try {
    return [await publishWhenComplete(context, wanted)];
  } catch (error) {
    const at = context.clock.now();
    return [{ type: "AssetsSeen", at, wanted, outcome: "gone", missing: [] }, burnedTag(error, wanted, at)];
  }
};

/**
 * That GitHub takes the tag for no release any more, because an immutable one of it was deleted: it will never be otherwise.
 *
 * @throws any other error
 */
export function burnedTag(
  error: unknown,
  { tag, sha }: Pick<Release, "tag" | "sha">,
  at: number,
): WaybillEvent {
  if (!(error instanceof Error && /used by an immutable release/i.test(error.message))) throw error;
  return { type: "TagRefused", at, tag, sha, reason: { code: "burned" } };
}

/** Publishes the draft if its files are all there, and answers how it stands. Done twice it finds it published. */
export async function publishWhenComplete(
  { client, clock }: EffectContext,
  wanted: AssetsWanted,
): Promise<AssetsEvent> {
  const seen = (outcome: AssetsOutcome, missing: readonly string[] = [], releaseId = wanted.releaseId) =>
    ({ type: "AssetsSeen", at: clock.now(), wanted: { ...wanted, releaseId }, outcome, missing }) as const;
  if ((await commitOfTag(client, wanted.tag)) !== wanted.sha) return seen("gone");
  const release = (await publishedOf(client, wanted.tag)) ?? (await draftOf(client, wanted));
  if (release === null) return seen("gone");
  const missing = await missingOf(client, release.id, wanted.assets);
  if (!release.draft)
    return seen(release.immutable === true && missing.length > 0 ? "sealed" : "published", missing);
  if (missing.length > 0) return seen("waiting", missing, release.id);
  await client.octokit.rest.repos.updateRelease({
    ...place(client),
    release_id: release.id,
    tag_name: wanted.tag,
    draft: false,
    prerelease: wanted.prerelease,
    make_latest: wanted.prerelease || wanted.overtaken ? "false" : "legacy",
  });
  return seen("published", [], release.id);
}

async function publishedOf(client: RepositoryClient, tag: string): Promise<Standing | null> {
  try {
    const asked = { ...place(client), tag, ...HEARD_AT_ONCE };
    return (await client.octokit.rest.repos.getReleaseByTag(asked)).data;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** The draft with this id, or else our own for the tag: a draft is not found by its tag. Null where somebody has deleted it. */
async function draftOf(
  client: RepositoryClient,
  { releaseId, tag }: Pick<AssetsWanted, "releaseId" | "tag">,
): Promise<Standing | null> {
  const { octokit } = client;
  try {
    if (releaseId !== null)
      return (await octokit.rest.repos.getRelease({ ...place(client), release_id: releaseId })).data;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return draftOfTag(client, tag);
}

/** Waybill's own draft for a tag. */
export async function draftOfTag(client: RepositoryClient, tag: string): Promise<Standing | null> {
  const { octokit, botLogin } = client;
  const { data } = await octokit.rest.repos.listReleases({ ...place(client), per_page: RELEASES_SEEN });
  return data.find((one) => one.draft && one.tag_name === tag && one.author?.login === botLogin) ?? null;
}

/** What is not there, or not there whole: a draft that is published while a file is being uploaded would lack it for ever. */
async function missingOf(
  client: RepositoryClient,
  releaseId: number,
  patterns: readonly string[],
): Promise<string[]> {
  const whole: string[] = [];
  const broken: string[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const asked = { ...place(client), release_id: releaseId, per_page: PAGE, page };
    const { data } = await client.octokit.rest.repos.listReleaseAssets(asked);
    for (const { name, state } of data) (state === "uploaded" ? whole : broken).push(name);
    if (data.length < PAGE) break;
  }
  return [...new Set([...missingAmong(patterns, whole), ...broken])];
}
