/** The stories of a repository that is parked, taken up again, or lost; and of what that means for what was under way. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent, WaybillEvent } from "../../src/core/events.ts";
import type { EnvironmentThread, ParkReason } from "../../src/core/standing.ts";
import {
  active,
  byCommand,
  evidence,
  givenEnvironment,
  givenRepository,
  NOON,
  planOf,
  prepared,
  requested,
  run,
  sha,
  stepPlan,
  tagged,
} from "./given.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const PROD: readonly EnvironmentThread[] = [{ environment: "prod", thread: null }];

function parked(
  reason: ParkReason,
  at = NOON,
  more: { hint?: ParkReason; since?: number; environments?: readonly EnvironmentThread[] } = {},
): WaybillEvent {
  const { hint = null, since = null, environments = PROD } = more;
  return { type: "StandingSeen", at, standing: { kind: "parked", reason, since }, hint, environments };
}

function usable(at: number, environments = PROD): WaybillEvent {
  return { type: "StandingSeen", at, standing: { kind: "active" }, hint: null, environments };
}

const doubted = (hint: ParkReason | null): WaybillEvent => ({ type: "StandingDoubted", at: NOON, hint });
const drawn: WaybillEvent = { type: "NoticeDrawn", at: NOON, serial: 1, issue: 40 };

describe("a doubt about how the repository stands", () => {
  it("has GitHub asked; a later one that knows more takes its place, and one that knows nothing does not", () => {
    const [named] = givenRepository().when(doubted("suspended")).effects;
    expect(named).toMatchObject({ id: "standing", coalesce: true, effect: { hint: "suspended" } });
    const [unnamed] = givenRepository().when(doubted(null)).effects;
    expect(unnamed).toMatchObject({ id: "standing", coalesce: false, effect: { hint: null } });
  });

  it("changes nothing by itself, whatever the webhook claims", () => {
    expect(givenRepository().when(doubted("deleted")).lane).toEqual(
      givenRepository().when(doubted(null)).lane,
    );
  });
});

describe("a repository that GitHub says to be suspended, archived or gone", () => {
  it("is parked since GitHub says, written down once, and looked at again later and later", () => {
    const first = givenRepository().when(parked("suspended", NOON, { since: NOON - HOUR }));
    expect(first.lane.parked).toEqual({ reason: "suspended", since: NOON - HOUR, lost: false });
    expect(first.audit.map(({ type }) => type)).toEqual(["repository.parked"]);
    expect(first.effects.map(({ delayMs }) => delayMs)).toEqual([HOUR]);
    const second = givenRepository(parked("suspended")).when(parked("suspended", NOON + 9 * DAY));
    expect(second.audit).toEqual([]);
    expect(second.effects.map(({ delayMs }) => delayMs)).toEqual([DAY]);
    expect(second.lane.parked?.since).toBe(NOON);
  });

  it("by a clock that is ahead of ours, is parked since it was seen", () => {
    expect(givenRepository().when(parked("suspended", NOON, { since: NOON + DAY })).lane.parked?.since).toBe(
      NOON,
    );
  });

  it.each([
    ["deleted", null, 0, true],
    ["uninstalled", "uninstalled", 0, true],
    ["uninstalled", null, 9 * MINUTE, false],
    ["uninstalled", null, 15 * MINUTE, true],
    ["removed", "removed", 23 * HOUR, false],
    ["removed", "removed", 24 * HOUR, true],
    ["suspended", "suspended", 365 * DAY, false],
    ["archived", "archived", 365 * DAY, false],
  ] as const)("%s (the webhook said %s), after %i ms: lost is %s", (reason, hint, after, lost) => {
    const more = hint === null ? {} : { hint };
    const seen = givenRepository(parked(reason, NOON, more)).when(parked(reason, NOON + after, more));
    expect(seen.lane.parked?.lost).toBe(lost);
  });

  it("for good, has its environments told once, and is not looked at any more", () => {
    const lost = givenRepository(parked("removed")).when(parked("removed", NOON + DAY));
    expect(lost.only("tellLane")).toMatchObject({
      environment: "prod",
      event: { type: "RepositoryLost", reason: "removed" },
    });
    expect(lost.all("wake")).toEqual([]);
    const again = givenRepository(parked("removed"), parked("removed", NOON + DAY)).when(
      parked("removed", NOON + 2 * DAY),
    );
    expect(again.effects).toEqual([]);
  });
});

describe("a repository that may be acted in again", () => {
  it("is taken up: its environments are told, it is caught up with, and it is said where something is under way", () => {
    const environments = [
      { environment: "dev", thread: null },
      { environment: "prod", thread: 7 },
      { environment: "staging", thread: 7 },
    ];
    const resumed = givenRepository(drawn, parked("archived")).when(usable(NOON + HOUR, environments));
    expect(resumed.lane.parked).toBeNull();
    expect(resumed.audit).toMatchObject([
      { type: "repository.resumed", ref: "archived", data: { since: NOON } },
    ]);
    expect(resumed.all("tellLane").map(({ environment, event }) => [environment, event])).toEqual(
      ["dev", "prod", "staging"].map((name) => [
        name,
        { type: "RepositoryResumed", at: NOON + HOUR, since: NOON },
      ]),
    );
    expect(resumed.only("catchUp").newest).toEqual([]);
    expect(resumed.only("comment")).toMatchObject({
      issue: 7,
      view: { template: "resumed", reason: "archived", since: NOON, until: NOON + HOUR, lost: false },
    });
  });

  it("says so on the notice where nothing is under way, or keeps it until there is one", () => {
    const silent = givenRepository(parked("suspended")).when(usable(NOON + HOUR));
    expect(silent.all("comment")).toEqual([]);
    expect(silent.lane.unsaid).toMatchObject([{ view: { template: "resumed" } }]);
  });

  it("that was not parked: nothing happens at all", () => {
    const seen = givenRepository().when(usable(NOON));
    expect(seen.effects).toEqual([]);
    expect(seen.audit).toEqual([]);
  });
});

describe("an environment whose repository", () => {
  const rolling = (): readonly EnvironmentEvent[] => [
    requested({ plan: planOf("prod") }),
    requested({ cause: byCommand(102), cargo: tagged("1.6.0", sha("a2")) }),
    prepared("c101", [stepPlan("api")]),
  ];

  it("is lost: everything open ends, in the store and the audit log", () => {
    const lost = givenEnvironment(...rolling()).when({
      type: "RepositoryLost",
      at: NOON + HOUR,
      reason: "deleted",
    });
    expect(lost.lane.active).toBeNull();
    expect(lost.lane.waiting).toEqual([]);
    expect(lost.lane.ended).toMatchObject([
      { id: "c101", stage: "failed", problem: { code: "repository-lost" }, finishedAt: NOON + HOUR },
      { id: "c102", stage: "refused", problem: { code: "repository-lost" } },
    ]);
    expect(lost.audit.map(({ type, ref }) => `${type} ${ref}`)).toEqual([
      "promotion.abandoned c101",
      "promotion.abandoned c102",
    ]);
    expect(lost.all("prepareRollout")).toEqual([]);
  });

  it("was parked in the middle of a proof: the deadline moves by as long as that was", () => {
    const SHOP = `environments:\n  prod:\n    verify: { url: "https://shop.example", deadline: 5m, confirmations: 2 }\n`;
    const proving: readonly EnvironmentEvent[] = [
      requested({ plan: planOf("prod", SHOP) }),
      prepared("c101", [stepPlan("api")]),
      { type: "DeploymentRecorded", at: NOON, correlationId: "c101-api", deploymentId: 1 },
      { type: "RunStarted", at: NOON, correlationId: "c101-api", runId: 5, runUrl: "https://x" },
      { type: "RunObserved", at: NOON, run: run({ id: 5, status: "completed", conclusion: "success" }) },
    ];
    const look = (at: number): EnvironmentEvent => ({
      type: "VersionObserved",
      at,
      promotionId: "c101" as never,
      component: null,
      probe: 0,
      evidence: evidence("1.5.0", at),
    });
    const late = NOON + 2 * DAY;
    const resumed: EnvironmentEvent = { type: "RepositoryResumed", at: late, since: NOON + MINUTE };
    const after = givenEnvironment(...proving).when(resumed, look(late + MINUTE));
    expect(active(after.lane)).toMatchObject({
      stage: "proving",
      probes: [{ result: "asking", confirmations: 1 }],
    });
    const without = givenEnvironment(...proving).when(look(late + MINUTE));
    expect(without.lane.active).toBeNull();
  });

  it("was parked before the proof began: its time is all its own", () => {
    const begun = requested({ plan: planOf("prod") }, NOON + HOUR);
    const seen = givenEnvironment(begun).when({
      type: "RepositoryResumed",
      at: NOON + 2 * HOUR,
      since: NOON,
    });
    expect(active(seen.lane)).toEqual(active(givenEnvironment().when(begun).lane));
  });
});
