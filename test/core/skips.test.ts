/** The stories of components that are left as they are: what nothing has changed of is not rolled out, and what is not known for certain is. */
import { describe, expect, it } from "vitest";
import type { EnvironmentLane } from "../../src/core/environment.ts";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import { filesOf, keptIn } from "../../src/core/skips.ts";
import type { ComponentConfig } from "../../src/core/config/index.ts";
import type { StepPlan } from "../../src/core/promotion.ts";
import {
  active,
  byCommand,
  environmentSeen,
  givenEnvironment,
  planOf,
  requested,
  sha,
  stepPlan,
  tagged,
} from "./given.ts";
import {
  ASKED,
  asks,
  begins,
  brings,
  byHand,
  goes,
  planned,
  prepares,
  shaOf,
  shop,
  timeOf,
  WHOLE,
} from "./given-skips.ts";

const BOTH = ["api", "web"];
const first = (text = shop()) =>
  brings(101, "1.4.0", [planned("api", null), planned("web", null)], BOTH, text);
const second = [planned("api", "1.4.0", "changed"), planned("web", "1.4.0")];
const why = (lane: EnvironmentLane) => active(lane).steps.map(({ notSkipped }) => notSkipped ?? "left");
const answers = (
  comment: number,
  component: string | null,
  outcome: "confirmed" | "other-version" | "no-answer",
  version: string,
): EnvironmentEvent => ({
  type: "VersionObserved",
  at: timeOf(comment) + 5_000,
  promotionId: `c${comment}` as PromotionId,
  component,
  probe: 0,
  evidence: {
    at: timeOf(comment) + 5_000,
    url: "https://shop.example",
    outcome,
    observed: version,
    detail: "",
  },
  wanted: { version, sha: shaOf(version) },
});

describe("a component of which nothing has changed", () => {
  it("is left as it is, counts as rolled out, and is shown as what it is", () => {
    const past = givenEnvironment(...first());
    const asked = past.when(asks(102, "1.5.0"));
    expect(asked.only("prepareRollout").compare).toEqual({ api: shaOf("1.4.0"), web: shaOf("1.4.0") });
    const then = past.and(asks(102, "1.5.0")).when(prepares(102, second));
    expect(begins(then.effects)).toEqual(["api"]);
    expect(then.audit.map(({ type, data }) => [type, data])).toContainEqual([
      "step.skipped",
      { component: "web", version: "1.4.0", sha: shaOf("1.4.0") },
    ]);
    const done = past.and(asks(102, "1.5.0"), prepares(102, second)).when(...goes(102, "api", "1.5.0"));
    expect(done.lane.delivered.map(({ version }) => version)).toEqual(["1.4.0", "1.5.0"]);
    expect(done.lane.placed).toMatchObject({ api: { version: "1.5.0" }, web: { version: "1.4.0" } });
    expect(keptIn(done.lane)).toEqual([{ component: "web", version: "1.4.0" }]);
    expect(done.all("comment")[0]?.view).toMatchObject({
      steps: [{ component: "api" }, { skipped: "1.4.0" }],
    });
    expect(done.all("retireDeployments").map(({ component }) => component)).toEqual(["api"]);
    expect(done.all("removeClaim").map(({ correlationId }) => correlationId)).toEqual(["c102-api"]);
  });

  it("is not waited for by what needs it", () => {
    const then = givenEnvironment(...first(), asks(102, "1.5.0")).when(
      prepares(102, [planned("api", "1.4.0"), planned("web", "1.4.0", "changed")]),
    );
    expect(begins(then.effects)).toEqual(["web"]);
  });

  it("is compared with what it runs itself, so that two in a row lose no change", () => {
    const past = givenEnvironment(...first(), ...brings(102, "1.5.0", second, ["api"]));
    const asked = past.when(asks(103, "1.6.0"));
    expect(asked.only("prepareRollout").compare).toEqual({ api: shaOf("1.5.0"), web: shaOf("1.4.0") });
    // Whoever compared with what was delivered last has compared with the wrong commit.
    const wrong = past
      .and(asks(103, "1.6.0"))
      .when(prepares(103, [planned("api", "1.5.0"), planned("web", "1.5.0")]));
    expect(begins(wrong.effects)).toEqual(["web"]);
    expect(why(wrong.lane)).toEqual(["left", "unknown"]);
  });

  it("lets the hooks run all the same, and a release with nothing changed is delivered", () => {
    const hook = (phase: "before" | "after") => stepPlan(`-${phase}-1`, { kind: "hook", phase, needs: [] });
    const plans = [hook("before"), planned("api", "1.4.0"), planned("web", "1.4.0"), hook("after")];
    const then = givenEnvironment(...first(), asks(102, "1.5.0")).when(prepares(102, plans));
    expect(then.only("dispatchRun").correlationId).toBe("c102--before-1");
    const bare = givenEnvironment(...first(), asks(102, "1.5.0")).when(prepares(102, plans.slice(1, 3)));
    expect(bare.lane.delivered.at(-1)?.version).toBe("1.5.0");
    expect(bare.all("dispatchRun")).toEqual([]);
    expect(bare.all("comment")[0]?.view).toMatchObject({ template: "receipt", unchangedSince: ["1.4.0"] });
  });

  it("goes back only where its files differ", () => {
    const past = [...first(), ...brings(102, "1.5.0", second, ["api"])];
    const back = asks(103, "1.4.0", shop(), { class: "rollback" });
    const then = givenEnvironment(...past, back).when(
      prepares(103, [planned("api", "1.5.0", "changed"), planned("web", "1.4.0")]),
    );
    expect(begins(then.effects)).toEqual(["api"]);
    const todays = planned("web", "1.4.0", "same", { ref: "main" });
    const other = givenEnvironment(...past, back).when(
      prepares(103, [planned("api", "1.5.0", "changed"), todays]),
    );
    expect(why(other.lane)).toEqual(["changed", "workflow"]);
  });
});

