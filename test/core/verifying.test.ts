/** A workflow of the team's own that says whether the release works: run after all components, and its conclusion counts. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import { hooksOf } from "../../src/core/hooks.ts";
import { deliveryReceipt } from "../../src/core/receipt/receipt.ts";
import { renderComment } from "../../src/render/comments.ts";
import { active, givenEnvironment, NOON, planOf, prepared, requested, run, stepPlan } from "./given.ts";
import { goes } from "./given-road.ts";

const MINUTE = 60_000;
const prod = (verify: string, rollback = "") =>
  planOf("prod", `environments: { prod: { inputs: { region: eu }, ${rollback}verify: ${verify} } }`);
const SMOKE = "{ workflow: smoke.yml, inputs: { depth: 2 }, deadline: 5m }";
const smoke = stepPlan("-verify-1", {
  workflow: "smoke.yml",
  kind: "hook",
  phase: "after",
  verifies: true,
  needs: [],
  settings: { timeoutMs: 5 * MINUTE },
});

/** Up to the running verification. */
function running(plan = prod(SMOKE)): EnvironmentEvent[] {
  return [
    requested({ plan }),
    prepared("c101", [stepPlan("shop"), smoke]),
    ...goes("shop", NOON + 2_000),
    {
      type: "RunStarted",
      at: NOON + 3_000,
      correlationId: "c101--verify-1",
      runId: 900,
      runUrl: "https://github.example/runs/900",
    },
  ];
}

const ends = (conclusion: string, at = NOON + 4_000): EnvironmentEvent => ({
  type: "RunObserved",
  at,
  run: run({ id: 900, conclusion, workflow: "smoke.yml" }),
});

describe("a verifying workflow", () => {
  it("is one of the workflows that run after all components, with the environment's inputs and its own", () => {
    expect(hooksOf(prod(SMOKE).environment, null)).toEqual([
      {
        phase: "after",
        name: "-verify-1",
        verifies: true,
        hook: {
          workflow: "smoke.yml",
          inputs: { region: "eu", depth: 2 },
          settings: { timeoutMs: 5 * MINUTE },
        },
      },
    ]);
  });

  it("begins once all components have succeeded", () => {
    const story = running().slice(0, -2);
    const then = givenEnvironment(...story).when(running().at(-2) as EnvironmentEvent);
    expect(then.only("dispatchRun")).toMatchObject({
      workflow: "smoke.yml",
      correlationId: "c101--verify-1",
    });
    expect(renderComment(then.only("liveComment").view)).toContain("| verification: smoke.yml | starting |");
  });

  it("that succeeds delivers the release; the receipt names its run, and that no version was seen", () => {
    const then = givenEnvironment(...running()).when(ends("success"));
    const [ended] = then.lane.ended;
    if (ended === undefined) throw new Error("it has not ended");
    expect(ended.stage).toBe("delivered");
    expect(deliveryReceipt(ended).verification).toMatchObject({
      by: "workflows",
      probes: [],
      workflows: [{ workflow: "smoke.yml", run: { id: 900, conclusion: "success" } }],
    });
    const words = renderComment(
      then.all("comment").find(({ view }) => view.template === "receipt")?.view as never,
    );
    expect(words).toContain(
      "The workflows say so; smoke.yml verified it, but the running system was not asked which version it runs.",
    );
    expect(words).toContain("| verification: smoke.yml | confirmed |");
  });

  it.each([
    ["failure", "verification-failed", "ended with `failure`"],
    ["cancelled", "verification-unknown", "is unknown"],
    ["skipped", "verification-unknown", "is unknown"],
    ["startup_failure", "verification-unknown", "is unknown"],
    ["timed_out", "verification-unknown", "is unknown"],
  ])("that ends with %s is %s", (conclusion, code, words) => {
    const then = givenEnvironment(...running()).when(ends(conclusion));
    const [comment] = then.all("comment");
    expect(comment?.view).toMatchObject({ template: "failure", problem: { code } });
    expect(renderComment(comment?.view as never)).toContain(words);
    expect(then.lane.delivered).toEqual([]);
  });

  it("that takes longer than its deadline is told to stop, and nobody knows", () => {
    const late: EnvironmentEvent = {
      type: "StepOverdue",
      at: NOON + 3_000 + 5 * MINUTE,
      correlationId: "c101--verify-1",
    };
    const stopped = givenEnvironment(...running()).when(late);
    expect(stopped.only("cancelRun")).toMatchObject({ runId: 900 });
    const then = givenEnvironment(...running(), late).when(ends("failure", late.at + 1_000));
    expect(then.lane.ended).toMatchObject([{ problem: { code: "verification-unknown" } }]);
  });

  it("stands beside probes, which are asked after it", () => {
    const both = prod(`[${SMOKE}, { url: "https://shop.example/v" }]`);
    const then = givenEnvironment(...running(both)).when(ends("success"));
    expect(active(then.lane).stage).toBe("proving");
    expect(then.only("askVersion")).toMatchObject({ probe: 0, config: { url: "https://shop.example/v" } });
  });
});

it("a rollback by itself after a verification that failed goes back", () => {
  const auto = prod(SMOKE, "rollback: { auto: verification }, ");
  const first = [...running(auto), ends("success")];
  const again = running(auto).map((event): EnvironmentEvent => {
    const text = JSON.stringify(event)
      .replaceAll("c101", "c150")
      .replaceAll("1.5.0", "1.6.0")
      .replaceAll('"commentId":101', '"commentId":150')
      .replaceAll("a1000", "a6000")
      .replaceAll(/("runId":|runs\/)(\d+)/g, "$17$2");
    return JSON.parse(text.replaceAll('"id":2000', '"id":72000')) as EnvironmentEvent;
  });
  const failed: EnvironmentEvent = {
    type: "RunObserved",
    at: NOON + 9_000,
    run: run({
      id: 7900,
      conclusion: "failure",
      workflow: "smoke.yml",
      headSha: "a6".padEnd(40, "0") as never,
    }),
  };
  const then = givenEnvironment(...first, ...again).when(failed);
  expect(then.lane.ended[0]).toMatchObject({ problem: { code: "verification-failed" }, goesBackTo: "1.5.0" });
});
