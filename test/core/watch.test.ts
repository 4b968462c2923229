/** The time after a delivery: what is asked again, and what is said aloud of it. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { OutOfBandRun } from "../../src/core/out-of-band.ts";
import type { Evidence } from "../../src/core/promotion.ts";
import { renderComment } from "../../src/render/comments.ts";
import {
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
import { goes, id } from "./given-road.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DELIVERED = NOON + 5_000;

function prod(watch: string, verify = "confirmations: 2, interval: 5s") {
  return planOf(
    "prod",
    `environments: { prod: { verify: { url: "https://shop.example/version", ${verify} }, watch: ${watch} } }`,
  );
}

/** An answer of the running system, so many milliseconds after the delivery. */
function said(observed: string | null, after: number, promotion = "c101"): EnvironmentEvent {
  const at = DELIVERED + after;
  return {
    type: "VersionObserved",
    at,
    promotionId: id(promotion),
    component: null,
    probe: 0,
    evidence: evidence(observed, at),
  };
}

/** 1.5.0, delivered to production, which is watched. */
function delivered(watch = "{ for: 1h, every: 5m }", plan = prod(watch), more = {}): EnvironmentEvent[] {
  return [
    requested({ plan, ...more }),
    prepared("c101", [stepPlan("shop")]),
    ...goes("shop", NOON + 2_000),
    said("1.5.0", -1_000),
    said("1.5.0", 0),
  ];
}

