import type { Target } from "../actions/types.ts";
import type { Deployment, Issue, Release, Repository, Run } from "../state.ts";
import { fullName } from "../state.ts";
import type { World } from "../world.ts";
import { commentMarkup, issueState } from "./conversation.ts";
import type { Markup } from "./html.ts";
import { html } from "./html.ts";
import { avatar, nameOf, pill, timeAgo } from "./layout.ts";
import { renderMarkdown } from "./markdown.ts";

const SHOWN = 8;

/** Everything at a glance: environments, conversation, releases, runs. */
export async function overview(world: World, repository: Repository): Promise<Markup> {
  const issues = [...repository.issues.values()].toReversed();
  const comments = [...repository.comments.values()].slice(-SHOWN).toReversed();
  const base = `/${fullName(repository)}`;
  const releases = repository.releases.slice(-4).toReversed();
  const runs = [...repository.runs.values()].slice(-SHOWN).toReversed();
  return html`${await environments(world, repository)}
    <div class="columns">
      <section class="main">
        <h2>Issues and pull requests</h2>
        ${issueList(world, repository, issues.slice(0, SHOWN))}
        ${issues.length > SHOWN && html`<p><a href="${base}/issues">All ${issues.length}</a></p>`}
        <h2>Latest comments</h2>
        <div class="thread">
          ${comments.length === 0 && html`<p class="quiet">None yet.</p>`}${comments.map((comment) => {
            const issue = repository.issues.get(comment.issueNumber);
            return html`<div>
              ${issue && html`<p class="on quiet">on <a href="${issuePath(repository, issue)}">#${issue.number} ${issue.title}</a></p>`}${commentMarkup(world, repository, comment)}
            </div>`;
          })}
        </div>
      </section>
      <section class="side">
        <h2>Releases</h2>
        ${releases.length === 0 && html`<p class="quiet">None yet.</p>`}${releases.map((release) => html`<p class="row">${releaseLine(world, repository, release)}</p>`)}
        <h2>Runs</h2>
        ${runList(world, repository, runs)}
      </section>
    </div>`;
}

/** Where an issue's page lies. */
export function issuePath(repository: Repository, issue: Issue): string {
  return `/${fullName(repository)}/${issue.pull ? "pull" : "issues"}/${issue.number}`;
}

/** One line an issue. */
export function issueList(world: World, repository: Repository, issues: readonly Issue[]): Markup {
  if (issues.length === 0) return html`<p class="quiet">None yet.</p>`;
  const count = Map.groupBy(repository.comments.values(), (comment) => comment.issueNumber);
  return html`<ul class="list">
    ${issues.map((issue) => {
      const comments = count.get(issue.number)?.length ?? 0;
      return html`<li>
        ${pill(issueState(issue), issue.pull ? `PR ${issueState(issue)}` : issueState(issue))}
        <a class="subject" href="${issuePath(repository, issue)}">${issue.title}</a>
        <span class="quiet"
          >#${issue.number} by ${issue.user.login},
          ${timeAgo(world, issue.createdAt)}${comments > 0 && ` · ${comments} ${comments === 1 ? "comment" : "comments"}`}</span
        >
      </li>`;
    })}
  </ul>`;
}

/** One line a run. */
export function runList(world: World, repository: Repository, runs: readonly Run[]): Markup {
  if (runs.length === 0) return html`<p class="quiet">None yet.</p>`;
  return html`<ul class="list">
    ${runs.map(
      (run) =>
        html`<li>
          ${pill(run.conclusion ?? run.status)}
          <a class="subject" href="/${fullName(repository)}/actions/runs/${run.id}">${run.title}</a>
          <span class="quiet"
            >${run.headBranch},
            ${timeAgo(world, run.createdAt)}${run.attempt > 1 && ` · attempt ${run.attempt}`}</span
          >
        </li>`,
    )}
  </ul>`;
}

