/** Reactions and comments. https://docs.github.com/en/rest/issues/comments, https://docs.github.com/en/rest/reactions */
import type { RepositoryClient } from "../client.ts";
import { isBelieved, place, type EffectContext, type Performer } from "./effect.ts";

const PAGE = 100;
/** A thread longer than this is searched from its end: a marker that is lost is of lately. */
const PAGES_SEARCHED = 10;
/** What was just created may be missing for a moment: a second comment in place of a missing one would stand beside it. */
const GONE_AFTER_MS = 1_000;
/** A locked thread takes no comment, a deleted or a transferred one is not found. */
export const TAKES_NONE = { statuses: [403, 404, 410], forMs: GONE_AFTER_MS };
const GONE = { statuses: [404, 410], forMs: GONE_AFTER_MS };

/** Reacting twice is the same as reacting once: GitHub answers 200 with the reaction that is there. */
export const react: Performer<"react"> = async (context, effect) => {
  const { client } = context;
  try {
    await client.octokit.rest.reactions.createForIssueComment({
      ...place(client),
      comment_id: effect.commentId,
      content: effect.content,
    });
  } catch (error) {
    // The comment may be deleted or its thread locked: a reaction is a courtesy, its loss no failure.
    if (!isBelieved(context, error)) throw error;
  }
  return [];
};

export const comment: Performer<"comment"> = async (context, effect) => {
  const { client, text, attempt } = context;
  const { marker, body } = text.comment(effect.view, effect.marker);
  const isOfMany = attempt === 1 && effect.lookFirst === true;
  if (isOfMany && (await saidTogether(client, effect.issue, marker, body))) return [];
  const mayStand = attempt > 1 || effect.lookFirst === true;
  if (mayStand && (await findComment(client, effect.issue, marker)) !== null) return [];
  await create(context, effect.issue, body);
  return [];
};

/** Says it with what others say at the same moment, where it does not stand there. False where it is to be said alone: then it was not. */
async function saidTogether(
  client: RepositoryClient,
  issue: number,
  marker: string,
  body: string,
): Promise<boolean> {
  const { together } = client.memory;
  const thread = await together.threads.join({ client, issue });
  if (thread === null) return false;
  if (thread.own.some((said) => said.startsWith(marker))) return true;
  return (await together.comments.join({ client, subjectId: thread.id, body })) !== null;
}

export const liveComment: Performer<"liveComment"> = async (context, effect) => {
  const { client, text, clock, attempt } = context;
  const { marker, body } = text.comment(effect.view, effect.marker);
  if (effect.commentId !== null && (await edit(context, effect.commentId, body))) return [];
  // The lane may not have heard yet of the comment that an earlier edit made: never make a second one.
  const isNew = attempt === 1 && effect.isFirst === true;
  const listed = isNew ? null : await findComment(client, effect.issue, marker);
  if (listed !== null) {
    if (!(await edit(context, listed, body))) throw new Error("GitHub lists a comment that it does not find");
    return listed === effect.commentId ? [] : [written(listed)];
  }
  const made = await create(context, effect.issue, body);
  return made === null ? [] : [written(made)];

  function written(commentId: number) {
    return {
      type: "LiveCommentWritten",
      at: clock.now(),
      promotionId: effect.promotionId,
      commentId,
    } as const;
  }
};

/** Creates a comment; null where the thread takes none (locked, deleted, transferred): there is nobody to tell then. */
async function create(context: EffectContext, issue: number, body: string): Promise<number | null> {
  const { client } = context;
  try {
    const { data } = await client.octokit.rest.issues.createComment({
      ...place(client),
      issue_number: issue,
      body,
    });
    return data.id;
  } catch (error) {
    if (!isBelieved(context, error, TAKES_NONE)) throw error;
    return null;
  }
}

/** Edits a comment; false if it was deleted by hand. */
async function edit(context: EffectContext, id: number, body: string): Promise<boolean> {
  const { client } = context;
  try {
    await client.octokit.rest.issues.updateComment({ ...place(client), comment_id: id, body });
    return true;
  } catch (error) {
    if (isBelieved(context, error, GONE)) return false;
    throw error;
  }
}

/**
 * Our own comment that begins with the marker, searched from the thread's end: a marker whose answer was lost is of lately. Only the
 * App's own count: anybody can write a marker.
 */
async function findComment(client: RepositoryClient, issue: number, marker: string): Promise<number | null> {
  const read = (page: number) =>
    client.octokit.rest.issues.listComments({ ...place(client), issue_number: issue, per_page: PAGE, page });
  const isIt = (one: Authored & { readonly body?: string }): boolean =>
    isOurs(client, one) && (one.body ?? "").startsWith(marker);
  const first = await read(1);
  const last = Number(/[?&]page=(\d+)[^>]*>; rel="last"/.exec(first.headers.link ?? "")?.[1] ?? 1);
  for (let page = last; page > Math.max(1, last - PAGES_SEARCHED); page -= 1) {
    const found = (await read(page)).data.find(isIt);
    if (found !== undefined) return found.id;
  }
  return first.data.find(isIt)?.id ?? null;
}

interface Authored {
  readonly user?: { readonly login: string } | null;
  readonly performed_via_github_app?: { readonly id?: number } | null;
}

/** Whether the App itself wrote it. */
export function isOurs(client: RepositoryClient, text: Authored): boolean {
  return text.performed_via_github_app?.id === client.appId || text.user?.login === client.botLogin;
}
