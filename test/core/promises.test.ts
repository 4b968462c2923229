/**
 * The promises (PROMISES.md), tried by a world in which everything goes wrong that may. P6 is tried in test/threats.test.ts and
 * test/logging.test.ts, P8 in test/store/audit-chain.test.ts.
 */
import fc from "fast-check";
import semver from "semver";
import { describe, expect, it } from "vitest";
import type { Effect } from "../../src/core/effects.ts";
import { LEFT_TIMER } from "../../src/core/left.ts";
import { LOOK_TIMER } from "../../src/core/standing.ts";
import {
  automaticActs,
  choice,
  environments,
  lastingActs,
  retrying,
  stories,
  Telling,
  type Story,
} from "./promises-telling.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import type { Work } from "./promises-queue.ts";
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

const IDLE: ReadonlySet<Effect["type"]> = new Set([
  "lookForCommit",
  "lookAtEnvironment",
  "lookAtRun",
  "traceRun",
  "setDeploymentStatus",
  "lookAtStanding",
  "takeClaim",
]);

/** That the same run needs a person once more is not said once more: its comment is looked for, its report remembered. */
function isSaidOnceByItsName(effect: Effect): boolean {
  if (effect.type === "comment") return effect.lookFirst === true;
  return effect.type === "tellLane" && effect.event.type === "EnvironmentFailed";
}

const finalMarkers = (id: string): string[] =>
  ["receipt", "failure", "cancelled", "refusal"].map((what) => `${what}-${id}`);

const finals = (world: World, id: string) =>
  world.comments.filter((one) => finalMarkers(id).includes(one.marker));

/** The comment that a job was to write. */
function markerOf(work: Work): string | null {
  return work.kind === "effect" && "marker" in work.effect ? work.effect.marker : null;
}

