import type { Route } from "../http/context.ts";
import { actionRoutes } from "./actions.ts";
import { appRoutes, metaRoutes } from "./app.ts";
import { checkRoutes } from "./checks.ts";
import { commitRoutes, singleCommitRoutes } from "./commits.ts";
import { deploymentRoutes } from "./deployments.ts";
import { gitRoutes } from "./git.ts";
import { issueRoutes } from "./issues.ts";
import { pullRoutes } from "./pulls.ts";
import { releaseRoutes } from "./releases.ts";
import { repositoryRoutes } from "./repository.ts";

/** Every REST route, the more particular ones before those that would swallow them. */
export function restRoutes(): Route[] {
  return [
    ...metaRoutes(),
    ...appRoutes(),
    ...commitRoutes(),
    ...checkRoutes(),
    ...singleCommitRoutes(),
    ...gitRoutes(),
    ...issueRoutes(),
    ...pullRoutes(),
    ...releaseRoutes(),
    ...deploymentRoutes(),
    ...actionRoutes(),
    ...repositoryRoutes(),
  ];
}
