/** Issues that Waybill draws and finds again by a marker. https://docs.github.com/en/rest/issues/issues */
import { hasBlock } from "../../core/block.ts";
import type { RepositoryClient } from "../client.ts";
import { failureOf, isNotFound } from "../failure.ts";
import { isOurs } from "./comments.ts";
import { place } from "./effect.ts";

const PAGE = 50;

/** An issue as it stands. */
export interface FoundIssue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly open: boolean;
}

/** Creates an issue. Null where the repository takes none (forks, by default). */
export async function createIssue(
  client: RepositoryClient,
  title: string,
  body: string,
): Promise<number | null> {
  try {
    return (await client.octokit.rest.issues.create({ ...place(client), title, body })).data.number;
  } catch (error) {
    const failure = failureOf(error, client.clock.now());
    if (failure.kind !== "refused" || failure.status !== 410) throw error;
    return null;
  }
}

/** The issue of that number; null if it is gone. */
export async function readIssue(client: RepositoryClient, number: number): Promise<FoundIssue | null> {
  try {
    const { data } = await client.octokit.rest.issues.get({ ...place(client), issue_number: number });
    return { number: data.number, title: data.title, body: data.body ?? "", open: data.state === "open" };
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** The App's own issue that holds the block with this beginning, among the newest; null where there is none. */
export async function findIssue(client: RepositoryClient, begin: string): Promise<FoundIssue | null> {
  const newest = { state: "all", sort: "created", direction: "desc", per_page: PAGE } as const;
  const { data } = await client.octokit.rest.issues.listForRepo({
    ...place(client),
    creator: client.botLogin,
    ...newest,
  });
  const found = data.find((one) => isOurs(client, one) && hasBlock(one.body ?? "", begin));
  return found === undefined
    ? null
    : { number: found.number, title: found.title, body: found.body ?? "", open: found.state === "open" };
}