describe("the promises", () => {
  it("P1 an environment never has two claimed running rollouts; P2 each accepted command claims at most once", () => {
    holds(({ world }) => {
      expect(world.broken).toEqual([]);
    });
  });

  it("P1 also where another installation takes the place of the first, and knows of nothing that runs", () => {
    const choices = fc.array(choice, { minLength: 100, maxLength: 300, size: "max" });
    const arbitrary = stories({ lifecycle: fc.constant("stays"), slowRuns: fc.constant(true), choices });
    const property = fc.property(arbitrary, (story) => {
      const { broken } = new Telling(story).tellAnew().world;
      expect(broken.filter((one) => one.startsWith("P1"))).toEqual([]);
    });
    fc.assert(property, { numRuns: 100, ...PATIENCE });
  });

  it("P1 and P2 also where runs go on while the repository is lost", () => {
    const arbitrary = stories({ lifecycle: fc.constant("leaves"), slowRuns: fc.constant(true) });
    holds(({ world }) => expect(world.broken).toEqual([]), arbitrary, 300);
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
          // A component that was dispatched once more has a name of its own since.
          const word = new RegExp(`need-(again-)?${active?.id}`);
          const isTold = active?.cause.kind === "merge" && active.reportOn !== null;
          const said = JSON.stringify([world.comments, world.lanes.get("")]);
          expect(said).toMatch(isTold ? /EnvironmentFailed/ : word);
          world.personResolves(name);
        }
        telling.calm();
        if (stuck.length === 0) break;
      }
      const losses = world.audit.filter(({ type }) => type === "repository.lost").length;
      const dropped = new Set(world.gate.dropped.flatMap((work) => markerOf(work) ?? []));
      for (const { commentId, verb } of world.written) {
        const id = verb === "cancel" ? `x${commentId}` : `c${commentId}`;
        const said = finals(world, id);
        const isAccepted = [...world.lanes.values()].some(
          (lane) => lane.kind === "environment" && lane.known.some((one) => one === id),
        );
        const answer = `answers-${commentId}`;
        if (!isAccepted) {
          expect([commentId, said.length]).toEqual([commentId, 0]);
          if (!dropped.has(answer)) expect(world.comments.map((one) => one.marker)).toContain(answer);
          continue;
        }
        // Words that are on their way when the repository is lost are lost; what that itself has ended is told when it is back.
        const isGivenUp =
          losses === 1 && world.ended.get(id as PromotionId)?.problem?.code === "repository-lost";
        const mayLack = (marker: string): boolean => dropped.has(marker) && !isGivenUp;
        // A cancel ends with the comment of what it has cancelled.
        if (verb === "cancel") expect([commentId, said.length <= 1]).toEqual([commentId, true]);
        else if (!finalMarkers(id).some(mayLack)) expect([commentId, said.length]).toEqual([commentId, 1]);
        const reactions = world.reactions.filter(
          (one) => one.startsWith(`${commentId} `) && !one.endsWith("eyes"),
        );
        expect(new Set(reactions).size).toBeLessThanOrEqual(1);
        if (world.gate.dropped.length === 0) expect(reactions).not.toEqual([]);
        const live = world.comments.find((one) => one.marker === id)?.view;
        // Who died between writing it and noting that down, right before the repository was lost, leaves one of which nobody knows: the refusal says it.
        const isUnknown = dropped.has(id) && world.ended.get(id as PromotionId)?.stage === "refused";
        if (live?.template === "live" && !mayLack(id) && !isUnknown)
          expect(["delivered", "failed", "cancelled", "refused"]).toContain(live.stage);
      }
    });
  });

  it("what was only waiting when nobody could act, and is expected no more, is not begun afterwards", () => {
    holds(({ world }) => {
      expect(world.broken.filter((one) => one.startsWith("late"))).toEqual([]);
    });
  });

  it("P5 the SHA deployed is the SHA shown, and what ran otherwise is not delivered", () => {
    holds(({ world }) => {
      for (const name of environments) {
        for (const { promotionId, sha, tag } of world.environment(name).delivered) {
          // What is stopped at its claim deploys nothing, and what is run again afterwards is somebody's own doing.
          const ids = world.ended.get(promotionId)?.steps.map(({ runId }) => runId) ?? [];
          const claimed = world.runs.filter((run) => run.promotionId === promotionId && run.claimed);
          const counted = world.runs.filter((run) => ids.includes(run.id) && run.claimed);
          expect(counted).toHaveLength(2);
          // What was tried before has failed.
          for (const run of claimed.filter(({ attempt }) => attempt === 1))
            expect([run.id, counted.includes(run) || run.conclusion !== "success"]).toEqual([run.id, true]);
          for (const run of counted.filter(({ attempt }) => attempt === 1)) {
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

  describe("P7 final versions do not depend on order, duplication or loss of webhooks", () => {
    const deliveredOf = ({ world }: Telling) =>
      environments.map((name) => world.environment(name).delivered.at(-1)?.sha ?? null);
    // The same things happen in the same order; only what is heard of them differs.
    const quiet = {
      acts: lastingActs,
      onlyWebhooks: fc.constant(true),
      isPunctual: fc.constant(true),
      lies: fc.constant(false),
    };

    it("as long as Waybill may act", () => {
      const arbitrary = stories({ ...quiet, lifecycle: fc.constant("stays") });
      fc.assert(
        fc.property(arbitrary, fc.array(choice, { maxLength: 140, size: "max" }), (story, choices) => {
          const inPeace = deliveredOf(new Telling({ ...story, choices: [] }).tell());
          expect(deliveredOf(new Telling(story).tell())).toEqual(inPeace);
          expect(deliveredOf(new Telling({ ...story, choices }).tell())).toEqual(inPeace);
        }),
        { numRuns: 50, ...PATIENCE },
      );
    });

    // Commands do depend on it: what nobody expects any more is answered and not done.
    it("nor, for what goes by itself, on whether it was parked meanwhile", () => {
      const arbitrary = stories({ ...quiet, lifecycle: fc.constant("parks"), acts: automaticActs });
      holds((telling, story) => {
        const inPeace = new Telling({ ...story, choices: [] }).tell();
        expect(deliveredOf(telling)).toEqual(deliveredOf(inPeace));
      }, arbitrary);
    });

    it("nor on whether it was lost meanwhile, or it is said why not", () => {
      const arbitrary = stories({ ...quiet, lifecycle: fc.constant("leaves"), acts: automaticActs });
      holds((telling, story) => {
        const { world } = telling;
        const wanted = deliveredOf(new Telling({ ...story, choices: [] }).tell());
        const missing = environments.filter((_name, index) => deliveredOf(telling)[index] !== wanted[index]);
        // What waits for the environment before it is told with that.
        for (const name of missing.slice(0, 1)) {
          const newest = wanted[environments.indexOf(name)];
          const { active } = world.environment(name);
          const ended = [...world.ended.values()].filter((one) => one.environment === name);
          const isTold = ended.some(({ cargo, problem }) => cargo.sha === newest && problem !== null);
          // A release that was given up is told as such, and promoted by hand; nobody can do that for a build.
          if (name !== "dev" && world.gate.turns.has("dropped event")) continue;
          expect([name, isTold || active?.stage === "needs-human"]).toEqual([name, true]);
        }
      }, arbitrary);
    });
  });

  it("every idempotency key is used once in the life of a lane, unless later ones replace it", () => {
    holds(({ world }) => {
      const seen = new Map<string, string>();
      for (const { lane, planned } of world.ordered) {
        // Timers that are one at a time: while one waits, no second one is set.
        if (planned.coalesce || planned.id === LEFT_TIMER || planned.id === LOOK_TIMER) continue;
        const key = `${lane} ${planned.id}`;
        const effect = JSON.stringify(planned.effect);
        if (isSaidOnceByItsName(planned.effect)) continue;
        // To ask GitHub the same question, or to set the same state, twice does nothing new.
        const isIdle = IDLE.has(planned.effect.type);
        if (isIdle) expect(seen.get(key) ?? effect).toBe(effect);
        else expect([key, seen.has(key)]).toEqual([key, false]);
        seen.set(key, effect);
      }
    });
  });
});

/** All turns that these stories take, by their names. */
function turnsOf(arbitrary: fc.Arbitrary<Story>, numRuns: number, seed: number): Set<string> {
  const seen = new Set<string>();
  const told = fc.sample(arbitrary, { numRuns, seed }).map((story) => new Telling(story).tell());
  for (const telling of told) {
    const { world } = telling;
    for (const name of environments.filter((one) => world.personMayResolve(one))) world.personResolves(name);
    telling.calm();
    for (const turn of world.gate.turns) seen.add(turn);
    for (const { type } of world.audit) seen.add(type);
    for (const { planned } of world.ordered) {
      const { effect } = planned;
      seen.add(effect.type);
      if (effect.type === "dispatchRun" && effect.correlationId.startsWith("again-")) seen.add("again");
      if (effect.type === "tellLane") seen.add(effect.event.type);
      if (effect.type !== "comment") continue;
      if ("answers" in effect.view)
        for (const one of effect.view.answers) if (one.kind === "refusal") seen.add(one.problem.code);
      if ("problem" in effect.view) seen.add(effect.view.problem?.code ?? "");
      seen.add(effect.view.template);
    }
  }
  return seen;
}

describe("the world in which they are tried is rough enough", { timeout: 180_000 }, () => {
  it("every turn that a rollout may take is taken", () => {
    const stays = { lifecycle: fc.constant("stays") };
    const seen = new Set([
      ...turnsOf(stories(stays), 300, 23),
      ...turnsOf(stories({ ...stays, acts: retrying }), 60, 23),
    ]);
    const turns =
      "receipt failure refusal again cancelRun takeClaim lookAtRun adoptDeployment removeClaim EnvironmentFailed " +
      "cancelled nothing-to-cancel nothing-to-retry step.retried promotion.cancelled promotion.called-off run.cancelled " +
      "run-failed run-gone run-rerun run-wrong-commit resolved needs-human environment-unseen dispatch-lost dispatch-refused " +
      "github-refused already-on-its-way older-than-delivered reported-other-version no-answer";
    expect(turns.split(" ").filter((turn) => !seen.has(turn))).toEqual([]);
  });

  it("and every turn of a repository that is parked, lost and back", () => {
    const seen = turnsOf(stories({ lifecycle: fc.constantFrom("parks", "leaves") }), 400, 7);
    const kinds = ["event", "effect", "delivery"];
    const turns =
      "repository.parked repository.lost repository.resumed RepositoryResumed RepositoryLost resumed catchUp " +
      "promotion.abandoned promotion.late promotion.overdue promotion.superseded BuildOverdue PromotionRequested " +
      "command-late repository-lost not-allowed-any-more";
    const done = ["out of reach effect", "out of reach delivery", "goes on", "waited for"];
    const wanted = [
      ...turns.split(" "),
      ...done,
      ...kinds.flatMap((kind) => [`held ${kind}`, `dropped ${kind}`]),
    ];
    expect(wanted.filter((turn) => !seen.has(turn))).toEqual([]);
  });
});
