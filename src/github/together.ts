/**
 * What the effects of one repository do together by GraphQL, where several of a kind come at the same moment: a promotion of many
 * components sets many statuses, and tells many authors. It is the first try alone that is made so. Whatever becomes of it, each effect is
 * tried again for itself by REST, after it has looked.
 */
import type { DeploymentState } from "../core/effects.ts";
import { readAdopted, type WantedAdopted } from "./adopted.ts";
import type { RepositoryClient } from "./client.ts";
import { isUnknownField } from "./failure.ts";
import { createGathering, type Gathering, type Outcomes } from "./gathering.ts";
import { mutate, type Mutation } from "./mutations.ts";
import { readReplaced, type Replaced, type WantedReplaced } from "./replaced.ts";
import { readThreads, type Thread } from "./threads.ts";

/** A GitHub that lacks a field is not asked again for so long; it may be upgraded. */
const UNKNOWN_FIELD_PAUSE_MS = 60 * 60_000;

export interface WantedComment {
  /** GraphQL's name of the issue or pull request. */
  readonly subjectId: string;
  readonly body: string;
}

/** https://docs.github.com/en/graphql/reference/input-objects#createdeploymentstatusinput */
export interface WantedStatus {
  /** GraphQL's name of the deployment. */
  readonly deploymentId: string;
  readonly state: Uppercase<DeploymentState>;
  readonly description?: string;
  readonly logUrl?: string;
  readonly environmentUrl?: string;
  readonly autoInactive: false;
}

type Asking<Wanted> = { readonly client: RepositoryClient } & Wanted;

/** Each answers null where it is to be done alone, by REST; then nothing of it was done. */
export interface Together {
  readonly threads: Gathering<Asking<{ readonly issue: number }>, Thread | null>;
  readonly comments: Gathering<Asking<WantedComment>, object | null>;
  readonly statuses: Gathering<Asking<WantedStatus>, object | null>;
  /** For work that yields to promotions. */
  readonly retirements: Gathering<Asking<WantedStatus>, object | null>;
  readonly replaced: Gathering<Asking<WantedReplaced>, Replaced | null>;
  readonly adopted: Gathering<Asking<WantedAdopted>, number | null>;
}

export function createTogether(): Together {
  return {
    threads: createGathering(whereKnown(readThreads)),
    comments: createGathering(
      whereKnown(writing({ field: "addComment", selects: "commentEdge { node { id } }" })),
    ),
    statuses: createGathering(whereKnown(writing(STATUS))),
    retirements: createGathering(whereKnown(writing(STATUS))),
    replaced: createGathering(whereKnown(readReplaced)),
    adopted: createGathering(whereKnown(readAdopted)),
  };
}

const STATUS: Mutation = { field: "createDeploymentStatus", selects: "deploymentStatus { id }" };

type Send<Wanted, Answer> = (
  client: RepositoryClient,
  wanted: readonly Asking<Wanted>[],
) => Promise<Outcomes<Answer>>;

function writing<Wanted extends object>(mutation: Mutation): Send<Wanted, object> {
  return ({ octokit }, wanted) =>
    mutate(
      octokit,
      mutation,
      wanted.map(({ client: _client, ...input }) => input),
    );
}

/** By the client of the first who came: all of them are of one repository. A GitHub that does not know a field has done nothing. */
function whereKnown<Wanted, Answer>(
  send: Send<Wanted, Answer>,
): (wanted: readonly Asking<Wanted>[]) => Promise<Outcomes<Answer | null>> {
  let unknownUntil = 0;
  const alone = (wanted: readonly unknown[]): Outcomes<null> =>
    wanted.map(() => ({ status: "fulfilled", value: null }));
  return async (wanted) => {
    const [first] = wanted;
    if (first === undefined) return [];
    const { client } = first;
    const now = client.clock.now();
    if (now < unknownUntil) return alone(wanted);
    try {
      return await send(client, wanted);
    } catch (error) {
      if (!isUnknownField(error)) throw error;
      unknownUntil = now + UNKNOWN_FIELD_PAUSE_MS;
      return alone(wanted);
    }
  };
}
