/**
 * The words that the notice says of the coming release. Its own text is edited in place, which notifies nobody; so a comment says what people must not
 * miss: that something breaking has come in, that the expected date is another one, that it is near. What the notice shows when it is opened needs no
 * words besides: opening an issue notifies all who watch.
 */
import { expectedUntil, type ExpectedDate } from "./calendar/expected.ts";
import { tellOfUpcoming } from "./channels/release.ts";
import { order, type Minutes } from "./decision.ts";
import type { RepositoryEvent } from "./events.ts";
import { comingDate, drawUpcoming, say, withSaid } from "./notices.ts";
import { isWritten } from "./plans.ts";
import type { BreakingChange } from "./notes/index.ts";
import type { RepositoryLane } from "./repository.ts";

/** So long before it is expected, people are told that it is near. */
const NEAR_MS = 4 * 60 * 60_000;
/** How many breaking changes of one coming release are remembered. */
const BREAKING_KEPT = 500;
/** How many of them one comment lists; the notice has them all. */
const BREAKING_LISTED = 20;

/** What people have been told of the coming release. */
export interface Announced {
  /** Of which notice. */
  readonly serial: number;
  /** The commits of what breaks. */
  readonly breaking: readonly string[];
  /** Null: no date. */
  readonly expected: ExpectedDate | null;
}

/** What became of the date: another one, gone, or near. */
export type ExpectedNews = "moved" | "passed" | "near";

/** `now-breaks.hbs`: something breaking has come into the coming release. */
export interface NowBreaksView {
  readonly template: "now-breaks";
  readonly version: string;
  readonly breaking: readonly BreakingChange[];
  /** How many more there are than are listed. */
  readonly more: number;
}

/** `expected.hbs`: a word about the date. */
export interface ExpectedView {
  readonly template: "expected";
  readonly version: string;
  readonly news: ExpectedNews;
  /** What it was before; null where there was no date. */
  readonly was: ExpectedDate | null;
  /** Null where there is no date any more. */
  readonly expected: ExpectedDate | null;
  readonly commitCount: number;
}

/** Draws the notice, and says what is new to people. The first time nothing is: the notice itself says it. */
export function announceUpcoming(lane: RepositoryLane, minutes: Minutes, at: number): RepositoryLane {
  const { upcoming, notice, announced } = lane;
  const drawn = drawUpcoming(lane, minutes, at);
  if (upcoming === null || notice === null) return drawn;
  const expected = comingDate(lane, at);
  const breaking = upcoming.notes.model.breaking;
  const before = announced?.serial === notice.serial ? announced : null;
  const told = new Set(before?.breaking);
  const entered = breaking.filter(({ sha }) => !told.has(sha));
  const all = [...told, ...entered.map(({ sha }) => sha)];
  const now: Announced = { serial: notice.serial, breaking: all.slice(-BREAKING_KEPT), expected };
  const remembered: RepositoryLane = { ...drawn, announced: now };
  if (before === null) {
    orderReminders(notice.serial, expected, at, minutes);
    // Where no notice is drawn, nobody says that it was.
    return isWritten(lane.plans[0], "notice") ? remembered : tellNoticed(remembered, at, minutes);
  }
  const warned =
    entered.length === 0 ? remembered : sayNowBreaks(remembered, upcoming.version, entered, at, minutes);
  if (isSameDate(before.expected, expected)) return warned;
  orderReminders(notice.serial, expected, at, minutes);
  const isOver = before.expected !== null && expectedUntil(before.expected) <= at;
  return sayExpected(warned, isOver ? "passed" : "moved", before.expected, at, minutes);
}

/** A moment has come that the date has set: it is near, or it is over. */
export function onExpectedDue(
  lane: RepositoryLane,
  event: Extract<RepositoryEvent, { type: "ExpectedDue" }>,
  minutes: Minutes,
): RepositoryLane {
  const { announced, notice, upcoming } = lane;
  const expected = announced?.expected ?? null;
  // Released meanwhile, or expected at another time: that has its own.
  if (upcoming === null || notice?.serial !== event.serial || expected?.at !== event.expectedAt) return lane;
  return expectedUntil(expected) <= event.at
    ? announceUpcoming(lane, minutes, event.at)
    : sayExpected(lane, "near", expected, event.at, minutes);
}

/** Whether the date that people know of is still the one that the config names. */
export function isExpectedAsAnnounced(lane: RepositoryLane, at: number): boolean {
  return isSameDate(lane.announced?.expected ?? null, comingDate(lane, at));
}

function sayNowBreaks(
  lane: RepositoryLane,
  version: string,
  entered: readonly BreakingChange[],
  at: number,
  minutes: Minutes,
): RepositoryLane {
  const listed = entered.slice(0, BREAKING_LISTED);
  const view: NowBreaksView = {
    template: "now-breaks",
    version,
    breaking: listed,
    more: entered.length - listed.length,
  };
  const name = `breaks-${lane.announced?.serial}-${at}`;
  if (lane.upcoming !== null)
    tellOfUpcoming(lane, lane.upcoming, { event: "breaking", name, at, breaking: entered }, minutes);
  return say(lane, name, view, minutes);
}

function sayExpected(
  lane: RepositoryLane,
  news: ExpectedNews,
  was: ExpectedDate | null,
  at: number,
  minutes: Minutes,
): RepositoryLane {
  const { announced, upcoming } = lane;
  if (announced === undefined || upcoming === null) return lane;
  const view: ExpectedView = {
    template: "expected",
    version: upcoming.version,
    news,
    was,
    expected: announced.expected,
    commitCount: upcoming.notes.commitCount,
  };
  const name = `expected-${news}-${announced.serial}-${at}`;
  const event = news === "near" ? "soon" : "date-changed";
  tellOfUpcoming(lane, upcoming, { event, name, at, was, expected: announced.expected }, minutes);
  return say(lane, name, view, minutes);
}

/** Whoever is told of a date less than that before it needs no reminder. */
function orderReminders(serial: number, expected: ExpectedDate | null, at: number, minutes: Minutes): void {
  if (expected === null) return;
  for (const moment of [expected.at - NEAR_MS, expectedUntil(expected)]) {
    if (moment <= at) continue;
    const event = { type: "ExpectedDue", at: moment, serial, expectedAt: expected.at } as const;
    const id = `wake:expected:${serial}:${expected.at}:${moment}`;
    order(minutes, id, { type: "wake", event }, { delayMs: moment - at });
  }
}

function isSameDate(one: ExpectedDate | null, other: ExpectedDate | null): boolean {
  if (one === null || other === null) return one === other;
  return one.at === other.at && one.wholeDay === other.wholeDay && one.zone === other.zone;
}

/** Channels hear of the coming release, once. */
export function tellNoticed(lane: RepositoryLane, at: number, minutes: Minutes): RepositoryLane {
  const { notice, upcoming, announced, plans } = lane;
  const name = `noticed-${notice?.serial ?? ""}`;
  if (upcoming === null || plans[0]?.channels === undefined || lane.said.includes(name)) return lane;
  const expected = announced?.expected ?? null;
  tellOfUpcoming(lane, upcoming, { event: "noticed", name, at, expected }, minutes);
  return withSaid(lane, name);
}
