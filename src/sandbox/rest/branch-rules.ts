import { NO_REQUIRED_CHECKS } from "../domain/required-checks.ts";
import type { Context, Reply, Route } from "../http/context.ts";
import { repositoryRoute } from "../http/context.ts";
import { listReply } from "../http/paging.ts";
import type { Repository } from "../state.ts";
import { fullName } from "../state.ts";

/** Rules that rulesets lay on a branch. Source: https://docs.github.com/rest/repos/rules#get-rules-for-a-branch */
export function branchRuleRoutes(): Route[] {
  return [
    repositoryRoute("GET", "/repos/{owner}/{repo}/rules/branches/{branch}", "metadata:read", listRules),
  ];
}

function listRules(context: Context, repository: Repository): Reply {
  const { ruleset } = repository.requiredChecks.get(context.params.branch ?? "") ?? NO_REQUIRED_CHECKS;
  const rules =
    ruleset.length === 0
      ? []
      : [
          {
            type: "required_status_checks",
            parameters: {
              required_status_checks: ruleset.map(({ context: name, appId }) => ({
                context: name,
                ...(appId === undefined ? {} : { integration_id: appId }),
              })),
              strict_required_status_checks_policy: false,
            },
            ruleset_source_type: "Repository",
            ruleset_source: fullName(repository),
            ruleset_id: 1,
          },
        ];
  return listReply(context, rules, (rule) => rule);
}
