/** The stories of runs that Waybill did not start: somebody has deployed by hand. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { OutOfBandRun } from "../../src/core/out-of-band.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import type { NewPromotion } from "../../src/core/promotion.ts";
import { environmentsNamed, versionNamed } from "../../src/core/run-names.ts";
import { begun, lost, notSeen, observed, recorded, started, step } from "./given-step.ts";
import {
  active,
  byCommand,
  evidence,
  givenEnvironment,
  givenRepository,
  NOON,
  planOf,
  POLICY,
  prepared,
  requested,
  sha,
  stepPlan,
  tagged,
} from "./given.ts";

const URL = "https://github.example/acme/shop/actions/runs/901";
const hand = (more: Partial<OutOfBandRun> = {}): OutOfBandRun => ({
  id: 901,
  attempt: 1,
  environment: "prod",
  url: URL,
  by: "wes",
  version: "1.6.0",
  sha: sha("f6"),
  certain: true,
  ...more,
});
type Seen = Extract<EnvironmentEvent, { type: "OutOfBandSeen" }>;
const seen = (run: Partial<OutOfBandRun> = {}, end: Seen["end"] = null, at = NOON): Seen => ({
  type: "OutOfBandSeen",
  at,
  run: hand(run),
  end,
});
const ended = (run: Partial<OutOfBandRun> = {}, conclusion: string | null = "success", at = NOON + 60_000) =>
  seen(run, { conclusion, at }, at);
const due: EnvironmentEvent = { type: "OutOfBandLookDue", at: NOON + 60_000, runId: 901, attempt: 1 };

/** Without a probe: delivered by the workflows' word. */
const PLAIN = planOf("prod", "components: { api: { workflow: deploy.yml } }\nenvironments: { prod: {} }\n");
const plain = (commentId = 101, cargo = tagged("1.5.0"), at = NOON) =>
  requested({ plan: PLAIN, cause: byCommand(commentId), cargo }, at);
/** 1.5.0 was delivered at NOON + 7 s. */
const delivered = () =>
  givenEnvironment(plain(), prepared("c101", [stepPlan("api")]), recorded, started, observed());

describe("while a run that somebody started is at work in an environment", () => {
  it.each(["a promotion", "a rollback"])(
    "%s waits for it, shows it, and begins as soon as it has ended",
    (what) => {
      const back = {
        plan: PLAIN,
        cause: byCommand(102),
        cargo: tagged("1.4.2", sha("a0")),
        class: "rollback",
      };
      const asked =
        what === "a rollback" ? requested(back as Partial<NewPromotion>) : plain(102, tagged("1.6.0"));
      const held = delivered().and(seen()).when(asked);
      expect(held.all("prepareRollout")).toEqual([]);
      expect(held.only("liveComment").view).toMatchObject({
        stage: "waiting",
        held: { hold: { gate: "out-of-band", runs: [{ url: URL, by: "wes", certain: true }] } },
      });
      const then = delivered().and(seen(), asked).when(ended({}, "failure"));
      expect(then.only("prepareRollout")).toMatchObject({ promotionId: "c102" });
      expect(then.audit.map(({ type }) => type)).toEqual(["out-of-band.ended", "promotion.started"]);
    },
  );

  it("one whose turn had come steps back before anything of it begins, and is prepared anew", () => {
    const then = givenEnvironment(requested(), seen()).when(prepared("c101", [stepPlan("api")]));
    expect(then.all("recordDeployment")).toEqual([]);
    expect(then.lane).toMatchObject({ active: null, waiting: [{ id: "c101", turns: 1 }] });
  });

  it("what has begun goes on", () => {
    const then = begun().and(seen()).when(recorded);
    expect(then.only("dispatchRun").correlationId).toBe("c101-api");
  });

  it("it is written down once, and looked at now and then, however often it is heard of", () => {
    const first = givenEnvironment().when(seen());
    expect(first.audit).toMatchObject([
      { actor: "github", type: "out-of-band.begun", ref: "prod", data: { runId: 901, by: "wes" } },
    ]);
    expect(first.effects).toMatchObject([
      { delayMs: POLICY.lookEveryMs, effect: { type: "wake", event: due } },
    ]);
    const again = givenEnvironment(seen()).when(seen());
    expect([again.ordered, again.audit]).toEqual([[], []]);
    const looked = givenEnvironment(seen()).when(due);
    expect(looked.only("lookAtOutOfBand").run).toEqual(hand());
    expect(looked.ordered).toHaveLength(2);
    expect(givenEnvironment(seen(), ended()).when(due).ordered).toEqual([]);
  });

  it("its end counts whenever it is heard: nothing older that is heard later brings it back", () => {
    const then = givenEnvironment(ended(), seen()).when(requested());
    expect(active(then.lane).id).toBe("c101");
  });

  it("run again, it is another one; its first attempt is over", () => {
    const then = givenEnvironment(seen(), seen({ attempt: 2 }), ended({ attempt: 1 }, "failure")).when(
      requested(),
    );
    expect(then.lane.outOfBand?.underWay.map(({ attempt }) => attempt)).toEqual([2]);
    expect(then.lane.active).toBeNull();
  });

  it("is looked at once more when a lost repository is back, as its timers are gone", () => {
    const gone: EnvironmentEvent = { type: "RepositoryLost", at: NOON, reason: "removed", forGood: false };
    const back: EnvironmentEvent = { type: "RepositoryResumed", at: NOON + 9_000, since: NOON };
    expect(givenEnvironment(seen(), gone).when(back).only("lookAtOutOfBand").run.id).toBe(901);
    expect(givenEnvironment(seen()).when(back).all("lookAtOutOfBand")).toEqual([]);
  });
});

