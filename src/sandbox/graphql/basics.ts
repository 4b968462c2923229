import { GraphQLError } from "graphql";
import { nodeId } from "../ids.ts";
import type { Account } from "../state.ts";
import type { World } from "../world.ts";

/** An object as graphql-js resolves it: fields, and functions of their arguments. */
export type Node = Record<string, unknown>;

/** The arguments of a connection. */
export interface PageArguments {
  first?: number | null;
  last?: number | null;
  after?: string | null;
}

/**
 * A connection over a list, made only as far as it is asked for.
 * Source: https://docs.github.com/graphql/guides/using-pagination-in-the-graphql-api (first or last, 1 to 100)
 */
export function connection<T>(
  items: readonly T[],
  view: (item: T) => Node,
  { first, last, after }: PageArguments,
  field: string,
): Node {
  const wanted = first ?? last;
  if (wanted === undefined || wanted === null) {
    const message = `You must provide a \`first\` or \`last\` value to properly paginate the \`${field}\` connection.`;
    throw new GraphQLError(message, { extensions: { type: "MISSING_PAGINATION_BOUNDARIES" } });
  }
  if (wanted < 0 || wanted > 100) {
    const message = `Requesting ${wanted} records on the \`${field}\` connection exceeds the \`first\` limit of 100 records.`;
    throw new GraphQLError(message, { extensions: { type: "EXCESSIVE_PAGINATION" } });
  }
  const start = after ? Number(Buffer.from(after, "base64").toString("latin1").replace("cursor:", "")) : 0;
  const left = items.slice(start);
  const shown = first === undefined || first === null ? left.slice(-wanted) : left.slice(0, wanted);
  const cursor = (index: number): string => Buffer.from(`cursor:${index}`).toString("base64");
  return {
    totalCount: items.length,
    nodes: () => shown.map(view),
    edges: () => shown.map((item, index) => ({ cursor: cursor(start + index + 1), node: view(item) })),
    pageInfo: {
      hasNextPage: start + shown.length < items.length,
      hasPreviousPage: start > 0,
      startCursor: shown.length > 0 ? cursor(start + 1) : null,
      endCursor: shown.length > 0 ? cursor(start + shown.length) : null,
    },
  };
}

/** A user, bot or organization. The login of a bot has no `[bot]` here, unlike in REST. */
export function accountNode(world: World, account: Account): Node {
  return {
    __typename: account.type,
    id: nodeId(account.type, account.id),
    databaseId: account.id,
    login: account.login.replace(/\[bot\]$/, ""),
    name: account.name,
    url: `${world.url}/${account.login}`,
    avatarUrl: `${world.url}/avatars/${account.id}.svg`,
  };
}
