/** The stories of one environment: who comes in, who goes next, and who is turned away. */
import { describe, expect, it } from "vitest";
import type { EnvironmentLane } from "../../src/core/environment.ts";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import {
  active,
  built,
  byCommand,
  givenEnvironment,
  NOON,
  planOf,
  prepared,
  request,
  requested,
  run,
  sha,
  stepPlan,
  tagged,
  wes,
} from "./given.ts";
import { id, looked, onTheRoad, goes, delivered } from "./given-road.ts";

describe("a request arrives", () => {
  it("an idle environment: eyes, a live comment, and the last look before anything runs", () => {
    const then = givenEnvironment().when(requested());
    expect(then.only("react")).toEqual({ type: "react", commentId: 101, content: "eyes" });
    expect(then.only("prepareRollout")).toMatchObject({
      promotionId: "c101",
      cargo: tagged("1.5.0"),
      replaces: null,
    });
    expect(then.only("liveComment")).toMatchObject({
      issue: 7,
      commentId: null,
      isFirst: true,
      view: { stage: "preparing", requestedBy: "ana" },
    });
    // Every later one may follow a comment of which nobody has heard yet.
    const next = givenEnvironment(requested()).when(prepared("c101", [stepPlan("api")]));
    expect(next.only("liveComment")).not.toHaveProperty("isFirst");
    expect(active(then.lane)).toMatchObject({ stage: "preparing", startedAt: NOON, requestedAt: NOON });
    expect(then.audit.map((line) => [line.actor, line.type])).toEqual([
      ["user:11", "promotion.accepted"],
      ["waybill", "promotion.started"],
    ]);
  });

  it("a busy environment: it waits its turn, and says behind what", () => {
    const then = givenEnvironment(requested()).when(
      requested({ cause: byCommand(102), cargo: tagged("1.6.0", sha("a2")) }),
    );
    expect(then.all("prepareRollout")).toEqual([]);
    expect(then.lane.waiting.map((one) => one.id)).toEqual(["c102"]);
    expect(then.only("liveComment").view).toMatchObject({ stage: "waiting", position: 1, behind: "1.5.0" });
  });

  it("commands go by the id of their comments, whatever the order in which they are heard", () => {
    const later = requested({ cause: byCommand(104), cargo: tagged("1.7.0", sha("a4")) });
    const earlier = requested({ cause: byCommand(103), cargo: tagged("1.6.0", sha("a3")) });
    const then = givenEnvironment(requested(), later).when(earlier);
    expect(then.lane.waiting.map((one) => one.id)).toEqual(["c103", "c104"]);
    // Both comments say where they stand now.
    expect(
      then.all("liveComment").map((one) => [one.promotionId, "position" in one.view && one.view.position]),
    ).toEqual([
      ["c103", 1],
      ["c104", 2],
    ]);
  });

  it("the same command heard twice is one command", () => {
    const then = givenEnvironment(requested()).when(requested({}, NOON + 5));
    expect(then.ordered).toEqual([]);
    expect(then.audit).toEqual([]);
    expect(then.lane.waiting).toEqual([]);
  });

  it("the same command heard again after its end is still that one command", () => {
    const then = givenEnvironment(...delivered).when(requested({}, NOON + 60_000));
    expect(then.ordered).toEqual([]);
    expect(then.lane.active).toBeNull();
  });

  it.each([
    ["already delivered", delivered, "already-delivered"],
    ["already under way", [requested()], "already-on-its-way"],
    [
      "already waiting",
      [requested({ cause: byCommand(99), cargo: tagged("1.4.9", sha("a9")) }), requested()],
      "already-on-its-way",
    ],
  ])("a version that is %s is refused at the door, without a live comment", (_what, past, code) => {
    const then = givenEnvironment(...past).when(requested({ cause: byCommand(150, wes, 9) }));
    expect(then.ordered).toEqual(["react:c150:eyes", "react:c150:-1", "refusal:c150"]);
    expect(then.only("comment")).toMatchObject({
      issue: 9,
      view: { template: "refusal", by: "wes", command: "/promote prod 1.5.0", problem: { code } },
    });
    expect(then.lane.ended.map((one) => [one.id, one.stage])).toEqual([["c150", "refused"]]);
  });

  it("an older version is refused: it never lands after a newer one", () => {
    const then = givenEnvironment(...delivered).when(
      requested({ cause: byCommand(150), cargo: tagged("1.4.9", sha("a9")) }),
    );
    expect(then.only("comment").view).toMatchObject({
      problem: { code: "older-than-delivered", detail: { running: "1.5.0", version: "1.4.9" } },
    });
  });

  it("a re-tagged version, the same number on another commit, is not taken for delivered", () => {
    const then = givenEnvironment(...delivered).when(
      requested({ cause: byCommand(150), cargo: tagged("1.5.0", sha("a7")) }),
    );
    expect(then.only("prepareRollout").cargo.sha).toBe(sha("a7"));
  });

  it.each(["already-delivered", "already-on-its-way", "older-than-delivered"])(
    "an automatic request is turned away in silence: %s",
    (code) => {
      const past = code === "already-on-its-way" ? [requested()] : delivered;
      const cargo = code === "older-than-delivered" ? tagged("1.4.9", sha("a9")) : tagged("1.5.0");
      const then = givenEnvironment(...past).when(requested({ cause: { kind: "auto" }, reportOn: 5, cargo }));
      expect(then.ordered).toEqual([]);
      expect(then.lane.ended[0]?.problem?.code).toBe(code);
    },
  );
});

