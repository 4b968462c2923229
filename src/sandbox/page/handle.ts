import type { IncomingMessage, ServerResponse } from "node:http";
import { maySteer } from "../admin/guard.ts";
import type { Issue, Repository } from "../state.ts";
import { fullName } from "../state.ts";
import type { World } from "../world.ts";
import { findRepository } from "../world.ts";
import { commentForm, issueMarkup } from "./conversation.ts";
import { eventStream } from "./events.ts";
import type { Markup } from "./html.ts";
import { html } from "./html.ts";
import { avatarSvg, layout } from "./layout.ts";
import { deploymentsMarkup, issueList, overview, releasesMarkup, runList } from "./overview.ts";
import { commitMarkup, compareMarkup, fileMarkup, runMarkup } from "./runs.ts";
import { SCRIPT } from "./script.ts";
import { STYLES } from "./styles.ts";

const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cache-control": "no-store",
};

interface Page {
  title: string;
  live: Markup;
  after?: Markup;
}

/** The watch page: what happens on the stand-in, for people's eyes, and a form to take part. */
export async function handlePage(
  world: World,
  listeners: Set<() => void>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const url = new URL(incoming.url ?? "/", world.url);
  if (!maySteer(world, incoming)) return send(outgoing, 403, "text/plain", "Only from this machine.");
  if (incoming.method !== "GET") return send(outgoing, 405, "text/plain", "Only to be read.");
  if (url.pathname === "/events") return eventStream(listeners, incoming, outgoing);
  if (url.pathname === "/assets/watch.css") return send(outgoing, 200, "text/css", STYLES);
  if (url.pathname === "/assets/watch.js") return send(outgoing, 200, "text/javascript", SCRIPT);
  const picture = /^\/avatars\/(\d+)\.svg$/.exec(url.pathname);
  if (picture) return send(outgoing, 200, "image/svg+xml", avatarOf(world, Number(picture[1])));
  const parts = decodePath(url.pathname);
  const [owner = "", name = "", ...rest] = parts;
  const repositories = [...world.repositories.values()];
  const repository = name === "" ? (repositories[0] ?? null) : findRepository(world, owner, name);
  const page = repository && (await pageOf(world, repository, rest));
  if (repository && page) {
    const title = `${page.title} · ${fullName(repository)}`;
    return send(outgoing, 200, "text/html", layout(world, repository, title, page.live, page.after));
  }
  const text = repositories.length === 0 ? "There is no repository yet." : "There is nothing here.";
  const empty = layout(world, repository, "Nothing here", html`<p class="quiet">${text}</p>`);
  return send(outgoing, repositories.length === 0 ? 200 : 404, "text/html", empty);
}

async function pageOf(world: World, repository: Repository, rest: readonly string[]): Promise<Page | null> {
  const [area, second = "", third] = rest;
  const issues = [...repository.issues.values()];
  switch (area) {
    case undefined: {
      const open = orderForComments(issues);
      const after = commentForm(world, repository, open);
      return { title: "Overview", live: await overview(world, repository), after };
    }
    case "issues":
    case "pull":
    case "pulls": {
      if (second === "") {
        const list = issueList(world, repository, issues.toReversed());
        return {
          title: "Issues",
          live: html`<h1 class="title">Issues and pull requests</h1>
            ${list}`,
        };
      }
      const issue = repository.issues.get(Number(second));
      if (!issue) return null;
      const live = issueMarkup(world, repository, issue);
      return {
        title: `#${issue.number} ${issue.title}`,
        live,
        after: commentForm(world, repository, [issue]),
      };
    }
    case "releases":
      return { title: "Releases", live: releasesMarkup(world, repository) };
    case "deployments":
      return { title: "Deployments", live: deploymentsMarkup(world, repository) };
    case "actions":
      return runsPage(world, repository, third);
    default:
      return codePage(world, repository, rest);
  }
}

function runsPage(world: World, repository: Repository, id: string | undefined): Page | null {
  if (id === undefined) {
    const list = runList(world, repository, [...repository.runs.values()].toReversed());
    return {
      title: "Runs",
      live: html`<h1 class="title">Runs</h1>
        ${list}`,
    };
  }
  const run = repository.runs.get(Number(id));
  return run ? { title: run.title, live: runMarkup(world, repository, run) } : null;
}

function codePage(world: World, repository: Repository, rest: readonly string[]): Page | null {
  const [area, second = "", ...path] = rest;
  if (area === "commit") {
    const commit = repository.store.commit(second);
    return commit ? { title: second.slice(0, 7), live: commitMarkup(world, repository, commit) } : null;
  }
  if (area === "compare") {
    const [base = "", head = ""] = [second, ...path].join("/").split("...");
    const live = compareMarkup(repository, base, head);
    return live && { title: `${base}...${head}`, live };
  }
  if (area !== "blob") return null;
  const live = fileMarkup(repository, second, path.join("/"));
  return live && { title: path.join("/"), live };
}

/** The notice first (an issue of the App), then the rest, newest first. */
function orderForComments(issues: readonly Issue[]): Issue[] {
  const weight = (issue: Issue): number => (issue.app && !issue.pull && issue.state === "open" ? 1 : 0);
  return [...issues].sort((a, b) => weight(b) - weight(a) || b.number - a.number).slice(0, 50);
}

function avatarOf(world: World, id: number): string {
  const account = [...world.accounts.values()].find((candidate) => candidate.id === id);
  return avatarSvg((account?.login ?? "w").slice(0, 1).toUpperCase(), id);
}

function decodePath(path: string): string[] {
  try {
    return path.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return ["?", "?"];
  }
}

function send(outgoing: ServerResponse, status: number, type: string, body: string): void {
  outgoing.writeHead(status, { ...HEADERS, "content-type": `${type}; charset=utf-8` }).end(body);
}
