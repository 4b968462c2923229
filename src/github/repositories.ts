/** Who and where: a repository's owner and name by its id, and the login under which the App writes. Both may change; both are asked for anew. */
import type { InstallationId, RepositoryId } from "../core/ids.ts";
import { OutOfReachError, type Clock, type RepositoryKey } from "../core/ports.ts";
import type { Octokit } from "./client.ts";
import { LEAST_PAUSE_MS } from "./reach.ts";

export interface RepositoryName {
  readonly owner: string;
  readonly repo: string;
  readonly defaultBranch: string;
}

/** A repository as its installation sees it. */
export interface RepositoryFacts extends RepositoryName {
  readonly archived: boolean;
}

export interface NameBook {
  /** A repository's name, by a client whose token is good for that repository alone. @throws OutOfReachError where it is not the installation's */
  nameOf(octokit: Octokit, installation: InstallationId, repository: RepositoryId): Promise<RepositoryName>;
  /** Something changed: the next one to ask asks GitHub. */
  forget(repository: RepositoryKey): void;
}

const NAMES_KEPT_MS = 5 * 60_000;
/** Strictly GitHub's own alphabet: octokit would put `..` into a path as it stands (PROMISES.md, threat 12). */
const NAME = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;

/** Keeps names for five minutes: meanwhile GitHub redirects from the old name of a repository that was renamed. */
export function createNameBook(clock: Clock): NameBook {
  const names = new Map<string, RepositoryName & { readonly until: number }>();
  const pageOf = (installation: number, repository: number) => `${installation}/${repository}`;
  return {
    async nameOf(octokit, installation, repository) {
      const page = pageOf(installation, repository);
      const known = names.get(page);
      if (known !== undefined && known.until > clock.now()) return known;
      const facts = await readRepository(octokit, repository);
      if (facts === null) {
        const message = `the installation does not have repository ${repository}`;
        throw new OutOfReachError(message, clock.now() + LEAST_PAUSE_MS, { installation, repository });
      }
      const { owner, repo, defaultBranch } = facts;
      names.set(page, { owner, repo, defaultBranch, until: clock.now() + NAMES_KEPT_MS });
      return { owner, repo, defaultBranch };
    },
    forget: ({ installation, repository }) => void names.delete(pageOf(installation, repository)),
  };
}

/**
 * A repository by its id, by a client whose token is good for it alone; null where it is not among the installation's.
 * https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation
 */
export async function readRepository(
  octokit: Octokit,
  repository: RepositoryId,
): Promise<RepositoryFacts | null> {
  const { data } = await octokit.rest.apps.listReposAccessibleToInstallation({ per_page: 2 });
  const found = data.repositories.find((one) => one.id === repository);
  if (found === undefined) return null;
  const [owner = "", repo = ""] = found.full_name.split("/");
  if (!NAME.test(owner) || !NAME.test(repo))
    throw new Error(`GitHub named repository ${repository} in an unexpected way`);
  return { owner, repo, defaultBranch: found.default_branch, archived: found.archived };
}

/** Answers `<slug>[bot]`, asking GitHub once. */
export function createBotLogin(app: () => Promise<Octokit>): () => Promise<string> {
  let login: Promise<string> | null = null;
  const ask = async (): Promise<string> => {
    const { data } = await (await app()).rest.apps.getAuthenticated();
    // Kept as long as the process lives: a name that is only guessed would make the App a stranger to its own words.
    if (typeof data?.slug !== "string") throw new Error("GitHub did not say the App's name");
    return `${data.slug}[bot]`;
  };
  return () => {
    login ??= ask().catch((error: unknown) => {
      login = null;
      throw error;
    });
    return login;
  };
}
