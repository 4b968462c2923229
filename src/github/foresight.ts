/** What is found out for a plan: the very looks that are made right before a rollout and for its gates, of which nothing comes. */
import type { CommandFacts, CommandRequest, ReleaseFacts } from "../core/commands/command.ts";
import { promotionAskedFor } from "../core/commands/promote.ts";
import { subjectOf, type Ahead } from "../core/foresight/plan.ts";
import { preparationOf } from "../core/foresight/rollout.ts";
import { laneOf } from "../core/foresight/why.ts";
import { findingsFor } from "../core/gates/index.ts";
import { questionOf } from "../core/looks.ts";
import type { LaneReader } from "../core/ports.ts";
import { classOf } from "../core/promotion.ts";
import type { Effect } from "../core/effects.ts";
import type { EnvironmentLane } from "../core/environment.ts";
import type { RepositoryClient } from "./client.ts";
import type { LookContext } from "./effects/effect.ts";
import { lookBefore } from "./effects/prepare.ts";
import { findingsOf } from "./gates/index.ts";

type Prepare = Extract<Effect, { type: "prepareRollout" }>;

/** So many of the last rollouts say how long the next one takes. */
const ROLLOUTS_LOOKED_AT = 5;
const DELIVERIES_LOOKED_AT = 10;

/**
 * Looks at everything that decides on a promotion of this release. Null where nothing would come of it, so that there is nothing to look at.
 * @throws where GitHub has said to come back, or could not be asked
 */
export async function lookAhead(
  client: RepositoryClient,
  lanes: LaneReader,
  request: CommandRequest,
  facts: CommandFacts,
  release: ReleaseFacts,
): Promise<Ahead | null> {
  const asked = promotionAskedFor(request, facts, release);
  if ("code" in asked) return null;
  const before = laneOf(asked.environment, facts);
  const subject = subjectOf(before, asked, facts.now);
  if ("code" in subject) return null;
  const { lane, promotion } = subject;
  const context = lookContext(client, lanes);
  const names = findingsFor(promotion).filter((name) => name !== "external");
  const findings = await findingsOf(context, questionOf(lane, promotion, facts.now), names);
  const { effect } = preparationOf(lane, promotion, facts.now);
  const [prepared] = await lookBefore(context, unasked(effect));
  if (prepared === undefined) throw new Error("nothing was found out before a rollout");
  return { prepared, findings, took: await lastRollouts(client, lanes, before) };
}

/** Who asks is no question of a plan, and its gates are looked at once, without asking services of the users' own. */
function unasked(effect: Prepare): Prepare {
  const { gates: _gates, ...environment } = effect.plan.environment;
  return { ...effect, cause: { kind: "auto" }, plan: { ...effect.plan, environment } };
}

/** A look that is made once: what cannot be seen is a finding, at once. */
function lookContext(client: RepositoryClient, lanes: LaneReader): LookContext {
  return {
    client,
    lanes,
    clock: client.clock,
    attempt: Infinity,
    refusals: { heard: () => null, end: () => {} },
    askGate: () => Promise.reject(new Error("a plan asks nobody")),
  };
}

/** How long the last rollouts took that were delivered there, from the first look to the proof. Rollbacks are another matter. */
async function lastRollouts(
  { installation, repository }: RepositoryClient,
  lanes: LaneReader,
  { delivered }: EnvironmentLane,
): Promise<readonly number[]> {
  const took: number[] = [];
  for (const { promotionId } of delivered.slice(-DELIVERIES_LOOKED_AT).toReversed()) {
    const promotion = await lanes.promotion({ installation, repository }, promotionId);
    const { startedAt = null, finishedAt = null } = promotion ?? {};
    if (promotion === null || classOf(promotion) === "rollback" || startedAt === null || finishedAt === null)
      continue;
    took.push(finishedAt - startedAt);
    if (took.length === ROLLOUTS_LOOKED_AT) break;
  }
  return took;
}
