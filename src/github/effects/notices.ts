/** The notice issue, the draft release, and the published notes. https://docs.github.com/en/rest/releases/releases */
import semver from "semver";
import { hasBlock, withBlock } from "../../core/block.ts";
import type { Effect } from "../../core/effects.ts";
import type { WaybillEvent } from "../../core/events.ts";
import type { AssetsWanted } from "../../core/assets.ts";
import type { ManagedText } from "../../core/wording.ts";
import type { RepositoryClient } from "../client.ts";
import { isNotFound } from "../failure.ts";
import { HEARD_AT_ONCE } from "../guard.ts";
import { commitOfTag } from "../history.ts";
import { freshIssue, noteWritten } from "../memory.ts";
import { readTemplates } from "../templates.ts";
import { place, type EffectContext, type Performer } from "./effect.ts";
import { burnedTag, draftOfTag, publishWhenComplete } from "./assets.ts";
import { createIssue, findIssue, readIssue, type FoundIssue } from "./issues.ts";
import { makeTag } from "./tag.ts";

const PAGE = 50;

export const drawNotice: Performer<"drawNotice"> = async (context, effect) => {
  const { client, text, clock } = context;
  const own = await readTemplates(client, effect.view.notes.templates);
  const issue = await drawIssue(context, effect, text.notice(effect.view, effect.serial, own));
  return issue === effect.issue
    ? []
    : [{ type: "NoticeDrawn", at: clock.now(), serial: effect.serial, issue }];
};

type DrawNotice = Parameters<typeof drawNotice>[1];
interface NoticePage {
  readonly title: string;
  readonly body: ManagedText;
}

async function drawIssue(
  context: EffectContext,
  effect: DrawNotice,
  page: NoticePage,
): Promise<number | null> {
  const { client, clock, attempt } = context;
  // What the merge's own look saw moments ago saves the reading where it is to be written over; that nothing differs is only believed of
  // what stands there now.
  const seen =
    effect.issue === null || attempt > 1 ? null : freshIssue(client.memory, effect.issue, clock.now());
  const seenEdit = seen === null ? null : editOf(seen, effect, page);
  if (seen !== null && seenEdit !== null) {
    await editIssue(client, seen.number, seenEdit);
    return seen.number;
  }
  const found =
    (effect.issue === null ? null : await readIssue(client, effect.issue)) ??
    (await findIssue(client, page.body.begin));
  // Where the repository takes no issues, the draft release is the only notice.
  if (found === null) return createIssue(client, page.title, page.body.text);
  const edit = editOf(found, effect, page);
  if (edit !== null) await editIssue(client, found.number, edit);
  return found.number;
}

/** What has to be written of the issue; null where it shows all of it already. */
function editOf(found: FoundIssue, { view }: DrawNotice, page: NoticePage) {
  const body = withBlock(found.body, page.body);
  const closing = view.closed && found.open;
  if (body === found.body && page.title === found.title && !closing) return null;
  return {
    title: page.title,
    body,
    ...(closing ? { state: "closed" as const, state_reason: "completed" as const } : {}),
  };
}

/** Writes. What was read of the issue before is not believed any more, whatever comes of this; the next attempt reads it. */
async function editIssue(
  client: RepositoryClient,
  number: number,
  edit: NonNullable<ReturnType<typeof editOf>>,
): Promise<void> {
  try {
    await client.octokit.rest.issues.update({ ...place(client), issue_number: number, ...edit });
  } finally {
    noteWritten(client.memory, number, client.clock.now());
  }
}

export const drawDraft: Performer<"drawDraft"> = async (context, effect) => {
  // Once released, the notes stand in the published release; the draft is gone.
  if (effect.view.released !== null) return [];
  const draftReleaseId = await drawRelease(context, effect);
  return draftReleaseId === effect.draftReleaseId
    ? []
    : [{ type: "DraftDrawn", at: context.clock.now(), serial: effect.serial, draftReleaseId }];
};

type DrawDraft = Parameters<typeof drawDraft>[1];

async function drawRelease({ client, text }: EffectContext, effect: DrawDraft): Promise<number> {
  const own = await readTemplates(client, effect.view.notes.templates);
  const page = text.draft(effect.view, effect.serial, own);
  const found = await findRelease(client, effect.draftReleaseId, page.body.begin);
  const fields = {
    name: page.name,
    tag_name: effect.view.tag,
    target_commitish: effect.view.notes.head,
    prerelease: semver.prerelease(effect.view.version) !== null,
    draft: true,
  };
  if (found === null) {
    const { data } = await client.octokit.rest.repos.createRelease({
      ...place(client),
      ...fields,
      body: page.body.text,
    });
    return data.id;
  }
  const body = withBlock(found.body, page.body);
  // Published by hand meanwhile: it is a release now and no longer ours to redraw.
  const differs = body !== found.body || page.name !== found.name || effect.view.tag !== found.tag;
  if (found.draft && differs)
    await client.octokit.rest.repos.updateRelease({
      ...place(client),
      release_id: found.id,
      ...fields,
      body,
    });
  return found.id;
}

interface FoundRelease {
  readonly id: number;
  readonly name: string;
  readonly tag: string;
  readonly body: string;
  readonly draft: boolean;
}

