/** What an environment does for a hotfix: no release without its fix goes before it, with it under way, or after it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, type LaneState } from "../../src/core/decide.ts";
import { newEnvironmentLane, type EnvironmentLane } from "../../src/core/environment.ts";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { CommitSha, PromotionId } from "../../src/core/ids.ts";
import { classOf, type NewPromotion, type Promotion, type PromotionClass } from "../../src/core/promotion.ts";
import {
  active,
  ana,
  byCommand,
  givenEnvironment,
  NOON,
  planOf,
  POLICY,
  requested,
  run,
  sha,
  stepPlan,
} from "./given.ts";

const BRANCH = "hotfix/1.5.1";
const plan = planOf("prod", "environments: { prod: {} }\n");
const FIX = sha("b1");

/** A release that is asked for in comment `commentId`. */
function release(
  version: string,
  at: CommitSha,
  commentId: number,
  more: Partial<NewPromotion> = {},
): EnvironmentEvent {
  const isHotfix = more.class === "hotfix";
  const cargo = {
    version,
    sha: at,
    tag: `v${version}`,
    ref: `v${version}`,
    ...(isHotfix ? { hotfix: BRANCH } : {}),
  };
  const id = `${isHotfix ? "u" : "c"}${commentId}` as PromotionId;
  return requested({ id, cargo, cause: byCommand(commentId), plan, ...more });
}

const hotfix = release("1.5.1", FIX, 201, { class: "hotfix" });
const newer = (commentId = 202) => release("1.6.0", sha("d1"), commentId);

/** It was prepared; what was looked for in it was found, or not. */
function looked(id: string, fixes: { has?: CommitSha[]; lacks?: CommitSha[] } | null): EnvironmentEvent {
  return {
    type: "RolloutPrepared",
    at: NOON + 1_000,
    promotionId: id as PromotionId,
    steps: [stepPlan("shop", { needs: [], claims: false })],
    changeCount: 1,
    pulls: [],
    ...(fixes === null ? {} : { fixes: { has: fixes.has ?? [], lacks: fixes.lacks ?? [] } }),
  };
}

/** Its run has ended. */
const ran = (id: string, at: CommitSha, conclusion = "success"): EnvironmentEvent[] => [
  { type: "DeploymentRecorded", at: NOON + 2_000, correlationId: `${id}-shop`, deploymentId: 5 },
  {
    type: "RunStarted",
    at: NOON + 2_000,
    correlationId: `${id}-shop`,
    runId: 501,
    runUrl: "https://x.example",
  },
  {
    type: "RunObserved",
    at: NOON + 3_000,
    run: run({ title: `Deploy ${id}-shop`, headSha: at, conclusion }),
  },
];
const delivered = (
  id: string,
  at: CommitSha,
  fixes: Parameters<typeof looked>[1] = null,
): EnvironmentEvent[] => [looked(id, fixes), ...ran(id, at)];

const waitingIn = (lane: EnvironmentLane) =>
  lane.waiting.map(({ id, held }) => [id, held?.hold.gate ?? null]);
/** Production runs 1.5.0; it is frozen, so that nothing begins. */
const before = [release("1.5.0", sha("a1"), 101), ...delivered("c101", sha("a1"))];
const frozen: EnvironmentEvent = {
  type: "EnvironmentFrozen",
  at: NOON + 5_000,
  environment: "prod",
  until: null,
  reason: null,
  word: { by: ana, commentId: 150, ordinal: 1, issue: 7, name: "f150", answers: true },
};
const thawed: EnvironmentEvent = {
  type: "EnvironmentUnfrozen",
  at: NOON + 6_000,
  environment: "prod",
  alone: true,
  word: { by: ana, commentId: 250, ordinal: 1, issue: 7, name: "f250", answers: true },
};

