/** Performing effects: what belongs to GitHub there, what asks the running system by the guarded probe, what people are told elsewhere by channels. */
import type { WaybillEvent } from "../core/events.ts";
import type { TellChannel } from "../core/channels/ports.ts";
import { askAll, measureAll, type Asker } from "./asking.ts";
import type { EffectPerformer, LaneKey, LaneReader } from "../core/ports.ts";
import { namesCorrelation, type Step } from "../core/promotion.ts";

export interface OutboxOptions extends Asker {
  readonly lanes: LaneReader;
  readonly github: EffectPerformer;
  readonly tell: TellChannel;
}

export function createOutbox({ github, lanes, tell, ...asker }: OutboxOptions): EffectPerformer {
  return {
    async perform(lane, effect, attempt) {
      if (effect.type === "lookAtStanding") {
        const seen = await github.perform(lane, effect, attempt);
        return Promise.all(seen.map((event) => withEnvironments(lanes, lane, event)));
      }
      if (effect.type === "lookAtEnvironment") {
        const seen = await github.perform(lane, effect, attempt);
        return Promise.all(seen.map((event) => withOwnRuns(lanes, lane, event)));
      }
      if (effect.type === "tellChannel") return tell(lane, effect);
      if (effect.type === "askMeasures") {
        const { promotionId, phase, numbers } = effect;
        const values = await measureAll(asker, numbers, lane);
        return [{ type: "MeasuresTaken", at: asker.clock.now(), promotionId, phase, values }];
      }
      if (effect.type !== "askVersion") return github.perform(lane, effect, attempt);
      const { promotionId, component, probe, config, cargo } = effect;
      const evidence = await askAll(asker, config, cargo, lane);
      const wanted = { version: cargo.version, sha: cargo.sha };
      return [{ type: "VersionObserved", at: evidence.at, promotionId, component, probe, evidence, wanted }];
    },
  };
}

/** GitHub says how the repository stands; which environments that concerns, and where they report, the lanes know. */
async function withEnvironments(
  lanes: LaneReader,
  lane: LaneKey,
  event: WaybillEvent,
): Promise<WaybillEvent> {
  if (event.type !== "StandingSeen") return event;
  const { installation, repository } = lane;
  const names = await lanes.environments({ installation, repository });
  const environments = await Promise.all(
    names.map(async (environment) => {
      const active = (await lanes.environment(installation, repository, environment))?.active ?? null;
      return { environment, thread: active?.reportOn ?? null };
    }),
  );
  return { ...event, environments };
}

/** GitHub says which runs go on; which of them the installation's other environments follow, the lanes know. */
async function withOwnRuns(lanes: LaneReader, lane: LaneKey, event: WaybillEvent): Promise<WaybillEvent> {
  if (event.type !== "EnvironmentSeen" || event.runs.every((run) => run.environment !== null)) return event;
  const { installation, repository } = lane;
  const followed: { readonly environment: string; readonly step: Step }[] = [];
  for (const environment of await lanes.environments({ installation, repository })) {
    const active = (await lanes.environment(installation, repository, environment))?.active ?? null;
    for (const step of active?.steps ?? []) followed.push({ environment, step });
  }
  const runs = event.runs.map((run) => {
    const own = followed.find(({ step }) => isRunOf(step, run));
    return run.environment === null && own !== undefined ? { ...run, environment: own.environment } : run;
  });
  return { ...event, runs };
}

function isRunOf(step: Step, { id, title }: { readonly id: number; readonly title: string }): boolean {
  return step.runId === id || namesCorrelation(title, step.correlationId);
}
