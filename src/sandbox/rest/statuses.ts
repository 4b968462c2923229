import { resolveCommit } from "../domain/commits.ts";
import type { NewCommitStatus } from "../domain/statuses.ts";
import { addCommitStatus, combinedState, latestStatuses } from "../domain/statuses.ts";
import type { Context, Reply, Route } from "../http/context.ts";
import { authorOf, repositoryRoute } from "../http/context.ts";
import { ApiError, notFound } from "../http/errors.ts";
import { Fields } from "../http/fields.ts";
import { listReply, pageOf, slicePage } from "../http/paging.ts";
import type { CommitStatus, Repository } from "../state.ts";
import { minimalRepository, repositoryApiUrl } from "../views/repository.ts";
import { commitStatusView, simpleStatusView } from "../views/statuses.ts";

const STATES: readonly CommitStatus["state"][] = ["error", "failure", "pending", "success"];

/** Commit statuses, the older sisters of check runs. */
export function statusRoutes(): Route[] {
  const base = "/repos/{owner}/{repo}";
  return [
    repositoryRoute("POST", `${base}/statuses/{sha}`, "statuses:write", create),
    repositoryRoute("GET", `${base}/commits/{ref}/statuses`, "statuses:read", (context, repository) => {
      const sha = commitOfPath(context, repository);
      const mine = repository.statuses.filter((status) => status.sha === sha).toReversed();
      return listReply(context, mine, (status) => commitStatusView(context.world, repository, status));
    }),
    repositoryRoute("GET", `${base}/commits/{ref}/status`, "statuses:read", combined),
  ];
}

function commitOfPath({ params }: Context, repository: Repository): string {
  const sha = resolveCommit(repository, params.ref ?? "");
  if (sha === null) throw notFound();
  return sha;
}

function create(context: Context, repository: Repository): Reply {
  const { world, params } = context;
  const fields = new Fields(context.body, "Status");
  const state = STATES.find((word) => word === fields.required("state"));
  if (!state) throw fields.invalid("state");
  const sha = params.sha ?? "";
  if (!repository.store.commit(sha)) throw new ApiError(422, `No commit found for SHA: ${sha}`);
  const status: NewCommitStatus = {
    sha,
    state,
    description: fields.text("description", null),
    targetUrl: fields.text("target_url", null),
    context: fields.text("context", "default"),
    creator: authorOf(context).account,
  };
  const made = addCommitStatus(world, repository, status);
  return { status: 201, body: commitStatusView(world, repository, made) };
}

/** Source: https://docs.github.com/rest/commits/statuses#get-the-combined-status-for-a-specific-reference */
function combined(context: Context, repository: Repository): Reply {
  const { world } = context;
  const sha = commitOfPath(context, repository);
  const latest = latestStatuses(repository, sha);
  const url = `${repositoryApiUrl(world, repository)}/commits/${sha}`;
  return {
    status: 200,
    body: {
      state: combinedState(latest),
      statuses: slicePage(latest, pageOf(context.query)).map((status) =>
        simpleStatusView(world, repository, status),
      ),
      sha,
      total_count: latest.length,
      repository: minimalRepository(world, repository),
      commit_url: url,
      url: `${url}/status`,
    },
  };
}