function releaseLine(world: World, repository: Repository, release: Release): Markup {
  const state = release.draft ? "draft" : release.prerelease ? "prerelease" : "published";
  const at = release.publishedAt ?? release.createdAt;
  return html`${pill(state)}
    <a class="subject" href="/${fullName(repository)}/releases#release-${release.id}"
      >${release.name ?? release.tagName}</a
    >
    <span class="quiet">${timeAgo(world, at)}</span>`;
}

/** The releases in full. */
export function releasesMarkup(world: World, repository: Repository): Markup {
  const releases = [...repository.releases].toReversed();
  return html`<h1 class="title">Releases</h1>
    ${releases.length === 0 && html`<p class="quiet">None yet.</p>`}
    ${releases.map(
      (release) =>
        html`<article class="post" id="release-${release.id}">
          <header>
            ${releaseLine(world, repository, release)}
            <span class="quiet"><code>${release.tagName}</code> by ${release.author.login}</span>
          </header>
          <div class="markdown">${renderMarkdown(release.body ?? "", `/${fullName(repository)}`)}</div>
        </article>`,
    )}`;
}

/** Every deployment with its statuses. */
export function deploymentsMarkup(world: World, repository: Repository): Markup {
  const deployments = [...repository.deployments].toReversed();
  return html`<h1 class="title">Deployments</h1>
    ${deployments.length === 0 && html`<p class="quiet">None yet.</p>`}
    ${deployments.map((deployment) => deploymentMarkup(world, deployment))}`;
}

function deploymentMarkup(world: World, deployment: Deployment): Markup {
  const state = deployment.statuses.at(-1)?.state ?? "pending";
  return html`<article class="post">
    <header>
      ${pill(state)} <b>${deployment.environment}</b> <code>${deployment.ref}</code>
      <code>${deployment.sha.slice(0, 7)}</code>
      <span class="quiet"
        >${deployment.task} · ${avatar(deployment.creator)} ${nameOf(deployment.creator)}
        ${timeAgo(world, deployment.createdAt)}</span
      >
    </header>
    <div class="markdown">
      ${deployment.description && html`<p>${deployment.description}</p>`}
      <ol class="statuses">
        ${deployment.statuses.map(
          (status) =>
            html`<li>
              ${pill(status.state)} ${status.description} ${httpLink(status.logUrl, "log")}
              ${httpLink(status.environmentUrl, "environment")}
              <span class="quiet">${timeAgo(world, status.createdAt)}</span>
            </li>`,
        )}
      </ol>
    </div>
  </article>`;
}

function httpLink(url: string, text: string): Markup | null {
  return /^https?:\/\//.test(url) ? html`<a href="${url}" rel="noreferrer">${text}</a>` : null;
}

/** One card an environment: its last deployment, and what the running systems report. */
async function environments(world: World, repository: Repository): Promise<Markup> {
  const latest = new Map<string, Deployment>();
  for (const deployment of repository.deployments) latest.set(deployment.environment, deployment);
  const running = new Map<string, { component: string; target: Target }[]>();
  for (const [key, target] of repository.targets) {
    const [component = "", environment = ""] = key.split("\n");
    running.set(environment, [...(running.get(environment) ?? []), { component, target: await target }]);
  }
  const names = [...new Set([...running.keys(), ...latest.keys()])];
  if (names.length === 0) return html``;
  return html`<h2 class="hidden">Environments</h2>
    <div class="cards">
      ${names.map((name) => {
        const deployment = latest.get(name);
        const state = deployment?.statuses.at(-1)?.state ?? (deployment ? "pending" : "inactive");
        const systems = running.get(name) ?? [];
        return html`<section class="card">
          <h3>${name} ${deployment ? pill(state) : ""}</h3>
          ${systems.map(({ component, target }) => html`<p><span>${component}</span> <b>${target.version ?? "nothing yet"}</b></p>`)}
          ${deployment && html`<p class="quiet">deployed <code>${deployment.ref}</code> ${timeAgo(world, deployment.updatedAt)}</p>`}
        </section>`;
      })}
    </div>`;
}
