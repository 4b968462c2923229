/** Report-in: what systems that nobody can reach say by themselves, and what of it counts. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import { deliveryReceipt } from "../../src/core/receipt/receipt.ts";
import { renderComment } from "../../src/render/comments.ts";
import { active, givenEnvironment, NOON, planOf, prepared, requested, sha, stepPlan } from "./given.ts";
import { goes, id } from "./given-road.ts";

const MINUTE = 60_000;
/** The run's end: from here on reports are waited for. */
const ENDED = NOON + 2_002;
const DEADLINE = ENDED + 10 * MINUTE;

function plan(verify: string) {
  return planOf("prod", `environments: { prod: { ${verify} } }`);
}

const THREE = plan("verify: { report: { secret: REPORT_KEY, nodes: 3 } }");

/** Up to the successful run. */
function ran(prod = THREE): EnvironmentEvent[] {
  return [requested({ plan: prod }), prepared("c101", [stepPlan("shop")]), ...goes("shop", NOON + 2_000)];
}

function reported(
  node: string,
  after = 1_000,
  more: Partial<Extract<EnvironmentEvent, { type: "VersionReported" }>> = {},
): EnvironmentEvent {
  const said = { component: null, secret: "REPORT_KEY", version: "1.5.0", sha: null } as const;
  return { type: "VersionReported", at: ENDED + after, environment: "prod", node, ...said, ...more };
}

const due: EnvironmentEvent = {
  type: "ReportsDue",
  at: DEADLINE,
  promotionId: id("c101"),
  component: null,
  probe: 0,
};

/** How the promotion stands after that. */
function stageAfter(...events: readonly EnvironmentEvent[]): string {
  const { lane } = givenEnvironment(...events.slice(0, -1)).when(...events.slice(-1));
  return (lane.active ?? lane.ended[0])?.stage ?? "gone";
}

describe("reports", () => {
  it("are waited for until the deadline, and nobody is asked", () => {
    const story = ran();
    const then = givenEnvironment(...story.slice(0, -1)).when(...story.slice(-1));
    expect(then.all("askVersion")).toEqual([]);
    const wake = then.effects.find(
      ({ effect }) => effect.type === "wake" && effect.event.type === "ReportsDue",
    );
    expect(wake).toMatchObject({ delayMs: 10 * MINUTE, effect: { event: { at: DEADLINE } } });
  });

  it("of enough nodes deliver it, and the receipt says which said what", () => {
    const story = [...ran(), reported("eu-1"), reported("eu-2", 2_000)];
    const two = givenEnvironment(...ran(), reported("eu-1")).when(reported("eu-2", 2_000));
    expect(active(two.lane).probes).toMatchObject([{ confirmations: 2, result: "asking" }]);
    expect(renderComment(two.only("liveComment").view)).toContain("2 of 3 nodes have reported this version.");
    const then = givenEnvironment(...story).when(reported("us-1", 3_000, { version: "v1.5.0" }));
    const [ended] = then.lane.ended;
    if (ended === undefined) throw new Error("it has not ended");
    expect(deliveryReceipt(ended)).toMatchObject({
      when: { observed: new Date(ENDED + 3_000).toISOString() },
      verification: {
        by: "observed",
        probes: [
          {
            url: "report:REPORT_KEY",
            proves: "version",
            result: "confirmed",
            confirmations: 3,
            wanted: 3,
            evidence: [{ outcome: "confirmed", observed: "1.5.0" }, {}, { observed: "v1.5.0" }],
          },
        ],
      },
    });
    expect(then.audit).toContainEqual(expect.objectContaining({ type: "version.reported" }));
  });

  it.each<[string, EnvironmentEvent[]]>([
    ["of one node over and over", [reported("eu-1"), reported("eu-1", 2_000), reported("eu-1", 3_000)]],
    [
      "signed by another secret",
      [
        reported("a", 1, { secret: "OTHER" }),
        reported("b", 2, { secret: "OTHER" }),
        reported("c", 3, { secret: "OTHER" }),
      ],
    ],
    [
      "of a component",
      [
        reported("a", 1, { component: "shop" }),
        reported("b", 2, { component: "shop" }),
        reported("c", 3, { component: "shop" }),
      ],
    ],
    ["from before the run", [reported("a", -2_000), reported("b", -1_500), reported("c", -1_100)]],
    ["of another version", [reported("a", 1, { version: "1.4.2" }), reported("b", 2), reported("c", 3)]],
    [
      "that take it back",
      [reported("a", 1), reported("b", 2), reported("a", 3, { version: "1.4.2" }), reported("c", 4)],
    ],
    ["with another commit", [reported("a", 1, { sha: sha("b2") }), reported("b", 2), reported("c", 3)]],
  ])("%s do not", (_what, events) => {
    expect(stageAfter(...ran(), ...events)).toBe("proving");
  });

  it("that come while the run still goes on count once it has ended", () => {
    const story = ran();
    const early = ["a", "b", "c"].map((node) => reported(node, -1));
    expect(stageAfter(...story.slice(0, -1), ...early, ...story.slice(-1))).toBe("delivered");
  });

  it("that overtake one another count by when they were said", () => {
    const late = reported("a", 1_000, { version: "1.4.2" });
    expect(stageAfter(...ran(), reported("a", 2_000), late, reported("b"), reported("c"))).toBe("delivered");
  });

  it("may name the commit", () => {
    const one = plan("verify: { report: { secret: REPORT_KEY }, expect: sha }");
    expect(stageAfter(...ran(one), reported("a", 1, { version: "1.5.0" }))).toBe("proving");
    expect(stageAfter(...ran(one), reported("a", 1, { version: null, sha: sha("a1") }))).toBe("delivered");
  });
});

