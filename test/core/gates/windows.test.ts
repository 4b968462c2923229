/** What waits for a deploy window: until when, and what becomes of it where none opens. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent } from "../../../src/core/events.ts";
import { judge } from "../../../src/core/gates/index.ts";
import { windowIsOpen } from "../../../src/core/gates/windows.ts";
import { newPromotion, type PromotionClass } from "../../../src/core/promotion.ts";
import {
  active,
  ana,
  byCommand,
  built,
  givenEnvironment,
  NOON,
  planOf,
  prepared,
  request,
  requested,
  sha,
  stepPlan,
  tagged,
} from "../given.ts";
import { goes, id } from "../given-road.ts";

const HOUR = 60 * 60_000;
/** NOON is that of a Friday: 13:00 in Berlin. The next window opens on Monday at 09:00 there. */
const MONDAY = NOON + 2 * 24 * HOUR + 20 * HOUR;
const config = (windows: string, more = ""): string =>
  `environments: { prod: { gates: { windows: ${windows} }${more} } }`;
const OFFICE = '{ days: mon-thu, from: "09:00", to: "17:00", zone: Europe/Berlin }';

function verdictOf(windows: string, at = NOON) {
  const promotion = newPromotion(request({ plan: planOf("prod", config(windows)) }), at);
  return windowIsOpen({ at, promotion, freeze: null, approvals: [] });
}

describe("the gate of deploy windows", () => {
  it("waits for the next one, and says when it opens and by which clock", () => {
    expect(verdictOf(OFFICE)).toEqual({
      verdict: "wait",
      hold: { gate: "window", opens: MONDAY, zone: "Europe/Berlin" },
      next: MONDAY,
    });
    expect(verdictOf(OFFICE, MONDAY)).toEqual({ verdict: "pass" });
  });
  it("passes where the config names none", () => {
    const promotion = newPromotion(request(), NOON);
    expect(windowIsOpen({ at: NOON, promotion, freeze: null, approvals: [] })).toEqual({ verdict: "pass" });
  });
  it("fails where none opens any more", () => {
    expect(verdictOf('{ rrule: "FREQ=DAILY;COUNT=2", start: "2026-11-01 09:00", duration: 1h }')).toEqual({
      verdict: "fail",
      problem: { code: "windows-over", detail: { environment: "prod" } },
    });
  });
  it("fails where it may be a holiday for all that anybody knows", () => {
    const text = config(`{}, holidays: .github/holidays.ics`);
    const promotion = newPromotion(request({ plan: planOf("prod", text) }), NOON);
    expect(windowIsOpen({ at: NOON, promotion, freeze: null, approvals: [] })).toMatchObject({
      verdict: "fail",
      problem: { code: "holidays-unknown", detail: { calendar: ".github/holidays.ics", until: null } },
    });
  });
});

