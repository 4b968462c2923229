/** What the repository's own lane knows of rollbacks: what was rolled back in one environment goes by itself to none. */
import { requestAutomatic } from "../automatic.ts";
import { order, type Minutes } from "../decision.ts";
import type { EnvironmentLane } from "../environment.ts";
import type { EnvironmentEvent, RepositoryEvent } from "../events.ts";
import { say } from "../notices.ts";
import type { RepositoryLane } from "../repository.ts";
import type { Bad } from "./pin.ts";

type Changed = Extract<RepositoryEvent, { type: "QuarantineChanged" }>;
type Told = Extract<EnvironmentEvent, { type: "ReleasesKeptBack" }>;

/** An environment was rolled back, or a person has lifted what that left behind: then what waited for it goes on. */
export function onQuarantineChanged(lane: RepositoryLane, event: Changed, minutes: Minutes): RepositoryLane {
  const { environment, at, bad } = event;
  const { [environment]: known, ...others } = lane.quarantine ?? {};
  if (known !== undefined && known.at > at) return lane;
  const quarantine = { ...others, [environment]: { at, bad } };
  const told = sayKeptBack({ ...lane, quarantine }, known?.bad ?? [], event, minutes);
  tellOthers(told, event, minutes);
  return requestAutomatic(told, minutes, at);
}

/** What waits in other environments already, because it was asked for before, is kept back there. */
function tellOthers({ plans }: RepositoryLane, { environment, at, bad }: Changed, minutes: Minutes): void {
  for (const { environment: other } of plans) {
    if (other.name === environment) continue;
    order(minutes, `kept-back:${environment}:${other.name}:${at}`, {
      type: "tellLane",
      environment: other.name,
      event: { type: "ReleasesKeptBack", at, environment, bad },
    });
  }
}

/** An environment hears of what was rolled back in another one, or that this was lifted. */
export function onKeptBackElsewhere(lane: EnvironmentLane, { environment, at, bad }: Told): EnvironmentLane {
  const known = lane.keptBack?.[environment];
  if (known !== undefined && known.at > at) return lane;
  return { ...lane, keptBack: { ...lane.keptBack, [environment]: { at, bad } } };
}

/** Those who follow a release by its notice are told there, once for each rollback. */
function sayKeptBack(
  lane: RepositoryLane,
  before: readonly Bad[],
  { environment, good, by, reason, at, bad }: Changed,
  minutes: Minutes,
): RepositoryLane {
  if (good === null) return lane;
  const fresh = bad.filter(({ sha }) => before.every((one) => one.sha !== sha));
  const releases = lane.releases.filter(
    ({ sha, notice }) => notice !== null && fresh.some((one) => one.sha === sha),
  );
  return releases.reduce((now, { version, sha }) => {
    const view = { template: "kept-back", environment, version, good, by, reason } as const;
    return say(now, `kept-back-${at}-${sha.slice(0, 12)}`, view, minutes, version);
  }, lane);
}