describe("everything is rolled out", () => {
  const rolled = (
    past: readonly EnvironmentEvent[],
    text = shop(),
    comment = 102,
    plans: readonly StepPlan[] = [planned("api", "1.4.0"), planned("web", "1.4.0")],
  ) => {
    const asked = givenEnvironment(...past).when(asks(comment, "1.7.0", text));
    const then = givenEnvironment(...past, asks(comment, "1.7.0", text)).when(prepares(comment, plans));
    return { compare: asked.only("prepareRollout").compare, why: why(then.lane) };
  };

  it("where the config does not say otherwise", () => {
    const plain = shop().replace("skipUnchanged: true", "parallel: 5");
    const then = rolled(first(plain), plain);
    expect(then).toEqual({ compare: undefined, why: ["left", "left"] });
    expect(
      begins(givenEnvironment(...first(), asks(102, "1.5.0", plain)).when(prepares(102, second)).effects),
    ).toEqual(["api"]);
  });
  it("where nothing was delivered yet, or by an earlier Waybill", () => {
    expect(rolled([])).toEqual({ compare: undefined, why: ["first", "first"] });
    const plain = shop().replace("skipUnchanged: true", "parallel: 5");
    expect(rolled(first(plain))).toEqual({ compare: undefined, why: ["first", "first"] });
  });
  it("where a rollout was left half done, also after an older release was brought back over it", () => {
    const half = [
      ...first(),
      asks(102, "1.6.0"),
      prepares(102, [planned("api", null), planned("web", null)]),
      ...goes(102, "api", "1.6.0", "failure"),
    ];
    expect(rolled(half, shop(), 103)).toEqual({ compare: undefined, why: ["disturbed", "disturbed"] });
  });
  it.each(["success", "failure", "cancelled"])(
    "where a run by hand has ended since with %s",
    (conclusion) => {
      const then = rolled([...first(), byHand(102, conclusion)], shop(), 103);
      expect(then.compare).toBeUndefined();
      expect(then.why).toEqual(
        conclusion === "success" ? ["disturbed", "disturbed"] : ["by-hand", "by-hand"],
      );
    },
  );
  it("where a run by hand ends while the files are looked at", () => {
    const then = givenEnvironment(...first(), asks(102, "1.5.0"), {
      ...byHand(102, "failure"),
      at: timeOf(102) + 1,
    }).when(prepares(102, [planned("api", "1.4.0"), planned("web", "1.4.0")]));
    expect(why(then.lane)).toEqual(["by-hand", "by-hand"]);
  });
  it("where nobody could look for a while", () => {
    const away: EnvironmentEvent = {
      type: "RepositoryResumed",
      at: timeOf(102) - 10,
      since: timeOf(102) - 1_000,
    };
    const past = [...first(), away, asks(102, "1.5.0"), environmentSeen([], { at: timeOf(102) })];
    const then = givenEnvironment(...past).when(
      prepares(102, [planned("api", "1.4.0"), planned("web", "1.4.0")]),
    );
    expect(why(then.lane)).toEqual(["by-hand", "by-hand"]);
  });
  it("of a component that was not part of the last delivery", () => {
    const alone = shop("", 'api: { paths: ["api/**"] }');
    const past = [...first(), ...brings(102, "1.5.0", [planned("api", "1.4.0", "changed")], ["api"], alone)];
    const then = rolled(past, shop(), 103, [planned("api", "1.5.0"), planned("web", "1.4.0")]);
    expect(then).toEqual({ compare: { api: shaOf("1.5.0") }, why: ["left", "first"] });
  });
  it.each<[string, Partial<StepPlan>]>([
    ["workflow", { blob: "b2" }],
    ["inputs", { digest: "d2" }],
    ["unknown", { compared: { since: shaOf("1.4.0"), files: "unknown" } }],
    ["changed", { compared: { since: shaOf("1.4.0"), files: "changed" } }],
  ])("of which is known: %s", (reason, more) => {
    const plans = [planned("api", "1.4.0"), planned("web", "1.4.0", "same", more)];
    expect(rolled(first(), shop(), 102, plans).why).toEqual(["left", reason]);
  });
});