/** The release with this id, or else our own that holds the block. */
async function findRelease(
  client: RepositoryClient,
  id: number | null,
  begin: string | null,
): Promise<FoundRelease | null> {
  const { octokit } = client;
  try {
    if (id !== null && id > 0)
      return asFound((await octokit.rest.repos.getRelease({ ...place(client), release_id: id })).data);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  if (begin === null) return null;
  const { data } = await octokit.rest.repos.listReleases({ ...place(client), per_page: PAGE });
  const found = data.find((one) => one.author?.login === client.botLogin && hasBlock(one.body ?? "", begin));
  return found === undefined ? null : asFound(found);
}

function asFound(data: {
  id: number;
  name: string | null;
  tag_name: string;
  body?: string | null;
  draft: boolean;
}): FoundRelease {
  return { id: data.id, name: data.name ?? "", tag: data.tag_name, body: data.body ?? "", draft: data.draft };
}

/** Publishes the notes of a pushed tag: the draft becomes the release; one that stands already keeps what people wrote. */
export const publishRelease: Performer<"publishRelease"> = async (context, effect) => {
  try {
    return await publish(context, effect);
  } catch (error) {
    return [burnedTag(error, effect, context.clock.now())];
  }
};

async function publish(context: EffectContext, effect: PublishRelease): Promise<readonly WaybillEvent[]> {
  const { client, text } = context;
  const { octokit } = client;
  // A tag that was deleted or moved meanwhile: publishing would make it anew, on whatever commit the draft was drawn for.
  if ((await commitOfTag(client, effect.view.component?.release ?? effect.tag)) !== effect.sha) return [];
  const refused = effect.view.component === undefined ? null : await tagComponent(context, effect);
  if (refused !== null) return [refused];
  const own = await readTemplates(client, effect.view.notes.templates);
  const page = text.release(effect.view, effect.noticeSerial ?? 0, own);
  const draftBegin = effect.noticeSerial === null ? null : page.body.begin;
  const wanted = assetsWanted(effect);
  const found =
    (await releaseOfTag(client, effect.tag)) ??
    (await findRelease(client, effect.draftReleaseId, draftBegin)) ??
    (wanted === null ? null : await ownDraft(client, effect.tag));
  const isLatest =
    !effect.view.prerelease && effect.overtaken !== true && effect.view.component === undefined;
  const fields = {
    name: page.name,
    tag_name: effect.tag,
    target_commitish: effect.sha,
    // Its files are still to be put there.
    draft: wanted !== null,
    prerelease: effect.view.prerelease,
    make_latest: isLatest ? ("legacy" as const) : ("false" as const),
  };
  const id = found === null ? await createRelease(client, { ...fields, body: page.body.text }) : found.id;
  const body = found === null ? page.body.text : withBlock(found.body, page.body);
  if (found !== null && (found.draft || body !== found.body)) {
    const ours = found.draft ? fields : {};
    await octokit.rest.repos.updateRelease({ ...place(client), release_id: id, ...ours, body });
  }
  return wanted === null ? [] : [await publishWhenComplete(context, { ...wanted, releaseId: id })];
}

async function createRelease(
  { octokit, owner, repo }: RepositoryClient,
  fields: { tag_name: string; body: string; draft: boolean },
): Promise<number> {
  return (await octokit.rest.repos.createRelease({ owner, repo, ...fields })).data.id;
}

/** What is to be there before the release is published; null where nothing is. A component's release has no files of its own. */
function assetsWanted({ tag, sha, view, overtaken = false, assets }: PublishRelease): AssetsWanted | null {
  if (assets === undefined || view.component !== undefined) return null;
  const { version, prerelease } = view;
  return { version, tag, sha, prerelease, releaseId: null, assets, overtaken };
}

async function ownDraft(client: RepositoryClient, tag: string): Promise<FoundRelease | null> {
  const draft = await draftOfTag(client, tag);
  return draft === null ? null : asFound(draft);
}

/** Sees to it that a component's version has its tag on the release's commit; what stands in its way is said. */
async function tagComponent(context: EffectContext, effect: PublishRelease): Promise<WaybillEvent | null> {
  const { client, clock } = context;
  const { tag, sha, view } = effect;
  if (view.component === undefined || (await commitOfTag(client, tag)) === sha) return null;
  const made = await makeTag(context, { tag, sha });
  if (made.kind === "stands") return null;
  const { name: component, release } = view.component;
  const reason =
    made.kind === "taken"
      ? ({ code: "component-taken", component, release, at: made.at } as const)
      : ({ code: "component-refused", component, release, message: made.message } as const);
  return { type: "TagRefused", at: clock.now(), tag, sha, reason };
}

type PublishRelease = Extract<Effect, { type: "publishRelease" }>;

async function releaseOfTag(client: RepositoryClient, tag: string): Promise<FoundRelease | null> {
  try {
    // Hardly any tag has one yet: the draft bears no tag. A second one GitHub would refuse to make.
    return asFound(
      (await client.octokit.rest.repos.getReleaseByTag({ ...place(client), tag, ...HEARD_AT_ONCE })).data,
    );
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}
