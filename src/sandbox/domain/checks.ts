import { fullName } from "../state.ts";
import type { Account, CheckRun, Repository } from "../state.ts";
import { checkRunView } from "../views/runs.ts";
import { emit } from "../webhooks/emit.ts";
import type { World } from "../world.ts";

/** Sends a `check_run` webhook; `rerequested` when somebody asks the App to check again. */
export function emitCheck(
  world: World,
  repository: Repository,
  check: CheckRun,
  action: "created" | "completed" | "rerequested",
  by: Account,
): void {
  const payload = { action, check_run: checkRunView(world, repository, check) };
  emit(world, repository, "check_run", payload, by);
}

/** A check run of GitHub Actions; without a conclusion it is running. */
export function addCheck(
  world: World,
  repository: Repository,
  { sha, name, conclusion }: { sha: string; name: string; conclusion: string | null },
): CheckRun {
  const now = world.clock.now();
  const check: CheckRun = {
    id: world.ids.next("checkRun"),
    name,
    headSha: sha,
    status: "in_progress",
    conclusion: null,
    startedAt: now,
    completedAt: null,
    externalId: "",
    detailsUrl: `${world.url}/${fullName(repository)}/actions`,
    app: world.actionsApp,
    output: { title: null, summary: null, text: null },
    annotations: [],
  };
  repository.checkRuns.set(check.id, check);
  emitCheck(world, repository, check, "created", world.appBot);
  if (conclusion !== null) finishCheck(world, repository, check, conclusion);
  return check;
}

/** A check run comes to its end. */
export function finishCheck(world: World, repository: Repository, check: CheckRun, conclusion: string): void {
  check.status = "completed";
  check.conclusion = conclusion;
  check.completedAt = world.clock.now();
  emitCheck(world, repository, check, "completed", world.appBot);
}
