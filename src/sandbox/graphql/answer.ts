import type { DocumentNode, ExecutionResult } from "graphql";
import { execute, GraphQLError, parse, validate } from "graphql";
import type { Context, Reply } from "../http/context.ts";
import { authorOf, mayKnow } from "../http/context.ts";
import { ApiError } from "../http/errors.ts";
import { isoTime } from "../clock.ts";
import { findRepository, movedRepository } from "../world.ts";
import type { Node } from "./basics.ts";
import { accountNode } from "./basics.ts";
import { mutationsOf } from "./mutations.ts";
import { repositoryNode } from "./nodes.ts";
import { githubSchema } from "./schema.ts";

/**
 * Answers a GraphQL query by GitHub's schema: 200 also with errors.
 * Source: https://docs.github.com/graphql/guides/forming-calls-with-graphql
 */
export async function answerGraphql(context: Context): Promise<Reply> {
  const body = (context.body ?? {}) as { query?: unknown; variables?: unknown; operationName?: unknown };
  if (typeof body.query !== "string")
    throw new ApiError(400, "A query attribute must be specified and must be a string.");
  const reading = readQuery(body.query);
  if ("errors" in reading) return { status: 200, body: formatResult(reading) };
  const result = await execute({
    schema: githubSchema(),
    document: reading.document,
    rootValue: rootOf(context),
    variableValues: (body.variables ?? {}) as Record<string, unknown>,
    operationName: typeof body.operationName === "string" ? body.operationName : null,
  });
  return { status: 200, body: formatResult(result) };
}

type Reading = { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] };

/** Queries by their texts: the same few come again and again, and to hold one against the schema costs milliseconds. */
const readings = new Map<string, Reading>();
const READINGS_KEPT = 100;

function readQuery(text: string): Reading {
  const known = readings.get(text);
  if (known !== undefined) return known;
  const reading = readAnew(text);
  if (readings.size >= READINGS_KEPT) readings.clear();
  readings.set(text, reading);
  return reading;
}

function readAnew(text: string): Reading {
  try {
    const document = parse(text);
    const errors = validate(githubSchema(), document);
    return errors.length > 0 ? { errors } : { document };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { errors: [error] };
  }
}

interface RepositoryArguments {
  owner: string;
  name: string;
  followRenames?: boolean | null;
}

function rootOf(context: Context): Node {
  const { world } = context;
  return {
    repository: ({ owner, name, followRenames }: RepositoryArguments) => {
      const moved = followRenames === false ? null : movedRepository(world, owner, name);
      const repository = findRepository(world, owner, name) ?? moved;
      if (repository && mayKnow(context.actor, repository)) return repositoryNode(world, repository);
      const message = `Could not resolve to a Repository with the name '${owner}/${name}'.`;
      throw new GraphQLError(message, { extensions: { type: "NOT_FOUND" } });
    },
    viewer: () => accountNode(world, authorOf(context).account),
    rateLimit: () => {
      const resetAt = isoTime(world.clock.now() + 3_600_000);
      return { cost: 1, limit: 5000, remaining: 4999, used: 1, nodeCount: 0, resetAt };
    },
    ...mutationsOf(context),
  };
}

/** GitHub puts an error's type beside its message. Validation errors carry theirs in `extensions`. */
function formatResult({ data, errors }: ExecutionResult): Record<string, unknown> {
  const shown = errors?.map((error) => {
    const { message, path, locations, extensions } = error;
    const type = extensions.type === undefined ? {} : { type: extensions.type };
    return { ...type, ...(path ? { path } : {}), locations, message };
  });
  return { ...(data === undefined ? {} : { data }), ...(shown ? { errors: shown } : {}) };
}
