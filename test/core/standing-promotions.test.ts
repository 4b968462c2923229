/** The stories of what was under way in a repository that is parked, taken up again, or lost. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { Promotion } from "../../src/core/promotion.ts";
import type { ParkReason } from "../../src/core/standing.ts";
import {
  active,
  built,
  byCommand,
  environmentSeen,
  evidence,
  givenEnvironment,
  NOON,
  planOf,
  prepared,
  requested,
  run,
  sha,
  stepPlan,
  tagged,
} from "./given.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("an environment whose repository", () => {
  const rolling = (): readonly EnvironmentEvent[] => [
    requested({ plan: planOf("prod") }),
    requested({ cause: byCommand(102), cargo: tagged("1.6.0", sha("a2")) }),
    prepared("c101", [stepPlan("api")]),
  ];

  const lostBy = (reason: ParkReason, forGood: boolean, at = NOON + HOUR): EnvironmentEvent => ({
    type: "RepositoryLost",
    at,
    reason,
    forGood,
  });
  const back: EnvironmentEvent = { type: "RepositoryResumed", at: NOON + 2 * DAY, since: NOON };

  it("is lost for good: everything open ends, in the store and the audit log", () => {
    const lost = givenEnvironment(...rolling()).when(lostBy("deleted", true));
    expect(lost.lane.active).toBeNull();
    expect(lost.lane.waiting).toEqual([]);
    expect(lost.lane.ended).toMatchObject([
      { id: "c101", stage: "failed", problem: { code: "repository-lost" }, finishedAt: NOON + HOUR },
      { id: "c102", stage: "refused", problem: { code: "repository-lost" } },
    ]);
    expect(lost.audit.map(({ type, ref }) => `${type} ${ref}`)).toEqual([
      "promotion.abandoned c101",
      "promotion.abandoned c102",
    ]);
    expect(lost.all("prepareRollout")).toEqual([]);
  });

  it("is lost, and may come back, before anything was dispatched: everything open ends all the same", () => {
    const lost = givenEnvironment(...rolling()).when(lostBy("removed", false));
    expect(lost.lane.active).toBeNull();
    expect(lost.lane.ended.map(({ stage }) => stage)).toEqual(["failed", "refused"]);
  });

  it("is lost: what ends is told to nobody, and to everybody who waits for it when it is back", () => {
    const written: EnvironmentEvent = {
      type: "LiveCommentWritten",
      at: NOON,
      promotionId: "c101" as never,
      commentId: 9,
    };
    const lost = givenEnvironment(...rolling(), written).when(lostBy("removed", false));
    expect(lost.all("comment")).toEqual([]);
    expect(lost.all("react")).toEqual([]);
    const told = givenEnvironment(...rolling(), written, lostBy("removed", false)).when(back);
    expect(told.all("comment")).toMatchObject([
      { marker: "failure-c101", view: { problem: { code: "repository-lost" } } },
      { marker: "refusal-c102", view: { problem: { code: "repository-lost" } } },
    ]);
    expect(told.all("react").map(({ commentId, content }) => [commentId, content])).toEqual([
      [101, "-1"],
      [102, "-1"],
    ]);
    expect(told.all("liveComment")).toMatchObject([{ marker: "c101", view: { stage: "failed" } }]);
    const once = givenEnvironment(...rolling(), lostBy("removed", false), back).when({
      ...back,
      at: back.at + DAY,
    });
    expect(once.effects).toEqual([]);
  });

  it("is lost with builds that had only waited: they make way quietly for what is newest when it is back", () => {
    const merge = requested({ cause: { kind: "merge" }, cargo: built("1.5.0-dev.3") });
    const lost = givenEnvironment(merge).when(lostBy("removed", false));
    expect(lost.lane.ended).toMatchObject([{ stage: "superseded" }]);
    expect(lost.only("tellLane").event).toMatchObject({ type: "BuildOverdue", sha: sha("b1") });
  });

  describe("is lost, and may come back, while a run goes on", () => {
    const id = "c101-api";
    const dispatched = (...steps: readonly string[]) =>
      givenEnvironment(
        requested({ plan: planOf("prod") }),
        requested({ cause: byCommand(102), cargo: tagged("1.6.0", sha("a2")) }),
        prepared(
          "c101",
          steps.map((component) => stepPlan(component)),
        ),
        { type: "DeploymentRecorded", at: NOON, correlationId: id, deploymentId: 1 },
      );
    const started: EnvironmentEvent = {
      type: "RunStarted",
      at: NOON,
      correlationId: id,
      runId: 5,
      runUrl: "",
    };
    const ended = (conclusion: "success" | "failure"): EnvironmentEvent => ({
      type: "RunObserved",
      at: NOON + 2 * DAY,
      run: run({ id: 5, status: "completed", conclusion }),
    });
    const running = (...steps: readonly string[]) =>
      dispatched(...steps).and(started, lostBy("removed", false));

    it("the environment stays taken, and only what waited ends", () => {
      const lost = dispatched("api", "web").and(started).when(lostBy("removed", false));
      expect(active(lost.lane)).toMatchObject({ id: "c101", stage: "rolling" });
      expect(lost.lane.waiting).toEqual([]);
      expect(lost.lane.ended.map((one) => one.id)).toEqual(["c102"]);
      const twice = running("api", "web").when(lostBy("removed", false));
      expect(active(twice.lane)).toEqual(active(lost.lane));
      expect(twice.audit).toEqual([]);
    });

    it("back again, the run is looked at; ended by then, the environment is free, and no other component begins", () => {
      const looked = running("api", "web").when(back);
      expect(looked.only("lookAtRun")).toMatchObject({ runId: 5 });
      expect(looked.all("wake")).toHaveLength(1);
      const over = running("api", "web").and(back).when(ended("success"));
      expect(over.lane.active).toBeNull();
      expect(over.lane.ended).toMatchObject([
        {
          stage: "failed",
          problem: { code: "repository-lost" },
          steps: [{ stage: "succeeded" }, { stage: "not-started" }],
        },
      ]);
      expect(over.all("recordDeployment")).toEqual([]);
    });

    it("back again, and it was the last of its rollout: that is proven and delivered as ever", () => {
      const proving = running("api").and(back).when(ended("success"));
      expect(active(proving.lane)).toMatchObject({ stage: "proving", problem: null });
    });

    it("back again, and lost once more amid a proof: nobody goes on asking, and the environment is free when the last run has ended", () => {
      const components = "components: { api: { workflow: d.yml }, web: { workflow: d.yml } }\n";
      const verify = `{ api: { verify: { url: "https://api.example" } } }`;
      const config = `${components}environments: { prod: { components: ${verify} } }\n`;
      const web: EnvironmentEvent[] = [
        { type: "DeploymentRecorded", at: NOON, correlationId: "c101-web", deploymentId: 2 },
        { type: "RunStarted", at: NOON, correlationId: "c101-web", runId: 6, runUrl: "" },
      ];
      const proving = givenEnvironment(
        requested({ plan: planOf("prod", config) }),
        prepared("c101", [stepPlan("api"), stepPlan("web", { needs: [] })]),
        { type: "DeploymentRecorded", at: NOON, correlationId: id, deploymentId: 1 },
        started,
        ...web,
        lostBy("removed", false),
        back,
      );
      const stagesOf = ({ steps }: Promotion) => steps.map(({ stage }) => stage);
      expect(stagesOf(active(proving.when(ended("success")).lane))).toEqual(["proving", "running"]);
      const again = lostBy("removed", false, NOON + 3 * DAY);
      const lost = proving.and(ended("success")).when(again);
      expect(stagesOf(active(lost.lane))).toEqual(["failed", "running"]);
      const over = proving
        .and(ended("success"), again, { ...back, at: NOON + 4 * DAY })
        .when({ type: "RunObserved", at: NOON + 4 * DAY, run: run({ id: 6 }) });
      expect(over.lane.active).toBeNull();
      expect(over.lane.ended).toMatchObject([{ stage: "failed", problem: { code: "repository-lost" } }]);
    });

    it("back again, a run of which nobody knows whether it began is looked for, and never dispatched again", () => {
      const looked = dispatched("api").and(lostBy("uninstalled", false)).when(back);
      expect(looked.only("traceRun")).toMatchObject({ correlationId: id });
      const claimed = dispatched("api")
        .and(lostBy("uninstalled", false), back)
        .when({ type: "ClaimTaken", at: NOON + 2 * DAY, correlationId: id });
      expect(claimed.all("dispatchRun")).toEqual([]);
      expect(claimed.lane.ended).toMatchObject([{ stage: "failed" }]);
    });

    it("and a person was asked already: the environment stays locked until that is answered, and back again it is asked once more", () => {
      const asked = dispatched("api").and(started, { type: "RunGone", at: NOON, correlationId: id });
      const lost = asked.when(lostBy("removed", false));
      expect(active(lost.lane).stage).toBe("needs-human");
      const again = asked.and(lostBy("removed", false)).when(back);
      expect(again.all("comment").at(-1)).toMatchObject({ marker: `need-${id}-5`, lookFirst: true });
    });

    it("and GitHub never took the dispatch: it is given up for the same reason, and not sent again", () => {
      const given = dispatched("api").and(lostBy("removed", false), back);
      const ended = given.when({ type: "ClaimTaken", at: NOON + 2 * DAY, correlationId: id });
      expect(ended.lane.ended).toMatchObject([{ problem: { code: "repository-lost" } }]);
    });

    it("of a build of merged changes: what is newest by then is asked for, as nobody can promote a build", () => {
      const merge = { id: "m1" as never, cause: { kind: "merge" } as const, cargo: built("1.5.0-dev.3") };
      const over = givenEnvironment(
        requested(merge),
        prepared("m1", [stepPlan("api"), stepPlan("web")]),
        { type: "DeploymentRecorded", at: NOON, correlationId: "m1-api", deploymentId: 1 },
        { type: "RunStarted", at: NOON, correlationId: "m1-api", runId: 5, runUrl: "" },
        lostBy("removed", false),
        back,
      ).when(ended("success"));
      expect(over.all("tellLane").map(({ event }) => event.type)).toEqual([
        "BuildOverdue",
        "EnvironmentFailed",
      ]);
    });
  });

  describe("was parked for longer than a command lives", () => {
    const later = (at: number): EnvironmentEvent => ({ type: "RepositoryResumed", at, since: NOON });

    it("commands of which nothing had begun are not done any more, and that is said", () => {
      const seen = givenEnvironment(
        requested(),
        requested({ cause: byCommand(102), cargo: tagged("1.6.0", sha("a2")) }),
      ).when(later(NOON + 14 * DAY));
      expect(seen.lane.active).toBeNull();
      expect(seen.lane.ended).toMatchObject([
        {
          id: "c101",
          stage: "refused",
          problem: { code: "command-late", detail: { age: 14, parked: true } },
        },
        { id: "c102", stage: "refused", problem: { code: "command-late" } },
      ]);
      expect(seen.all("comment").map(({ view }) => view)).toMatchObject([
        { template: "refusal", command: "/promote prod 1.5.0" },
        { template: "refusal", command: "/promote prod 1.6.0" },
      ]);
      expect(seen.all("prepareRollout")).toEqual([]);
    });

    it("where the deployment was just being recorded, that is the last thing to happen", () => {
      const recording = givenEnvironment(requested(), prepared("c101", [stepPlan("api")])).and(
        later(NOON + DAY),
      );
      const seen = recording.when({
        type: "DeploymentRecorded",
        at: NOON + DAY,
        correlationId: "c101-api",
        deploymentId: 1,
      });
      expect(seen.all("dispatchRun")).toEqual([]);
      expect(seen.only("setDeploymentStatus")).toMatchObject({ state: "error" });
      expect(seen.lane.ended).toMatchObject([{ stage: "failed", problem: { code: "command-late" } }]);
    });

    it("for a quarter of an hour everything goes on, and so does what had only waited its turn for longer", () => {
      const soon = givenEnvironment(requested()).when(later(NOON + 15 * MINUTE));
      expect(active(soon.lane).stage).toBe("preparing");
      const shortly: EnvironmentEvent = {
        type: "RepositoryResumed",
        at: NOON + 3 * HOUR,
        since: NOON + 3 * HOUR - MINUTE,
      };
      expect(active(givenEnvironment(requested()).when(shortly).lane).stage).toBe("preparing");
    });

    it("a release that was to go forward by itself is asked for once more, after what was missed, and gives way to a newer one", () => {
      const auto = (version: string, at: number, id = "a1") =>
        requested(
          {
            id: id as never,
            cause: { kind: "auto" },
            cargo: tagged(version, sha(version.replaceAll(".", ""))),
          },
          at,
        );
      const back = NOON + DAY;
      const stepped = givenEnvironment(auto("1.5.0", NOON)).when(later(back));
      expect(stepped.lane.ended).toMatchObject([{ id: "a1", stage: "superseded" }]);
      const again = stepped.only("tellLane");
      expect(again).toMatchObject({
        environment: "prod",
        event: { type: "PromotionRequested", request: { cargo: { version: "1.5.0" } } },
      });
      const anew = again.event as EnvironmentEvent;
      // Somebody else's installation may have acted here meanwhile: that is looked at first.
      const free = environmentSeen([], { at: back + 2 });
      const gone = givenEnvironment(auto("1.5.0", NOON), later(back)).when(anew, free);
      expect(active(gone.lane).cargo.version).toBe("1.5.0");
      const overtaken = givenEnvironment(
        auto("1.5.0", NOON),
        later(back),
        auto("1.6.0", back + 1, "a2"),
      ).when(anew, free);
      expect(active(overtaken.lane).cargo.version).toBe("1.6.0");
      expect(overtaken.lane.waiting).toEqual([]);
      expect(overtaken.all("comment")).toEqual([]);
    });

    it("a build of merged changes makes way for what is newest by now", () => {
      const merge = requested({ id: "m1" as never, cause: { kind: "merge" }, cargo: built("1.5.0-dev.3") });
      for (const past of [[merge], [requested(), prepared("c101", [stepPlan("api")]), merge]]) {
        const seen = givenEnvironment(...past).when(later(NOON + DAY));
        expect(seen.lane.ended).toMatchObject([{ id: "m1", stage: "superseded", problem: null }]);
        expect(seen.all("tellLane")).toMatchObject([
          { environment: "", event: { type: "BuildOverdue", environment: "prod", sha: sha("b1") } },
        ]);
        expect(seen.all("comment")).toEqual([]);
      }
      const soon = givenEnvironment(merge).when(later(NOON + 15 * MINUTE));
      expect(active(soon.lane).stage).toBe("preparing");
    });

    it("a rollout that had begun goes on", () => {
      const begun = givenEnvironment(requested(), prepared("c101", [stepPlan("api"), stepPlan("web")])).and(
        { type: "DeploymentRecorded", at: NOON, correlationId: "c101-api", deploymentId: 1 },
        later(NOON + DAY),
      );
      expect(active(begun.when(later(NOON + DAY)).lane).problem).toBeNull();
    });
  });

  it("lets the first run of a command be started for some time only, and what follows it whenever that is", () => {
    const first = givenEnvironment(requested(), prepared("c101", [stepPlan("api"), stepPlan("web")])).and({
      type: "DeploymentRecorded",
      at: NOON,
      correlationId: "c101-api",
      deploymentId: 1,
    });
    const [ordered] = givenEnvironment(requested(), prepared("c101", [stepPlan("api")]))
      .when({ type: "DeploymentRecorded", at: NOON, correlationId: "c101-api", deploymentId: 1 })
      .all("dispatchRun");
    expect(ordered?.begins).toEqual({ heardAt: NOON, orderedAt: NOON });
    const second = first
      .and(
        { type: "RunStarted", at: NOON, correlationId: "c101-api", runId: 5, runUrl: "" },
        { type: "RunObserved", at: NOON, run: run({ id: 5 }) },
      )
      .when({ type: "DeploymentRecorded", at: NOON, correlationId: "c101-web", deploymentId: 2 });
    expect(second.only("dispatchRun").begins).toBeUndefined();
  });

  it("was parked in the middle of a proof: the deadline moves by as long as that was", () => {
    const SHOP = `environments:\n  prod:\n    verify: { url: "https://shop.example", deadline: 5m, confirmations: 2 }\n`;
    const proving: readonly EnvironmentEvent[] = [
      requested({ plan: planOf("prod", SHOP) }),
      prepared("c101", [stepPlan("api")]),
      { type: "DeploymentRecorded", at: NOON, correlationId: "c101-api", deploymentId: 1 },
      { type: "RunStarted", at: NOON, correlationId: "c101-api", runId: 5, runUrl: "https://x" },
      { type: "RunObserved", at: NOON, run: run({ id: 5, status: "completed", conclusion: "success" }) },
    ];
    const look = (at: number): EnvironmentEvent => ({
      type: "VersionObserved",
      at,
      promotionId: "c101" as never,
      component: null,
      probe: 0,
      evidence: evidence("1.5.0", at),
    });
    const late = NOON + 2 * DAY;
    const resumed: EnvironmentEvent = { type: "RepositoryResumed", at: late, since: NOON + MINUTE };
    const after = givenEnvironment(...proving).when(resumed, look(late + MINUTE));
    expect(active(after.lane)).toMatchObject({
      stage: "proving",
      probes: [{ result: "asking", confirmations: 1 }],
    });
    const without = givenEnvironment(...proving).when(look(late + MINUTE));
    expect(without.lane.active).toBeNull();
  });

  it("was parked before the proof began: its time is all its own", () => {
    const begun = requested({ plan: planOf("prod") }, NOON + HOUR);
    const seen = givenEnvironment(begun).when({
      type: "RepositoryResumed",
      at: NOON + HOUR + MINUTE,
      since: NOON,
    });
    expect(active(seen.lane)).toEqual(active(givenEnvironment().when(begun).lane));
  });
});
