/** The webhooks that Waybill acts on: one line each, and one line in app.yml. All others are accepted and left alone. */
import { checkRun, status } from "./checks.ts";
import { deployment } from "./deployment.ts";
import { deploymentProtectionRule } from "./deployment-protection-rule.ts";
import { issueComment } from "./issue-comment.ts";
import { pullRequest } from "./pull-request.ts";
import { push } from "./push.ts";
import type { Webhook } from "./webhook.ts";
import { workflowRun } from "./workflow-run.ts";

export const webhooks: Readonly<Record<string, Webhook>> = {
  check_run: checkRun,
  deployment,
  deployment_protection_rule: deploymentProtectionRule,
  deployment_status: deployment,
  issue_comment: issueComment,
  pull_request: pullRequest,
  push,
  status,
  workflow_run: workflowRun,
};
