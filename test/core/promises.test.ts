/**
 * The promises (PROMISES.md), tried by a world in which everything goes wrong that may. P6 is tried in test/threats.test.ts and
 * test/logging.test.ts, P8 in test/store/audit-chain.test.ts.
 */
import fc from "fast-check";
import semver from "semver";
import { describe, expect, it } from "vitest";
import type { Effect } from "../../src/core/effects.ts";
import { LEFT_TIMER } from "../../src/core/left.ts";
import { choice, environments, stories, Telling, type Story } from "./promises-telling.ts";
import type { World } from "./promises-world.ts";

/** Not to search for the smallest story for longer than the test may take; what was told till then was kept. */
const PATIENCE = { interruptAfterTimeLimit: 25_000, markInterruptAsFailure: false };

/** Tells stories and judges each. */
function holds(judge: (telling: Telling, story: Story) => void, arbitrary = stories(), numRuns = 60): void {
  fc.assert(
    fc.property(arbitrary, (story) => {
      judge(new Telling(story).tell(), story);
    }),
    { numRuns, ...PATIENCE },
  );
}

/** That the same run needs a person once more is not said once more: its comment is looked for, its report remembered. */
function isSaidOnceByItsName(effect: Effect): boolean {
  if (effect.type === "comment") return effect.lookFirst === true;
  return effect.type === "tellLane" && effect.event.type === "EnvironmentFailed";
}

const finals = (world: World, id: string) =>
  world.comments.filter((one) => [`receipt-${id}`, `failure-${id}`, `refusal-${id}`].includes(one.marker));