describe("when it has ended with success, the environment runs something that Waybill did not bring", () => {
  it("which the notice says, the log has, and the lane knows", () => {
    const then = delivered()
      .and(seen({}, null, NOON + 20_000))
      .when(ended());
    expect(then.lane.disturbed).toMatchObject({
      kind: "out-of-band",
      version: "1.6.0",
      byHand: { by: "wes" },
    });
    expect(then.audit.map(({ type }) => type)).toEqual(["out-of-band.ended", "environment.out-of-band"]);
    const { environment, event } = then.only("tellLane");
    expect([environment, event]).toMatchObject([
      "",
      {
        type: "DeployedByHand",
        marker: "by-hand-prod-901-1",
        view: {
          template: "by-hand",
          environment: "prod",
          by: "wes",
          version: "1.6.0",
          running: "1.5.0",
          url: URL,
        },
      },
    ]);
    // Heard of by the repository's lane twice, it is said once.
    expect(givenRepository(event).when(event).ordered).toEqual([]);
    expect(delivered().and(ended()).when(ended()).ordered).toEqual([]);
  });

  it("a version that nobody knows is shown by its commit", () => {
    expect(delivered().when(ended({ version: null })).lane.disturbed?.version).toBe("f600000");
  });

  it("the next promotion says over what it goes; it takes its place", () => {
    const after = delivered().and(ended());
    const next = after.when(plain(102, tagged("1.7.0", sha("a7")), NOON + 90_000));
    expect(active(next.lane)).toMatchObject({ replaces: { version: "1.5.0" }, replacesByHand: "1.6.0" });
    expect(next.only("liveComment").view).toMatchObject({ from: "1.5.0", byHand: "1.6.0" });
    const done = after
      .and(plain(102, tagged("1.7.0", sha("a7")), NOON + 90_000), prepared("c102", [stepPlan("api")]))
      .and({ ...recorded, correlationId: "c102-api" }, { ...started, correlationId: "c102-api", runId: 502 })
      .when({ ...observed({ id: 502, headSha: sha("a7") }), at: NOON + 99_000 });
    expect(done.all("comment")[0]?.view).toMatchObject({
      template: "receipt",
      from: "1.5.0",
      byHand: "1.6.0",
    });
    expect(done.lane.disturbed).toBeNull();
  });

  it("what Waybill brought last may be asked for again: it may not run there any more", () => {
    const again = plain(102, tagged("1.5.0"), NOON + 90_000);
    expect(delivered().when(again).lane.active).toBeNull();
    expect(delivered().and(ended()).when(again).lane.active?.id).toBe("c102");
  });

  it.each<[string, Seen]>([
    ["did not succeed", ended({}, "failure")],
    ["was deleted", ended({}, null)],
    ["was perhaps for another environment", ended({ certain: false })],
    [
      "ended before the last delivery, and is heard of late",
      seen({}, { conclusion: "success", at: NOON + 1 }, NOON + 99_000),
    ],
    ["brought the very release that runs there", ended({ version: "1.5.0", sha: sha("a1") })],
    ["brought the very commit that runs there", ended({ version: null, sha: sha("a1") })],
  ])("and where it %s, nothing is said", (_what, event) => {
    const then = delivered().when(event);
    expect([then.lane.disturbed ?? null, then.ordered]).toEqual([null, []]);
    expect(then.audit.map(({ type }) => type)).toEqual(["out-of-band.ended"]);
  });

  it("that it is for this very environment may be learned meanwhile, and is not forgotten", () => {
    const learned = delivered()
      .and(seen({ certain: false }), seen({ certain: true }))
      .when(ended({ certain: false }));
    expect(learned.lane.disturbed?.kind).toBe("out-of-band");
  });

  it("in the middle of a rollout it may have come after parts of it, unless the running system was asked in the end", () => {
    const during = { conclusion: "success", at: NOON + 3_000 };
    const rolling = (plan = PLAIN) =>
      givenEnvironment(requested({ plan }), prepared("c101", [stepPlan("api")]), recorded, started).and(
        seen({}, during, NOON + 3_000),
      );
    const then = rolling().when(observed());
    expect(then.lane.delivered).toHaveLength(1);
    expect(then.lane.disturbed).toMatchObject({ kind: "out-of-band", version: "1.6.0" });
    const answer = (looks: number): EnvironmentEvent => ({
      type: "VersionObserved",
      at: NOON + 9_000 + looks,
      promotionId: "c101" as PromotionId,
      component: null,
      probe: 0,
      evidence: evidence("1.5.0", NOON + 9_000 + looks),
    });
    expect(rolling(planOf("prod")).and(observed(), answer(1)).when(answer(2)).lane.disturbed).toBeNull();
  });

  it("nothing older than what may have landed unseen follows all the same (promise P3)", () => {
    const resolved: EnvironmentEvent = {
      type: "PersonResolved",
      environment: "prod",
      promotionId: "c101" as PromotionId,
      at: NOON + 9_000,
      by: { id: 11 as never, login: "ana" },
      commentId: 130,
      issue: 7,
    };
    const then = begun({ claims: false }).and(recorded, lost, notSeen(true), resolved).when(ended());
    expect(then.lane.disturbed).toMatchObject({
      kind: "unsure",
      version: "1.5.0",
      byHand: { version: "1.6.0" },
    });
  });
});

