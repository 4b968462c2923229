/**
 * Keeping a signed receipt at GitHub: as the one file of a commit without parents, under a ref of its own. A ref that stands is never moved: whatever is
 * there, is there for good. https://docs.github.com/en/rest/git/refs#create-a-reference
 */
import { createHash } from "node:crypto";
import { withAnnouncement } from "../../core/receipt/announcement.ts";
import { receiptRef, RECEIPT_FILE } from "../../core/receipt/place.ts";
import type { DeliveryReceipt } from "../../core/receipt/receipt.ts";
import { uploadsUrl, webUrl } from "../addresses.ts";
import type { RepositoryClient } from "../client.ts";
import { isNotFound } from "../failure.ts";
import { isBelieved, place, type EffectContext, type Performer } from "./effect.ts";

export const keepReceipt: Performer<"keepReceipt"> = async (context, effect) => {
  const { client, lane } = context;
  if (context.keepReceipt === null) return [];
  const { owner, repo } = client;
  const name = `${owner}/${repo}`;
  const server = webUrl(client).slice(0, -name.length - 1);
  const receipt = await withAnnounced(context, effect);
  const { keyId, document } = await context.keepReceipt(lane, receipt, { name, server });
  // What nobody has signed proves nothing, wherever it stands; and a build of every merge would fill the repository with refs.
  if (keyId === null || receipt.who.cause === "merge") return [];
  await keepAtRef(context, receiptRef(effect.promotionId), receipt, document);
  if (effect.asset === true) await upload(context, receipt, document);
  return [];
};

async function keepAtRef(
  { client, attempt }: EffectContext,
  ref: string,
  receipt: DeliveryReceipt,
  document: string,
): Promise<void> {
  if (attempt > 1 && (await stands(client, ref, document))) return;
  const sha = await commit(
    client,
    document,
    `Receipt of ${receipt.release.version} in ${receipt.environment.name}`,
  );
  try {
    await client.octokit.rest.git.createRef({ ...place(client), ref: `refs/${ref}`, sha });
  } catch (error) {
    if (!(await stands(client, ref, document))) throw error;
  }
}

/**
 * Uploads it to its release. An immutable one takes nothing more, and a name that is taken is of an earlier attempt, as no other promotion has it.
 * https://docs.github.com/en/rest/releases/assets#upload-a-release-asset
 */
async function upload(
  context: EffectContext,
  { release: { tag }, environment, promotion }: DeliveryReceipt,
  document: string,
): Promise<void> {
  const { client } = context;
  const { octokit } = client;
  if (tag === null) return;
  try {
    const { data: release } = await octokit.rest.repos.getReleaseByTag({ ...place(client), tag });
    const name = `receipt-${environment.name}-${promotion}.json`;
    const standing = release.assets.find((asset) => asset.name === name);
    if (release.immutable === true || standing?.state === "uploaded") return;
    // What broke off half way holds the name: https://docs.github.com/en/rest/releases/assets#upload-a-release-asset
    if (standing !== undefined)
      await octokit.rest.repos.deleteReleaseAsset({ ...place(client), asset_id: standing.id });
    await octokit.rest.repos.uploadReleaseAsset({
      ...place(client),
      baseUrl: uploadsUrl(client),
      release_id: release.id,
      name,
      data: document,
      headers: { "content-type": "application/json" },
    });
  } catch (error) {
    // The release was deleted, or sealed a moment ago; the receipt stands under its ref.
    if (!isBelieved(context, error, TAKES_NO_FILE)) throw error;
  }
}

const TAKES_NO_FILE = { statuses: [404, 422] };

/** The repository's lane remembers what was announced of the release. */
async function withAnnounced(
  { lanes, lane }: EffectContext,
  { receipt }: Parameters<typeof keepReceipt>[1],
): Promise<typeof receipt> {
  const known = (await lanes.repository(lane.installation, lane.repository))?.releases ?? [];
  const { version, commit: sha } = receipt.release;
  const release = known.find((one) => one.version === version && one.sha === sha);
  return withAnnouncement(receipt, release?.announcement);
}

async function commit(client: RepositoryClient, content: string, message: string): Promise<string> {
  const { git } = client.octokit.rest;
  const entry = { path: RECEIPT_FILE, mode: "100644", type: "blob", content } as const;
  const tree = await git.createTree({ ...place(client), tree: [entry] });
  // Without an author of its own it is the App's, and GitHub signs it.
  const made = await git.createCommit({ ...place(client), message, tree: tree.data.sha, parents: [] });
  return made.data.sha;
}

/**
 * Whether the ref holds this very receipt; false where there is no such ref.
 * @throws where it holds anything else: it is not Waybill's to move
 */
async function stands(client: RepositoryClient, ref: string, document: string): Promise<boolean> {
  const { git } = client.octokit.rest;
  try {
    const { data } = await git.getRef({ ...place(client), ref });
    const tree = await git.getTree({ ...place(client), tree_sha: data.object.sha });
    const file = tree.data.tree.find(({ path }) => path === RECEIPT_FILE);
    if (file?.sha === blobId(document)) return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
  throw new Error(`refs/${ref} holds something else than the receipt`);
}

/** What Git calls a file of this text. */
function blobId(text: string): string {
  const bytes = Buffer.from(text);
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
