/** The stories of a repository that is parked, taken up again, or lost. */
import { describe, expect, it } from "vitest";
import type { WaybillEvent } from "../../src/core/events.ts";
import type { EnvironmentThread, ParkReason } from "../../src/core/standing.ts";
import { givenRepository, NOON } from "./given.ts";

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
    expect(first.lane.parked).toEqual({
      reason: "suspended",
      since: NOON - HOUR,
      goneSince: null,
      lost: false,
    });
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
    ["uninstalled", null, 23 * HOUR, false],
    ["uninstalled", null, 24 * HOUR, true],
    ["removed", "removed", 23 * HOUR, false],
    ["removed", "removed", 24 * HOUR, true],
    ["suspended", "suspended", 365 * DAY, false],
    ["archived", "archived", 365 * DAY, false],
  ] as const)("%s (the webhook said %s), after %i ms: lost is %s", (reason, hint, after, lost) => {
    const more = hint === null ? {} : { hint };
    const seen = givenRepository(parked(reason, NOON, more)).when(parked(reason, NOON + after, more));
    expect(seen.lane.parked?.lost).toBe(lost);
  });

  it("gone only after a year of suspension, is lost a day after that, not at the first word of it", () => {
    const year = NOON + 365 * DAY;
    const gone = givenRepository(parked("suspended")).when(parked("uninstalled", year));
    expect(gone.lane.parked).toMatchObject({ lost: false, since: NOON, goneSince: year });
    const lost = givenRepository(parked("suspended"), parked("uninstalled", year));
    expect(lost.when(parked("removed", year + DAY)).lane.parked?.lost).toBe(true);
  });

  it("for as long as anybody can tell, has its environments told once, and is not looked at any more", () => {
    const lost = givenRepository(parked("removed")).when(parked("removed", NOON + DAY));
    expect(lost.only("tellLane")).toMatchObject({
      environment: "prod",
      event: { type: "RepositoryLost", reason: "removed", forGood: false },
    });
    expect(lost.all("wake")).toEqual([]);
    const again = givenRepository(parked("removed"), parked("removed", NOON + DAY)).when(
      parked("removed", NOON + 2 * DAY),
    );
    expect(again.effects).toEqual([]);
    expect(again.audit).toEqual([]);
  });

  it("that may have come back, and now cannot any more, has its environments told so", () => {
    const gone = givenRepository(parked("removed"), parked("removed", NOON + DAY)).when(
      parked("uninstalled", NOON + 2 * DAY, { hint: "uninstalled" }),
    );
    expect(gone.only("tellLane").event).toMatchObject({ type: "RepositoryLost", forGood: true });
  });

  it("by being deleted, keeps that as its reason, though later GitHub says only that it is not there", () => {
    const seen = givenRepository(parked("deleted")).when(parked("removed", NOON + DAY));
    expect(seen.lane.parked?.reason).toBe("deleted");
    expect(seen.audit).toEqual([]);
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
    expect(resumed.only("catchUp").known).toEqual([]);
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

  it("after it was lost: what its environments took on meanwhile is given up, before they go on", () => {
    const back = givenRepository(parked("removed"), parked("removed", NOON + DAY)).when(
      usable(NOON + 2 * DAY),
    );
    expect(back.all("tellLane").map(({ event }) => event)).toEqual([
      { type: "RepositoryLost", at: NOON + 2 * DAY, reason: "removed", forGood: false },
      { type: "RepositoryResumed", at: NOON + 2 * DAY, since: NOON },
    ]);
  });

  it("that was not parked: nothing happens at all", () => {
    const seen = givenRepository().when(usable(NOON));
    expect(seen.effects).toEqual([]);
    expect(seen.audit).toEqual([]);
  });
});
