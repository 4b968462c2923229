/** What comments show of an environment's database, as data. */
import type { Promotion } from "../promotion.ts";

/** What every comment about a promotion says of the database; nothing where nothing is done with it. */
export interface DatabaseWords {
  /** The backup that was made before; `point` null where it has told none. */
  readonly recovery?: { readonly point: number | null };
  /** To when it is put back before an earlier release is deployed, and by which workflow. */
  readonly restore?: { readonly point: number; readonly workflow: string };
}

/** What is said of the database. */
export function databaseWords({ steps, rollback, plan }: Promotion): DatabaseWords {
  const backup = steps.find(({ role, stage }) => role === "backup" && stage === "succeeded");
  const workflow = plan.environment.database?.restore?.workflow;
  const restore = rollback?.restore;
  return {
    ...(backup === undefined ? {} : { recovery: { point: backup.recovery?.point ?? null } }),
    ...(restore === undefined || workflow === undefined
      ? {}
      : { restore: { point: restore.point, workflow } }),
  };
}
