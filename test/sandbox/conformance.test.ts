import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { APP_EVENTS } from "../../src/sandbox/world.ts";
import { apiRouter } from "../../src/sandbox/http/api.ts";
import { callsProblems, webhookProblems } from "../support/openapi.ts";
import type { Octokit, Shop } from "./support.ts";
import { client, openReceiver, openShop, refusal, WORKFLOW_FILE } from "./support.ts";

/** Drives every route of the stand-in once or more by GitHub's own client, and holds all that was said against GitHub's description. */
describe("every route of the stand-in, held against GitHub's description", () => {
  let shop: Shop;
  let receiver: Awaited<ReturnType<typeof openReceiver>>;
  const here = { owner: "acme", repo: "shop" };

  beforeAll(async () => {
    receiver = await openReceiver();
    shop = await openShop({ webhook: { url: receiver.url, secret: "a secret of tests" } });
    // Not deployment_protection_rule: the description of an embedded App does not know that it exists.
    shop.sandbox.setApp({ events: [...APP_EVENTS, "deployment_review", "status"] });
    await driveApp(shop);
    await driveGit(shop.bot, shop);
    await driveIssues(shop.bot, shop);
    await driveReleases(shop.bot);
    await driveDeployments(shop.bot, shop);
    await driveActions(shop.bot, shop);
    await shop.sandbox.settled();
  });

  afterAll(async () => {
    await shop.sandbox.close();
    await receiver.close();
  });

  test("each route was answered with success at least once", () => {
    const answered = new Set(
      shop.sandbox.record.calls
        .filter((call) => call.status < 400)
        .map((call) => `${call.method} ${call.route ?? ""}`),
    );
    const known = apiRouter().routes.map((route) => `${route.method} ${route.template}`);
    expect(known.filter((route) => !answered.has(route))).toEqual([]);
  });

  test("all requests and answers conform", () => {
    expect(shop.sandbox.record.calls.length).toBeGreaterThan(90);
    expect(callsProblems(shop.sandbox.record.calls)).toEqual([]);
  });

  test("all webhooks conform, of every kind that the stand-in knows", () => {
    const problems = new Set<string>();
    const kinds = new Set<string>();
    for (const { event, action, payload } of shop.sandbox.deliveries) {
      kinds.add(action === null ? event : `${event}.${action}`);
      for (const problem of webhookProblems(event, action, JSON.parse(payload))) problems.add(problem);
    }
    expect([...problems]).toEqual([]);
    expect([...kinds].sort()).toEqual([
      "check_run.completed",
      "check_run.created",
      "check_run.rerequested",
      "create",
      "delete",
      "deployment.created",
      "deployment_review.approved",
      "deployment_review.requested",
      "deployment_status.created",
      "installation.created",
      "installation.suspend",
      "installation.unsuspend",
      "installation_repositories.added",
      "issue_comment.created",
      "issue_comment.deleted",
      "issue_comment.edited",
      "issues.closed",
      "issues.edited",
      "issues.opened",
      "issues.reopened",
      "pull_request.closed",
      "pull_request.edited",
      "pull_request.opened",
      "pull_request.reopened",
      "pull_request.synchronize",
      "push",
      "release.created",
      "release.deleted",
      "release.edited",
      "release.prereleased",
      "release.published",
      "release.released",
      "status",
      "workflow_dispatch",
      "workflow_run.completed",
      "workflow_run.in_progress",
      "workflow_run.requested",
    ]);
  });

  async function driveApp({ app, bot, sandbox, installationId: installation_id }: Shop): Promise<void> {
    await bot.rest.meta.get();
    await bot.rest.rateLimit.get();
    await app.rest.apps.getAuthenticated();
    await app.rest.apps.listInstallations();
    await app.rest.apps.getInstallation({ installation_id });
    await app.rest.apps.createInstallationAccessToken({
      installation_id,
      repositories: ["shop"],
      permissions: { contents: "read" },
    });
    sandbox.repository("acme/other");
    sandbox.suspend("acme/shop");
    sandbox.suspend("acme/shop", false);
    await sandbox.settled();
    const { data } = await app.rest.apps.listWebhookDeliveries({ per_page: 1 });
    const delivery_id = data[0]?.id ?? 0;
    await app.rest.apps.getWebhookDelivery({ delivery_id });
    await app.rest.apps.redeliverWebhookDelivery({ delivery_id });
    await app.rest.apps.getWebhookConfigForApp();
    await app.rest.apps.updateWebhookConfigForApp({ content_type: "json" });
    await app.rest.apps.getRepoInstallation(here);
    await bot.rest.apps.listReposAccessibleToInstallation();
    const { data: repository } = await bot.rest.repos.get(here);
    await bot.request("GET /repositories/{repository_id}", { repository_id: repository.id });
    await bot.rest.users.getByUsername({ username: "ana" });
    await drivePeople(bot, sandbox);
    for (const username of ["ana", "tri", "rea"]) {
      await bot.rest.repos.getCollaboratorPermissionLevel({ ...here, username });
    }
    expect((await refusal(bot.rest.users.getByUsername({ username: "nobody" }))).status).toBe(404);
    const { data: viewer } = await bot.request("POST /graphql", { query: "{ viewer { login } }" });
    expect(viewer).toEqual({ data: { viewer: { login: "waybill" } } });
  }

  async function drivePeople(bot: Octokit, sandbox: Shop["sandbox"]): Promise<void> {
    sandbox.team("acme/releasers", { members: ["rea"], repositories: { "acme/shop": "triage" } });
    const team = { org: "acme", team_slug: "releasers" };
    await bot.rest.teams.list({ org: "acme" });
    await bot.rest.teams.getByName(team);
    await bot.rest.teams.listMembersInOrg(team);
    await bot.rest.teams.getMembershipForUserInOrg({ ...team, username: "rea" });
    await bot.rest.repos.listCollaborators(here);
    await bot.rest.repos.checkCollaborator({ ...here, username: "rea" });
    const ana = client(sandbox, sandbox.user("ana").token());
    await ana.rest.repos.listTeams(here);
  }

  async function driveGit(bot: Octokit, { repository }: Shop): Promise<void> {
    await bot.rest.repos.listBranches(here);
    await bot.rest.repos.getBranch({ ...here, branch: "main" });
    const base = repository.sha() ?? "";
    const { data: blob } = await bot.rest.git.createBlob({ ...here, content: "hello", encoding: "utf-8" });
    await bot.rest.git.getBlob({ ...here, file_sha: blob.sha });
    const { data: parent } = await bot.rest.git.getCommit({ ...here, commit_sha: base });
    const { data: tree } = await bot.rest.git.createTree({
      ...here,
      base_tree: parent.tree.sha,
      tree: [{ path: "web/index.html", mode: "100644", type: "blob", sha: blob.sha }],
    });
    await bot.rest.git.getTree({ ...here, tree_sha: tree.sha, recursive: "1" });
    const { data: commit } = await bot.rest.git.createCommit({
      ...here,
      message: "feat(web): a page",
      tree: tree.sha,
      parents: [base],
    });
    await bot.rest.git.updateRef({ ...here, ref: "heads/main", sha: commit.sha });
    const { data: tag } = await bot.rest.git.createTag({
      ...here,
      tag: "v1.0.0",
      message: "first",
      object: commit.sha,
      type: "commit",
    });
    await bot.rest.git.getTag({ ...here, tag_sha: tag.sha });
    await bot.rest.git.createRef({ ...here, ref: "refs/tags/v1.0.0", sha: tag.sha });
    await bot.rest.git.createRef({ ...here, ref: "refs/tags/gone", sha: commit.sha });
    await bot.rest.git.getRef({ ...here, ref: "tags/v1.0.0" });
    await bot.rest.git.listMatchingRefs({ ...here, ref: "tags/" });
    await bot.rest.git.deleteRef({ ...here, ref: "tags/gone" });
    await bot.rest.repos.listTags(here);
    await bot.rest.repos.getContent({ ...here, path: "README.md" });
    await bot.rest.repos.getContent({ ...here, path: "", ref: commit.sha });
    await bot.rest.repos.getContent({ ...here, path: ".github/workflows", ref: "main" });
    await bot.rest.repos.listCommits({ ...here, sha: "main", per_page: 1, path: "web" });
    await bot.rest.repos.getCommit({ ...here, ref: "v1.0.0" });
    await bot.rest.repos.compareCommitsWithBasehead({
      ...here,
      basehead: `${base}...main`,
      per_page: 10,
      page: 1,
    });
    expect((await refusal(bot.rest.git.getRef({ ...here, ref: "tags/none" }))).status).toBe(404);
    expect((await refusal(bot.rest.repos.getCommit({ ...here, ref: "f".repeat(40) }))).status).toBe(422);
  }

  async function driveIssues(bot: Octokit, { repository, sandbox }: Shop): Promise<void> {
    const { data: issue } = await bot.rest.issues.create({
      ...here,
      title: "Notice",
      body: "soon",
      labels: ["notice"],
    });
    const issue_number = issue.number;
    await bot.rest.issues.get({ ...here, issue_number });
    await bot.rest.issues.update({ ...here, issue_number, body: "sooner" });
    await bot.rest.issues.update({ ...here, issue_number, state: "closed", state_reason: "completed" });
    await bot.rest.issues.update({ ...here, issue_number, state: "open" });
    await bot.rest.issues.addLabels({ ...here, issue_number, labels: ["in: prod"] });
    await bot.rest.issues.listForRepo({
      ...here,
      labels: "notice",
      state: "all",
      sort: "updated",
      direction: "asc",
    });
    await bot.rest.reactions.createForIssue({ ...here, issue_number, content: "rocket" });
    await bot.rest.reactions.listForIssue({ ...here, issue_number });
    const { data: comment } = await bot.rest.issues.createComment({ ...here, issue_number, body: "hello" });
    const comment_id = comment.id;
    await bot.rest.issues.getComment({ ...here, comment_id });
    await bot.rest.issues.updateComment({ ...here, comment_id, body: "hello again" });
    await bot.rest.issues.listComments({ ...here, issue_number });
    await bot.rest.issues.listCommentsForRepo({
      ...here,
      sort: "created",
      direction: "desc",
      since: "2020-01-01T00:00:00Z",
    });
    await bot.rest.reactions.createForIssueComment({ ...here, comment_id, content: "eyes" });
    await bot.rest.reactions.createForIssueComment({ ...here, comment_id, content: "eyes" });
    await bot.rest.reactions.listForIssueComment({ ...here, comment_id });
    await bot.rest.issues.deleteComment({ ...here, comment_id });
    await drivePulls(bot, repository, client(sandbox, sandbox.user("wes").token()));
  }

  async function drivePulls(bot: Octokit, repository: Shop["repository"], wes: Octokit): Promise<void> {
    repository.commit({ branch: "topic", message: "feat: new", files: { "a.txt": "a\n" }, author: "wes" });
    const { data: pull } = await wes.rest.pulls.create({
      ...here,
      title: "feat: new",
      head: "topic",
      base: "main",
    });
    const pull_number = pull.number;
    repository.commit({ branch: "topic", message: "fix: newer", files: { "a.txt": "b\n" }, author: "wes" });
    await bot.rest.pulls.get({ ...here, pull_number });
    await bot.rest.pulls.update({ ...here, pull_number, title: "feat: newer" });
    await wes.rest.pulls.update({ ...here, pull_number, state: "closed" });
    await wes.rest.pulls.update({ ...here, pull_number, state: "open" });
    await bot.rest.pulls.listCommits({ ...here, pull_number });
    const { data: merged } = await bot.rest.pulls.merge({ ...here, pull_number, merge_method: "squash" });
    await bot.rest.pulls.list({ ...here, state: "closed", base: "main" });
    await bot.rest.repos.listPullRequestsAssociatedWithCommit({ ...here, commit_sha: merged.sha });
    await bot.rest.issues.createComment({ ...here, issue_number: pull_number, body: "shipped" });
  }

  async function driveReleases(bot: Octokit): Promise<void> {
    const draft = { ...here, tag_name: "v1.1.0", name: "1.1.0", body: "soon", draft: true };
    const { data: release } = await bot.rest.repos.createRelease(draft);
    const file = { ...here, release_id: release.id, name: "a.txt", data: "a" };
    const baseUrl = `${shop.sandbox.url}/api/uploads`;
    const { data: asset } = await bot.rest.repos.uploadReleaseAsset({ ...file, baseUrl });
    await bot.rest.repos.getReleaseAsset({ ...here, asset_id: asset.id });
    await bot.rest.repos.listReleaseAssets({ ...here, release_id: release.id });
    await bot.rest.repos.deleteReleaseAsset({ ...here, asset_id: asset.id });
    await bot.rest.repos.updateRelease({
      ...here,
      release_id: release.id,
      body: "now",
      draft: false,
      make_latest: "true",
    });
    await bot.rest.repos.updateRelease({ ...here, release_id: release.id, body: "now, with a word more" });
    await bot.rest.repos.getRelease({ ...here, release_id: release.id });
    await bot.rest.repos.listReleases(here);
    await bot.rest.repos.getReleaseByTag({ ...here, tag: "v1.1.0" });
    await bot.rest.repos.getLatestRelease(here);
    const { data: early } = await bot.rest.repos.createRelease({
      ...here,
      tag_name: "v1.2.0-rc.1",
      prerelease: true,
    });
    await bot.rest.repos.deleteRelease({ ...here, release_id: early.id });
  }

  async function driveDeployments(bot: Octokit, { sandbox, repository }: Shop): Promise<void> {
    const made = await bot.rest.repos.createDeployment({
      ...here,
      ref: "v1.1.0",
      environment: "staging",
      auto_merge: false,
      required_contexts: [],
      description: "api 1.1.0",
      payload: { component: "api" },
    });
    const deployment_id = "id" in made.data ? made.data.id : 0;
    await bot.rest.repos.createDeploymentStatus({
      ...here,
      deployment_id,
      state: "success",
      description: "done",
      environment_url: "https://staging.shop.example",
      auto_inactive: false,
    });
    await bot.rest.repos.getDeployment({ ...here, deployment_id });
    await bot.rest.repos.listDeployments({ ...here, environment: "staging", ref: "v1.1.0" });
    await bot.rest.repos.listDeploymentStatuses({ ...here, deployment_id });
    await bot.rest.repos.getAllEnvironments(here);
    await bot.rest.repos.getEnvironment({ ...here, environment_name: "staging" });
    const head_sha = (await bot.rest.repos.getBranch({ ...here, branch: "main" })).data.commit.sha;
    const { data: check } = await bot.rest.checks.create({
      ...here,
      name: "waybill",
      head_sha,
      status: "in_progress",
    });
    await bot.rest.checks.update({
      ...here,
      check_run_id: check.id,
      conclusion: "success",
      output: { title: "Good", summary: "All is well." },
    });
    await bot.rest.checks.get({ ...here, check_run_id: check.id });
    await bot.rest.checks.listAnnotations({ ...here, check_run_id: check.id });
    const wes = client(sandbox, sandbox.user("wes").token());
    await wes.rest.repos.createCommitStatus({ ...here, sha: head_sha, state: "success" });
    await bot.rest.repos.getCombinedStatusForRef({ ...here, ref: "main" });
    await bot.rest.repos.listCommitStatusesForRef({ ...here, ref: "main" });
    await bot.rest.checks.listForRef({ ...here, ref: "main", check_name: "waybill" });
    repository.rerequestCheck(check.id, "ana");
    repository.finishCheck(repository.check("main", "build"), "skipped");
    repository.requireChecks("main", { ruleset: [{ context: "build" }] });
    await bot.rest.repos.getBranchRules({ ...here, branch: "main" });
  }

  async function driveActions(bot: Octokit, { sandbox, repository }: Shop): Promise<void> {
    await bot.rest.actions.listRepoWorkflows(here);
    const workflow_id = WORKFLOW_FILE.split("/").at(-1) ?? "";
    await bot.rest.actions.getWorkflow({ ...here, workflow_id });
    const dispatch = {
      ...here,
      workflow_id,
      ref: "v1.1.0",
      inputs: { environment: "prod", component: "api" },
    };
    const { data } = await bot.rest.actions.createWorkflowDispatch({ ...dispatch, return_run_details: true });
    const run_id = (data as { workflow_run_id: number }).workflow_run_id;
    await bot.rest.actions.createWorkflowDispatch(dispatch);
    await sandbox.settled();
    await bot.rest.actions.getWorkflowRun({ ...here, run_id });
    await bot.rest.actions.listJobsForWorkflowRun({ ...here, run_id });
    await bot.rest.actions.listWorkflowRuns({
      ...here,
      workflow_id,
      event: "workflow_dispatch",
      status: "success",
    });
    await bot.rest.actions.listWorkflowRunsForRepo({ ...here, branch: "v1.1.0", created: ">=2020-01-01" });
    await bot.rest.actions.reRunWorkflow({ ...here, run_id });
    await sandbox.settled();
    await bot.rest.actions.getWorkflowRunAttempt({ ...here, run_id, attempt_number: 1 });
    await driveProtection(bot, repository, { ...dispatch, inputs: { environment: "vault" } }, sandbox);
    const stuck = async (ignoresCancel: boolean) => {
      repository.script({ outcome: "hang", ignoresCancel });
      const asked = { ...dispatch, return_run_details: true };
      const { data } = await bot.rest.actions.createWorkflowDispatch(asked);
      await sandbox.settled();
      return { ...here, run_id: (data as { workflow_run_id: number }).workflow_run_id };
    };
    await bot.rest.actions.cancelWorkflowRun(await stuck(false));
    expect((await refusal(bot.rest.actions.cancelWorkflowRun({ ...here, run_id }))).status).toBe(409);
    await bot.rest.actions.forceCancelWorkflowRun(await stuck(true));
  }

  async function driveProtection(
    bot: Octokit,
    repository: Shop["repository"],
    dispatch: Parameters<Octokit["rest"]["actions"]["createWorkflowDispatch"]>[0] & object,
    sandbox: Shop["sandbox"],
  ): Promise<void> {
    repository.environment("vault", { reviewers: ["ana"], customRule: true, waitMinutes: 0 });
    const made = await bot.rest.actions.createWorkflowDispatch({ ...dispatch, return_run_details: true });
    const run_id = (made.data as { workflow_run_id: number }).workflow_run_id;
    await sandbox.settled();
    const { data } = await bot.rest.actions.getPendingDeploymentsForRun({ ...here, run_id });
    const ana = client(sandbox, sandbox.user("ana").token());
    await ana.rest.actions.reviewPendingDeploymentsForRun({
      ...here,
      run_id,
      environment_ids: data.map(({ environment }) => environment.id ?? 0),
      state: "approved",
      comment: "Go",
    });
    const rule = { ...here, run_id, environment_name: "vault", state: "approved" as const, comment: "Known" };
    await bot.rest.actions.reviewCustomGatesForRun(rule);
    await bot.rest.actions.getReviewsForRun({ ...here, run_id });
    await sandbox.settled();
  }
});