describe("at the deadline", () => {
  it("nothing that was reported is unknown, and no failure of the release", () => {
    const then = givenEnvironment(...ran()).when(due);
    const [comment] = then.all("comment");
    expect(comment?.view).toMatchObject({ template: "failure", problem: { code: "no-answer" } });
    if (comment === undefined) throw new Error("nothing was said");
    expect(renderComment(comment.view)).toContain(
      "until the deadline nobody reported this version to Waybill",
    );
  });

  it("too few right ones are unknown, too", () => {
    const then = givenEnvironment(...ran(), reported("a")).when(due);
    const [comment] = then.all("comment");
    if (comment === undefined) throw new Error("nothing was said");
    expect(renderComment(comment.view)).toContain("only 1 of 3 nodes reported this version");
  });

  it("another version is a failure", () => {
    const then = givenEnvironment(...ran(), reported("a"), reported("b", 1, { version: "1.4.2" })).when(due);
    expect(then.all("comment")[0]?.view).toMatchObject({
      problem: { code: "reported-other-version", detail: { observed: "1.4.2", good: 1, needed: 3 } },
    });
  });

  it("that comes early, as the repository was parked meanwhile, is set anew", () => {
    const parked: EnvironmentEvent = {
      type: "RepositoryResumed",
      at: ENDED + 5 * MINUTE,
      since: ENDED + MINUTE,
    };
    const then = givenEnvironment(...ran(), parked).when(due);
    expect(active(then.lane).stage).toBe("proving");
    expect(then.effects).toMatchObject([{ delayMs: 4 * MINUTE, effect: { event: { type: "ReportsDue" } } }]);
  });
});

describe("a component", () => {
  const prod = plan("components: { shop: { verify: { report: { secret: REPORT_KEY, nodes: 2 } } } }");
  const own = { component: "shop" };

  it("is proven by its own reports", () => {
    expect(stageAfter(...ran(prod), reported("a"), reported("b"))).toBe("rolling");
    expect(stageAfter(...ran(prod), reported("a", 1, own), reported("b", 2, own))).toBe("delivered");
  });
});

it("what nothing under way waits for is not kept: made-up nodes of another key push out no right ones", () => {
  const flood = Array.from({ length: 600 }, (_none, index) =>
    reported(`made-up-${index}`, 10, { secret: "OPS_HOOK" }),
  );
  const others = [reported("x", 10, { component: "web" }), ...flood];
  const story = [...ran(), reported("eu-1"), reported("eu-2"), ...others];
  expect(stageAfter(...story, reported("us-1"))).toBe("delivered");
  expect(givenEnvironment(reported("eu-1")).when(reported("eu-2")).lane.reports).toBeUndefined();
});

it("the later of two words of one second is the last", () => {
  const wrongFirst = [...ran(), reported("eu-1", 0, { version: "1.4.2" }), reported("eu-1", 0)];
  expect(stageAfter(...wrongFirst, reported("eu-2"), reported("us-1"))).toBe("delivered");
});
