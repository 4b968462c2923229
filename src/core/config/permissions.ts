/** Who may do what, from the config's `permissions`. */
import type { Findings } from "./findings.ts";
import type { Path } from "./located.ts";
import { endsOf, ROLES, roleIsAtLeast, type PermissionRule } from "./model.ts";
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
    if (name !== "default" && !names.includes(name))
      found.unknown(at, "environment", name, [...names, "default"]);
    refuseForNobody(rule, at, "promote", found);
  }
  const ends = new Set(endsOf(pipeline).map((place) => place.name));
  const usual = ruleOf(rules["default"] ?? "write");
  return new Map(
    names.map((name) => {
      const own = Object.hasOwn(rules, name) ? rules[name] : undefined;
      if (own !== undefined) return [name, ruleOf(own)];
      // Production is not opened by a line that speaks of "the others": whoever means it names it.
      const isTooOpen = usual.role !== null && !roleIsAtLeast(usual.role, "maintain");
      return [name, ends.has(name) && isTooOpen ? { role: "maintain", users: [] } : usual];
    }),
  );
}

/** Refuses a rule that nobody fulfils. `may` is the verb: promote, release. */
export function refuseForNobody(rule: WrittenPermission, at: Path, may: string, found: Findings): void {
  if (typeof rule === "string" || rule.role !== undefined || rule.users !== undefined) return;
  found.refuse(at, `this lets nobody ${may}`, `write a role (${ROLES.join(", ")}), or \`users\``);
}

/** The rule that a written permission stands for. */
export function ruleOf(written: WrittenPermission): PermissionRule {
  if (typeof written === "string") return { role: written, users: [] };
  return { role: written.role ?? null, users: [...new Set(written.users)] };
}
