/** The gates of the configs that Waybill has read: what only some of them need is looked for by these. */
import { z } from "zod";
import { askDatabase } from "./database.ts";

/** One for each repository whose environments may have such gates. */
export interface StoredGates<Gates> {
  readonly installation: number;
  /** Of each environment that has any gates. */
  readonly gates: readonly Gates[];
}

/**
 * The gates of every repository's environments.
 *
 * @param hint a piece of the JSON of those that are looked for, without a quote of SQL in it: no other lane is read
 * @param schema what is read of an environment's gates; a lane that has another shape is passed over
 */
export async function storedGates<Gates>(
  databaseUrl: string,
  cwd: string,
  hint: string,
  schema: z.ZodType<Gates>,
): Promise<readonly StoredGates<Gates>[]> {
  const environment = z.object({ gates: schema.optional() });
  const lane = z.object({ plans: z.array(z.object({ environment })) });
  const rows = await askDatabase(databaseUrl, cwd, (ask) =>
    ask(`select installation, state from lane where environment = '' and state like '%${hint}%'`),
  );
  return (rows ?? []).flatMap(({ installation, state }) => {
    const read = lane.safeParse(JSON.parse(String(state)));
    if (!read.success) return [];
    const gates = read.data.plans.flatMap((plan) => plan.environment.gates ?? []);
    return [{ installation: Number(installation), gates }];
  });
}