describe("a hotfix in the queue", () => {
  const queued = givenEnvironment(...before, frozen, newer(), hotfix);

  it("goes before what was asked for earlier", () => {
    expect(active(queued.when(thawed).lane).id).toBe("u201");
  });

  it("while it cannot begin, a release is looked through, and waits if it lacks the fix", () => {
    const held = {
      ...plan,
      environment: { ...plan.environment, gates: { soakMs: 60_000 }, after: ["staging"] },
    };
    const keep = {
      soak: "keep",
      checks: "keep",
      approvals: "keep",
      freeze: "keep",
      windows: "keep",
      external: "keep",
    } as const;
    const soaking = { ...held, environment: { ...held.environment, hotfix: keep } };
    const story = givenEnvironment(...before, release("1.5.1", FIX, 201, { class: "hotfix", plan: soaking }));
    const looking = story.when(newer());
    expect(looking.only("prepareRollout")).toMatchObject({
      promotionId: "c202",
      fixes: [{ version: "1.5.1", sha: FIX, pull: null, port: null, delivered: false }],
    });
    const without = story.and(newer()).when(looked("c202", { lacks: [FIX] }));
    expect(without.lane.active).toBeNull();
    expect(waitingIn(without.lane)).toEqual([
      ["u201", "looking"],
      ["c202", "hotfix"],
    ]);
    expect(without.all("dispatchRun")).toEqual([]);
    const having = story.and(newer()).when(looked("c202", { has: [FIX] }));
    expect(active(having.lane).stage).toBe("rolling");
  });

  it("goes first also where it comes while a release is being prepared that nobody has looked through for it", () => {
    const story = givenEnvironment(...before, newer(), hotfix);
    const outcome = story.when(looked("c202", null));
    expect(active(outcome.lane).id).toBe("u201");
    expect(outcome.lane.waiting.map(({ id }) => id)).toEqual(["c202"]);
  });

  it("passes what is only waiting: a release that has begun goes on", () => {
    const outcome = givenEnvironment(...before, newer(), looked("c202", null)).when(hotfix);
    expect(active(outcome.lane).id).toBe("c202");
    expect(outcome.lane.waiting.map(({ id }) => id)).toEqual(["u201"]);
  });

  it("that fails lets others go again", () => {
    const failed = [hotfix, looked("u201", null), ...ran("u201", FIX, "failure")];
    const outcome = givenEnvironment(...before, ...failed).when(newer());
    expect(outcome.only("prepareRollout")).not.toHaveProperty("fixes");
  });
});

describe("a hotfix that runs here", () => {
  const running = givenEnvironment(...before, hotfix, ...delivered("u201", FIX));
  const ported = (port: CommitSha | null): EnvironmentEvent => ({
    type: "HotfixPorted",
    at: NOON + 4_000,
    environment: "prod",
    version: "1.5.1",
    fix: FIX,
    pull: 9,
    port,
  });

  it("is not taken away by a release without its fix: that is refused, with what may go instead", () => {
    const story = running.and(ported(null), newer());
    expect(story.when(looked("c202", { lacks: [FIX] })).lane.active).toBeNull();
    const { ended } = story.when(looked("c202", { lacks: [FIX] })).lane;
    expect(ended).toMatchObject([
      {
        id: "c202",
        stage: "refused",
        problem: { code: "lacks-hotfix", detail: { version: "1.6.0", fix: "1.5.1", pull: 9 } },
      },
    ]);
  });

  it("is looked for in each release, by its commit and by its forward-port's", () => {
    expect(
      running
        .and(ported(sha("c1")))
        .when(newer())
        .only("prepareRollout").fixes,
    ).toEqual([{ version: "1.5.1", sha: FIX, pull: 9, port: sha("c1"), delivered: true }]);
  });

  it("was looked for by an earlier Waybill in vain: the release is prepared anew, and nothing begins", () => {
    const outcome = running.and(newer()).when(looked("c202", null));
    expect(outcome.all("dispatchRun")).toEqual([]);
    expect(outcome.only("prepareRollout").fixes).toHaveLength(1);
  });

  it("is asked of all that come later, too", () => {
    const story = running.and(ported(sha("c1")), newer(), ...delivered("c202", sha("d1"), { has: [FIX] }));
    expect(story.when(release("1.6.1", sha("d2"), 203)).only("prepareRollout").fixes).toHaveLength(1);
  });

  it("is taken away by a person's rollback, and not asked of what comes after it", () => {
    const back = release("1.5.0", sha("a1"), 204, {
      class: "rollback",
      rollback: { reason: null },
    });
    const outcome = running.and(back, ...delivered("c204", sha("a1"), { lacks: [FIX] }));
    const lane = outcome.when(newer(205)).lane;
    expect(lane.fixes?.delivered).toEqual([]);
  });

  it("is asked of another hotfix, too", () => {
    const other = release("1.5.2", sha("e1"), 206, { class: "hotfix" });
    const outcome = running.and(other).when(looked("u206", { lacks: [FIX] }));
    expect(outcome.lane.ended).toMatchObject([{ problem: { code: "lacks-hotfix" } }]);
  });
});

