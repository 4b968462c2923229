import type { CommitStatus, Repository } from "../state.ts";
import { simpleUser } from "../views/accounts.ts";
import { commitView } from "../views/commits.ts";
import { repositoryApiUrl } from "../views/repository.ts";
import { simpleStatusView } from "../views/statuses.ts";
import { emit } from "../webhooks/emit.ts";
import type { World } from "../world.ts";
import { fullName } from "../state.ts";

export type NewCommitStatus = Omit<CommitStatus, "id" | "createdAt">;

/** Says something about a commit; the newest of each context counts. */
export function addCommitStatus(world: World, repository: Repository, fields: NewCommitStatus): CommitStatus {
  const status = { ...fields, id: world.ids.next("commitStatus"), createdAt: world.clock.now() };
  repository.statuses.push(status);
  announce(world, repository, status);
  return status;
}

/** The newest status of each context, in the order in which the contexts first spoke. */
export function latestStatuses(repository: Repository, sha: string): CommitStatus[] {
  const mine = repository.statuses.filter((status) => status.sha === sha);
  return [...new Map(mine.map((status) => [status.context, status])).values()];
}

/** Source: https://docs.github.com/rest/commits/statuses#get-the-combined-status-for-a-specific-reference */
export function combinedState(latest: readonly CommitStatus[]): "failure" | "pending" | "success" {
  if (latest.some(({ state }) => state === "error" || state === "failure")) return "failure";
  if (latest.length === 0 || latest.some(({ state }) => state === "pending")) return "pending";
  return "success";
}

function announce(world: World, repository: Repository, status: CommitStatus): void {
  const commit = repository.store.commit(status.sha);
  if (!commit) return;
  const api = repositoryApiUrl(world, repository);
  const holding = [...repository.refs].filter(
    ([ref, sha]) => ref.startsWith("refs/heads/") && sha === status.sha,
  );
  const { url: _url, node_id: _node, ...fields } = simpleStatusView(world, repository, status);
  const view = commitView(world, repository, commit);
  const creator = simpleUser(world, status.creator);
  const payload = {
    ...fields,
    name: fullName(repository),
    sha: status.sha,
    // People without an account are not null here, unlike in REST.
    commit: { ...view, author: view.author ?? creator, committer: view.committer ?? creator },
    branches: holding.map(([ref, sha]) => {
      const name = ref.slice("refs/heads/".length);
      return { name, commit: { sha, url: `${api}/commits/${sha}` }, protected: false };
    }),
  };
  emit(world, repository, "status", payload, status.creator);
}