describe("builds of merged changes", () => {
  const dev = planOf("dev");
  const merge = (serial: number, commits: number) =>
    requested({
      id: id(`m${serial}`),
      plan: dev,
      cause: { kind: "merge" },
      cargo: built(`1.5.0-dev.${commits}`, sha(`b${commits}`)),
    });

  it("go without a live comment: the notice shows where they are", () => {
    const then = givenEnvironment().when(merge(1, 1));
    expect(then.ordered).toEqual(["prepare:m1"]);
  });

  it("a newer one supersedes those that wait, and never the one under way", () => {
    const then = givenEnvironment(merge(1, 1), merge(2, 2)).when(merge(3, 3));
    expect(active(then.lane).id).toBe("m1");
    expect(then.lane.waiting.map((one) => one.id)).toEqual(["m3"]);
    expect(then.lane.ended.map((one) => [one.id, one.stage])).toEqual([["m2", "superseded"]]);
    expect(then.ordered).toEqual([]);
    expect(then.audit.map((line) => line.type)).toEqual(["promotion.accepted", "promotion.superseded"]);
  });

  it("leave waiting commands alone", () => {
    const command = requested({ plan: dev, cargo: tagged("1.4.2") });
    const then = givenEnvironment(merge(1, 1), command, merge(2, 2)).when(merge(3, 3));
    expect(then.lane.waiting.map((one) => one.id)).toEqual(["c101", "m3"]);
  });

  it("may have a lower version than what runs, as after a revert", () => {
    const first = [merge(1, 4), ...prepareAndDeliver("m1")];
    const then = givenEnvironment(...first).when(
      requested({
        id: id("m2"),
        plan: dev,
        cause: { kind: "merge" },
        cargo: built("1.4.3-dev.5", sha("b5")),
      }),
    );
    expect(then.only("prepareRollout").cargo.version).toBe("1.4.3-dev.5");
  });

  it("that fail are reported to the repository, to be said on the notice", () => {
    const then = givenEnvironment(merge(1, 1)).when({
      type: "RolloutRefused",
      at: NOON + 1,
      promotionId: id("m1"),
      problem: { code: "workflow-missing", detail: { path: ".github/workflows/deploy.yml", ref: "main" } },
    });
    expect(then.only("tellLane")).toMatchObject({
      environment: "",
      event: { type: "EnvironmentFailed", view: { automatic: true, ended: true } },
    });
  });

  function prepareAndDeliver(promotion: string): EnvironmentEvent[] {
    return [
      prepared(promotion, [stepPlan("api")]),
      ...goes("api", NOON + 2_000, promotion).map((event) =>
        event.type === "RunObserved" ? { ...event, run: { ...event.run, headSha: sha("b9") } } : event,
      ),
    ];
  }
});