describe("what is asked for its version", () => {
  const proves = (comment: number, version: string) =>
    BOTH.flatMap((one) => [...goes(comment, one, version), answers(comment, one, "confirmed", version)]);
  const begun = (text: string) => [
    asks(101, "1.4.0", text),
    prepares(101, [planned("api", null), planned("web", null)]),
  ];
  const asked = shop(ASKED);
  const past = [...begun(asked), ...proves(101, "1.4.0"), asks(102, "1.5.0", asked)];

  it("is asked for the one that it is to run, and is left as it is when it says so", () => {
    const then = givenEnvironment(...past).when(prepares(102, second));
    expect(then.only("askVersion")).toMatchObject({
      component: "web",
      cargo: { version: "1.4.0", sha: shaOf("1.4.0") },
    });
    expect(active(then.lane).steps[1]?.stage).toBe("proving");
    const done = givenEnvironment(
      ...past,
      prepares(102, second),
      answers(102, "web", "confirmed", "1.4.0"),
      ...goes(102, "api", "1.5.0"),
    );
    expect(done.when(answers(102, "api", "confirmed", "1.5.0")).all("comment")[0]?.view).toMatchObject({
      template: "receipt",
      proven: true,
    });
  });
  it.each(["other-version", "no-answer"] as const)("is rolled out where it does not: %s", (outcome) => {
    const then = givenEnvironment(
      ...past,
      prepares(102, second),
      ...goes(102, "api", "1.5.0"),
      answers(102, "api", "confirmed", "1.5.0"),
    ).when(answers(102, "web", outcome, "1.4.0"));
    expect(begins(then.effects)).toEqual(["web"]);
    expect(why(then.lane)).toEqual(["changed", "answer"]);
    expect(then.audit.map(({ type }) => type)).toContain("step.not-skipped");
  });
  it("and an answer to the old question proves nothing of the new release", () => {
    const late = answers(102, "web", "confirmed", "1.4.0");
    const rolling = givenEnvironment(
      ...past,
      prepares(102, second),
      answers(102, "web", "no-answer", "1.4.0"),
      ...goes(102, "api", "1.5.0"),
      answers(102, "api", "confirmed", "1.5.0"),
      ...goes(102, "web", "1.5.0"),
    );
    expect(active(rolling.when(late).lane).stage).toBe("rolling");
    expect(
      rolling
        .and(late)
        .when(answers(102, "web", "confirmed", "1.5.0"))
        .lane.delivered.at(-1)?.version,
    ).toBe("1.5.0");
  });
  it("as a whole is left as it is whole, or not at all", () => {
    const whole = shop(WHOLE);
    const before = [
      ...begun(whole),
      ...BOTH.flatMap((one) => goes(101, one, "1.4.0")),
      answers(101, null, "confirmed", "1.4.0"),
      asks(102, "1.5.0", whole),
    ];
    const some = givenEnvironment(...before).when(prepares(102, second));
    expect(why(some.lane)).toEqual(["changed", "whole"]);
    const none = givenEnvironment(...before).when(
      prepares(102, [planned("api", "1.4.0"), planned("web", "1.4.0")]),
    );
    expect(none.only("askVersion")).toMatchObject({
      component: null,
      cargo: { version: "1.4.0", sha: shaOf("1.4.0") },
    });
  });
});