describe("a run that somebody started and that bears the name of a step", () => {
  const named = (more = {}) => observed({ id: 901, byWaybill: false, headSha: sha("a1"), ...more });
  const underWay = { status: "in_progress", conclusion: null } as const;

  it("is not taken for its own while Waybill still looks for it: it is out of band", () => {
    const then = begun({ claims: false }).and(recorded, lost, seen()).when(named(underWay));
    expect(step(then.lane)).toMatchObject({ stage: "tracing", runId: null });
    expect(then.lane.outOfBand?.underWay.map(({ id }) => id)).toEqual([901]);
  });

  it("is, where a person was asked; then it is nobody else's, whatever is heard of it later", () => {
    const asked = begun({ claims: false }, []).and(recorded, lost, seen(), notSeen(true));
    const taken = asked.when(named(underWay));
    expect(step(taken.lane)).toMatchObject({ stage: "running", runId: 901 });
    expect(taken.lane.outOfBand?.underWay).toEqual([]);
    const late = asked.and(named(underWay), named()).when(ended());
    expect([late.lane.disturbed ?? null, late.ordered, late.audit]).toEqual([null, [], []]);
    // Also where its end was the first that was heard of it.
    const atOnce = begun({ claims: false }, []).and(recorded, lost, notSeen(true), named()).when(ended());
    expect([atOnce.lane.disturbed ?? null, atOnce.audit]).toEqual([null, []]);
  });

  it("is, where it holds the claim: no other run of that name can begin", () => {
    const then = begun()
      .and(recorded, lost, seen())
      .when({ ...started, runId: 901 });
    expect(step(then.lane)).toMatchObject({ stage: "running", runId: 901 });
    expect(then.lane.outOfBand?.underWay).toEqual([]);
  });

  it("and a re-run of a step's own run never is", () => {
    const then = begun({}, [])
      .and(recorded, started)
      .when(seen({ id: 501, attempt: 2 }));
    expect(then.lane.outOfBand?.underWay).toMatchObject([{ id: 501, attempt: 2 }]);
  });
});

