/** What an owner's defaults leave to its repositories' own configs in saying who may command. */
import type { Findings } from "./findings.ts";
import type { Path } from "./located.ts";
import { roleIsAtLeast, type PermissionRule, type Role } from "./model.ts";
import type { WrittenConfig, WrittenPermission } from "./schema.ts";

/**
 * What an owner's defaults say of who may command. A repository's own config may let fewer people, and not more: it is written by whoever can merge there, and the
 * defaults by whoever answers for all of the owner's repositories. Null where the defaults say nothing of it.
 */
export interface Ceiling {
  /** The defaults', as they are called where something is said of them. */
  readonly path: string;
  readonly promote: Readonly<Record<string, PermissionRule>>;
  readonly release: PermissionRule | null;
}

/** What the defaults say themselves, apart from what goes without saying. `data` is the file, whose shape was checked. */
export function ceilingIn(data: unknown, checked: WrittenConfig["permissions"]): Omit<Ceiling, "path"> {
  const written = (data as { readonly permissions?: { readonly release?: unknown } } | null)?.permissions;
  const promote = Object.entries(checked.promote).map(([name, rule]) => [name, ruleOf(rule)]);
  const release = written?.release === undefined ? null : ruleOf(checked.release);
  return { promote: Object.fromEntries(promote) as Ceiling["promote"], release };
}

/**
 * A rule as far as it lets nobody whom the defaults do not let. Of somebody who is listed in one of both alone it is not known whether the role in the other lets
 * him, so he is left out.
 *
 * @param environment whose rule of `promote` it is; null for `release`
 * @param isEnd whether nothing comes after that environment: what the defaults say of "the others" lets no role below `maintain` there
 */
export function beneath(
  own: PermissionRule,
  environment: string | null,
  at: Path,
  found: Findings,
  isEnd = false,
): PermissionRule {
  const { ceiling } = found;
  const most = ceiling === null ? null : ruleIn(ceiling, environment, isEnd);
  if (ceiling === null || most === null) return own;
  const role = stricter(own.role, most.role);
  const users = own.users.filter((id) => most.users.includes(id));
  if (role === own.role && users.length === own.users.length) return own;
  const message = `this lets others than ${ceiling.path} does, and a repository's own config may only let fewer`;
  if (role === null && users.length === 0)
    found.refuse(at, `${message}; nobody is left`, "list people, or write a role, who may by both");
  else
    found.doubtful.push({
      path: at,
      part: "value",
      message: `${message}: ${[...(role === null ? [] : [role]), ...users].join(", ")}`,
      mend: "let fewer here, or have the defaults let more",
    });
  return { role, users };
}

function ruleIn(
  { promote, release }: Ceiling,
  environment: string | null,
  isEnd: boolean,
): PermissionRule | null {
  if (environment === null) return release;
  if (Object.hasOwn(promote, environment)) return promote[environment] ?? null;
  const others = promote["default"];
  return others === undefined ? null : ofOthers(others, isEnd);
}

/** The rule for what is not named: production is not opened by a line that speaks of "the others". Whoever means it names it. */
export function ofOthers(rule: PermissionRule, isEnd: boolean): PermissionRule {
  const isTooOpen = rule.role !== null && !roleIsAtLeast(rule.role, "maintain");
  return isEnd && isTooOpen ? { role: "maintain", users: [] } : rule;
}

/** Null lets nobody by a role. */
function stricter(one: Role | null, other: Role | null): Role | null {
  if (one === null || other === null) return null;
  return roleIsAtLeast(one, other) ? one : other;
}

/** The rule that a written permission stands for. */
export function ruleOf(written: WrittenPermission): PermissionRule {
  if (typeof written === "string") return { role: written, users: [] };
  return { role: written.role ?? null, users: [...new Set(written.users)] };
}