describe("a retry", () => {
  const failed = [
    ...first(),
    asks(102, "1.5.0"),
    prepares(102, [planned("api", "1.4.0"), planned("web", "1.4.0", "changed")]),
    ...goes(102, "web", "1.5.0", "failure"),
  ];
  const retry = (comment: number) => asks(comment, "1.5.0", shop(), { retry: { of: "c102" as PromotionId } });
  const again = [planned("api", "1.4.0"), planned("web", null)];

  it("still leaves as it is what its first attempt did", () => {
    expect(
      givenEnvironment(...failed)
        .when(retry(103))
        .only("prepareRollout").compare,
    ).toEqual({ api: shaOf("1.4.0") });
    const then = givenEnvironment(...failed, retry(103)).when(prepares(103, again));
    expect(begins(then.effects)).toEqual(["web"]);
    expect(active(then.lane).steps.map(({ stage, carried }) => [stage, carried])).toEqual([
      ["succeeded", undefined],
      ["recording", undefined],
    ]);
  });
  it("does not run once more what had succeeded only because what that needs was left as it is", () => {
    const three =
      'api: { paths: ["api/**"] }\n  web: { paths: ["web/**"], needs: [api] }\n  jobs: { paths: ["jobs/**"], needs: [web] }';
    const text = shop("", three);
    const jobs = (since: string | null, files: "same" | "changed" = "same") =>
      planned("jobs", since, files, { needs: ["web"] });
    const past = [
      ...brings(
        101,
        "1.4.0",
        [planned("api", null), planned("web", null), jobs(null)],
        ["api", "web", "jobs"],
        text,
      ),
      ...brings(
        102,
        "1.5.0",
        [planned("api", "1.4.0"), planned("web", "1.4.0", "changed"), jobs("1.4.0", "changed")],
        ["web"],
        text,
      ),
      ...goes(102, "jobs", "1.5.0", "failure").map((event) => event),
      asks(103, "1.5.0", text, { retry: { of: "c102" as PromotionId } }),
    ];
    const then = givenEnvironment(...past).when(
      prepares(103, [planned("api", "1.4.0"), planned("web", null), jobs(null)]),
    );
    expect(begins(then.effects)).toEqual(["jobs"]);
  });
  it("runs everything where something was deployed by hand since", () => {
    const then = givenEnvironment(...failed, byHand(103, "success"), retry(104)).when(prepares(104, again));
    expect(begins(then.effects)).toEqual(["api"]);
  });
});

describe("a component's files", () => {
  const [api] = planOf(
    "prod",
    shop("", 'api: { paths: ["api/**"], migration: { paths: ["db/**"] } }'),
  ).components;
  const files = (changed: readonly string[] | null, calls = false, component = api as ComponentConfig) =>
    filesOf(component, changed, { workflow: "deploy.yml", calls });
  it.each<[string, readonly string[] | null, "same" | "changed" | "unknown"]>([
    ["its own", ["api/a.ts"], "changed"],
    ["those of its migrations", ["db/1.sql"], "changed"],
    ["its workflow", [".github/workflows/deploy.yml"], "changed"],
    ["an action of the repository", [".github/actions/deploy/action.yml"], "changed"],
    ["others", ["web/a.ts", "README.md", ".github/workflows/ci.yml"], "same"],
    ["none", [], "same"],
    ["what nobody can tell", null, "unknown"],
  ])("are %s", (_what, changed, then) => {
    expect(files(changed)).toBe(then);
  });
  it("are all workflows where its own calls others, and all files where it names none", () => {
    expect(files([".github/workflows/ci.yml"], true)).toBe("changed");
    const [whole] = planOf("prod", shop("", "api: {}")).components;
    expect(files(["README.md"], false, whole)).toBe("changed");
  });
});

it("an older answer without the question that it was given to counts, as an earlier Waybill has asked it", () => {
  const text = shop(WHOLE);
  const { wanted: _wanted, ...old } = answers(101, null, "confirmed", "1.4.0") as Extract<
    EnvironmentEvent,
    { type: "VersionObserved" }
  >;
  const begun = requested(
    { cause: byCommand(101), cargo: tagged("1.4.0", sha("a140")), plan: planOf("prod", text) },
    timeOf(101),
  );
  const then = givenEnvironment(
    begun,
    prepares(101, [planned("api", null), planned("web", null)]),
    ...BOTH.flatMap((one) => goes(101, one, "1.4.0")),
  ).when(old);
  expect(then.lane.delivered).toHaveLength(1);
});