describe("a job of a step's run makes a deployment of its own", () => {
  const made = (deploymentId: number): EnvironmentEvent => ({
    type: "DeploymentMade",
    at: NOON + 3_000,
    correlationId: "c101-api",
    deploymentId,
  });

  it("where nobody saw that coming, it is adopted, and the one that Waybill recorded makes way", () => {
    const then = begun().and(recorded, started).when(made(77));
    expect(then.only("setDeploymentStatus")).toMatchObject({
      deploymentId: 31,
      state: "inactive",
      words: { outcome: "adopted" },
    });
    expect(step(then.lane)).toMatchObject({ deploymentId: 77, adoptsDeployment: true });
    expect(then.audit).toMatchObject([
      { type: "deployment.adopted", data: { deploymentId: 77, instead: 31 } },
    ]);
    // From then on GitHub's own job says how it goes.
    const done = begun().and(recorded, started, made(77)).when(observed());
    expect(done.all("setDeploymentStatus").filter(({ deploymentId }) => deploymentId !== 31)).toEqual([]);
    expect(done.only("adoptDeployment").runId).toBe(501);
  });

  it("heard once more, or older than the one of a later job, it changes nothing; nor does Waybill's own", () => {
    const adopted = begun().and(recorded, started, made(77));
    expect([adopted.when(made(77)).ordered, adopted.when(made(76)).ordered]).toEqual([[], []]);
    expect(step(adopted.when(made(78)).lane).deploymentId).toBe(78);
    expect(begun().and(recorded, started).when(made(31)).ordered).toEqual([]);
  });
});

describe("what a run's name tells", () => {
  const names = ["prod", "prod-eu", "staging"];
  it.each([
    ["Deploy api 1.5.0 to prod ()", ["prod"]],
    ["deploy to prod-eu", ["prod-eu"]],
    ["PROD: deploy", ["prod"]],
    ["staging, then prod", ["prod", "staging"]],
    ["deploy", []],
    ["reproduce products", []],
  ])("%s is about %j", (title, environments) => {
    expect(environmentsNamed(title, names)).toEqual(environments);
  });

  it.each([
    ["Deploy api 1.5.0 to prod ()", "main", "1.5.0"],
    ["Deploy api v1.5.0-rc.1", null, "1.5.0-rc.1"],
    ["Deploy", "v1.4.0", "1.4.0"],
    ["Deploy", "refs/tags/v1.4.0", "1.4.0"],
    ["from 1.4.0 to 1.5.0", "main", null],
    ["from 1.4.0 to 1.5.0", "v1.5.0", "1.5.0"],
    ["Deploy 1.5", "feature/1.5.0", null],
    ["Deploy 01.5.0", undefined, null],
  ])("%s on %s is version %s", (title, ref, version) => {
    expect(versionNamed(title, [null, ref], "v{version}")).toBe(version);
  });
});
