/** Who may do what, from the config's `permissions`. */
import { beneath, ofOthers, ruleOf } from "./ceiling.ts";
import type { Findings } from "./findings.ts";
import type { Path } from "./located.ts";
import { endsOf, ROLES, type PermissionRule } from "./model.ts";
import type { PipelinePlace } from "./pipeline.ts";
import type { WrittenConfig, WrittenPermission } from "./schema.ts";

/** Who may promote to each environment, by its name. */
export function resolvePermissions(
  written: WrittenConfig,
  pipeline: readonly PipelinePlace[],
  found: Findings,
): Map<string, PermissionRule> {
  const rules = written.permissions.promote;
  const names = pipeline.map((place) => place.name);
  for (const [name, rule] of Object.entries(rules)) {
    const at: Path = ["permissions", "promote", name];
    // An owner's defaults speak of environments that not every repository has.
    const isOfDefaults = found.ceiling !== null && Object.hasOwn(found.ceiling.promote, name);
    if (name !== "default" && !names.includes(name) && !isOfDefaults)
      found.unknown(at, "environment", name, [...names, "default"]);
    refuseForNobody(rule, at, "promote", found);
  }
  const ends = new Set(endsOf(pipeline).map((place) => place.name));
  const usual = ruleOf(rules["default"] ?? "write");
  return new Map(
    names.map((name) => {
      const own = Object.hasOwn(rules, name) ? rules[name] : undefined;
      const at: Path = ["permissions", "promote", own === undefined ? "default" : name];
      const isEnd = ends.has(name);
      const rule = own === undefined ? ofOthers(usual, isEnd) : ruleOf(own);
      return [name, beneath(rule, name, at, found, isEnd)];
    }),
  );
}

/** Who may give `/release`. */
export function resolveReleasePermission({ permissions }: WrittenConfig, found: Findings): PermissionRule {
  const at: Path = ["permissions", "release"];
  refuseForNobody(permissions.release, at, "release", found);
  return beneath(ruleOf(permissions.release), null, at, found);
}

/** Refuses a rule that nobody fulfils. `may` is the verb: promote, release. */
export function refuseForNobody(rule: WrittenPermission, at: Path, may: string, found: Findings): void {
  if (typeof rule === "string" || rule.role !== undefined || rule.users !== undefined) return;
  found.refuse(at, `this lets nobody ${may}`, `write a role (${ROLES.join(", ")}), or \`users\``);
}
