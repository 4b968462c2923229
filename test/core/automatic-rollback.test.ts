/** Going back by itself: after what, to what, and after what not. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { EnvironmentLane } from "../../src/core/environment.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import { ana, evidence, givenEnvironment, NOON, planOf, requested, sha } from "./given.ts";
import { automatic, delivers, fails, goes, promoted, rolledBack, shaOf } from "./given-rollback.ts";

const VERIFY = `verify: { url: "https://shop.example/version", confirmations: 1, deadline: 1s }`;
const plan = (auto: "verification" | "failure", promote = "manual") =>
  planOf(
    "prod",
    `components: { shop: {} }\nenvironments: { prod: { promote: ${promote}, ${VERIFY}, rollback: { auto: ${auto} } } }\n`,
  );
const ONLY_PROVEN = { plan: plan("verification") };
const ANY = { plan: plan("failure") };

/** The running system is asked, so long after the beginning that this look decides. */
const says = (id: string, version: string, isRight: boolean): EnvironmentEvent => ({
  type: "VersionObserved",
  at: NOON + 900_000,
  promotionId: id as PromotionId,
  component: null,
  probe: 0,
  evidence: { ...evidence(version, NOON + 900_000), outcome: isRight ? "confirmed" : "other-version" },
});
const proves = (commentId: number, version: string) => [
  ...delivers(commentId, version, ONLY_PROVEN),
  says(`c${commentId}`, version, true),
];
const unproven = (commentId: number, version: string, more = ONLY_PROVEN) => [
  ...delivers(commentId, version, more),
  says(`c${commentId}`, "1.4.2", false),
];
const once = () => givenEnvironment(...proves(101, "1.5.0"));
const queue = ({ active, waiting }: EnvironmentLane) =>
  [active, ...waiting].map((one) => one?.id ?? "–").join(" ");

describe("a release that the running system does not confirm", () => {
  it("is followed by a rollback to what was delivered before, and its comment says so", () => {
    const then = once().when(...unproven(102, "1.6.0"));
    expect(then.only("prepareRollout")).toMatchObject({
      promotionId: "bc102",
      class: "rollback",
      cargo: { version: "1.5.0", sha: shaOf("1.5.0") },
      cause: { kind: "auto" },
    });
    expect(then.all("comment").map(({ view }) => view)).toMatchObject([
      { template: "failure", goesBackTo: "1.5.0" },
    ]);
    expect(then.lane.pin).toMatchObject({ by: null, word: null, bad: [{ version: "1.6.0" }] });
    expect(then.only("drawIncident").view.entries.at(-1)).toMatchObject({ kind: "asked", by: null, on: 7 });
  });
  it("also where nobody had asked for it, and where its place is", () => {
    const asked = automatic(102, "1.6.0", ONLY_PROVEN);
    const then = once()
      .and(asked, ...goes("a102", "1.6.0"))
      .when(says("a102", "1.4.2", false));
    expect(then.lane.active).toMatchObject({ id: "ba102", reportOn: 7 });
  });
  it("goes first, before what waits", () => {
    const story = once().and(promoted(102, "1.6.0", ONLY_PROVEN), promoted(103, "1.7.0", ONLY_PROVEN));
    const then = story.and(...goes("c102", "1.6.0")).when(says("c102", "1.4.2", false));
    expect(queue(then.lane)).toBe("bc102 c103");
  });
  it("is not, where there is nothing to go back to; and that is said", () => {
    const then = givenEnvironment().when(...unproven(101, "1.5.0"));
    expect(queue(then.lane)).toBe("–");
    expect(then.only("comment").view).toMatchObject({ template: "failure", goesBackTo: null });
  });
  it("is not, where the config does not want it, or a person has asked for one already", () => {
    const plain = {
      plan: planOf("prod", `components: { shop: {} }\nenvironments: { prod: { ${VERIFY} } }\n`),
    };
    const unwanted = once().when(...unproven(102, "1.6.0", plain));
    expect(queue(unwanted.lane)).toBe("–");
    expect(unwanted.only("comment").view).not.toHaveProperty("goesBackTo");
    const asked = once()
      .and(...unproven(102, "1.6.0").slice(0, -1), rolledBack(110, "1.5.0"))
      .when(says("c102", "1.4.2", false));
    expect(queue(asked.lane)).toBe("c110");
  });
});

describe("a release whose run has failed", () => {
  it("is followed by a rollback only where the config names failures", () => {
    expect(queue(once().when(...fails(102, "1.6.0", ONLY_PROVEN)).lane)).toBe("–");
    expect(queue(once().when(...fails(102, "1.6.0", ANY)).lane)).toBe("bc102");
  });
  it("is not, where nothing of it has run", () => {
    const refused = {
      type: "DispatchRefused",
      at: NOON,
      correlationId: "c102-shop",
      problem: { code: "dispatch-refused", detail: {} },
    } as const;
    const begun = once().and(promoted(102, "1.6.0", ANY), ...goes("c102", "1.6.0").slice(0, 2));
    expect(queue(begun.when(refused).lane)).toBe("–");
  });
  it.each([undefined, "failed"] as const)(
    "is not, where a person has looked at it (%s): people say how it goes on",
    (outcome) => {
      const gone = { type: "RunGone", at: NOON, correlationId: "c102-shop" } as const;
      const begun = once().and(promoted(102, "1.6.0", ANY), ...goes("c102", "1.6.0").slice(0, 3), gone);
      const then = begun.when({
        type: "PersonResolved",
        at: NOON,
        environment: "prod",
        promotionId: "c102" as PromotionId,
        by: ana,
        commentId: 110,
        issue: 7,
        ...(outcome === undefined ? {} : { outcome }),
      });
      expect(then.lane.ended).toMatchObject([{ id: "c102", stage: "failed" }]);
      expect(queue(then.lane)).toBe("–");
    },
  );
});

describe("what is never followed by a rollback", () => {
  it("a rollback", () => {
    const story = once().and(...proves(102, "1.6.0"), rolledBack(110, "1.5.0", ANY));
    const then = story.when(...goes("c110", "1.5.0", "failure"));
    expect(then.lane.ended).toMatchObject([{ id: "c110", stage: "failed" }]);
    expect(queue(then.lane)).toBe("–");
    const again = once()
      .and(...unproven(102, "1.6.0", ANY))
      .when(...goes("bc102", "1.5.0", "failure"));
    expect(again.lane.ended).toMatchObject([{ id: "bc102", stage: "failed" }]);
    expect(queue(again.lane)).toBe("–");
  });
  it("a build of merges: there is no tag", () => {
    const build = requested(
      {
        id: "m102" as PromotionId,
        cause: { kind: "merge" },
        cargo: { version: "1.6.0-dev.1", sha: sha("b1"), tag: null, ref: "main" },
        plan: plan("failure", "merge"),
      },
      NOON,
    );
    const then = once()
      .and(build)
      .when(...goes("m102", "1.6.0", "failure"));
    expect(then.lane.ended).toMatchObject([{ id: "m102", stage: "failed" }]);
    expect(queue(then.lane)).toBe("–");
  });
});
