/** What the notice says aloud of the coming release: what breaks by now, and when it is expected. */
import { describe, expect, it } from "vitest";
import type { WaybillEvent } from "../../src/core/events.ts";
import { summarise } from "../../src/core/notes/index.ts";
import { givenRepository, NOON, notes, plansFor, sha } from "./given.ts";

const HOUR = 3_600_000;
const SHOP = "environments:\n  prod: {}\n";
/** NOON is a Friday. */
const ON_THURSDAYS = "Thursdays 14:00";
const THURSDAY = Date.UTC(2026, 10, 26, 14);

interface Merge {
  readonly count: number;
  readonly subjects: readonly string[];
  readonly after?: number;
  readonly expected?: string;
}

/** So many commits since the last release, these among them. */
function merged({ count, subjects, after = 0, expected }: Merge): WaybillEvent {
  const head = sha(`b${count}`);
  const commits = subjects.map((message, index) => ({ sha: sha(`d${index}e`), message }));
  const since = { ...notes(head, count), model: summarise(commits, {}) };
  const release = expected === undefined ? "" : `release: { expected: "${expected}" }\n`;
  const plans = plansFor(SHOP + release);
  return { type: "BranchMoved", at: NOON + after, head, notes: since, version: "2.0.0", plans };
}

const drawn: WaybillEvent = { type: "NoticeDrawn", at: NOON + 50, serial: 1, issue: 7 };
const due = (at: number, expectedAt: number): WaybillEvent => ({
  type: "ExpectedDue",
  at,
  serial: 1,
  expectedAt,
});

type Then = ReturnType<ReturnType<typeof givenRepository>["when"]>;
const said = (then: Then) =>
  then.effects.flatMap(({ effect }) => (effect.type === "comment" ? [effect.view] : []));
const reminders = (then: Then) =>
  then.effects.flatMap(({ effect, delayMs }) =>
    effect.type === "wake" && effect.event.type === "ExpectedDue" ? [delayMs] : [],
  );

describe("something that breaks", () => {
  it("is said aloud when it comes in, once, and not what the notice was opened with", () => {
    const first = merged({ count: 1, subjects: ["feat!: drop the old cart"] });
    expect(said(givenRepository().when(first))).toEqual([]);
    const second = merged({
      count: 2,
      subjects: ["feat!: drop the old cart", "fix!: prices are whole cents"],
      after: HOUR,
    });
    const then = givenRepository(first, drawn).when(second);
    expect(said(then)).toEqual([
      {
        template: "now-breaks",
        version: "2.0.0",
        breaking: [{ sha: sha("d1e"), text: "prices are whole cents" }],
        more: 0,
      },
    ]);
    const third = merged({
      count: 3,
      subjects: ["feat!: drop the old cart", "fix!: prices are whole cents", "fix: a typing error"],
      after: 2 * HOUR,
    });
    expect(said(givenRepository(first, drawn, second).when(third))).toEqual([]);
  });

  it("waits for the notice where that is not drawn yet", () => {
    const first = merged({ count: 1, subjects: ["fix: a"] });
    const second = merged({ count: 2, subjects: ["fix: a", "fix!: b"], after: 10 });
    expect(said(givenRepository(first).when(second))).toEqual([]);
    expect(said(givenRepository(first, second).when(drawn))).toMatchObject([{ template: "now-breaks" }]);
  });

  it("is listed twenty at a time", () => {
    const first = merged({ count: 1, subjects: ["fix: a"] });
    const many = Array.from({ length: 25 }, (_none, index) => `fix!: number ${index}`);
    const then = givenRepository(first, drawn).when(
      merged({ count: 30, subjects: ["fix: a", ...many], after: 10 }),
    );
    const [view] = said(then);
    expect(view).toMatchObject({ template: "now-breaks", more: 5 });
    expect(view).toHaveProperty("breaking.length", 20);
  });
});

