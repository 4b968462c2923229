/** For how long an environment has run something: what makes a stay, and what breaks it off. */
import { describe, expect, it } from "vitest";
import type { Delivered } from "../../src/core/environment.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import { newPromotion, type Promotion } from "../../src/core/promotion.ts";
import { staysOf } from "../../src/core/stays.ts";
import {
  byCommand,
  givenEnvironment,
  NOON,
  prepared,
  request,
  requested,
  run,
  sha,
  stepPlan,
  tagged,
} from "./given.ts";
import { delivered as deliveredRoad, goes, looked } from "./given-road.ts";

const HOUR = 60 * 60_000;
const at = (hours: number): number => NOON + hours * HOUR;

function delivery(hours: number, commit: string, more: Partial<Delivered> = {}): Delivered {
  const promotionId = `c${hours}` as PromotionId;
  return { version: "1.5.0", sha: sha(commit), tag: null, at: at(hours), promotionId, ...more };
}

const isA1 = ({ sha: commit }: Delivered): boolean => commit === sha("a1");
/** Builds from the second on carry it. */
const isLater = (one: Delivered): boolean => one.at >= at(1);

const underWay = (dispatchedAt: number | null): Promotion => ({
  ...newPromotion(request(), at(4)),
  stage: "rolling",
  preparedAt: at(5),
  steps: [{ ...stepPlan("api"), dispatchedAt }] as never,
});

describe("a stay of a release", () => {
  const none = { active: null, disturbed: null };

  it.each([
    ["goes on while nothing takes its place", { ...none, delivered: [delivery(0, "a1")] }, [[0, null]]],
    [
      "ends with the next delivery; another one of the same release is a stay of its own",
      { ...none, delivered: [delivery(0, "a1"), delivery(3, "b1"), delivery(5, "a1")] },
      [
        [0, 3],
        [5, null],
      ],
    ],
    [
      "ends where a rollout that was not delivered has touched it",
      { ...none, delivered: [delivery(0, "a1", { disturbedAt: at(2) }), delivery(4, "a1")] },
      [
        [0, 2],
        [4, null],
      ],
    ],
    [
      "that an earlier Waybill did not mark ends with what disturbs the environment now",
      {
        active: null,
        delivered: [delivery(0, "a1")],
        disturbed: {
          kind: "failed",
          version: "1.6.0",
          sha: sha("b1"),
          promotionId: "c2",
          at: at(2),
        } as never,
      },
      [[0, 2]],
    ],
    [
      "ends with the first run of what takes its place",
      { ...none, delivered: [delivery(0, "a1")], active: underWay(at(6)) },
      [[0, 5]],
    ],
    [
      "goes on while what takes its place has started nothing yet",
      { ...none, delivered: [delivery(0, "a1")], active: underWay(null) },
      [[0, null]],
    ],
  ])("%s", (_what, lane, expected) => {
    const stays = staysOf(lane, isA1, false).map(({ from, until }) => [
      (from - NOON) / HOUR,
      until === null ? null : (until - NOON) / HOUR,
    ]);
    expect(stays).toEqual(expected);
  });
});

describe("where every merge is deployed", () => {
  it("a stay goes on from build to build, as long as they carry the commit", () => {
    const delivered = [delivery(0, "b0"), delivery(1, "b1"), delivery(2, "b2"), delivery(3, "b3")];
    const lane = { delivered, active: underWay(at(6)), disturbed: null };
    expect(staysOf(lane, isLater, true)).toEqual([{ from: at(1), until: null }]);
  });

  it("a build that failed halfway breaks it off", () => {
    const delivered = [delivery(1, "b1", { disturbedAt: at(2) }), delivery(3, "b2"), delivery(4, "b3")];
    expect(staysOf({ delivered, active: null, disturbed: null }, isLater, true)).toEqual([
      { from: at(1), until: at(2) },
      { from: at(3), until: null },
    ]);
  });
});

describe("what a failed rollout leaves", () => {
  it("is written on the delivery that it has touched, from its first run on, and stays there", () => {
    const next = requested({ cause: byCommand(110), cargo: tagged("1.6.0", sha("a6")) }, at(1));
    const failed = [
      next,
      prepared("c110", [stepPlan("api")], at(2)),
      { type: "DeploymentRecorded", at: at(2) + 1, correlationId: "c110-api", deploymentId: 9 },
      {
        type: "RunStarted",
        at: at(2) + 2,
        correlationId: "c110-api",
        runId: 900,
        runUrl: "https://x.example",
      },
      {
        type: "RunObserved",
        at: at(3),
        run: run({ id: 900, headSha: sha("a6"), title: "c110-api", conclusion: "failure" }),
      },
    ] as const;
    const then = givenEnvironment(...deliveredRoad).when(...failed);
    expect(then.lane.delivered).toMatchObject([{ version: "1.5.0", disturbedAt: at(2) }]);
    const again = requested({ cause: byCommand(120) }, at(4));
    const back = givenEnvironment(
      ...deliveredRoad,
      ...failed,
      again,
      prepared("c120", [stepPlan("api")], at(4)),
      ...goes("api", at(4) + 5, "c120"),
    );
    const after = back.when(looked("1.5.0", at(4) + 10, "c120"), looked("1.5.0", at(4) + 20, "c120"));
    expect(after.lane.delivered.map((one) => one.disturbedAt)).toEqual([at(2), undefined]);
  });
});