describe("the promises", () => {
  it("P1 an environment never has two claimed running rollouts; P2 each accepted command claims at most once", () => {
    holds(({ world }) => {
      expect(world.broken).toEqual([]);
    });
  });

  it("P1 also where another installation takes the place of the first, and knows of nothing that runs", () => {
    const choices = fc.array(choice, { minLength: 100, maxLength: 300, size: "max" });
    const arbitrary = stories({ slowRuns: fc.constant(true), choices });
    const property = fc.property(arbitrary, (story) => {
      const { broken } = new Telling(story).tellAnew().world;
      expect(broken.filter((one) => one.startsWith("P1"))).toEqual([]);
    });
    fc.assert(property, { numRuns: 100, ...PATIENCE });
  });

  it("P2 each accepted command comes to at most one deployment and one dispatch of a component", () => {
    holds(({ world }) => {
      const dispatches = world.ordered.flatMap(({ planned }) =>
        planned.effect.type === "dispatchRun" ? [planned.effect.correlationId] : [],
      );
      expect(new Set(dispatches).size).toBe(dispatches.length);
      expect(new Set(world.runs.map((run) => run.correlationId)).size).toBe(world.runs.length);
    });
  });

  it("P3 first in first out by comment id; an older release never lands after a newer one", () => {
    holds(({ world }) => {
      for (const name of environments) {
        const { delivered } = world.environment(name);
        const places = delivered.map((one) => world.place(one.sha));
        expect(places).toEqual(places.toSorted((one, other) => one - other));
        const versions = delivered.flatMap((one) => (one.tag === null ? [] : [one.version]));
        expect(versions).toEqual(versions.toSorted(semver.compare));
      }
    });
  });

  it("P4 every accepted command ends in a visible final state, or in a visible needs-human that holds the environment", () => {
    holds((telling) => {
      const { world } = telling;
      for (let people = 0; people < 30; people += 1) {
        const stuck = environments.filter((name) => world.environment(name).active !== null);
        for (const name of stuck) {
          const { active } = world.environment(name);
          // Whatever cannot go on by itself asks for a person, in a comment of its own.
          expect([name, active?.stage]).toEqual([name, "needs-human"]);
          const asked = active?.cause.kind === "merge" ? "EnvironmentFailed" : `need-${active?.id}`;
          const said = JSON.stringify([world.comments, world.lanes.get("")]);
          expect(said).toContain(active?.reportOn === null ? `need-${active.id}` : asked);
          world.personResolves(name);
        }
        telling.calm();
        if (stuck.length === 0) break;
      }
      for (const commentId of new Set(telling.heard)) {
        const said = finals(world, `c${commentId}`);
        const isAccepted = [...world.lanes.values()].some(
          (lane) => lane.kind === "environment" && lane.known.some((id) => id === `c${commentId}`),
        );
        expect([commentId, said.length]).toEqual([commentId, isAccepted ? 1 : 0]);
        const reactions = world.reactions.filter(
          (one) => one.startsWith(`${commentId} `) && !one.endsWith("eyes"),
        );
        if (isAccepted) expect(new Set(reactions).size).toBe(1);
        const live = world.comments.find((one) => one.marker === `c${commentId}`)?.view;
        if (live?.template === "live") expect(["delivered", "failed", "refused"]).toContain(live.stage);
      }
    });
  });

  it("P5 the SHA deployed is the SHA shown, and what ran otherwise is not delivered", () => {
    holds(({ world }) => {
      for (const name of environments) {
        for (const { promotionId, sha, tag } of world.environment(name).delivered) {
          // What is run again afterwards is somebody's own doing.
          const runs = world.runs.filter((run) => run.promotionId === promotionId && run.attempt === 1);
          expect(world.runs.filter((run) => run.promotionId === promotionId)).toHaveLength(2);
          for (const run of runs) {
            expect([run.conclusion, run.inputSha]).toEqual(["success", sha]);
            if (tag !== null) expect(run.headSha).toBe(sha);
          }
        }
      }
      for (const { planned } of world.ordered) {
        const { effect } = planned;
        if (effect.type !== "liveComment" && effect.type !== "comment") continue;
        if (!("sha" in effect.view)) continue;
        const shown = effect.view;
        for (const run of world.runs.filter((one) => effect.marker.endsWith(one.promotionId)))
          expect(run.inputSha).toBe(shown.sha);
      }
    });
  });

  it("P7 final versions do not depend on order, duplication or loss of webhooks", () => {
    const arbitrary = stories({ onlyWebhooks: fc.constant(true), lies: fc.constant(false) });
    fc.assert(
      fc.property(arbitrary, fc.array(choice, { maxLength: 140, size: "max" }), (story, choices) => {
        // The same things happen in the same order; only what is heard of them differs.
        const acts = (one: Telling) =>
          environments.map((name) => one.world.environment(name).delivered.at(-1)?.sha ?? null);
        const inPeace = new Telling({ ...story, choices: [] }).tell();
        const one = new Telling(story).tell();
        const other = new Telling({ ...story, choices }).tell();
        expect(acts(one)).toEqual(acts(inPeace));
        expect(acts(other)).toEqual(acts(inPeace));
      }),
      { numRuns: 50, ...PATIENCE },
    );
  });

  it("every idempotency key is used once in the life of a lane, unless later ones replace it", () => {
    holds(({ world }) => {
      const seen = new Map<string, string>();
      for (const { lane, planned } of world.ordered) {
        // A timer that is one at a time: while it waits, no second one is set.
        if (planned.coalesce || planned.id === LEFT_TIMER) continue;
        const key = `${lane} ${planned.id}`;
        const effect = JSON.stringify(planned.effect);
        if (isSaidOnceByItsName(planned.effect)) continue;
        // To ask GitHub the same question, or to set the same state, twice does nothing new.
        const isIdle = ["lookForCommit", "lookAtEnvironment", "lookAtRun", "setDeploymentStatus"].includes(
          planned.effect.type,
        );
        if (isIdle) expect(seen.get(key) ?? effect).toBe(effect);
        else expect([key, seen.has(key)]).toEqual([key, false]);
        seen.set(key, effect);
      }
    });
  });
});

describe("the world in which they are tried", () => {
  it("is rough enough: every turn that a rollout may take is taken", () => {
    const seen = new Set<string>();
    const told = fc.sample(stories(), { numRuns: 400, seed: 7 }).map((story) => new Telling(story).tell());
    for (const telling of told) {
      const { world } = telling;
      for (const name of environments.filter((one) => world.personMayResolve(one)))
        world.personResolves(name);
      telling.calm();
      for (const { planned } of world.ordered) {
        const { effect } = planned;
        seen.add(effect.type);
        if (effect.type === "dispatchRun" && effect.correlationId.startsWith("again-")) seen.add("again");
        if (effect.type === "comment" && "problem" in effect.view) seen.add(effect.view.problem?.code ?? "");
        if (effect.type === "tellLane") seen.add(effect.event.type);
        if (effect.type === "comment") seen.add(effect.view.template);
      }
    }
    const turns =
      "receipt failure refusal again cancelRun takeClaim lookAtRun adoptDeployment removeClaim EnvironmentFailed " +
      "run-failed run-gone run-rerun run-wrong-commit resolved needs-human environment-unseen dispatch-lost dispatch-refused " +
      "github-refused already-on-its-way older-than-delivered reported-other-version no-answer";
    expect(turns.split(" ").filter((turn) => !seen.has(turn))).toEqual([]);
  });
});
