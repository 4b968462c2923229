import { z } from "zod";
import type { Context, Reply, Route } from "../http/context.ts";
import { idParameter, repositoryRoute } from "../http/context.ts";
import { ApiError, notFound } from "../http/errors.ts";
import { Fields } from "../http/fields.ts";
import { countedReply, listReply } from "../http/paging.ts";
import { emitCheck } from "../domain/checks.ts";
import { resolveCommit } from "../domain/commits.ts";
import type { Annotation, CheckRun, Repository } from "../state.ts";
import { annotationView, checkRunView } from "../views/runs.ts";

/** GITHUB.md, "Limits". */
const SUMMARY_MAXIMUM = 65_535;
const ANNOTATIONS_MAXIMUM = 50;

/** Source: https://docs.github.com/rest/checks/runs#create-a-check-run (`annotations` object) */
const annotationSchema = z.object({
  path: z.string(),
  start_line: z.int(),
  end_line: z.int(),
  start_column: z.int().nullish(),
  end_column: z.int().nullish(),
  annotation_level: z.enum(["notice", "warning", "failure"]),
  message: z.string(),
  title: z.string().nullish(),
  raw_details: z.string().nullish(),
});

/** Check runs. */
export function checkRoutes(): Route[] {
  const base = "/repos/{owner}/{repo}/check-runs";
  return [
    repositoryRoute("POST", base, "checks:write", create),
    repositoryRoute("PATCH", `${base}/{check_run_id}`, "checks:write", update),
    repositoryRoute("GET", `${base}/{check_run_id}/annotations`, "checks:read", (context, repository) => {
      const { headSha, annotations } = jobCheckOf(context, repository) ?? checkOf(context, repository);
      return listReply(context, annotations, (annotation) =>
        annotationView(context.world, repository, headSha, annotation),
      );
    }),
    repositoryRoute("GET", `${base}/{check_run_id}`, "checks:read", (context, repository) => {
      return { status: 200, body: checkRunView(context.world, repository, checkOf(context, repository)) };
    }),
    repositoryRoute("GET", "/repos/{owner}/{repo}/commits/{ref}/check-runs", "checks:read", listForRef),
  ];
}

/** By default only the newest of each name. Source: https://docs.github.com/rest/checks/runs#list-check-runs-for-a-git-reference */
function listForRef(context: Context, repository: Repository): Reply {
  const { query } = context;
  const sha = resolveCommit(repository, context.params.ref ?? "");
  const wanted: [string, (check: CheckRun) => string][] = [
    ["check_name", (check) => check.name],
    ["status", (check) => check.status],
    ["app_id", (check) => String(check.app.id)],
  ];
  const found = [...repository.checkRuns.values()].filter(
    (check) =>
      check.headSha === sha &&
      wanted.every(([name, of]) => query.get(name) === null || query.get(name) === of(check)),
  );
  const newest = new Map(found.map((check) => [`${check.app.id} ${check.name}`, check]));
  const shown = query.get("filter") === "all" ? found : [...newest.values()];
  return countedReply(context, "check_runs", shown, (check) =>
    checkRunView(context.world, repository, check),
  );
}

/** Each job of a run is a check run by its own id. Source: https://docs.github.com/rest/actions/workflow-jobs (`check_run_url`) */
function jobCheckOf(
  context: Context,
  { runs }: Repository,
): Pick<CheckRun, "headSha" | "annotations"> | null {
  const id = idParameter(context, "check_run_id");
  for (const { jobs, headSha } of runs.values()) {
    const job = jobs.find((one) => one.id === id);
    if (job) return { headSha, annotations: job.annotations };
  }
  return null;
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
    annotations: [],
  };
  if (!repository.store.commit(check.headSha)) throw fields.invalid("head_sha");
  apply(context, check, fields);
  repository.checkRuns.set(check.id, check);
  emitCheck(context.world, repository, check, "created", context.world.appBot);
  return { status: 201, body: checkRunView(world, repository, check) };
}

function update(context: Context, repository: Repository): Reply {
  const check = checkOf(context, repository);
  const before = check.status;
  apply(context, check, new Fields(context.body, "CheckRun"));
  if (check.status === "completed" && before !== "completed")
    emitCheck(context.world, repository, check, "completed", context.world.appBot);
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
  check.annotations.push(...annotationsOf(output));
  check.output = {
    title: output.text("title", check.output.title),
    summary: output.limited("summary", check.output.summary, SUMMARY_MAXIMUM),
    text: output.limited("text", check.output.text, SUMMARY_MAXIMUM),
  };
}

/** Each request adds up to fifty (GITHUB.md, "Limits"). */
function annotationsOf(output: Fields): Annotation[] {
  const given = z.array(annotationSchema).safeParse(output.values.annotations ?? []);
  if (!given.success) throw output.invalid("annotations");
  if (given.data.length > ANNOTATIONS_MAXIMUM) {
    throw new ApiError(
      422,
      `Invalid request.\n\nNo more than ${ANNOTATIONS_MAXIMUM} items are allowed in annotations.`,
    );
  }
  return given.data.map((one) => {
    return {
      path: one.path,
      startLine: one.start_line,
      endLine: one.end_line,
      startColumn: one.start_column ?? null,
      endColumn: one.end_column ?? null,
      level: one.annotation_level,
      title: one.title ?? null,
      message: one.message,
      rawDetails: one.raw_details ?? null,
    };
  });
}
