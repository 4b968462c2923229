/** The webhooks that Waybill acts on: one line each, and one line in app.yml. All others are accepted and left alone. */
import { deployment } from "./deployment.ts";
import { issueComment } from "./issue-comment.ts";
import { push } from "./push.ts";
import type { Webhook } from "./webhook.ts";
import { workflowRun } from "./workflow-run.ts";

export const webhooks: Readonly<Record<string, Webhook>> = {
  deployment,
  deployment_status: deployment,
  issue_comment: issueComment,
  push,
  workflow_run: workflowRun,
};
