/** Who may do what: by repository role or by numeric user id, never by a login that may change hands. */
import { roleIsAtLeast, type PermissionRule, type Role } from "./config/index.ts";
import type { Person } from "./promotion.ts";

/** Whether a person with this role fulfils the rule. */
export function isAllowed(rule: PermissionRule, person: Person, role: Role | null): boolean {
  if (rule.users.includes(person.id)) return true;
  return rule.role !== null && role !== null && roleIsAtLeast(role, rule.role);
}

/** Whether a person is a stranger: no role that may command anything, and listed by none of the rules. Strangers get no answer. */
export function isStranger(rules: readonly PermissionRule[], person: Person, role: Role | null): boolean {
  return role === null && !rules.some((rule) => rule.users.includes(person.id));
}
