/** Whose work lies between two commits: authors of commits and of the pull requests that brought them, by numeric id. */
import type { CommitSha } from "../../core/ids.ts";
import type { RepositoryClient } from "../client.ts";
import { place } from "../effects/effect.ts";
import { COMMITS_READ, withPulls } from "../history.ts";

const PAGE = 100;

/** Where a range is larger than 5,000 commits, the others are not read. */
export async function authorIds(
  client: RepositoryClient,
  base: string,
  head: CommitSha,
): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  const shas: string[] = [];
  for (let page = 1; shas.length < COMMITS_READ; page += 1) {
    const { data } = await client.octokit.rest.repos.compareCommitsWithBasehead({
      ...place(client),
      basehead: `${base}...${head}`,
      per_page: PAGE,
      page,
    });
    for (const { sha, author } of data.commits) {
      shas.push(sha);
      if (author !== null && "id" in author && typeof author.id === "number") found.add(author.id);
    }
    if (data.commits.length < PAGE) break;
  }
  const commits = shas.map((sha) => ({ sha, message: "" }));
  for (const { pull } of await withPulls(client, commits)) if (pull) found.add(pull.author.id);
  return found;
}
