/** What an environment does about going back, from the config's `rollback`. */
import { z } from "zod";
import type { Findings } from "./findings.ts";
import type { PipelinePlace } from "./pipeline.ts";

/** - `verification`: when what proves a delivery has failed · `failure`: then, and when a run has failed */
export type AutomaticRollback = "verification" | "failure";

/** What goes without saying is absent. */
export interface RollbackConfig {
  /** When Waybill goes back by itself; absent: never. */
  readonly auto?: AutomaticRollback;
  /** Whether a rollback opens an issue; absent: at the end of the pipeline. */
  readonly incident?: boolean;
}

export const rollbackField = z
  .strictObject({
    auto: z
      .enum(["verification", "failure"])
      .optional()
      .describe(
        "Goes back by itself to what was delivered before: `verification`: when `verify` has not confirmed a release; `failure`: then, and when a run has failed. Left out: never.",
      ),
    incident: z
      .boolean()
      .optional()
      .describe(
        "Whether a rollback opens an issue with what happened when. Default: yes for the last environments, no for others.",
      ),
  })
  .optional()
  .describe("What happens besides when this environment is rolled back (docs/rollback.md).");

/** What the config says of an environment's rollbacks; undefined where it says nothing. */
export function resolveRollback({ name, own }: PipelinePlace, found: Findings): RollbackConfig | undefined {
  const { rollback } = own;
  if (rollback === undefined) return undefined;
  const doubt = (message: string, mend: string): void => {
    found.doubtful.push({ path: ["environments", name, "rollback", "auto"], part: "value", message, mend });
  };
  const isProved =
    own.verify !== undefined || Object.values(own.components).some(({ verify }) => verify !== undefined);
  if (rollback.auto !== undefined && own.promote === "merge")
    doubt("builds of merges are never rolled back by themselves: they have no tag", "leave `auto` out");
  else if (rollback.auto === "verification" && !isProved)
    doubt("nothing is verified here, so it never happens", "add `verify`, or write `auto: failure`");
  const { auto, incident } = rollback;
  return {
    ...(auto === undefined ? {} : { auto }),
    ...(incident === undefined ? {} : { incident }),
  };
}
