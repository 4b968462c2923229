import type { Route } from "../http/context.ts";
import { actionRoutes } from "./actions.ts";
import { appRoutes, metaRoutes } from "./app.ts";
import { assetRoutes } from "./assets.ts";
import { branchRuleRoutes } from "./branch-rules.ts";
import { checkRoutes } from "./checks.ts";
import { commitRoutes, singleCommitRoutes } from "./commits.ts";
import { deploymentRoutes } from "./deployments.ts";
import { environmentRoutes } from "./environments.ts";
import { gitRoutes } from "./git.ts";
import { issueRoutes } from "./issues.ts";
import { peopleRoutes } from "./people.ts";
import { pullRoutes } from "./pulls.ts";
import { releaseRoutes } from "./releases.ts";
import { repositoryRoutes } from "./repository.ts";
import { statusRoutes } from "./statuses.ts";

/** Every REST route, the more particular ones before those that would swallow them. */
export function restRoutes(): Route[] {
  return [
    ...metaRoutes(),
    ...appRoutes(),
    ...commitRoutes(),
    ...checkRoutes(),
    ...statusRoutes(),
    ...singleCommitRoutes(),
    ...gitRoutes(),
    ...issueRoutes(),
    ...pullRoutes(),
    ...assetRoutes(),
    ...releaseRoutes(),
    ...deploymentRoutes(),
    ...environmentRoutes(),
    ...actionRoutes(),
    ...peopleRoutes(),
    ...branchRuleRoutes(),
    ...repositoryRoutes(),
  ];
}
