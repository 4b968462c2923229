import { resolveCommit } from "../domain/commits.ts";
import { diffTrees } from "../git/diff.ts";
import { commitsBetween } from "../git/graph.ts";
import type { Commit } from "../git/objects.ts";
import type { Repository, Run } from "../state.ts";
import { fullName } from "../state.ts";
import type { World } from "../world.ts";
import type { Markup } from "./html.ts";
import { html } from "./html.ts";
import { pill, timeAgo } from "./layout.ts";

const COMMITS_SHOWN = 250;

/** A run with its inputs, jobs and steps. */
export function runMarkup(world: World, repository: Repository, run: Run): Markup {
  const inputs = Object.entries(run.inputs);
  return html`<h1 class="title">${run.title} <span class="number">#${run.number}</span></h1>
    <p class="meta">
      ${pill(run.conclusion ?? run.status)} <code>${run.workflow.path}</code> at
      <code>${run.headBranch}</code> (<a href="/${fullName(repository)}/commit/${run.headSha}"
        ><code>${run.headSha.slice(0, 7)}</code></a
      >), started by ${run.triggeringActor.login}
      ${timeAgo(world, run.createdAt)}${run.attempt > 1 && `, attempt ${run.attempt}`}
    </p>
    ${
      inputs.length > 0 &&
      html`<table>
        <thead>
          <tr>
            <th>Input</th>
            <th>Value</th>
          </tr>
        </thead>
        <tbody>
          ${inputs.map(
            ([name, value]) =>
              html`<tr>
                <td>${name}</td>
                <td><code>${value}</code></td>
              </tr>`,
          )}
        </tbody>
      </table>`
    }
    ${run.jobs.map(
      (job) =>
        html`<article class="post">
          <header>
            ${pill(job.conclusion ?? job.status)} <b>${job.name}</b>
            <span class="quiet">${job.attempt !== run.attempt && `attempt ${job.attempt}`}</span>
          </header>
          <ol class="statuses">
            ${job.steps.map((step) => html`<li>${pill(step.conclusion ?? step.status)} ${step.name}</li>`)}
          </ol>
        </article>`,
    )}`;
}

/** A commit: its message and files. */
export function commitMarkup(world: World, repository: Repository, commit: Commit): Markup {
  const [subject = "", ...rest] = commit.message.split("\n");
  const parent = commit.parents[0];
  const before = parent === undefined ? null : (repository.store.commit(parent)?.tree ?? null);
  const changes = diffTrees(repository.store, before, commit.tree);
  const at = commit.committer.seconds * 1000;
  return html`<h1 class="title">${subject}</h1>
    <p class="meta"><code>${commit.sha}</code> by ${commit.author.name} ${timeAgo(world, at)}</p>
    <pre class="message">${rest.join("\n").trim()}</pre>
    <ul class="list">
      ${changes.map((change) => html`<li>${pill(change.status)} <a href="/${fullName(repository)}/blob/${commit.sha}/${change.path}">${change.path}</a></li>`)}
    </ul>`;
}

/** The commits between two names. */
export function compareMarkup(repository: Repository, base: string, head: string): Markup | null {
  const from = resolveCommit(repository, base);
  const to = resolveCommit(repository, head);
  if (from === null || to === null) return null;
  const commits = commitsBetween(repository.store, from, to);
  return html`<h1 class="title">${base} … ${head}</h1>
    <p class="meta">${commits.length} commits</p>
    <ul class="list">
      ${commits.slice(0, COMMITS_SHOWN).map(
        (commit) =>
          html`<li>
            <a href="/${fullName(repository)}/commit/${commit.sha}"><code>${commit.sha.slice(0, 7)}</code></a>
            ${commit.message.split("\n")[0]}
          </li>`,
      )}
    </ul>`;
}

/** A file's text. */
export function fileMarkup(repository: Repository, ref: string, path: string): Markup | null {
  const sha = resolveCommit(repository, ref);
  const text = sha === null ? null : repository.store.fileText(sha, path);
  return text === null
    ? null
    : html`<h1 class="title">${path}</h1>
        <pre class="message">${text}</pre>`;
}
