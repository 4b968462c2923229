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
