/** Who and where: a repository's owner and name by its id, and the login under which the App writes. Both may change; both are asked for anew. */
import type { RepositoryId } from "../core/ids.ts";
import type { Clock } from "../core/ports.ts";
import type { Octokit } from "./client.ts";

export interface RepositoryName {
  readonly owner: string;
  readonly repo: string;
}

const NAMES_KEPT_MS = 5 * 60_000;
/** Strictly GitHub's own alphabet: octokit would put `..` into a path as it stands (PROMISES.md, threat 12). */
const NAME = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;

/** Answers a repository's name, by a client whose token is good for that repository alone; asks GitHub at most every five minutes. */
export function createNameBook(
  clock: Clock,
): (octokit: Octokit, repository: RepositoryId) => Promise<RepositoryName> {
  const names = new Map<number, RepositoryName & { readonly until: number }>();
  return async (octokit, repository) => {
    const known = names.get(repository);
    if (known !== undefined && known.until > clock.now()) return known;
    const name = await readName(octokit, repository);
    names.set(repository, { ...name, until: clock.now() + NAMES_KEPT_MS });
    return name;
  };
}

async function readName(octokit: Octokit, repository: RepositoryId): Promise<RepositoryName> {
  const { data } = await octokit.rest.apps.listReposAccessibleToInstallation({ per_page: 2 });
  const found = data.repositories.find((one) => one.id === repository);
  if (found === undefined) throw new Error(`the App has no access to repository ${repository}`);
  const [owner = "", repo = ""] = found.full_name.split("/");
  if (!NAME.test(owner) || !NAME.test(repo))
    throw new Error(`GitHub named repository ${repository} in an unexpected way`);
  return { owner, repo };
}

/** Answers `<slug>[bot]`, asking GitHub once. */
export function createBotLogin(app: () => Promise<Octokit>): () => Promise<string> {
  let login: Promise<string> | null = null;
  const ask = async (): Promise<string> => {
    const { data } = await (await app()).rest.apps.getAuthenticated();
    return `${data?.slug ?? "app"}[bot]`;
  };
  return () => {
    login ??= ask().catch((error: unknown) => {
      login = null;
      throw error;
    });
    return login;
  };
}
