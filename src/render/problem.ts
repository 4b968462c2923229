/** Problems, for templates: their details, and the command that leads on. */
import type { Problem } from "../core/promotion.ts";
import { reasonedRollback, restoringRollback } from "./rollback.ts";
import { durationText, timeText } from "./times.ts";

/** A problem with every detail that the template may name, null where it has none, and the command that leads on. */
export function problemPage(problem: Problem): object {
  const detail = new Proxy(problem.detail, { get: (target, name) => Reflect.get(target, name) ?? null });
  const command = commandOf(problem);
  const found = { delivered: `${command} delivered`, failed: `${command} failed` };
  const fixes = `Fixes-Release: ${String(problem.detail["bad"])}`;
  const { limitMs, ageMs, point, until } = problem.detail;
  const words = {
    limit: typeof limitMs === "number" ? durationText(limitMs) : null,
    age: typeof ageMs === "number" ? durationText(ageMs) : null,
    point: typeof point === "number" ? timeText(point) : null,
    until: typeof until === "number" ? timeText(until) : null,
  };
  const again = `/promote ${problem.detail["environment"]} ${problem.detail["version"]}`;
  const restoring = restoringRollback(String(problem.detail["environment"]), problem.detail["version"]);
  return {
    code: problem.code,
    detail,
    command,
    again,
    found,
    fixes,
    restoring,
    ...words,
    build: false,
    retry: false,
  };
}

function commandOf({ code, detail }: Problem): string | null {
  if (code === "previous-lacks-it" && detail["next"])
    return `/promote ${detail["next"]} ${detail["version"]}`;
  const before = detail["before"];
  if (code === "no-version-yet" && typeof before === "string" && /^[^,]+$/.test(before))
    return `/promote ${before}`;
  if (code === "needs-human" || code === "run-gone" || code === "environment-unseen" || detail["unbegun"])
    return `/resolve ${detail["environment"]}`;
  if (code === "nothing-to-roll-back" || code === "rollback-not-lower")
    return `/promote ${detail["environment"]} ${detail["version"]}`;
  if (code === "restore-refused")
    return reasonedRollback(String(detail["environment"]), String(detail["version"]));
  if (code === "past-migrations")
    return reasonedRollback(String(detail["environment"]), String(detail["version"]));
  if (code === "quarantined") return `/unquarantine ${detail["environment"]} ${detail["bad"]}`;
  if (code === "rejected") return `/unapprove ${detail["environment"]} ${detail["version"]}`;
  if (code === "reject-late") {
    const { environment, version } = detail;
    return detail["why"] === "delivered" ? `/rollback ${environment}` : `/cancel ${environment} ${version}`;
  }
  if (code === "reject-without-reason") return `${detail["written"]} --reason "…"`;
  if (code === "not-a-version") return detail["suggestion"] ? `/release ${detail["suggestion"]}` : "/release";
  if (code === "version-too-low" || code === "version-not-higher")
    return detail["next"] ? `/release ${detail["next"]}` : "/release";
  if (code === "version-tagged" && detail["next"]) return `/release ${detail["next"]}`;
  if (code === "nothing-to-hotfix") return `/hotfix ${detail["environment"]}`;
  if (code === "lacks-pull") return `/promote ${detail["environment"]} ${detail["version"]}`;
  if (code === "lacks-hotfix") return `/hotfix settle ${detail["fix"]}`;
  if (code === "unknown-command") return `/${detail["suggestion"]}`;
  return null;
}
