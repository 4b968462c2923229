/** Who begins when: after what is needed, in the order of the config, and no more at a time than the environment takes. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import {
  active,
  evidence,
  givenEnvironment,
  NOON,
  planOf,
  prepared,
  requested,
  run,
  stepPlan,
} from "./given.ts";
import { at, gone } from "./given-step.ts";

const NAMES = ["api", "web", "jobs", "mail"];
const plan = (rollout: string, api = "") =>
  planOf(
    "prod",
    `components: { api: {}, web: {}, jobs: {}, mail: { needs: [api] } }
environments: { prod: { rollout: { ${rollout} }, components: { ${api} } } }`,
  );
const plans = NAMES.map((name) => stepPlan(name, { needs: name === "mail" ? ["api"] : [] }));
const begun = (rollout: string, api = "") =>
  givenEnvironment(requested({ plan: plan(rollout, api) }), prepared("c101", plans));

/** One component's way to its run, and to the run's end. */
const starts = (name: string): EnvironmentEvent[] => {
  const correlationId = `c101-${name}`;
  const runId = 500 + NAMES.indexOf(name);
  return [
    { type: "DeploymentRecorded", at, correlationId, deploymentId: runId },
    { type: "RunStarted", at, correlationId, runId, runUrl: "https://github.example/runs/1" },
  ];
};
const ends = (name: string, conclusion = "success"): EnvironmentEvent => ({
  type: "RunObserved",
  at: at + 1_000,
  run: run({ id: 500 + NAMES.indexOf(name), conclusion }),
});

describe("an environment that takes only so many components at a time", () => {
  it("begins them in the order of the config, and the next when one has ended", () => {
    const first = begun("parallel: 2").when(...starts("api"));
    expect(active(first.lane).steps.map(({ stage }) => stage)).toEqual([
      "running",
      "recording",
      "pending",
      "pending",
    ]);
    const next = begun("parallel: 2").and(...starts("api"), ...starts("web"));
    expect(
      next
        .when(ends("web"))
        .all("recordDeployment")
        .map(({ component }) => component),
    ).toEqual(["jobs"]);
    // What could not begin before for lack of a place goes before what could not for lack of what it needs.
    expect(next.when(ends("api")).only("recordDeployment").component).toBe("jobs");
  });

  it("takes all that their needs allow where the config names no number", () => {
    const all = begun("").when(...starts("api"));
    expect(active(all.lane).steps.map(({ stage }) => stage)).toEqual([
      "running",
      "recording",
      "recording",
      "pending",
    ]);
  });

  it("does not count what is only asked for its version", () => {
    const verify = 'api: { verify: { url: "https://api.example" } }';
    const then = begun("parallel: 1", verify)
      .and(...starts("api"))
      .when(ends("api"));
    expect(then.only("askVersion").component).toBe("api");
    expect(then.only("recordDeployment").component).toBe("web");
    const proof: EnvironmentEvent = {
      type: "VersionObserved",
      at: NOON + 9_000,
      promotionId: active(then.lane).id,
      component: "api",
      probe: 0,
      evidence: evidence("1.5.0", NOON + 9_000),
    };
    const proven = begun("parallel: 1", verify)
      .and(...starts("api"), ends("api"))
      .when(proof);
    expect(proven.all("recordDeployment")).toEqual([]);
  });

  it("counts what nobody knows the end of: nothing more begins then", () => {
    const then = begun("parallel: 2")
      .and(...starts("api"), ...starts("web"))
      .when({ ...gone, correlationId: "c101-web" }, ends("api"));
    expect(then.all("recordDeployment")).toEqual([]);
  });
});
