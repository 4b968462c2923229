/** What every part of a look at a repository needs. */
import type { RepositoryLane } from "../../core/repository.ts";
import type { RepositoryClient } from "../client.ts";
import type { WebhookContext } from "../webhooks/webhook.ts";

/** A repository under the look. */
export interface Scene {
  readonly client: RepositoryClient;
  readonly context: WebhookContext;
  readonly lane: RepositoryLane | null;
}

/** Whether the lane has seen the repository's config: what is not told then was lost, and is not merely older than Waybill. */
export function isAtWork(lane: RepositoryLane | null): lane is RepositoryLane {
  return lane !== null && lane.plans.length > 0;
}