describe("the expected date", () => {
  const fixed = merged({ count: 1, subjects: ["fix: a"], expected: ON_THURSDAYS });

  it("is on the notice, with a reminder four hours before and a look when it is over", () => {
    const then = givenRepository().when(fixed);
    expect(then.only("drawNotice").view.expected).toEqual({
      at: THURSDAY,
      wholeDay: false,
      zone: "UTC",
      isOver: false,
    });
    expect(reminders(then)).toEqual([THURSDAY - 4 * HOUR - NOON, THURSDAY - NOON]);
    expect(said(then)).toEqual([]);
  });

  it("is not there, and nothing is ordered, where the config names none", () => {
    const then = givenRepository().when(merged({ count: 1, subjects: ["fix: a"] }));
    expect(then.only("drawNotice").view).not.toHaveProperty("expected");
    expect(reminders(then)).toEqual([]);
  });

  it("is said when it is near", () => {
    const near = due(THURSDAY - 4 * HOUR, THURSDAY);
    const then = givenRepository(fixed, drawn).when(near);
    expect(said(then)).toMatchObject([
      { template: "expected", news: "near", expected: { at: THURSDAY }, commitCount: 1 },
    ]);
    expect(said(givenRepository(fixed, drawn, near).when(near))).toEqual([]);
  });

  it("is not said to be near to those who heard of it less than four hours before", () => {
    const late = { ...fixed, at: THURSDAY - 2 * HOUR };
    expect(reminders(givenRepository().when(late))).toEqual([2 * HOUR]);
  });

  it("passes, and the next one is said", () => {
    const then = givenRepository(fixed, drawn).when(due(THURSDAY, THURSDAY));
    const week = THURSDAY + 7 * 24 * HOUR;
    expect(said(then)).toMatchObject([
      { template: "expected", news: "passed", was: { at: THURSDAY }, expected: { at: week } },
    ]);
    expect(then.only("drawNotice").view.expected).toMatchObject({ at: week, isOver: false });
    expect(reminders(then)).toEqual([7 * 24 * HOUR - 4 * HOUR, 7 * 24 * HOUR]);
  });

  it("that is a date of its own passes without a word: the notice says that it is over", () => {
    const once = merged({ count: 1, subjects: ["fix: a"], expected: "2026-11-26 14:00" });
    const then = givenRepository(once, drawn).when(due(THURSDAY, THURSDAY));
    expect(said(then)).toEqual([]);
    expect(then.only("drawNotice").view.expected).toMatchObject({ at: THURSDAY, isOver: true });
  });

  it("that is a whole day is over when the day is", () => {
    const whole = merged({ count: 1, subjects: ["fix: a"], expected: "2026-11-26" });
    const midnight = Date.UTC(2026, 10, 26);
    expect(reminders(givenRepository().when(whole))).toEqual([
      midnight - 4 * HOUR - NOON,
      midnight + 24 * HOUR - NOON,
    ]);
  });

  it("moves with the config, and that is said; the reminder of the old one is nobody's any more", () => {
    const moved = merged({ count: 2, subjects: ["fix: a"], after: HOUR, expected: "2026-12-01 09:00" });
    const then = givenRepository(fixed, drawn).when(moved);
    const december = Date.UTC(2026, 11, 1, 9);
    expect(said(then)).toMatchObject([
      { template: "expected", news: "moved", was: { at: THURSDAY }, expected: { at: december } },
    ]);
    const stale = due(THURSDAY - 4 * HOUR, THURSDAY);
    expect(givenRepository(fixed, drawn, moved).when(stale).effects).toEqual([]);
  });

  it("moves although the branch shows nothing new: a config of another commit says so", () => {
    const same = merged({ count: 1, subjects: ["fix: a"], after: HOUR, expected: "2026-12-01 09:00" });
    expect(said(givenRepository(fixed, drawn).when(same))).toMatchObject([{ news: "moved" }]);
  });

  it("goes with the config, and that is said", () => {
    const gone = merged({ count: 2, subjects: ["fix: a"], after: HOUR });
    expect(said(givenRepository(fixed, drawn).when(gone))).toMatchObject([
      { news: "moved", was: { at: THURSDAY }, expected: null },
    ]);
  });

  it("of a release that is made is nobody's any more", () => {
    const release = { version: "2.0.0", tag: "v2.0.0", sha: sha("b1"), prerelease: false };
    const made: WaybillEvent = {
      type: "ReleaseTagged",
      at: NOON + HOUR,
      release,
      notes: notes(sha("b1"), 1),
      plans: plansFor(`${SHOP}release: { expected: "${ON_THURSDAYS}" }\n`),
    };
    const reminder = { ...due(THURSDAY - 4 * HOUR, THURSDAY), serial: 1 } as const;
    expect(givenRepository(fixed, drawn, made).when(reminder).effects).toEqual([]);
    // What is merged after it has a notice and a reminder of its own.
    const next = merged({ count: 2, subjects: ["fix: b"], after: 2 * HOUR, expected: ON_THURSDAYS });
    const second: WaybillEvent = { type: "NoticeDrawn", at: NOON + 3 * HOUR, serial: 2, issue: 8 };
    const after = givenRepository(fixed, drawn, made, next, second);
    expect(after.when(reminder).effects).toEqual([]);
    expect(said(after.when({ ...reminder, serial: 2 } as WaybillEvent))).toMatchObject([{ news: "near" }]);
  });
});
