/** The issues that pull requests have closed, as GitHub links them: by a keyword in the text, or by hand. */
import { z } from "zod";
import type { RepositoryClient } from "./client.ts";
import { failureOf, repositoryBeside } from "./failure.ts";

const BATCH = 50;
/** Of one pull request; whoever closes more with one has other means. */
const MOST_ISSUES = 10;

const answerSchema = z.object({
  repository: z
    .record(
      z.string(),
      z
        .object({
          closingIssuesReferences: z
            .object({
              nodes: z.array(
                z
                  .object({
                    number: z.int().positive(),
                    repository: z.object({ databaseId: z.int().nullable() }),
                  })
                  .nullable(),
              ),
            })
            .nullable(),
        })
        .nullable(),
    )
    .nullable(),
});

/** A part that may not be seen (an issue of another owner's private repository) must not hide the others: GitHub answers those beside the error. */
async function ask(client: RepositoryClient, query: string): Promise<unknown> {
  try {
    return await client.octokit.graphql(query, { owner: client.owner, repo: client.repo });
  } catch (error) {
    const now = client.clock.now();
    const beside = repositoryBeside(error, now);
    if (beside !== undefined) return { repository: beside };
    const { kind } = failureOf(error, now);
    const isGraphql = (error as { name?: string }).name === "GraphqlResponseError";
    if (kind === "limited" || (kind === "unsure" && !isGraphql)) throw error;
    return { repository: null };
  }
}

/**
 * The numbers of the issues of this very repository that each of these pull requests has closed, by its number; those of other repositories are theirs to tell.
 *
 * It is a courtesy: where GitHub does not answer it, there are none, and nothing else hangs on it.
 *
 * @throws where GitHub is to be asked later
 * @see https://docs.github.com/en/graphql/reference/objects#pullrequest
 */
export async function closedIssues(
  client: RepositoryClient,
  pulls: readonly number[],
): Promise<ReadonlyMap<number, readonly number[]>> {
  const closed = new Map<number, readonly number[]>();
  for (let from = 0; from < pulls.length; from += BATCH) {
    const batch = pulls.slice(from, from + BATCH);
    const fields = batch.map(
      (number) =>
        `p${number}: pullRequest(number: ${number}) { closingIssuesReferences(first: ${MOST_ISSUES}) { nodes { number repository { databaseId } } } }`,
    );
    const query = `query ($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) { ${fields.join(" ")} } }`;
    const { repository } = answerSchema.parse(await ask(client, query));
    for (const number of batch) {
      const nodes = repository?.[`p${number}`]?.closingIssuesReferences?.nodes ?? [];
      const own = nodes.flatMap((node) =>
        node?.repository.databaseId === client.repository ? [node.number] : [],
      );
      if (own.length > 0) closed.set(number, own);
    }
  }
  return closed;
}
