/** The stories of what was rehearsed: where a rollout goes another way than in the environment before, people are told; where nobody knows, nothing is. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { Promotion, Step, StepPlan } from "../../src/core/promotion.ts";
import { differencesBetween, rehearsalOf, type RehearsedPart } from "../../src/core/rehearsal.ts";
import { rehearsalWords } from "../../src/core/rehearsal-views.ts";
import { active, givenEnvironment, planOf, prepared, requested, stepPlan } from "./given.ts";
import { observed, recorded, started } from "./given-step.ts";
import { asks, brings, planned, prepares, shop } from "./given-skips.ts";

const part = (component: string, more: Partial<RehearsedPart> = {}): RehearsedPart => ({
  component,
  needs: [],
  workflow: "deploy.yml",
  blob: "b1",
  ...more,
});
const api = part("api");
const web = part("web", { needs: ["api"] });
const jobs = part("jobs", { needs: ["web"] });

describe("a rollout differs from its rehearsal", () => {
  it.each<[string, RehearsedPart[], RehearsedPart[], object[]]>([
    ["in nothing", [api, web], [api, web], []],
    ["by a component that is new", [api, web], [api], [{ kind: "added", component: "web" }]],
    ["by one that is gone", [api], [api, web], [{ kind: "missing", component: "web" }]],
    ["by a need", [api, web], [api, part("web")], [{ kind: "after", component: "web", needs: ["api"] }]],
    [
      "by a need that is gone",
      [api, part("web")],
      [api, web],
      [{ kind: "not-after", component: "web", needs: ["api"] }],
    ],
    [
      "in nothing, where one is needed that was waited for anyway",
      [api, web, part("jobs", { needs: ["api", "web"] })],
      [api, web, jobs],
      [],
    ],
    [
      "in nothing but what is gone, where its place between two others is kept",
      [api, part("jobs", { needs: ["api"] })],
      [api, web, jobs],
      [{ kind: "missing", component: "web" }],
    ],
    [
      "also in the order of two, where what stood between them is gone",
      [api, part("jobs")],
      [api, web, jobs],
      [
        { kind: "missing", component: "web" },
        { kind: "not-after", component: "jobs", needs: ["api"] },
      ],
    ],
    [
      "by two that have changed places",
      [part("api", { needs: ["web"] }), part("web")],
      [api, web],
      [
        { kind: "after", component: "api", needs: ["web"] },
        { kind: "not-after", component: "web", needs: ["api"] },
      ],
    ],
    [
      "by the file that deploys",
      [part("api", { workflow: "prod.yml", blob: "b2" })],
      [api],
      [{ kind: "workflow", component: "api", here: "prod.yml", there: "deploy.yml" }],
    ],
    [
      "by the version of that file",
      [part("api", { blob: "b2" })],
      [api],
      [{ kind: "version", component: "api", workflow: "deploy.yml" }],
    ],
    [
      "by where that file is from",
      [api],
      [part("api", { ref: "main", blob: "b2" })],
      [{ kind: "ref", component: "api", workflow: "deploy.yml", here: null, there: "main" }],
    ],
    [
      "by what is left as it is",
      [part("api", { left: true, blob: "b2" })],
      [api],
      [{ kind: "left", component: "api" }],
    ],
    [
      "by what was left as it was",
      [api],
      [part("api", { left: true, ref: "main" })],
      [{ kind: "not-left", component: "api" }],
    ],
    [
      "in nothing, where both leave it as it is",
      [part("api", { left: true, blob: "b2" })],
      [part("api", { left: true })],
      [],
    ],
  ])("%s", (_how, here, there, differences) => {
    expect(differencesBetween(here, there)).toEqual(differences);
  });

  it("by no version that nobody knows, as an earlier Waybill did not store it", () => {
    const { blob: _unknown, ...old } = api;
    expect(differencesBetween([api], [old])).toEqual([]);
    expect(differencesBetween([old], [api])).toEqual([]);
  });

  it("by the order of the config only where that decides who goes first", () => {
    const [one, other] = [part("api"), part("web")];
    expect(differencesBetween([other, one], [one, other])).toEqual([]);
    expect(differencesBetween([other, one], [one, other], 2)).toEqual([]);
    const ahead = [{ kind: "ahead", component: "web", of: "api" }];
    expect(differencesBetween([other, one], [one, other], 1)).toEqual(ahead);
    expect(differencesBetween([one, other], [one, other], 1)).toEqual([]);
    // What is new, or gone, moves nobody else.
    const moved = differencesBetween([part("docs"), one, other], [one, part("mail"), other], 1);
    expect(moved.map(({ kind }) => kind)).toEqual(["added", "missing"]);
  });
});

describe("whatever the components are", () => {
  /** Components in an order in which each needs only some before it. */
  const rollouts = fc
    .array(fc.record({ needs: fc.array(fc.nat(7), { maxLength: 3 }), blob: fc.constantFrom("b1", "b2") }), {
      minLength: 2,
      maxLength: 8,
    })
    .map((all) =>
      all.map(({ needs, blob }, index): RehearsedPart => {
        const before = needs.filter((need) => need < index).map((need) => `c${need}`);
        return part(`c${index}`, { needs: [...new Set(before)], blob });
      }),
    );

  it("the same rollout does not differ, in whichever order it is listed, and any one change is found and named", () => {
    fc.assert(
      fc.property(
        rollouts,
        fc.nat(),
        fc.constantFrom("added", "missing", "version", "workflow", "ref", "left", "order"),
        (rollout, seed, change) => {
          expect(differencesBetween(rollout, rollout, 1)).toEqual([]);
          expect(differencesBetween(rollout.toReversed(), rollout)).toEqual([]);
          const at = seed % rollout.length;
          const [{ component }, changed] = changedAt(rollout, at, change);
          const found = differencesBetween(changed, rollout);
          const kinds = change === "order" ? ["after", "not-after"] : [change];
          expect(found.filter((one) => one.component === component).map(({ kind }) => kind)).toEqual([
            expect.toBeOneOf(kinds),
          ]);
          // Nothing is said of others, but where one that they came after is gone, which it is not: what that needs is waited for by them.
          if (change !== "order") expect(found).toHaveLength(1);
        },
      ),
      { numRuns: 300 },
    );
  });

  /** A rollout with one change, and the component that this is found at. */
  function changedAt(
    rollout: readonly RehearsedPart[],
    at: number,
    change: string,
  ): [RehearsedPart, readonly RehearsedPart[]] {
    const one = rollout[at] ?? api;
    const replaced = (more: Partial<RehearsedPart>) =>
      rollout.map((each) => (each === one ? { ...each, ...more } : each));
    if (change === "added") return [part("new"), [...rollout, part("new", { needs: [one.component] })]];
    if (change === "missing") {
      // What needs it needs in its place what it needs, so that the order of all others is what it was.
      const without = rollout.filter((each) => each !== one);
      const needsOf = ({ needs }: RehearsedPart) =>
        needs.flatMap((need) => (need === one.component ? one.needs : [need]));
      return [one, without.map((each) => ({ ...each, needs: needsOf(each) }))];
    }
    if (change === "version") return [one, replaced({ blob: "b3" })];
    if (change === "workflow") return [one, replaced({ workflow: "other.yml" })];
    if (change === "ref") return [one, replaced({ ref: "main" })];
    if (change === "left") return [one, replaced({ left: true })];
    // The first is made to wait for the last: whatever that needs of it is let go.
    const [first = api, last = api] = [rollout[0], rollout.at(-1)];
    return [
      first,
      rollout.map((each) => (each === first ? { ...each, needs: [last.component] } : { ...each, needs: [] })),
    ];
  }
});

