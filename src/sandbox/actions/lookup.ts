import type { Repository, Run } from "../state.ts";
import { fullName } from "../state.ts";
import { apiUrl } from "../views/accounts.ts";
import type { World } from "../world.ts";
import type { Lookup, Value } from "./expressions.ts";

/** What `${{ … }}` of a run can see: its inputs and the run itself. `failed` answers the status functions. */
export function lookupOf(world: World, repository: Repository, run: Run, failed = false): Lookup {
  const github: Record<string, Value> = {
    run_id: run.id,
    run_number: run.number,
    run_attempt: run.attempt,
    sha: run.headSha,
    ref: run.headRef,
    ref_name: run.headBranch,
    ref_type: run.headRef.startsWith("refs/tags/") ? "tag" : "branch",
    repository: fullName(repository),
    repository_owner: repository.owner.login,
    actor: run.actor.login,
    triggering_actor: run.triggeringActor.login,
    event_name: run.event,
    workflow: run.workflow.name,
    server_url: world.url,
    api_url: apiUrl(world),
  };
  const functions: Record<string, boolean> = {
    "always()": true,
    "success()": !failed,
    "failure()": failed,
    "cancelled()": false,
    "!cancelled()": true,
  };
  return (path) => {
    const [first = "", second = "", third, fourth] = path;
    if (path.length === 1) return functions[first] ?? null;
    if (first === "inputs") return run.inputs[second] ?? null;
    if (first === "github" && second === "event" && third === "inputs")
      return run.inputs[fourth ?? ""] ?? null;
    return first === "github" && path.length === 2 ? (github[second] ?? null) : null;
  };
}
