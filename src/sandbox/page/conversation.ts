import type { Account, Comment, Issue, Reaction, Repository, Role } from "../state.ts";
import { fullName } from "../state.ts";
import { sameSubject } from "../views/issues.ts";
import type { World } from "../world.ts";
import { roleOf } from "../world.ts";
import type { Markup } from "./html.ts";
import { html } from "./html.ts";
import { avatar, nameOf, pill, timeAgo } from "./layout.ts";
import { renderMarkdown } from "./markdown.ts";

const SYMBOLS: Record<string, string> = {
  "+1": "👍",
  "-1": "👎",
  laugh: "😄",
  confused: "😕",
  heart: "❤️",
  hooray: "🎉",
  rocket: "🚀",
  eyes: "👀",
};

/** The word that GitHub shows for an issue's or pull request's state. */
export function issueState(issue: Issue): string {
  if (issue.pull) return issue.pull.mergedAt === null ? issue.state : "merged";
  return issue.state;
}

/** The page of an issue or pull request. */
export function issueMarkup(world: World, repository: Repository, issue: Issue): Markup {
  const comments = [...repository.comments.values()].filter(
    (comment) => comment.issueNumber === issue.number,
  );
  const { pull } = issue;
  return html`<h1 class="title">${issue.title} <span class="number">#${issue.number}</span></h1>
    <p class="meta">
      ${pill(issueState(issue))} ${issue.labels.map((label) => html`<span class="label">${label}</span> `)}
      ${pull ? html`<code>${pull.headRef}</code> into <code>${pull.baseRef}</code>${pull.mergeCommitSha && html` as <a href="/${fullName(repository)}/commit/${pull.mergeCommitSha}"><code>${pull.mergeCommitSha.slice(0, 7)}</code></a>`}` : ""}
    </p>
    <div class="thread">
      ${post(world, repository, { author: issue.user, at: issue.createdAt, edited: false, body: issue.body ?? "", anchor: "top", subject: { kind: "issue", number: issue.number } })}
      ${comments.map((comment) => commentMarkup(world, repository, comment))}
    </div>`;
}

/** One comment as it stands in a thread. */
export function commentMarkup(world: World, repository: Repository, comment: Comment): Markup {
  return post(world, repository, {
    author: comment.user,
    at: comment.createdAt,
    edited: comment.updatedAt > comment.createdAt,
    body: comment.body,
    anchor: `issuecomment-${comment.id}`,
    subject: { kind: "comment", id: comment.id },
  });
}

interface Post {
  author: Account;
  at: number;
  edited: boolean;
  body: string;
  anchor: string;
  subject: Reaction["subject"];
}

function post(
  world: World,
  repository: Repository,
  { author, at, edited, body, anchor, subject }: Post,
): Markup {
  const role = roleOf(repository, author);
  return html`<article class="post ${author.type === "Bot" ? "by-bot" : ""}" id="${anchor}">
    <header>
      ${avatar(author)} ${nameOf(author)}
      ${role !== "none" && author.type === "User" && html`<span class="badge">${role}</span>`}
      <span class="quiet">${timeAgo(world, at)}${edited && " · edited"}</span>
    </header>
    <div class="markdown">
      ${body.trim() === "" ? html`<p class="quiet">No description.</p>` : renderMarkdown(body, `/${fullName(repository)}`)}
    </div>
    ${reactionsMarkup(repository, subject)}
  </article>`;
}

function reactionsMarkup(repository: Repository, subject: Reaction["subject"]): Markup | null {
  const mine = repository.reactions.filter((reaction) => sameSubject(reaction.subject, subject));
  if (mine.length === 0) return null;
  const groups = Map.groupBy(mine, (reaction) => reaction.content);
  return html`<footer class="reactions">
    ${[...groups].map(
      ([content, reactions]) =>
        html`<span class="reaction" title="${reactions.map((reaction) => reaction.user.login).join(", ")}"
          >${SYMBOLS[content]} ${reactions.length}</span
        >`,
    )}
  </footer>`;
}

/** The form to write a comment as one of the people; with several issues it offers a choice. */
export function commentForm(world: World, repository: Repository, issues: readonly Issue[]): Markup {
  const people = [...world.accounts.values()]
    .filter((account) => account.type === "User" && !world.pastAuthors.has(account.id))
    .map((account) => ({ account, role: roleOf(repository, account) }))
    .sort((a, b) => rank(b.role) - rank(a.role));
  if (people.length === 0 || issues.length === 0) return html``;
  const [only] = issues;
  const target =
    issues.length === 1
      ? html`<input type="hidden" name="number" value="${only?.number}" />`
      : html`<label
          >on
          <select name="number">
            ${issues.map((issue) => html`<option value="${issue.number}">#${issue.number} ${issue.title}</option>`)}
          </select></label
        >`;
  return html`<form class="comment" method="post" action="/_sandbox/comments">
    <h2>Write a comment</h2>
    <input type="hidden" name="repository" value="${fullName(repository)}" />
    <p class="who">
      <label
        >as
        <select name="by">
          ${people.map(({ account, role }) => html`<option value="${account.login}">${account.login} (${role === "none" ? "no role here" : role})</option>`)}
        </select></label
      >
      ${target}
    </p>
    <label class="text"
      ><span class="hidden">Comment</span
      ><textarea name="body" rows="4" required maxlength="65536" placeholder="/status"></textarea>
    </label>
    <button type="submit">Comment</button>
  </form>`;
}

function rank(role: Role): number {
  return ["none", "read", "triage", "write", "maintain", "admin"].indexOf(role);
}