describe("after a delivery", () => {
  it("the running system is asked again after a pause, and again after each answer, until the time is over", () => {
    const story = delivered();
    const first = givenEnvironment(...story.slice(0, -1)).when(...story.slice(-1));
    const asked = first.effects.find(({ effect }) => effect.type === "askVersion");
    expect(asked).toMatchObject({ id: "watch:c101::0:0", delayMs: 5 * MINUTE });
    const second = givenEnvironment(...story).when(said("1.5.0", 5 * MINUTE));
    expect(second.effects).toMatchObject([{ id: "watch:c101::0:1", delayMs: 5 * MINUTE }]);
    const last = givenEnvironment(...story).when(said("1.5.0", HOUR));
    expect(last.effects).toEqual([]);
    expect(last.lane.watch).toBeNull();
  });

  it("nothing is asked where the config does not want it", () => {
    const [request, ...rest] = delivered();
    const plain = requested({
      plan: planOf(
        "prod",
        `environments: { prod: { verify: { url: "https://shop.example/version", confirmations: 2 } } }`,
      ),
    });
    expect(request).toBeDefined();
    const then = givenEnvironment(plain, ...rest.slice(0, -1)).when(...rest.slice(-1));
    expect(then.all("askVersion")).toEqual([]);
    expect(then.lane.watch).toBeUndefined();
  });

  it("a version that nobody promoted is looked at again soon, and said once it is sure", () => {
    const once = givenEnvironment(...delivered()).when(said("1.4.2", 5 * MINUTE));
    expect(once.all("comment")).toEqual([]);
    expect(once.effects).toMatchObject([{ delayMs: 5_000 }]);
    const sure = givenEnvironment(...delivered(), said("1.4.2", 5 * MINUTE)).when(
      said("1.4.2", 5 * MINUTE + 5_000),
    );
    expect(sure.only("comment")).toMatchObject({
      issue: 7,
      view: {
        template: "drift",
        what: "other",
        environment: "prod",
        version: "1.5.0",
        observed: "1.4.2",
        since: DELIVERED + 5 * MINUTE,
        rightAt: DELIVERED,
      },
    });
    expect(sure.effects.find(({ effect }) => effect.type === "askVersion")?.delayMs).toBe(5 * MINUTE);
    expect(sure.audit).toMatchObject([
      { type: "environment.drifted", ref: "1.5.0", data: { observed: "1.4.2" } },
    ]);
    const still = givenEnvironment(...delivered(), said("1.4.2", 5 * MINUTE), said("1.4.2", 6 * MINUTE)).when(
      said("1.4.2", 11 * MINUTE),
    );
    expect(still.effects).toMatchObject([{ effect: { type: "askVersion" }, delayMs: 5 * MINUTE }]);
  });

  const drifted = [...delivered(), said("1.4.2", 5 * MINUTE), said("1.4.2", 6 * MINUTE)];

  it("a third version is said, too; and that the right one is back, in one line", () => {
    const third = givenEnvironment(...drifted, said("1.3.0", 11 * MINUTE)).when(said("1.3.0", 12 * MINUTE));
    expect(third.only("comment").view).toMatchObject({ what: "other", observed: "1.3.0" });
    const back = givenEnvironment(...drifted, said("1.5.0", 11 * MINUTE)).when(said("1.5.0", 12 * MINUTE));
    expect(renderComment(back.only("comment").view)).toBe(
      "**prod** runs `1.5.0` again, as it was delivered.",
    );
    expect(back.audit).toMatchObject([{ type: "environment.back" }]);
    const fine = givenEnvironment(...drifted, said("1.5.0", 11 * MINUTE), said("1.5.0", 12 * MINUTE)).when(
      said("1.5.0", 17 * MINUTE),
    );
    expect(fine.all("comment")).toEqual([]);
  });

  it.each([
    ["flaps", ["1.4.2", "1.5.0", "1.4.2", "1.5.0"]],
    ["names another one each time", ["1.4.2", "1.4.1", "1.4.2", "1.4.1"]],
    ["falls silent in between", ["1.4.2", null, "1.4.2", null]],
  ])("one that %s proves nothing", (_what, answers) => {
    const looks = answers.map((one, index) => said(one, (index + 1) * MINUTE));
    const then = givenEnvironment(...delivered(), ...looks.slice(0, -1)).when(...looks.slice(-1));
    expect(then.all("comment")).toEqual([]);
    expect(then.lane.watch?.probes[0]?.drift).toBeNull();
  });

  it("an error page names no version", () => {
    const error = (after: number): EnvironmentEvent => {
      const broken: Evidence = {
        ...evidence(null, DELIVERED + after),
        outcome: "other-version",
        detail: "status 500",
      };
      return { ...said(null, after), evidence: broken } as EnvironmentEvent;
    };
    const then = givenEnvironment(...delivered(), error(MINUTE), error(2 * MINUTE)).when(error(3 * MINUTE));
    expect(then.all("comment")).toEqual([]);
  });

  it("that the right one may be back is asked about again soon", () => {
    const then = givenEnvironment(...drifted).when(said("1.5.0", 11 * MINUTE));
    expect(then.effects).toMatchObject([{ effect: { type: "askVersion" }, delayMs: 5_000 }]);
  });

  it("what was deployed by hand was said when that was seen", () => {
    const run: OutOfBandRun = {
      id: 901,
      attempt: 1,
      environment: "prod",
      url: "https://github.example/runs/901",
      by: "wes",
      version: "1.4.2",
      sha: sha("142"),
      certain: true,
    };
    const at = DELIVERED + MINUTE;
    const byHand: EnvironmentEvent = { type: "OutOfBandSeen", at, run, end: { conclusion: "success", at } };
    const then = givenEnvironment(...delivered(), byHand, said("1.4.2", 5 * MINUTE)).when(
      said("1.4.2", 6 * MINUTE),
    );
    expect(then.all("comment")).toEqual([]);
    expect(then.audit).toMatchObject([{ type: "environment.drifted" }]);
  });

  it("what nobody promoted stays known when the time is over, until something is delivered over it", () => {
    const then = givenEnvironment(...drifted).when(said("1.4.2", HOUR));
    expect(then.effects).toEqual([]);
    expect(then.lane.watch?.probes[0]?.drift).toMatchObject({ observed: "1.4.2" });
  });

  it("whoever may promote can bring the same release anew, which is else there already", () => {
    const again = requested({ plan: prod("{ for: 1h }"), cause: byCommand(150) }, DELIVERED + 20 * MINUTE);
    expect(givenEnvironment(...delivered()).when(again).lane.active).toBeNull();
    expect(givenEnvironment(...drifted).when(again).lane.active).toMatchObject({
      id: "c150",
      stage: "preparing",
    });
  });
});

