/**
 * The defaults of an owner: the config that its repository `.github` holds, where the App is installed on that. Kept in memory, so that no event costs a call for it;
 * a push to `.github` lets go of it, and so does time, for a push that was lost or was told to another replica: then it is asked whether it is still the
 * same, which counts against no limit (https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api, conditional requests).
 */
import type { DefaultsFile } from "../core/config/defaults.ts";
import { LARGEST_CONFIG } from "../core/config/parse.ts";
import type { InstallationId } from "../core/ids.ts";
import type { Clock } from "../core/ports.ts";
import type { Octokit } from "./client.ts";
import { CONFIG_PATH, plainFile } from "./config-file.ts";
import { isNotFound } from "./failure.ts";

/** The repository that holds them. It is run by no config itself. */
export const DEFAULTS_REPOSITORY = ".github";

const KEPT_MS = 10 * 60_000;
const INSTALLATIONS_KEPT = 1_000;

/** Defaults with the SHA of their blob. */
export interface OwnersDefaults extends DefaultsFile {
  readonly blob: string;
}

interface Known {
  readonly defaults: OwnersDefaults | null;
  readonly etag: string | null;
  readonly until: number;
}

export interface DefaultsBook {
  /** The defaults for an installation's repositories; null for none. @throws what GitHub said, where nobody knows whether there are any */
  of(installation: InstallationId, owner: string): Promise<OwnersDefaults | null>;
  /** Somebody has pushed to them, or the installation has other repositories now. */
  forget(installation: InstallationId): void;
}

/** @param connect a client whose token is good for the installation's `.github` alone; null where it has none */
export function createDefaultsBook(
  clock: Clock,
  connect: (installation: InstallationId, owner: string) => Promise<Octokit | null>,
): DefaultsBook {
  const pages = new Map<string, Known>();
  const asked = new Map<string, Promise<OwnersDefaults | null>>();
  /** Counts what was forgotten: what was asked before is not kept after. */
  let forgotten = 0;
  const keyOf = (installation: InstallationId, owner: string): string => `${installation}/${owner}`;

  async function look(installation: InstallationId, owner: string): Promise<OwnersDefaults | null> {
    const key = keyOf(installation, owner);
    const known = pages.get(key) ?? null;
    const round = forgotten;
    const octokit = await connect(installation, owner);
    const found = octokit === null ? NONE : await readDefaults(octokit, owner, known);
    if (round !== forgotten) return found.defaults;
    pages.delete(key);
    pages.set(key, { ...found, until: clock.now() + KEPT_MS });
    const [oldest] = pages.keys();
    if (pages.size > INSTALLATIONS_KEPT && oldest !== undefined) pages.delete(oldest);
    return found.defaults;
  }

  return {
    async of(installation, owner) {
      const key = keyOf(installation, owner);
      const known = pages.get(key);
      if (known !== undefined && known.until > clock.now()) return known.defaults;
      // Whoever asks at the same moment asks once.
      const going = asked.get(key);
      if (going !== undefined) return going;
      const begun = look(installation, owner);
      asked.set(key, begun);
      try {
        return await begun;
      } finally {
        if (asked.get(key) === begun) asked.delete(key);
      }
    },
    forget(installation) {
      forgotten += 1;
      for (const kept of [pages, asked])
        for (const key of kept.keys()) if (key.startsWith(`${installation}/`)) kept.delete(key);
    },
  };
}

/**
 * Whether it is this very installation that has the owner's `.github`. That it has not is heard twice, as for all facts.
 * https://docs.github.com/en/rest/apps/apps#get-a-repository-installation-for-the-authenticated-app
 */
export async function isInstalledOnDefaults(
  app: Octokit,
  installation: InstallationId,
  owner: string,
): Promise<boolean> {
  const ask = async (): Promise<boolean> => {
    try {
      const { data } = await app.rest.apps.getRepoInstallation({ owner, repo: DEFAULTS_REPOSITORY });
      return data.id === installation;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  };
  return (await ask()) || ask();
}

type Found = Omit<Known, "until">;

/** In the place of a text that nobody has read: it is refused as what it stands for. */
const UNREAD = { "too large": "#".repeat(LARGEST_CONFIG + 1), "no file": "- this is no file\n" } as const;

const NONE: Found = { defaults: null, etag: null };

/** https://docs.github.com/en/rest/repos/contents#get-repository-content */
async function readDefaults(octokit: Octokit, owner: string, known: Known | null): Promise<Found> {
  const headers = known?.etag === null || known === null ? {} : { "if-none-match": known.etag };
  // That there are none is heard twice, as for all facts: without them more people might command than may.
  const asked = { owner, repo: DEFAULTS_REPOSITORY, path: CONFIG_PATH, headers };
  try {
    const answer = await octokit.rest.repos.getContent(asked);
    const file = plainFile(answer.data);
    const path = `${owner}/${DEFAULTS_REPOSITORY}: ${CONFIG_PATH}`;
    // What cannot be read is not taken for nothing: without defaults more people might command than may.
    const read = typeof file === "string" ? { text: UNREAD[file], blob: file } : file;
    return { defaults: { path, ...read }, etag: answer.headers.etag ?? null };
  } catch (error) {
    if (known !== null && isUnchanged(error)) return known;
    if (isNotFound(error)) return NONE;
    throw error;
  }
}

/** Octokit throws what is not new. */
function isUnchanged(error: unknown): boolean {
  return error instanceof Error && "status" in error && error.status === 304;
}
