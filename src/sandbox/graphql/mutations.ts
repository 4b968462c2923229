/**
 * Mutations. Each does what the REST route of the same purpose does, so that both ask for the same permissions, heed the same limits on what is
 * written, and send the same webhooks. Of several in one request each is done or refused for itself, one after the other.
 * Source: https://docs.github.com/graphql/reference/mutations
 */
import { GraphQLError } from "graphql";
import type { Context, Reply, Route } from "../http/context.ts";
import { ApiError } from "../http/errors.ts";
import { deploymentRoutes } from "../rest/deployments.ts";
import { issueRoutes } from "../rest/issues.ts";
import type { Repository } from "../state.ts";
import type { Node } from "./basics.ts";
import { commentNode } from "./comments.ts";
import { statusNode } from "./deployments.ts";

type Input<Fields> = { input: Fields & { clientMutationId?: string | null } };

interface AddCommentInput {
  subjectId: string;
  body: string;
}

interface CreateDeploymentStatusInput {
  deploymentId: string;
  state: string;
  description?: string | null;
  environment?: string | null;
  environmentUrl?: string | null;
  logUrl?: string | null;
  autoInactive?: boolean | null;
}

/** The mutations that there are, for the root of a query. */
export function mutationsOf(context: Context): Node {
  const { world } = context;
  const inRepositories = <Found>(find: (repository: Repository) => Found | undefined) => {
    for (const repository of world.repositories.values()) {
      const found = find(repository);
      if (found !== undefined) return { repository, found };
    }
    return null;
  };
  return {
    addComment: async ({ input }: Input<AddCommentInput>) => {
      const { subjectId, body, clientMutationId = null } = input;
      const id = numberIn(subjectId, ["Issue", "PullRequest"]);
      const place = inRepositories(({ issues }) =>
        [...issues.values()].find((issue) => issue.id === id || issue.pull?.id === id),
      );
      if (place === null) throw unresolved(subjectId);
      const { repository, found } = place;
      const params = { issue_number: String(found.number) };
      const reply = await play(context, repository, ADD_COMMENT, params, { body });
      const comment = repository.comments.get(idOf(reply));
      return { clientMutationId, commentEdge: comment && { cursor: "", node: commentNode(world, comment) } };
    },
    createDeploymentStatus: async ({ input }: Input<CreateDeploymentStatusInput>) => {
      const { deploymentId, clientMutationId = null, state } = input;
      const id = numberIn(deploymentId, ["Deployment"]);
      const place = inRepositories(({ deployments }) => deployments.find((one) => one.id === id));
      if (place === null) throw unresolved(deploymentId);
      const { repository, found } = place;
      const params = { deployment_id: String(found.id) };
      const reply = await play(context, repository, CREATE_STATUS, params, {
        state: state.toLowerCase(),
        description: input.description,
        environment: input.environment,
        environment_url: input.environmentUrl,
        log_url: input.logUrl,
        auto_inactive: input.autoInactive,
      });
      const status = found.statuses.find((one) => one.id === idOf(reply));
      return { clientMutationId, deploymentStatus: status && statusNode(world, found, status) };
    },
  };
}

const ADD_COMMENT = "/repos/{owner}/{repo}/issues/{issue_number}/comments";
const CREATE_STATUS = "/repos/{owner}/{repo}/deployments/{deployment_id}/statuses";

/** Does what a REST route does, in GraphQL's words where it refuses. */
async function play(
  context: Context,
  repository: Repository,
  template: string,
  params: Record<string, string>,
  body: Record<string, unknown>,
): Promise<Reply> {
  const route = routes().find((one) => one.method === "POST" && one.template === template);
  if (route === undefined) throw new Error(`there is no route ${template}`);
  const place = { owner: repository.owner.login, repo: repository.name };
  try {
    return await route.handle({ ...context, params: { ...place, ...params }, body });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const types: Record<number, string> = { 403: "FORBIDDEN", 404: "NOT_FOUND", 422: "UNPROCESSABLE" };
    throw new GraphQLError(error.message, { extensions: { type: types[error.status] ?? "INTERNAL" } });
  }
}

let known: readonly Route[] | undefined;

function routes(): readonly Route[] {
  known ??= [...issueRoutes(), ...deploymentRoutes()];
  return known;
}

function idOf({ body }: Reply): number {
  return (body as { id: number }).id;
}

/** The number in a node id of one of these kinds; see `nodeId`. Zero, which is nobody's, where it is another's. */
function numberIn(id: string, kinds: readonly string[]): number {
  const text = Buffer.from(id, "base64").toString("latin1");
  const kind = kinds.find((one) => text.startsWith(`0${one.length}:${one}`));
  return kind === undefined ? 0 : Number(text.slice(`0${kind.length}:${kind}`.length));
}

function unresolved(id: string): GraphQLError {
  const message = `Could not resolve to a node with the global id of '${id}'`;
  return new GraphQLError(message, { extensions: { type: "NOT_FOUND" } });
}
