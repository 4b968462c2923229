/** What an environment's config says of its database: the workflow that backs it up, how old that may be, the workflow that puts it back. */
import { z } from "zod";
import { durationField, workflowField } from "./fields.ts";
import type { Findings } from "./findings.ts";
import type { Path } from "./located.ts";
import { durationMs } from "./names.ts";
import type { PipelinePlace } from "./pipeline.ts";
import type { HookConfig } from "./rollout-model.ts";
import { hookSchema, type WrittenHook } from "./rollout-schema.ts";
import { resolveHook } from "./rollout.ts";

/** What goes without saying is absent. */
export interface DatabaseConfig {
  /** Runs before the components of a rollout. */
  readonly backup?: HookConfig;
  /** How old its recovery point may be when the components begin, milliseconds; absent: any age, also unknown. */
  readonly targetMs?: number;
  /** Puts the database back before the components of a rollback, where a person asks for that. */
  readonly restore?: HookConfig;
}

const workflowOrHook = z.union([workflowField, hookSchema]);

export const databaseField = z
  .strictObject({
    backup: workflowOrHook
      .optional()
      .describe(
        "The workflow that makes a backup before the components of a rollout, and tells its recovery point: its file, or a hook with settings.",
      ),
    target: durationField("1m", "30d")
      .optional()
      .describe(
        "How old the recovery point may be when the components begin; without one that is young enough none begins. Left out: any age, also unknown.",
      ),
    restore: workflowOrHook
      .optional()
      .describe(
        "The workflow that puts the database back to a recovery point: by `/rollback … --restore` alone. It declares the input `recovery_point`.",
      ),
  })
  .optional()
  .describe("The database here (docs/migrations.md).");

/** What the config says of an environment's database; undefined where it says nothing. */
export function resolveDatabase({ name, own }: PipelinePlace, found: Findings): DatabaseConfig | undefined {
  const { database } = own;
  if (database === undefined) return undefined;
  const at: Path = ["environments", name, "database"];
  const hookOf = (key: "backup" | "restore"): HookConfig | undefined => {
    const written = database[key];
    if (written === undefined) return undefined;
    const hook: WrittenHook = typeof written === "string" ? { workflow: written } : written;
    return resolveHook(hook, own.inputs, [...at, key], found);
  };
  const [backup, restore] = [hookOf("backup"), hookOf("restore")];
  const targetMs = database.target === undefined ? null : durationMs(database.target);
  const doubt = (key: "target" | "restore", message: string): void => {
    const mend = "name the workflow that makes a backup in `backup`";
    found.doubtful.push({ path: [...at, key], part: "value", message, mend });
  };
  if (backup === undefined && targetMs !== null)
    doubt("target", "nothing makes a backup here, so nothing is held to it");
  if (backup === undefined && restore !== undefined)
    doubt("restore", "nothing makes a backup here, so no recovery point is known to restore");
  return {
    ...(backup === undefined ? {} : { backup }),
    ...(targetMs === null ? {} : { targetMs }),
    ...(restore === undefined ? {} : { restore }),
  };
}
