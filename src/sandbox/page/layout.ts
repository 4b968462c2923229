import { isoTime } from "../clock.ts";
import type { Account, Repository } from "../state.ts";
import { fullName } from "../state.ts";
import type { World } from "../world.ts";
import type { Markup } from "./html.ts";
import { html } from "./html.ts";

/** A whole page. What lies in `live` is refreshed in place; `after` (forms) is left alone, so that nobody loses a text. */
export function layout(
  world: World,
  repository: Repository | null,
  title: string,
  live: Markup,
  after: Markup = html``,
): string {
  const others = [...world.repositories.values()].filter((other) => other !== repository);
  const base = repository ? `/${fullName(repository)}` : "/";
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="stylesheet" href="/assets/watch.css" />
        <link rel="icon" href="/avatars/0.svg" />
        <script type="module" src="/assets/watch.js"></script>
      </head>
      <body>
        <header class="top">
          <div class="wide">
            <a class="home" href="${base}"
              >${repository ? html`<span>${repository.owner.login}</span><i>/</i><b>${repository.name}</b>` : html`<b>Repositories</b>`}</a
            >
            <nav>
              ${repository && html`<a href="${base}">Overview</a><a href="${base}/issues">Issues and pull requests</a><a href="${base}/releases">Releases</a><a href="${base}/deployments">Deployments</a><a href="${base}/actions">Runs</a>`}
              ${others.map((other) => html`<a class="other" href="/${fullName(other)}">${fullName(other)}</a>`)}
            </nav>
            <span class="stand-in" title="Nothing here is github.com">local stand-in for GitHub</span>
          </div>
        </header>
        <main class="wide">
          <div id="live">${live}</div>
          ${after}
        </main>
      </body>
    </html> `;
  return page.text;
}

/** A time that tells its distance; the script keeps it fresh. */
export function timeAgo(world: World, at: number): Markup {
  const iso = isoTime(at);
  const seconds = Math.max(0, Math.round((world.clock.now() - at) / 1000));
  const [amount, unit] =
    seconds < 60
      ? [seconds, "s"]
      : seconds < 3600
        ? [Math.floor(seconds / 60), "min"]
        : seconds < 86_400
          ? [Math.floor(seconds / 3600), "h"]
          : [Math.floor(seconds / 86_400), "d"];
  return html`<time datetime="${iso}" title="${iso}"
    >${seconds < 5 ? "just now" : `${amount} ${unit} ago`}</time
  >`;
}

/** A small round picture with the account's first letter. */
export function avatar(account: Account): Markup {
  return html`<img
    class="avatar ${account.type === "Bot" ? "bot" : ""}"
    src="/avatars/${account.id}.svg"
    alt=""
    width="24"
    height="24"
  />`;
}

/** A name, with a mark where no person stands behind it. */
export function nameOf(account: Account): Markup {
  const login = account.login.replace(/\[bot\]$/, "");
  return account.type === "Bot"
    ? html`<b>${login}</b> <span class="badge">bot</span>`
    : html`<b>${login}</b>`;
}

/** A coloured word for a state. */
export function pill(state: string, text = state.replaceAll("_", " ")): Markup {
  return html`<span class="pill ${state}">${text}</span>`;
}

/** The picture behind `/avatars/{id}.svg`. */
export function avatarSvg(letter: string, id: number): string {
  const hue = (id * 47) % 360;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" fill="hsl(${hue} 45% 42%)"/><text x="20" y="27" font-family="system-ui,sans-serif" font-size="20" font-weight="600" text-anchor="middle" fill="#fff">${html`${letter}`.text}</text></svg>`;
}
