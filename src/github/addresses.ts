/** Where people find things at GitHub. */
import type { RepositoryClient } from "./client.ts";

/** Where people see what lies between two tags or commits. */
export function compareUrl(client: RepositoryClient, from: string, to: string): string {
  return `${webUrl(client)}/compare/${from}...${to}`;
}

/** Where files of releases are uploaded to: a host of its own, but on a server of one's own. https://docs.github.com/en/rest/releases/assets#upload-a-release-asset */
export function uploadsUrl(client: RepositoryClient): string {
  const api = client.octokit.request.endpoint.DEFAULTS.baseUrl;
  return api.startsWith("https://api.")
    ? api.replace("https://api.", "https://uploads.")
    : api.replace(/\/api\/v3$/, "/api/uploads");
}

/** The repository's address for people: `https://github.com/owner/repo`. */
export function webUrl(client: RepositoryClient): string {
  const api = client.octokit.request.endpoint.DEFAULTS.baseUrl;
  const host = api === "https://api.github.com" ? "https://github.com" : api.replace(/\/api\/v3$/, "");
  return `${host}/${client.owner}/${client.repo}`;
}
