/** The migrations that a promotion brings to its environment, or that a rollback goes past. */
import type { Effect } from "../../core/effects.ts";
import { declaresMigrations, migrationsIn, type MigrationsBetween } from "../../core/migrations.ts";
import type { Problem } from "../../core/promotion.ts";
import { pastMigrations, type MigrationsPassed } from "../../core/rollback/floor.ts";
import { changedFiles } from "../changed-files.ts";
import { passedBy } from "../rollback-floor.ts";
import type { LookContext } from "./effect.ts";

type Prepare = Extract<Effect, { type: "prepareRollout" }>;

/** What is found of migrations right before a rollout begins. */
export interface MigrationsFound {
  readonly migrations?: MigrationsBetween;
  readonly past?: MigrationsPassed;
}

/** By the files that differ from what runs there now, or may; nothing where no component declares any, or nothing runs there yet. */
export async function findMigrations(
  { client }: LookContext,
  { cargo, plan, replaces, back, class: as }: Prepare,
): Promise<MigrationsFound> {
  if (as === "rollback") {
    const past = back === undefined ? null : await passedBy(client, plan, cargo.sha, back.landed);
    return past === null ? {} : { past };
  }
  if (replaces === null || !declaresMigrations(plan.components)) return {};
  return {
    migrations: migrationsIn(plan.components, await changedFiles(client, replaces.sha, cargo.sha)),
  };
}

/** Why a rollback does not go past what was found; null where it may. */
export function objectionOfFloor({ past }: MigrationsFound, { back, plan, cargo }: Prepare): Problem | null {
  if (past === undefined || back === undefined || back.reasoned) return null;
  return pastMigrations(plan.environment.name, cargo, past, back.offer);
}
