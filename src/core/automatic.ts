/**
 * What goes forward by itself: builds of merged changes to the environments that take every merge, and the newest release to those
 * that take it when the environments before them have it.
 */
import semver from "semver";
import { lackingOf } from "./after.ts";
import { broughtBy, countedRelease } from "./behind.ts";
import { order, type Minutes } from "./decision.ts";
import type { RepositoryEvent } from "./events.ts";
import { hotfixTags } from "./hotfix-model.ts";
import type { PromotionId } from "./ids.ts";
import { developmentVersion } from "./notes/index.ts";
import type { Cargo, NewPromotion, PlanSnapshot, PromotionCause } from "./promotion.ts";
import type { ReleaseOnItsWay, RepositoryLane } from "./repository.ts";
import { isKeptBack } from "./rollback/pin.ts";

/**
 * Every merge-driven environment is asked for the new head: as a build of the coming version, or, where it was tagged before anybody
 * looked, as the release that it is by now. The environments after it would wait for it in vain otherwise.
 */
export function requestBuilds(
  lane: RepositoryLane,
  { head, notes, version, at }: Extract<RepositoryEvent, { type: "BranchMoved" }>,
  minutes: Minutes,
): RepositoryLane {
  const released = notes.commitCount === 0 ? notes.base : null;
  return lane.plans
    .filter(
      ({ environment }) => environment.promote === "merge" && lane.requestedHeads[environment.name] !== head,
    )
    .reduce((now, plan) => {
      const serial = now.serial + 1;
      const cargo: Cargo =
        released === null
          ? {
              version: developmentVersion(version, notes.commitCount),
              sha: head,
              tag: null,
              ref: plan.branch,
            }
          : { version: released.version, sha: head, tag: released.tag, ref: released.tag };
      request(minutes, automaticId("m", serial, at), plan, cargo, { kind: "merge" }, null, at);
      return {
        ...now,
        serial,
        requestedHeads: { ...now.requestedHeads, [plan.environment.name]: head },
      };
    }, lane);
}

/**
 * An environment has not begun the build that it was asked for. Unless it was asked for a newer one since, it is asked for what the branch is
 * by now, once that has been looked at.
 */
export function withoutBuild(
  lane: RepositoryLane,
  { environment, sha, at }: Extract<RepositoryEvent, { type: "BuildOverdue" }>,
  minutes: Minutes,
): RepositoryLane {
  const { [environment]: asked, ...requestedHeads } = lane.requestedHeads;
  if (asked !== sha) return lane;
  const { unreleased } = lane;
  order(minutes, `build-anew:${environment}:${at}`, {
    type: "catchUp",
    known: [],
    unreleased,
    hotfixes: hotfixTags(lane),
  });
  return { ...lane, requestedHeads };
}

/**
 * An id that no other life of this lane has used: the counter begins anew where the App is installed anew or the store is lost, but
 * the claims of earlier runs stay at GitHub.
 */
function automaticId(kind: "m" | "a", serial: number, at: number): PromotionId {
  return `${kind}${serial}.${at.toString(36)}` as PromotionId;
}

function request(
  minutes: Minutes,
  id: PromotionId,
  plan: PlanSnapshot,
  cargo: Cargo,
  cause: PromotionCause,
  reportOn: number | null,
  at: number,
  brings: Pick<NewPromotion, "brings"> = {},
): void {
  const environment = plan.environment.name;
  const promotion: NewPromotion = { id, environment, cargo, cause, reportOn, plan, ...brings };
  order(minutes, `request:${id}`, {
    type: "tellLane",
    environment,
    event: { type: "PromotionRequested", at, request: promotion },
  });
}

/** The release that automatic environments take: the newest version that was tagged. A hotfix goes where it was asked for, and no further. */
function newestRelease(lane: RepositoryLane): ReleaseOnItsWay | null {
  const taken = lane.releases.filter(({ hotfix }) => hotfix === undefined);
  return taken.reduce<ReleaseOnItsWay | null>(
    (best, release) => (best === null || semver.gt(release.version, best.version) ? release : best),
    null,
  );
}

/** Asks every automatic environment for the newest release, once the environments before it have it. */
export function requestAutomatic(lane: RepositoryLane, minutes: Minutes, at: number): RepositoryLane {
  const release = newestRelease(lane);
  // What was rolled back somewhere goes by itself nowhere.
  if (release === null || isKeptBack(lane.quarantine, release)) return lane;
  return lane.plans
    .filter(
      (plan) => plan.environment.promote === "auto" && !release.requested.includes(plan.environment.name),
    )
    .reduce((now, plan) => requestWhereReady(now, release.version, plan, at, minutes), lane);
}

function requestWhereReady(
  lane: RepositoryLane,
  version: string,
  plan: PlanSnapshot,
  at: number,
  minutes: Minutes,
): RepositoryLane {
  const release = lane.releases.find((other) => other.version === version);
  if (release === undefined) return lane;
  const missing = lackingOf(plan.environment, (before) => release.arrived.includes(before));
  for (const before of missing) {
    const running = lane.running[before];
    if (running === undefined) continue;
    order(minutes, `contains:${version}:${before}:${running.sha}`, {
      type: "lookForCommit",
      version,
      sha: release.sha,
      environment: before,
      running: running.sha,
    });
  }
  if (missing.length > 0) return lane;
  const serial = lane.serial + 1;
  const cargo: Cargo = { version, sha: release.sha, tag: release.tag, ref: release.tag };
  request(
    minutes,
    automaticId("a", serial, at),
    plan,
    cargo,
    { kind: "auto" },
    release.notice?.issue ?? null,
    at,
    broughtBy(lane.releases.map(countedRelease), lane.running[plan.environment.name], release),
  );
  const requested = [...release.requested, plan.environment.name];
  return changeRelease({ ...lane, serial }, version, (one) => ({ ...one, requested }));
}

function changeRelease(
  lane: RepositoryLane,
  version: string,
  change: (release: ReleaseOnItsWay) => ReleaseOnItsWay,
): RepositoryLane {
  return {
    ...lane,
    releases: lane.releases.map((release) => (release.version === version ? change(release) : release)),
  };
}

/** Notes that an environment has a release, or a later build that carries it. */
export function withArrival(lane: RepositoryLane, version: string, environment: string): RepositoryLane {
  return changeRelease(lane, version, (release) =>
    release.arrived.includes(environment)
      ? release
      : { ...release, arrived: [...release.arrived, environment] },
  );
}