describe("the last look before anything runs", () => {
  it("finds all in order: the first component begins, the second waits for it", () => {
    const then = givenEnvironment(requested()).when(prepared("c101", [stepPlan("api"), stepPlan("web")]));
    expect(then.only("recordDeployment")).toMatchObject({
      component: "api",
      environment: "prod",
      production: true,
      cargo: tagged("1.5.0"),
    });
    expect(active(then.lane).steps.map((step) => step.stage)).toEqual(["recording", "pending"]);
    expect(active(then.lane)).toMatchObject({ changeCount: 3 });
  });

  it("objects: refused before anything ran, and the next in the queue starts", () => {
    const next = requested({ cause: byCommand(102), cargo: tagged("1.6.0", sha("a2")) });
    const then = givenEnvironment(requested(), next).when({
      type: "RolloutRefused",
      at: NOON + 9,
      promotionId: id("c101"),
      problem: { code: "ref-moved", detail: { tag: "v1.5.0", before: sha("a1"), now: sha("a7") } },
    });
    expect(then.ordered).toEqual([
      "prepare:c102",
      expect.stringContaining("-1"),
      "refusal:c101",
      "live:c102",
      "live:c101",
    ]);
    expect(active(then.lane).id).toBe("c102");
    // It had a live comment already, which must not go on saying that it is being prepared.
    expect(then.all("liveComment")[1]?.view).toMatchObject({ stage: "refused" });
  });

  it("said twice is heard once", () => {
    const again = prepared("c101", [stepPlan("api")], NOON + 50_000);
    const then = givenEnvironment(...onTheRoad()).when(again);
    expect(then.ordered).toEqual([]);
    expect(active(then.lane).steps).toHaveLength(2);
  });

  it("of another promotion means nothing here", () => {
    expect(givenEnvironment(requested()).when(prepared("c999", [stepPlan("api")])).ordered).toEqual([]);
    const refused = { type: "RolloutRefused", at: NOON, promotionId: id("c999") } as const;
    const problem = { code: "off-branch", detail: {} } as const;
    expect(givenEnvironment(requested()).when({ ...refused, problem }).ordered).toEqual([]);
  });

  it("could not be done, however often it was tried: refused, and said", () => {
    const then = givenEnvironment(requested()).when({
      type: "EffectGivenUp",
      at: NOON + 1,
      effect: "prepareRollout",
      promotionId: id("c101"),
      correlationId: null,
      error: "Error: GitHub answered 502",
    });
    expect(then.only("comment").view).toMatchObject({ problem: { code: "github-refused" } });
    expect(then.lane.active).toBeNull();
  });
});

describe("comments", () => {
  it("the place of the live comment is remembered, also while it waits", () => {
    const waiting = requested({ cause: byCommand(102), cargo: tagged("1.6.0", sha("a2")) });
    const written = (promotion: string, commentId: number) =>
      ({ type: "LiveCommentWritten", at: NOON, promotionId: id(promotion), commentId }) as const;
    const then = givenEnvironment(requested(), waiting, written("c102", 902)).when(written("c101", 901));
    expect(then.ordered).toEqual([]);
    expect([active(then.lane).liveCommentId, then.lane.waiting[0]?.liveCommentId]).toEqual([901, 902]);
    const next = givenEnvironment(requested(), written("c101", 901)).when(...onTheRoad().slice(1));
    expect(next.only("liveComment").commentId).toBe(901);
  });

  it("an edit waits 5 seconds, is written after the one before, and a later text replaces it", () => {
    const then = givenEnvironment(requested()).when(prepared("c101", [stepPlan("api")]));
    expect(then.effects.find((one) => one.effect.type === "liveComment")).toMatchObject({
      delayMs: 5_000,
      serial: "comment:c101",
      coalesce: true,
    });
  });

  it("nothing is said where there is no place to say it", () => {
    const nowhere = request({ cause: { kind: "auto" }, reportOn: null, plan: planOf("staging") });
    const then = givenEnvironment().when({ type: "PromotionRequested", at: NOON, request: nowhere });
    expect(then.ordered).toEqual(["prepare:a1"]);
  });
});

describe("an event for an idle environment", () => {
  const idle: readonly EnvironmentEvent[] = [
    prepared("c101", [stepPlan("api")]),
    { type: "RunObserved", at: NOON, run: run() },
    { type: "LookDue", at: NOON, correlationId: "c101-api" },
    { type: "LiveCommentWritten", at: NOON, promotionId: id("c101"), commentId: 1 },
    looked("1.5.0", NOON),
  ];
  it.each(idle.map((event) => [event.type, event] as const))("%s changes nothing", (_type, event) => {
    const fresh: EnvironmentLane = givenEnvironment(requested()).when(requested()).lane;
    const then = givenEnvironment().when(event);
    expect(then.ordered).toEqual([]);
    expect(then.lane).toEqual({ ...fresh, active: null, known: [] });
  });
});