describe("silence", () => {
  it("for the whole of the time is said once, as unknown", () => {
    const quiet = [said(null, 5 * MINUTE), said(null, 55 * MINUTE)];
    expect(
      givenEnvironment(...delivered(), ...quiet.slice(0, 1))
        .when(...quiet.slice(1))
        .all("comment"),
    ).toEqual([]);
    const then = givenEnvironment(...delivered(), ...quiet).when(said(null, HOUR));
    expect(then.only("comment").view).toMatchObject({ what: "silent", since: DELIVERED });
    expect(then.lane.watch).toBeNull();
  });

  it("in between is not", () => {
    const looks = [said(null, 5 * MINUTE), said("1.5.0", 10 * MINUTE)];
    expect(
      givenEnvironment(...delivered(), ...looks)
        .when(said(null, HOUR))
        .all("comment"),
    ).toEqual([]);
  });

  it("of a day is said once where it is watched for good, and once more only after an answer", () => {
    const story = delivered("{ for: always, every: 1h }");
    const first = givenEnvironment(...story, said(null, 23 * HOUR)).when(said(null, 24 * HOUR));
    expect(first.only("comment").view).toMatchObject({ what: "silent" });
    const second = givenEnvironment(...story, said(null, 24 * HOUR)).when(said(null, 48 * HOUR));
    expect(second.all("comment")).toEqual([]);
    const anew = [said(null, 24 * HOUR), said("1.5.0", 25 * HOUR)];
    expect(
      givenEnvironment(...story, ...anew)
        .when(said(null, 50 * HOUR))
        .only("comment").view,
    ).toMatchObject({
      since: DELIVERED + 25 * HOUR,
    });
  });
});

describe("what is said", () => {
  it("goes to the notice where the delivery has no thread of its own", () => {
    const story = delivered(undefined, undefined, { reportOn: null });
    const then = givenEnvironment(...story, said("1.4.2", 5 * MINUTE)).when(said("1.4.2", 6 * MINUTE));
    const told = then.only("tellLane");
    expect(told).toMatchObject({
      environment: "",
      event: { type: "DriftSeen", view: { observed: "1.4.2" } },
    });
    expect(givenRepository().when(told.event).lane.unsaid).toMatchObject([{ view: { template: "drift" } }]);
  });

  it("is crossed out where it looks like a credential, and inert where it looks like Markdown", () => {
    const hostile = "1.4.2`@everyone <img>";
    const then = givenEnvironment(...delivered(), said(hostile, MINUTE)).when(said(hostile, 2 * MINUTE));
    expect(renderComment(then.only("comment").view)).toContain("``1.4.2`@everyone <img>``");
  });
});

