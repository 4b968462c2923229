/** The migrations between an earlier release and what an environment's database may have seen, by the files that differ. */
import type { CommitSha } from "../core/ids.ts";
import { declaresMigrations } from "../core/migrations.ts";
import type { PlanSnapshot } from "../core/promotion.ts";
import { migrationsPassed, type Landed, type MigrationsPassed } from "../core/rollback/floor.ts";
import { changedFiles } from "./changed-files.ts";
import type { RepositoryClient } from "./client.ts";

/** What going back to a commit goes past; null where nothing is, or no component declares any migration. */
export async function passedBy(
  client: RepositoryClient,
  { components }: Pick<PlanSnapshot, "components">,
  target: CommitSha,
  landed: readonly Landed[],
): Promise<MigrationsPassed | null> {
  if (!declaresMigrations(components)) return null;
  const compared: Parameters<typeof migrationsPassed>[1][number][] = [];
  for (const one of landed)
    compared.push({ landed: one, files: await changedFiles(client, target, one.sha) });
  return migrationsPassed(components, compared);
}