const act = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("normal" as const),
      ported: fc.boolean(),
      byItself: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("hotfix" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("rollback" as const) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("goes on" as const), fails: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("freeze" as const) }) },
);

describe("however they come, and whatever fails", () => {
  it("no fix of what runs here is lost but by a rollback, and no hotfix is dropped without a word", () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 5, maxLength: 40 }), (acts) => {
        const has = new Map<CommitSha, ReadonlySet<CommitSha>>();
        const fixes: CommitSha[] = [];
        const all: Promotion[] = [];
        let state: LaneState = { ...newEnvironmentLane(), left: { kind: "none" } };
        let [serial, isFrozen] = [0, false];
        // Fixes that were delivered here, and that nobody has rolled back.
        const runs = new Set<CommitSha>();
        const environment = () => state as EnvironmentLane;
        const happen = (event: EnvironmentEvent): void => {
          const { active: was } = environment();
          state = decide(state, event, POLICY).state;
          const { ended, active: is } = environment();
          all.push(...ended);
          // One at a time, and a hotfix passes nothing that has begun.
          if (was !== null && was.stage !== "preparing" && ended.every(({ id }) => id !== was.id))
            expect(is?.id).toBe(was.id);
          for (const one of ended.filter(({ stage }) => stage === "delivered")) {
            const found = has.get(one.cargo.sha) ?? new Set();
            const lost = [...runs].filter((fix) => !found.has(fix));
            if (classOf(one) !== "rollback") expect([one.id, lost]).toEqual([one.id, []]);
            for (const fix of lost) runs.delete(fix);
            if (one.cargo.hotfix !== undefined) runs.add(one.cargo.sha);
          }
        };
        const ask = (version: string, at: CommitSha, as: PromotionClass, byItself = false): void => {
          const more = {
            ...(as === "rollback" ? { rollback: { reason: null } } : {}),
            ...(byItself ? { cause: { kind: "auto" } } : {}),
          };
          happen(release(version, at, 300 + serial, { class: as, ...more } as Partial<NewPromotion>));
        };
        const goOn = (fails: boolean): void => {
          const { active: one } = environment();
          if (one === null) return;
          const { id, stage, cargo } = one;
          const known = has.get(cargo.sha) ?? new Set();
          const found = fixes.filter((fix) => known.has(fix));
          if (stage === "preparing")
            return happen(looked(id, { has: found, lacks: fixes.filter((fix) => !known.has(fix)) }));
          for (const event of ran(id, cargo.sha, fails ? "failure" : "success"))
            if (environment().active?.id === id) happen(event);
        };
        for (const one of acts) {
          serial += 1;
          const at = sha(`e${serial.toString(16).padStart(3, "0")}`);
          if (one.kind === "normal") {
            has.set(at, new Set(one.ported ? fixes : []));
            ask(`1.${serial + 5}.0`, at, "normal", one.byItself);
          } else if (one.kind === "hotfix") {
            const running = environment().delivered.at(-1);
            const on = running === undefined ? new Set<CommitSha>() : has.get(running.sha);
            has.set(at, new Set([...(on ?? []), at]));
            fixes.push(at);
            ask(running?.version.replace(/\d+$/, String(serial)) ?? `1.4.${serial}`, at, "hotfix");
          } else if (one.kind === "rollback") {
            const [first] = environment().delivered;
            if (first !== undefined) ask(first.version, first.sha, "rollback");
          } else if (one.kind === "freeze") {
            const name = { name: `f${serial + 1000}`, commentId: serial + 1000 };
            const next = isFrozen ? thawed : frozen;
            happen({ ...next, word: { ...next.word, ...name } });
            isFrozen = !isFrozen;
          } else goOn(one.fails);
        }
        for (let turns = 0; turns < 60; turns += 1) goOn(false);
        for (const one of all.filter((ended) => classOf(ended) === "hotfix")) {
          expect(["delivered", "failed", "refused"]).toContain(one.stage);
          if (one.stage !== "delivered") expect(one.problem).not.toBeNull();
        }
      }),
      { numRuns: 300 },
    );
  });
});
