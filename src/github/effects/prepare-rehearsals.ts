/** How the environments before delivered the release that is about to be rolled out: by what is stored of it, without a call to GitHub. */
import type { Effect } from "../../core/effects.ts";
import { MOST_REHEARSALS, rehearsalOf, type Rehearsal } from "../../core/rehearsal.ts";
import type { LookContext } from "./effect.ts";

type Prepare = Extract<Effect, { type: "prepareRollout" }>;

/** The last delivery of this very commit in each environment before, where there was one and its promotion is still known. */
export async function rehearsalsOf(
  { client, lanes }: Pick<LookContext, "client" | "lanes">,
  { cargo, plan }: Pick<Prepare, "cargo" | "plan">,
): Promise<{ readonly rehearsals?: readonly Rehearsal[] }> {
  const { installation, repository } = client;
  const rehearsals: Rehearsal[] = [];
  for (const environment of plan.environment.after.slice(0, MOST_REHEARSALS)) {
    const lane = await lanes.environment(installation, repository, environment);
    const delivery = lane?.delivered.findLast(({ sha }) => sha === cargo.sha);
    if (delivery === undefined) continue;
    const promotion = await lanes.promotion({ installation, repository }, delivery.promotionId);
    const rehearsal = promotion === null ? null : rehearsalOf(promotion);
    if (rehearsal !== null) rehearsals.push(rehearsal);
  }
  return rehearsals.length === 0 ? {} : { rehearsals };
}
