/**
 * Commands whose webhook was lost, found again by the time up to which comments were read.
 * https://docs.github.com/en/rest/issues/comments#list-issue-comments-for-a-repository
 */
import { ZodError } from "zod";
import { mayBeCommands } from "../../core/commands/grammar.ts";
import { commands } from "../../core/commands/index.ts";
import type { RepositoryClient } from "../client.ts";
import { isNotFound } from "../failure.ts";
import { isHeardAlready, issueComment } from "../webhooks/issue-comment.ts";
import type { AddressedEvent } from "../webhooks/webhook.ts";
import type { Scene } from "./scene.ts";

const PAGE = 100;
/** Comments read in one look; more wait for the next. */
const MOST_PAGES = 10;
/** GitHub may list a comment only some time after it was written. */
const OVERLAP_MS = 2 * 60_000;
const MOST_HEARD = 500;

/** Up to when comments were read, and the newest of those that were handed on, by id. */
export interface CommentsSeen {
  /** Epoch ms, by GitHub's clock. */
  readonly until: number;
  readonly heard: readonly number[];
}

type Comment = Awaited<
  ReturnType<RepositoryClient["octokit"]["rest"]["issues"]["listCommentsForRepo"]>
>["data"][number];

/** Finds the commands since the last look that no webhook has told. The first look finds none: it only sets the mark. */
export async function lostCommands(
  scene: Scene,
  seen: CommentsSeen | null,
): Promise<{ readonly events: readonly AddressedEvent[]; readonly seen: CommentsSeen }> {
  const { client, context } = scene;
  if (seen === null) return { events: [], seen: { until: client.gitHubTime() ?? context.now(), heard: [] } };
  // Of a mark that lies ahead of GitHub's own clock, as a server's clock that was set right leaves it, nobody knows what is before it.
  const mark = Math.min(seen.until, client.gitHubTime() ?? seen.until);
  const since = mark - OVERLAP_MS;
  const comments = await commentsSince(client, since);
  const heard = new Set(seen.heard);
  const events: AddressedEvent[] = [];
  for (const comment of comments.filter((one) => mayCommand(one, since) && !heard.has(one.id))) {
    heard.add(comment.id);
    if (!(await isHeardAlready(comment.id, context))) events.push(...(await translated(scene, comment)));
  }
  const last = Date.parse(comments.at(-1)?.updated_at ?? "");
  const until = Number.isNaN(last) ? mark : Math.max(mark, last);
  return { events, seen: { until, heard: [...heard].slice(-MOST_HEARD) } };
}

async function commentsSince({ octokit, owner, repo }: RepositoryClient, since: number): Promise<Comment[]> {
  const found: Comment[] = [];
  try {
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const { data } = await octokit.rest.issues.listCommentsForRepo({
        owner,
        repo,
        sort: "updated",
        direction: "asc",
        since: `${new Date(since).toISOString().slice(0, 19)}Z`,
        per_page: PAGE,
        page,
      });
      found.push(...data);
      if (data.length < PAGE) break;
    }
  } catch (error) {
    // A repository may have no issues; there is nothing to be commanded then.
    if (!isNotFound(error)) throw error;
  }
  return found;
}

/** GitHub lists by the last edit: only what was written since then, and never edited, can be a command. */
function mayCommand({ created_at: created, updated_at: updated, body }: Comment, since: number): boolean {
  const isUnedited = created === updated && Date.parse(created) >= since;
  return isUnedited && mayBeCommands(body ?? "", commands);
}

/** As its webhook would have told it. */
async function translated({ context }: Scene, comment: Comment): Promise<readonly AddressedEvent[]> {
  const number = Number(/\/issues\/(\d+)$/.exec(comment.issue_url)?.[1]);
  // The list does not say whether a pull request was merged. GitHub is asked where a webhook says so, and is to be asked here.
  const isPull = /\/pull\/\d+#/.test(comment.html_url);
  const issue = { number, ...(isPull ? { pull_request: { merged_at: comment.created_at } } : {}) };
  try {
    return await issueComment({ action: "created", issue, comment }, context);
  } catch (error) {
    // One comment of an unknown shape must not hide the others.
    if (error instanceof ZodError) return [];
    throw error;
  }
}