const SHOP = `
components:
  api: {}
  web: { needs: [api] }
environments:
  staging: {}
  prod: {}
`;
const PLANS = [stepPlan("api", { blob: "b1" }), stepPlan("web", { blob: "b1" })];
const staging = (...parts: readonly RehearsedPart[]) => ({ environment: "staging", parts });

type Prepared = Extract<EnvironmentEvent, { type: "RolloutPrepared" }>;

const asked = requested({ plan: planOf("prod", SHOP) });
const rehearsed = (rehearsals: Prepared["rehearsals"], plans: readonly StepPlan[] = PLANS): Prepared => ({
  ...(prepared("c101", plans) as Prepared),
  ...(rehearsals === undefined ? {} : { rehearsals }),
});
/** The rollout in production, as it begins after these rehearsals. */
const rollout = (...how: Parameters<typeof rehearsed>) => givenEnvironment(asked).when(rehearsed(...how));

describe("in production", () => {
  it("the plan says before anything is dispatched in what it differs, and so does the audit log", () => {
    const then = rollout([staging(api, part("web"), part("jobs"))]);
    expect(then.all("dispatchRun")).toEqual([]);
    const lines = [
      { kind: "missing", components: { names: ["jobs"] }, environments: { names: ["staging"] } },
      { kind: "after", components: { names: ["web"] }, needs: { names: ["api"] } },
    ];
    expect(then.only("liveComment").view).toMatchObject({ rehearsal: { lines, more: 0 } });
    expect(then.audit.find(({ type }) => type === "rollout.unrehearsed")?.data).toEqual({
      environment: "staging",
      count: 2,
      differences: [
        { kind: "missing", component: "jobs" },
        { kind: "after", component: "web", needs: ["api"] },
      ],
    });
  });

  it("it is said once more where the rollout fails: it may be why", () => {
    const begins = rehearsed([staging(part("api"))]);
    const then = givenEnvironment(asked, begins, recorded, started).when(observed({ conclusion: "failure" }));
    expect(then.all("comment").map(({ view }) => view)).toMatchObject([
      { template: "failure", rehearsal: { lines: [{ kind: "added", components: { names: ["web"] } }] } },
    ]);
  });

  it("nothing is said, and nothing kept, where all is as it was rehearsed, where nobody delivered it, and by an earlier Waybill's look", () => {
    for (const rehearsals of [[staging(api, web)], [], undefined]) {
      const then = rollout(rehearsals);
      expect(active(then.lane)).not.toHaveProperty("rehearsed");
      expect(then.only("liveComment").view).not.toHaveProperty("rehearsal");
      expect(then.audit.map(({ type }) => type)).not.toContain("rollout.unrehearsed");
    }
  });

  it("hooks are each environment's own, and so are the inputs of a component", () => {
    const hook = stepPlan("-before-1", { kind: "hook", phase: "before", needs: [], workflow: "pause.yml" });
    const [first = stepPlan("api"), ...others] = PLANS;
    const there = rehearsalOf({ environment: "staging", steps: [first, ...others] as Step[] });
    const then = rollout(there === null ? [] : [there], [
      hook,
      { ...first, inputs: { region: "eu" } },
      ...others,
    ]);
    expect(active(then.lane)).not.toHaveProperty("rehearsed");
    expect(rehearsalOf({ environment: "staging", steps: [hook] as Step[] })).toBeNull();
  });

  it("what is true of several environments is said once, and what is true of several components on one line", () => {
    const qa = {
      environment: "qa",
      parts: [part("api", { blob: "b2" }), part("web", { needs: ["api"], blob: "b2" })],
    };
    const then = rollout([staging(...qa.parts, part("jobs")), qa]);
    expect(rehearsalWords(active(then.lane)).rehearsal?.lines).toEqual([
      {
        kind: "missing",
        components: { names: ["jobs"], more: 0 },
        environments: { names: ["staging"], more: 0 },
      },
      {
        kind: "version",
        file: "deploy.yml",
        components: { names: ["api", "web"], more: 0 },
        environments: { names: ["staging", "qa"], more: 0 },
      },
    ]);
  });

  it("of very many differences only some are shown, and it is said how many there are", () => {
    const many = Array.from({ length: 40 }, (_none, at) => part(`c${at}`, { workflow: `w${at}.yml` }));
    const plans = many.map(({ component }) => stepPlan(component));
    const then = rollout([staging(...many, ...many.map(({ component }) => part(`old-${component}`)))], plans);
    const view = rehearsalWords(active(then.lane)).rehearsal;
    expect(view?.lines[0]).toMatchObject({
      kind: "missing",
      components: { names: { length: 10 }, more: 30 },
    });
    expect([view?.lines.length, view?.more]).toEqual([12, 29]);
    const audited = then.audit.find(({ type }) => type === "rollout.unrehearsed")?.data;
    expect(audited).toMatchObject({ count: 80, differences: { length: 50 } });
  });
});