describe("another promotion", () => {
  const newer = requested(
    { plan: prod("{ for: 1h }"), cause: byCommand(150), cargo: tagged("1.6.0", sha("a6")) },
    DELIVERED + 2 * MINUTE,
  );
  const underWay = [newer, prepared("c150", [stepPlan("shop")], DELIVERED + 2 * MINUTE + 1_000)];

  it("that is under way is not taken for a version that nobody promoted", () => {
    const story = [...delivered(), ...underWay, said("1.6.0", 5 * MINUTE)];
    const then = givenEnvironment(...story).when(said("1.6.0", 6 * MINUTE));
    expect(then.all("comment")).toEqual([]);
    expect(then.effects).toMatchObject([{ delayMs: 5 * MINUTE }]);
  });

  it("that is under way does not make an answer a silence", () => {
    const story = [...delivered(), ...underWay, said("1.5.0", 5 * MINUTE)];
    expect(
      givenEnvironment(...story)
        .when(said(null, HOUR))
        .all("comment"),
    ).toEqual([]);
  });

  it("that is delivered is watched in place of this one", () => {
    const at = DELIVERED + 3 * MINUTE - NOON;
    const story = [
      ...delivered(),
      ...underWay,
      ...goes("shop", NOON + at, "c150").map((event) =>
        event.type === "RunObserved" ? { ...event, run: run({ id: at, headSha: sha("a6") }) } : event,
      ),
    ];
    const right = (after: number): EnvironmentEvent => {
      const event = said("1.6.0", after, "c150");
      return {
        ...event,
        evidence: { ...evidence("1.6.0", DELIVERED + after), outcome: "confirmed" },
      } as EnvironmentEvent;
    };
    const then = givenEnvironment(...story, right(4 * MINUTE)).when(right(5 * MINUTE));
    expect(then.lane.watch).toMatchObject({ promotionId: "c150", cargo: { version: "1.6.0" } });
    const late = givenEnvironment(...story, right(4 * MINUTE), right(5 * MINUTE)).when(
      said("1.4.2", 6 * MINUTE),
    );
    expect(late.effects).toEqual([]);
  });

  it("that has failed half done ends it: what runs there is said already", () => {
    const at = DELIVERED + 3 * MINUTE - NOON;
    const failed = goes("shop", NOON + at, "c150").map((event) =>
      event.type === "RunObserved"
        ? { ...event, run: run({ id: at, headSha: sha("a6"), conclusion: "failure" }) }
        : event,
    );
    const then = givenEnvironment(...delivered(), ...underWay, ...failed.slice(0, -1)).when(
      ...failed.slice(-1),
    );
    expect(then.lane.ended).toMatchObject([{ stage: "failed" }]);
    expect(then.lane.watch).toBeNull();
  });
});

it("a repository that was lost and comes back is watched again", () => {
  const lost: EnvironmentEvent = {
    type: "RepositoryLost",
    at: DELIVERED + MINUTE,
    reason: "uninstalled",
    forGood: false,
  };
  const back: EnvironmentEvent = {
    type: "RepositoryResumed",
    at: DELIVERED + 9 * MINUTE,
    since: DELIVERED + MINUTE,
  };
  const then = givenEnvironment(...delivered(), lost).when(back);
  expect(then.effects.filter(({ effect }) => effect.type === "askVersion")).toMatchObject([
    { id: "watch:c101::0:1", delayMs: 0 },
  ]);
});

it("channels hear of a drift, and that it is over, where the config has them told; others do not", () => {
  const channels = `channels:
  ops: { webhook: { url: "https://ops.example/hook", secret: OPS } }
  calm: { webhook: { url: "https://calm.example/hook", secret: OPS }, tell: { events: [delivered] } }
environments:
  prod:
    verify: { url: "https://shop.example/version", confirmations: 2, interval: 5s }
    watch: { for: 1h, every: 5m }
`;
  const story = delivered("", planOf("prod", channels));
  const drifted = [said("1.4.2", 5 * MINUTE), said("1.4.2", 6 * MINUTE)];
  const tellings = (events: readonly EnvironmentEvent[]) =>
    givenEnvironment(...story, ...events.slice(0, -1))
      .when(...events.slice(-1))
      .all("tellLane")
      .flatMap(({ event }) => (event.type === "ChannelsToTell" ? [event] : []));
  expect(tellings(drifted)).toMatchObject([
    {
      recipients: [{ channel: { name: "ops" } }],
      message: { event: "drifted", what: "other", observed: "1.4.2", version: "1.5.0", environment: "prod" },
    },
  ]);
  expect(tellings([...drifted, said("1.4.2", 11 * MINUTE)])).toEqual([]);
  const back = [...drifted, said("1.5.0", 11 * MINUTE), said("1.5.0", 12 * MINUTE)];
  expect(tellings(back)).toMatchObject([{ message: { what: "back" } }]);
});
