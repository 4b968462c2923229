import { isoTime } from "../clock.ts";
import { nodeId } from "../ids.ts";
import type { CommitStatus, Repository } from "../state.ts";
import type { World } from "../world.ts";
import { simpleUser } from "./accounts.ts";
import { repositoryApiUrl } from "./repository.ts";
import type { Schema } from "./schema.ts";

/** A commit status within the combined one. */
export function simpleStatusView(
  world: World,
  repository: Repository,
  status: CommitStatus,
): Schema<"simple-commit-status"> {
  return {
    id: status.id,
    node_id: nodeId("StatusContext", status.id),
    url: `${repositoryApiUrl(world, repository)}/statuses/${status.sha}`,
    avatar_url: simpleUser(world, status.creator).avatar_url,
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: isoTime(status.createdAt),
    updated_at: isoTime(status.createdAt),
  };
}

/** A commit status with its creator. */
export function commitStatusView(
  world: World,
  repository: Repository,
  status: CommitStatus,
): Omit<Schema<"status">, "avatar_url"> & { avatar_url?: string | null } {
  return { ...simpleStatusView(world, repository, status), creator: simpleUser(world, status.creator) };
}