describe("where components may be left as they are", () => {
  const both = shop("    after: []\n");
  const past = brings(101, "1.4.0", [planned("api", null), planned("web", null)], ["api", "web"], both);
  const second = [planned("api", "1.4.0", "changed"), planned("web", "1.4.0", "same", { needs: ["api"] })];
  const rolls = (
    there: readonly RehearsedPart[],
    comment = 102,
    plans: readonly StepPlan[] = second,
    before: readonly EnvironmentEvent[] = past,
  ) =>
    givenEnvironment(...before, asks(comment, comment === 102 ? "1.5.0" : "1.4.0", both, as(comment))).when({
      ...(prepares(comment, plans) as Prepared),
      rehearsals: [staging(...there)],
    });
  const as = (comment: number): Partial<Promotion> => (comment === 102 ? {} : { class: "rollback" });
  /** 1.5.0 is gone back from, to 1.4.0. */
  const goesBack = (there: readonly RehearsedPart[], plans: readonly StepPlan[]) =>
    rolls(there, 103, plans, [...past, ...brings(102, "1.5.0", second, ["api"], both)]);
  const kinds = ({ lane }: ReturnType<typeof rolls>) =>
    rehearsalWords(active(lane)).rehearsal?.lines.map(({ kind, components }) => [kind, ...components.names]);

  it("it is said of what was rolled out there, and the other way round", () => {
    expect(kinds(rolls([api, web]))).toEqual([["left", "web"]]);
    expect(kinds(rolls([part("api", { left: true }), web]))).toEqual([
      ["not-left", "api"],
      ["left", "web"],
    ]);
    expect(kinds(rolls([api, part("web", { needs: ["api"], left: true })]))).toBeUndefined();
  });

  it("it is said no more once it is rolled out after all, and what then differs is", () => {
    const { lane } = rolls([api, part("web", { needs: ["api"], left: true })]);
    const promotion = active(lane);
    const steps = promotion.steps.map(({ skipped: _left, ...step }): Step => step);
    expect(rehearsalWords({ ...promotion, steps }).rehearsal?.lines).toMatchObject([{ kind: "not-left" }]);
  });

  it("a rollback leaves as it is what does not differ from what runs here, which is nobody's rehearsal", () => {
    const back = [planned("api", "1.5.0", "changed"), planned("web", "1.4.0")];
    expect(kinds(goesBack([api, web, part("jobs")], back))).toEqual([["missing", "jobs"]]);
  });

  it("that a rollback goes by today's workflow is said by itself, but not where the file comes from", () => {
    const todays = { ref: "main", blob: "b9", todays: { why: "missing", lacks: [] } } as const;
    const plans = [
      planned("api", "1.4.0", "changed", todays),
      planned("web", "1.4.0", "changed", { needs: ["api"] }),
    ];
    expect(kinds(goesBack([api, web], plans))).toBeUndefined();
    const other = goesBack([part("api", { workflow: "old.yml" }), web], plans);
    expect(kinds(other)).toEqual([["workflow", "api"]]);
    // In a rollout by the release's own file, after a rollback there by today's.
    const later = rolls([part("api", { ref: "main" }), web]);
    expect(kinds(later)).toEqual([
      ["ref", "api"],
      ["left", "web"],
    ]);
  });
});
