/** The migrations that a promotion brings to its environment. */
import type { Effect } from "../../core/effects.ts";
import { declaresMigrations, migrationsIn, type MigrationsBetween } from "../../core/migrations.ts";
import { changedFiles } from "../changed-files.ts";
import type { EffectContext } from "./effect.ts";

/** By the files that differ from what runs there now; null where no component declares any, or nothing runs there yet. */
export async function broughtMigrations(
  { client }: EffectContext,
  { cargo, plan, replaces }: Extract<Effect, { type: "prepareRollout" }>,
): Promise<MigrationsBetween | null> {
  if (replaces === null || !declaresMigrations(plan.components)) return null;
  return migrationsIn(plan.components, await changedFiles(client, replaces.sha, cargo.sha));
}