describe("a promotion to an environment with deploy windows", () => {
  const plan = planOf("prod", config(OFFICE));
  const asked = (commentId: number, version = "1.5.0", as?: PromotionClass, at = NOON): EnvironmentEvent =>
    requested(
      {
        plan,
        cause: byCommand(commentId),
        cargo: tagged(version, sha(version.replaceAll(".", ""))),
        ...(as && { class: as }),
      },
      at,
    );
  const due = (at: number): EnvironmentEvent => ({ type: "GatesDue", at });

  it("waits, and is looked at in the very moment in which the next one opens", () => {
    const then = givenEnvironment().when(asked(101));
    expect(then.lane.active).toBeNull();
    expect(then.effects.find(({ id: name }) => name === `wake:gates:${MONDAY}`)).toMatchObject({
      delayMs: MONDAY - NOON,
    });
    expect(then.only("liveComment").view).toMatchObject({
      held: { hold: { gate: "window", opens: MONDAY } },
    });
    const story = givenEnvironment(asked(101));
    expect(story.when(due(MONDAY - 1)).lane.active).toBeNull();
    expect(active(story.when(due(MONDAY)).lane).id).toBe("c101");
  });
  it("goes on without a question after a weekend: the config has foreseen it", () => {
    const then = givenEnvironment(asked(101)).when(due(MONDAY));
    expect(then.all("comment")).toEqual([]);
    expect(active(then.lane).held).toBeUndefined();
  });
  it("is asked about after a freeze of more than a day, at once when that ends, and then waits for the window", () => {
    const word = { by: ana, ordinal: 1, issue: 7, answers: true };
    const freeze: EnvironmentEvent = {
      type: "EnvironmentFrozen",
      at: NOON,
      environment: "prod",
      until: NOON + 30 * HOUR,
      reason: null,
      word: { ...word, commentId: 50, name: "f50" },
    };
    const story = givenEnvironment(freeze, asked(101));
    const then = story.when(due(NOON + 30 * HOUR));
    expect(then.all("comment").map(({ view }) => view.template)).toEqual(["held-long"]);
    const confirmed = story.and(due(NOON + 30 * HOUR), asked(160, "1.5.0", undefined, NOON + 31 * HOUR));
    expect(confirmed.when(due(MONDAY - 1)).lane.waiting).toMatchObject([
      { id: "c101", held: { hold: { gate: "window" } } },
    ]);
    expect(active(confirmed.when(due(MONDAY)).lane).id).toBe("c101");
  });
  it("goes to its end where the window closes while it is under way", () => {
    const thursday = MONDAY + 3 * 24 * HOUR + 8 * HOUR;
    const road = [
      asked(101, "1.5.0", undefined, thursday - 1_000),
      prepared("c101", [stepPlan("api"), stepPlan("web")], thursday - 500),
    ];
    const end = goes("api", thursday + 5_000).map((event) =>
      event.type === "RunObserved" ? { ...event, run: { ...event.run, headSha: sha("150") } } : event,
    );
    const then = givenEnvironment(...road).when(...end);
    expect(active(then.lane).steps.map((step) => step.stage)).toEqual(["succeeded", "recording"]);
  });
  it("steps back where the window closes while it is being prepared", () => {
    const closes = MONDAY + 8 * HOUR;
    const then = givenEnvironment(asked(101, "1.5.0", undefined, closes - 1_000)).when(
      prepared("c101", [stepPlan("api")], closes),
    );
    expect(then.lane.active).toBeNull();
    expect(then.lane.waiting).toMatchObject([
      { id: "c101", held: { hold: { gate: "window", opens: closes + 16 * HOUR } } },
    ]);
    expect(then.ordered).toContain(`wake:gates:${closes + 16 * HOUR}`);
  });
  it("waits for no window where it is a rollback; where it is a hotfix, only if the config says so", () => {
    expect(active(givenEnvironment().when(asked(101, "1.5.1", "hotfix")).lane).id).toBe("c101");
    const keep = planOf("prod", config(OFFICE, ", hotfix: { windows: keep }"));
    const kept = requested({ plan: keep, class: "hotfix" });
    expect(givenEnvironment().when(kept).lane.waiting).toMatchObject([
      { held: { hold: { gate: "window" } } },
    ]);
    const back = newPromotion(request({ plan, class: "rollback" }), NOON);
    expect(judge({ at: NOON, promotion: back, freeze: null, approvals: [] }).waits).toEqual([]);
  });
  it("is refused, and does not wait for ever, where none opens any more", () => {
    const over = planOf(
      "prod",
      config('{ rrule: "FREQ=DAILY;COUNT=2", start: "2026-11-01 09:00", duration: 1h }'),
    );
    const then = givenEnvironment().when(requested({ plan: over }));
    expect(then.lane.waiting).toEqual([]);
    expect(then.lane.ended).toMatchObject([{ stage: "refused", problem: { code: "windows-over" } }]);
    expect(then.only("comment").view).toMatchObject({ template: "refusal" });
  });
  it("as a build of merges waits, too, and only the newest is left", () => {
    const merges = planOf("prod", config(OFFICE, ", promote: merge"));
    const build = (name: string): EnvironmentEvent =>
      requested({
        id: id(name),
        cause: { kind: "merge" },
        cargo: built("1.6.0-dev.1", sha(name)),
        plan: merges,
      });
    const then = givenEnvironment(build("b1"), build("b2")).when(due(MONDAY));
    expect(active(then.lane).id).toBe("b2");
  });
  it("that waits while the repository is lost is looked at again at the opening, though its timer is gone", () => {
    const resumed = { type: "RepositoryResumed", at: NOON + HOUR / 6, since: NOON + 1 } as const;
    const then = givenEnvironment(asked(101)).when(resumed);
    expect(then.ordered).toContain(`wake:gates:${MONDAY}`);
  });
});
