import type { Context, Reply, Route } from "../http/context.ts";
import { idParameter, repositoryRoute } from "../http/context.ts";
import { notFound } from "../http/errors.ts";
import { Fields } from "../http/fields.ts";
import { countedReply } from "../http/paging.ts";
import { resolveCommit } from "../domain/commits.ts";
import type { CheckRun, Repository } from "../state.ts";
import { checkRunView } from "../views/runs.ts";
import { emit } from "../webhooks/emit.ts";

/** GITHUB.md, "Limits". */
const SUMMARY_MAXIMUM = 65_535;

/** Check runs. */
export function checkRoutes(): Route[] {
  const base = "/repos/{owner}/{repo}/check-runs";
  return [
    repositoryRoute("POST", base, "checks:write", create),
    repositoryRoute("PATCH", `${base}/{check_run_id}`, "checks:write", update),
    repositoryRoute("GET", `${base}/{check_run_id}`, "checks:read", (context, repository) => {
      return { status: 200, body: checkRunView(context.world, repository, checkOf(context, repository)) };
    }),
    repositoryRoute(
      "GET",
      "/repos/{owner}/{repo}/commits/{ref}/check-runs",
      "checks:read",
      (context, repository) => {
        const sha = resolveCommit(repository, context.params.ref ?? "");
        const name = context.query.get("check_name");
        const found = [...repository.checkRuns.values()].filter(
          (check) => check.headSha === sha && (name === null || check.name === name),
        );
        return countedReply(context, "check_runs", found, (check) =>
          checkRunView(context.world, repository, check),
        );
      },
    ),
  ];
}

function checkOf(context: Context, repository: Repository): CheckRun {
  const check = repository.checkRuns.get(idParameter(context, "check_run_id"));
  if (!check) throw notFound();
  return check;
}

function create(context: Context, repository: Repository): Reply {
  const { world } = context;
  const fields = new Fields(context.body, "CheckRun");
  const check: CheckRun = {
    id: world.ids.next("checkRun"),
    name: fields.required("name"),
    headSha: fields.required("head_sha"),
    status: "queued",
    conclusion: null,
    startedAt: null,
    completedAt: null,
    // Defaults of GitHub: no id, and the App's own page. Source: https://docs.github.com/rest/checks/runs#create-a-check-run
    externalId: "",
    detailsUrl: `${world.url}/apps/${world.app.slug}`,
    app: world.app,
    output: { title: null, summary: null, text: null },
  };
  if (!repository.store.commit(check.headSha)) throw fields.invalid("head_sha");
  apply(context, check, fields);
  repository.checkRuns.set(check.id, check);
  announce(context, repository, check, "created");
  return { status: 201, body: checkRunView(world, repository, check) };
}

function update(context: Context, repository: Repository): Reply {
  const check = checkOf(context, repository);
  const before = check.status;
  apply(context, check, new Fields(context.body, "CheckRun"));
  if (check.status === "completed" && before !== "completed")
    announce(context, repository, check, "completed");
  return { status: 200, body: checkRunView(context.world, repository, check) };
}

/** A conclusion completes the check. Source: https://docs.github.com/rest/checks/runs#create-a-check-run */
function apply({ world }: Context, check: CheckRun, fields: Fields): void {
  const now = world.clock.now();
  check.status = fields.choice("status", ["queued", "in_progress", "completed"], check.status);
  check.conclusion = fields.text("conclusion", check.conclusion);
  if (check.conclusion !== null) check.status = "completed";
  if (check.status !== "queued") check.startedAt ??= now;
  if (check.status === "completed") check.completedAt ??= now;
  check.externalId = fields.text("external_id", check.externalId);
  check.detailsUrl = fields.text("details_url", check.detailsUrl);
  if (!fields.has("output")) return;
  const output = new Fields(fields.values.output, "CheckRun");
  check.output = {
    title: output.text("title", check.output.title),
    summary: output.limited("summary", check.output.summary, SUMMARY_MAXIMUM),
    text: output.limited("text", check.output.text, SUMMARY_MAXIMUM),
  };
}

function announce(
  { world }: Context,
  repository: Repository,
  check: CheckRun,
  action: "created" | "completed",
): void {
  const payload = { action, check_run: checkRunView(world, repository, check) };
  emit(world, repository, "check_run", payload, world.appBot);
}
