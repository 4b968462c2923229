/**
 * Where the App is installed: a repository whose every webhook was lost, from the installation on, is found here.
 * https://docs.github.com/en/rest/apps/apps#list-installations-for-the-authenticated-app
 */
import type { InstallationId, RepositoryId } from "../../core/ids.ts";
import type { RepositoryKey, Look } from "../../core/ports.ts";
import type { LookSubject } from "../../core/reconciling.ts";
import type { Octokit } from "../client.ts";
import { failureOf } from "../failure.ts";
import type { ReconcilerOptions } from "./index.ts";

const PAGE = 100;
/** Installations, and repositories of one installation, up to a thousand each; what is beyond is found by its webhooks. */
const MOST_PAGES = 10;
const MOST_KNOWN = 20_000;

/** What is remembered: the repositories that were found, as `1/12`. */
type Known = readonly string[];

/** Finds repositories that were not there at the last look. */
export async function lookAtInstallations(options: ReconcilerOptions, memory: unknown): Promise<Look> {
  const known = new Set((memory ?? []) as Known);
  const there: RepositoryKey[] = [];
  const unseen: string[] = [];
  for (const installation of await installations(options.github.app)) {
    const repositories = await repositoriesOf(options, installation);
    // What was there before counts as there: found again, it would all be looked at once more.
    if (repositories === null)
      unseen.push(...[...known].filter((name) => name.startsWith(`${installation}/`)));
    else there.push(...repositories);
  }
  const names = [...there.map(nameOf), ...unseen].slice(0, MOST_KNOWN);
  const found = there
    .filter((key) => !known.has(nameOf(key)))
    .map((key): LookSubject => ({ kind: "repository", ...key }));
  return { events: [], memory: names, found, idle: false };
}

function nameOf({ installation, repository }: RepositoryKey): string {
  return `${installation}/${repository}`;
}

async function installations(app: Octokit): Promise<InstallationId[]> {
  const found: InstallationId[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const { data } = await app.rest.apps.listInstallations({ per_page: PAGE, page });
    const active = data.filter((one) => (one.suspended_at ?? null) === null);
    found.push(...active.map(({ id }) => id as InstallationId));
    if (data.length < PAGE) break;
  }
  return found;
}

/**
 * The repositories of one installation, or null where GitHub does not say: one tenant that refuses, is at its limit or fails, for however
 * long, must not hide the others.
 * https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation
 */
async function repositoriesOf(
  options: ReconcilerOptions,
  installation: InstallationId,
): Promise<RepositoryKey[] | null> {
  const found: RepositoryKey[] = [];
  try {
    const octokit = await options.github.forInstallation(installation);
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const { data } = await octokit.rest.apps.listReposAccessibleToInstallation({ per_page: PAGE, page });
      const usable = data.repositories.filter((one) => !one.archived && !one.disabled);
      found.push(...usable.map(({ id }) => ({ installation, repository: id as RepositoryId })));
      if (data.repositories.length < PAGE) break;
    }
  } catch (error) {
    const { message } = failureOf(error, options.now());
    const line = { installation, error: message.slice(0, 300) };
    options.logger.info(line, "an installation's repositories could not be listed");
    return null;
  }
  return found;
}
