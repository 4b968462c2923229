/** Who may do what: by role or by the id that never changes hands. */
import { describe, expect, it } from "vitest";
import type { PermissionRule, Role } from "../../src/core/config/index.ts";
import type { UserId } from "../../src/core/ids.ts";
import { isAllowed, isStranger } from "../../src/core/permission.ts";

const person = { id: 11 as UserId, login: "ana" };
const rule = (role: Role | null, users: readonly number[] = []): PermissionRule => ({ role, users });

describe("a person may", () => {
  it.each<[Role | null, Role | null, readonly number[], boolean]>([
    ["write", "write", [], true],
    ["admin", "write", [], true],
    ["triage", "write", [], false],
    ["write", "maintain", [], false],
    ["maintain", "maintain", [], true],
    [null, "triage", [], false],
    [null, "maintain", [11], true],
    ["admin", null, [], false],
    ["admin", null, [12], false],
    ["triage", null, [12, 11], true],
  ])("with the role %s, where the rule is %s or %j: %s", (role, needs, users, may) => {
    expect(isAllowed(rule(needs, users), person, role)).toBe(may);
  });
  it("not because the login is the same: only the id counts", () => {
    expect(isAllowed(rule(null, [12]), { id: 11 as UserId, login: "user-12" }, null)).toBe(false);
  });
});

describe("a stranger", () => {
  it("has no role and is listed nowhere", () => {
    expect(isStranger([rule("write"), rule(null, [12])], person, null)).toBe(true);
    expect(isStranger([], person, null)).toBe(true);
  });
  it("is nobody who is listed for one environment, or has any role that counts", () => {
    expect(isStranger([rule("write"), rule(null, [11])], person, null)).toBe(false);
    expect(isStranger([rule("admin")], person, "triage")).toBe(false);
  });
});
