/** How a promotion ends: delivered and proven, not delivered, or given free by a person; and who is told. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import {
  active,
  byCommand,
  givenEnvironment,
  givenFreshEnvironment,
  NOON,
  planOf,
  prepared,
  requested,
  sha,
  stepPlan,
  tagged,
  wes,
} from "./given.ts";
import { id, looked, onTheRoad, goes, deployed, delivered } from "./given-road.ts";

describe("delivery", () => {
  it("the running system is asked once all components are deployed, until it has said so often enough in a row", () => {
    const asked = givenEnvironment(...deployed().slice(0, -1)).when(...deployed().slice(-1));
    expect(asked.only("askVersion")).toMatchObject({ promotionId: "c101", component: null, probe: 0 });
    expect(active(asked.lane).stage).toBe("proving");
    const once = givenEnvironment(...deployed()).when(looked("1.5.0", NOON + 4_000));
    expect(once.only("askVersion").probe).toBe(0);
    expect(active(once.lane).probes[0]).toMatchObject({ confirmations: 1, looks: 1, result: "asking" });
  });

  it("a wrong answer in between begins the count again", () => {
    const then = givenEnvironment(
      ...deployed(),
      looked("1.5.0", NOON + 4_000),
      looked("1.4.2", NOON + 9_000),
    ).when(looked("1.5.0", NOON + 14_000));
    expect(active(then.lane).probes[0]).toMatchObject({ confirmations: 1, looks: 3, result: "asking" });
  });

  it("is told once to everybody: reaction, receipt, authors but no bots, the repository's lane", () => {
    const then = givenEnvironment(...delivered.slice(0, -1)).when(...delivered.slice(-1));
    expect(then.ordered).toEqual([
      "unclaim:c101-api",
      "unclaim:c101-web",
      expect.stringContaining("rocket"),
      "receipt:c101",
      "keep-receipt:c101",
      "told:prod:21",
      "retire:c101-api",
      "retire:c101-web",
      "tell:delivered:c101",
      "live:c101",
    ]);
    const [receipt, told] = then.all("comment");
    expect(receipt).toMatchObject({
      issue: 7,
      view: {
        template: "receipt",
        proven: true,
        pulls: [21, 22],
        from: null,
        sha: sha("a1"),
        changeCount: 3,
      },
    });
    expect(told).toMatchObject({ issue: 21, view: { template: "told", proven: true, tag: "v1.5.0" } });
    expect(then.only("tellLane").event).toMatchObject({
      type: "EnvironmentDelivered",
      version: "1.5.0",
      sha: sha("a1"),
      last: true,
      url: "https://shop.example",
    });
    expect(then.lane.delivered).toMatchObject([{ version: "1.5.0", promotionId: "c101", tag: "v1.5.0" }]);
    expect(then.lane.active).toBeNull();
  });

  it("the pull request on which the command was given gets the receipt and no second comment", () => {
    const first = requested({ cause: byCommand(101, wes, 21) });
    const story = [...deployed("c101", first), looked("1.5.0", NOON + 4_000)];
    const then = givenEnvironment(...story).when(looked("1.5.0", NOON + 9_000));
    expect(then.all("comment").map((one) => [one.issue, one.view.template])).toEqual([[21, "receipt"]]);
  });

  it("before the end of the pipeline the authors are not told yet", () => {
    const staging = requested({ plan: planOf("staging") });
    const then = givenEnvironment(...deployed("c101", staging).slice(0, -1)).when(
      ...deployed("c101", staging).slice(-1),
    );
    expect(then.ordered).toEqual([
      expect.stringContaining("status:c101-web"),
      "unclaim:c101-api",
      "unclaim:c101-web",
      expect.stringContaining("rocket"),
      "receipt:c101",
      "keep-receipt:c101",
      "retire:c101-api",
      "retire:c101-web",
      "tell:delivered:c101",
      "live:c101",
    ]);
    expect(then.all("comment")[0]?.view).toMatchObject({ proven: false, next: ["prod"] });
  });

  it("what comes next knows what it replaces", () => {
    const then = givenEnvironment(...delivered).when(
      requested({ cause: byCommand(150), cargo: tagged("1.6.0", sha("a6")) }),
    );
    expect(then.only("prepareRollout").replaces).toEqual({ version: "1.5.0", sha: sha("a1") });
  });

  it("what became pointless while it waited is refused when its turn comes", () => {
    const older = requested({ cause: byCommand(150), cargo: tagged("1.4.9", sha("a9")) });
    const then = givenEnvironment(...delivered.slice(0, -1), older).when(...delivered.slice(-1));
    expect(then.lane.active).toBeNull();
    expect(then.lane.ended.map((one) => [one.id, one.stage, one.problem?.code ?? null])).toEqual([
      ["c101", "delivered", null],
      ["c150", "refused", "older-than-delivered"],
    ]);
    expect(then.all("react").map((one) => [one.commentId, one.content])).toEqual([
      [101, "rocket"],
      [150, "-1"],
    ]);
  });

  it("silence until the deadline is no delivery", () => {
    const deadline = NOON + 3_000 + (planOf("prod").environment.verify[0]?.deadlineMs ?? 0);
    const then = givenEnvironment(...deployed()).when(looked(null, deadline + 10));
    expect(then.only("comment").view).toMatchObject({
      template: "failure",
      problem: { code: "no-answer", detail: { looks: 1 } },
    });
    expect(then.lane.delivered).toEqual([]);
  });

  it("another version at the deadline is no delivery either, and the answer is shown", () => {
    const deadline = NOON + 3_000 + (planOf("prod").environment.verify[0]?.deadlineMs ?? 0);
    const then = givenEnvironment(...deployed(), looked("1.5.0", NOON + 4_000)).when(
      looked("1.4.2", deadline + 10),
    );
    expect(then.only("comment").view).toMatchObject({
      problem: { code: "reported-other-version", detail: { observed: "1.4.2", looks: 2 } },
      evidence: [{ observed: "1.5.0" }, { observed: "1.4.2" }],
    });
  });

  it("an answer that nobody asked for counts for nothing", () => {
    expect(givenEnvironment(...onTheRoad()).when(looked("1.5.0", NOON)).ordered).toEqual([]);
    expect(givenEnvironment(...deployed()).when(looked("1.5.0", NOON, "c101", 5)).ordered).toEqual([]);
    expect(givenEnvironment(...delivered).when(looked("1.4.2", NOON + 99_000)).ordered).toEqual([]);
  });
});

describe("a person resolves what no machine can tell", () => {
  const gone = (component: string): EnvironmentEvent => ({
    type: "RunGone",
    at: NOON + 2_500,
    correlationId: `c101-${component}`,
  });
  const begun = deployed().slice(0, 4);
  const resolved = (
    commentId = 300,
    promotion = "c101",
  ): Extract<EnvironmentEvent, { type: "PersonResolved" }> => ({
    type: "PersonResolved",
    at: NOON + 9_000,
    environment: "prod",
    promotionId: id(promotion),
    by: wes,
    commentId,
    issue: 7,
  });

  it("the promotion ends as not delivered, says who resolved it, and the next one starts", () => {
    const next = requested({ cause: byCommand(102), cargo: tagged("1.6.0", sha("a2")) });
    const then = givenEnvironment(...begun, gone("api"), next).when(resolved());
    expect(then.lane.ended).toMatchObject([
      { id: "c101", stage: "failed", problem: { code: "resolved", detail: { login: "wes" } } },
    ]);
    expect(then.all("react").map((one) => [one.commentId, one.content])).toEqual([
      [300, "eyes"],
      [300, "rocket"],
      [101, "-1"],
    ]);
    expect(active(then.lane).id).toBe("c102");
    expect(then.audit.map((line) => [line.actor, line.type])).toContainEqual([
      "user:12",
      "promotion.resolved",
    ]);
  });

  it("not before everything else of it has ended: another component may still be running", () => {
    const both = [requested(), prepared("c101", [stepPlan("api"), stepPlan("web", { needs: [] })])];
    const story = [
      ...both,
      ...goes("api", NOON + 2_000).slice(0, 2),
      ...goes("web", NOON + 3_000).slice(0, 2),
      gone("api"),
    ];
    const resolving = givenEnvironment(...story).when(resolved());
    expect(active(resolving.lane)).toMatchObject({ id: "c101", stage: "rolling" });
    const then = givenEnvironment(...story, resolved()).when(...goes("web", NOON + 3_000).slice(2));
    expect(then.lane).toMatchObject({
      active: null,
      ended: [{ stage: "failed", problem: { code: "resolved" } }],
    });
  });

  it.each([
    ["nothing needs a person", resolved(), begun],
    ["it was another promotion that did", resolved(300, "c99"), [...begun, gone("api")]],
    ["the environment is idle", resolved(), []],
  ])("where %s, the word comes too late: refused, and nothing changes", (_what, event, past) => {
    const before = givenEnvironment(...past, requested()).when(requested()).lane.active;
    const then = givenEnvironment(...past, requested()).when(event);
    expect(then.ordered).toEqual(["react:300:eyes", "react:300:end", "refusal:r300"]);
    expect(then.only("comment").view).toMatchObject({
      command: "/resolve prod",
      problem: { code: "nothing-to-resolve" },
    });
    expect(then.lane.active).toEqual(before);
  });

  it("`failed`: it ends as not delivered, by that person's word", () => {
    const then = givenEnvironment(...begun, gone("api")).when({ ...resolved(), outcome: "failed" });
    expect(then.lane.ended).toMatchObject([
      { stage: "failed", problem: { code: "resolved", detail: { login: "wes", outcome: "failed" } } },
    ]);
  });

  it("`delivered`: the rollout goes on from there, is proved as ever, and the receipt says on whose word", () => {
    const word = { ...resolved(), outcome: "delivered" } as const;
    const then = givenEnvironment(...begun, gone("api")).when(word);
    expect(active(then.lane).steps).toMatchObject([
      { component: "api", stage: "succeeded", word: "wes", problem: null },
      { component: "web", stage: "recording" },
    ]);
    const last = givenEnvironment(
      ...begun,
      gone("api"),
      word,
      ...goes("web", NOON + 10_000),
      looked("1.5.0", NOON + 14_000),
    ).when(looked("1.5.0", NOON + 19_000));
    expect(last.lane.ended).toMatchObject([{ stage: "delivered" }]);
    const [receipt] = last.all("comment");
    expect(receipt?.view).toMatchObject({ steps: [{ component: "api", word: "wes" }, { component: "web" }] });
  });

  it("`delivered` of what has not even begun is refused: nobody knew what else runs there", () => {
    const lane = givenFreshEnvironment(requested()).and({
      type: "EffectGivenUp",
      at: NOON,
      effect: "lookAtEnvironment",
      promotionId: null,
      correlationId: null,
      error: "Error",
    });
    const then = lane.when({ ...resolved(), outcome: "delivered" });
    expect(active(then.lane)).toMatchObject({
      stage: "needs-human",
      problem: { code: "environment-unseen" },
    });
    expect(then.only("comment").view).toMatchObject({
      command: "/resolve prod delivered",
      problem: { code: "nothing-to-resolve", detail: { unbegun: true } },
    });
  });

  it("the same word heard again resolves nothing that came after it", () => {
    const again = givenEnvironment(...begun, gone("api"), resolved()).when(resolved());
    expect(again.ordered).toEqual([]);
  });
});
