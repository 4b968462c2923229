/** Gates, from the config's `gates`: defaults filled in, what cannot hold refused. */
import { resolveExternal } from "./external.ts";
import type { Findings } from "./findings.ts";
import type { ApprovalsConfig, ChecksConfig, GatesConfig } from "./gates-model.ts";
import type { WrittenChecks, WrittenGates } from "./gates-schema.ts";
import type { Path } from "./located.ts";
import { ROLES } from "./model.ts";
import { durationMs } from "./names.ts";
import type { PipelinePlace } from "./pipeline.ts";
import { resolveWindows } from "./windows.ts";

/** The gates of an environment; undefined where the config names none, so that plans are stored as they always were. */
export function resolveGates(
  { name, after, promote, own }: PipelinePlace,
  found: Findings,
): GatesConfig | undefined {
  const written = own.gates;
  if (written === undefined) return undefined;
  const at: Path = ["environments", name, "gates"];
  if (written.soak !== undefined && after.length === 0) {
    found.refuse(
      [...at, "soak"],
      "this environment comes after none, so that there is nothing to soak in",
      "remove `soak`, or name an environment in `after`",
    );
  }
  if (written.approvals !== undefined && promote === "merge") {
    found.refuse(
      [...at, "approvals"],
      "every single merge would have to be approved once more",
      "remove `approvals`: pull requests are reviewed before they are merged",
    );
  }
  const windows = resolveWindows(written, at, found);
  const external = resolveExternal(written.external, [...at, "external"], found);
  return {
    ...(windows === undefined ? {} : { windows }),
    ...(written.soak === undefined ? {} : { soakMs: durationMs(written.soak) ?? 0 }),
    ...(written.checks === undefined ? {} : { checks: checksOf(written.checks) }),
    ...(written.approvals === undefined
      ? {}
      : { approvals: approvalsOf(written.approvals, [...at, "approvals"], found) }),
    ...(external === undefined ? {} : { external }),
  };
}

function checksOf(written: WrittenChecks): ChecksConfig {
  if (written === "required") return { required: true, named: [] };
  const named = written
    .filter((one) => one !== "required")
    .map((one) =>
      typeof one === "string" ? { name: one, app: null } : { name: one.name, app: one.app ?? null },
    );
  return { required: written.includes("required"), named };
}

function approvalsOf(
  { count, role, users = [], teams = [], excludeAuthors, expires }: NonNullable<WrittenGates["approvals"]>,
  at: Path,
  found: Findings,
): ApprovalsConfig {
  const people = [...new Set(users)];
  const isOpen = role !== undefined || teams.length > 0;
  if (!isOpen && people.length === 0)
    found.refuse(
      at,
      "nobody's approval would count",
      `write a role (${ROLES.join(", ")}), \`users\` or \`teams\``,
    );
  else if (!isOpen && people.length < count)
    found.refuse(
      [...at, "count"],
      `${count} approvals are wanted, but only ${people.length} may approve`,
      "lower `count`, or let others approve, too",
    );
  return {
    count,
    role: role ?? null,
    users: people,
    teams: [...new Set(teams)],
    excludeAuthors,
    expiresMs: durationMs(expires) ?? 0,
  };
}
