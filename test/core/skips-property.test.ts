/**
 * Histories of all kinds in an environment that leaves as it is what has not changed: releases, rollbacks, retries, failures, cancels, runs by hand.
 * Whatever happened, a delivery means that every component is by its content what a full rollout would have made it.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { decide } from "../../src/core/decide.ts";
import type { Effect } from "../../src/core/effects.ts";
import { newEnvironmentLane, type EnvironmentLane } from "../../src/core/environment.ts";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import { commitSha, type CommitSha } from "../../src/core/ids.ts";
import type { NewPromotion } from "../../src/core/promotion.ts";
import { filesOf } from "../../src/core/skips.ts";
import { byCommand, NOON, planOf, POLICY, request, run, stepPlan, tagged, wes } from "./given.ts";

const NAMES = ["a", "b", "c"] as const;
const TEXT = `
components:
  a: { paths: ["a/**"] }
  b: { paths: ["b/**"], needs: [a] }
  c: { paths: ["c/**"] }
environments:
  prod: { rollout: { skipUnchanged: true } }
`;
/** By turns: at first the first component is not known to be made of what is shared, too. */
const PLANS = [
  planOf("prod", TEXT),
  planOf("prod", TEXT.replace('["a/**"]', '["a/**", "shared/**"]')),
] as const;

type Action =
  | { readonly kind: "release"; readonly touched: readonly boolean[]; readonly ends: readonly boolean[] }
  | { readonly kind: "rollback"; readonly to: number; readonly ends: readonly boolean[] }
  | { readonly kind: "retry"; readonly ends: readonly boolean[] }
  | { readonly kind: "cancel"; readonly touched: readonly boolean[] }
  | { readonly kind: "by-hand"; readonly component: number; readonly of: number; readonly success: boolean }
  | { readonly kind: "configured" }
  | { readonly kind: "paths" };

/** Of the three components, and of what is shared. */
const each = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
// Most runs succeed, and most releases touch little, so that much is left as it is.
const ends = fc.array(
  fc.nat(9).map((one) => one > 0),
  { minLength: 3, maxLength: 3 },
);
const actions: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("release" as const), touched: each, ends }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("rollback" as const), to: fc.nat(20), ends }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("retry" as const), ends }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const), touched: each }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("by-hand" as const),
      component: fc.nat(2),
      of: fc.nat(20),
      success: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "configured" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "paths" as const }) },
);

/** A release: its commit, and what each component is in it, and at last what is shared. */
interface Release {
  readonly version: string;
  readonly sha: CommitSha;
  readonly contents: readonly number[];
}

/** The environment with all that really runs in it. */
class Environment {
  lane: EnvironmentLane = { ...newEnvironmentLane(), left: { kind: "none" } };
  readonly #releases: Release[] = [];
  /** What runs: `2/1/5` is the component's second content, brought with the first configuration, and made of the fifth that is shared. */
  readonly #runs = new Map<string, string>();
  readonly broken: string[] = [];
  skipped = 0;
  #at = NOON;
  #comment = 100;
  #runId = 1;
  #configured = 0;
  #plan: (typeof PLANS)[number] = PLANS[0];

  do(action: Action): void {
    this.#at += 60_000;
    if (action.kind === "configured") this.#configured += 1;
    if (action.kind === "paths") this.#plan = this.#plan === PLANS[0] ? PLANS[1] : PLANS[0];
    if (action.kind === "by-hand") this.#byHand(action.component, action.of, action.success);
    if (action.kind === "release" || action.kind === "cancel") this.#release(action);
    if (action.kind === "rollback") {
      const to = this.#releases[action.to % Math.max(1, this.#releases.length)];
      if (to !== undefined) this.#bring(to, { class: "rollback", rollback: { reason: null } }, action.ends);
    }
    if (action.kind === "retry") {
      const { unfinished } = this.lane;
      const release = this.#releases.find(({ version }) => version === unfinished?.cargo.version);
      if (!unfinished || release === undefined) return;
      const { promotionId: of, class: as, rollback } = unfinished;
      const more = {
        ...(as === undefined ? {} : { class: as }),
        ...(rollback === undefined ? {} : { rollback }),
      };
      this.#bring(release, { ...more, retry: { of } }, action.ends);
    }
  }

  #release(action: Extract<Action, { kind: "release" | "cancel" }>): void {
    const number = this.#releases.length + 1;
    const before = this.#releases.at(-1)?.contents ?? [0, 0, 0, 0];
    const sha = commitSha(number.toString(16).padStart(40, "0"));
    if (sha === null) throw new Error("no commit");
    const contents = before.map((content, index) => (action.touched[index] === true ? number : content));
    const release: Release = { version: `1.${number}.0`, sha, contents };
    this.#releases.push(release);
    this.#bring(release, {}, action.kind === "release" ? action.ends : null);
  }

  /** @param ended how each run ends; null: the promotion is cancelled while they go on */
  #bring(release: Release, more: Partial<NewPromotion>, ended: readonly boolean[] | null): void {
    this.#comment += 1;
    const cause = byCommand(this.#comment);
    const cargo = tagged(release.version, release.sha);
    const effects = this.#hear({
      type: "PromotionRequested",
      at: this.#at,
      request: request({ cause, cargo, plan: this.#plan, ...more }),
    });
    const prepare = effects.find((effect) => effect.type === "prepareRollout");
    if (prepare?.type === "prepareRollout") this.#prepare(prepare, release, ended);
  }

  #prepare(
    effect: Extract<Effect, { type: "prepareRollout" }>,
    release: Release,
    ended: readonly boolean[] | null,
  ) {
    const steps = this.#plan.components.map((component) => {
      const since = effect.compare?.[component.name];
      const plan = stepPlan(component.name, {
        needs: component.needs,
        inputs: { component: component.name, configured: `${this.#configured}` },
        blob: "b",
        digest: `d${this.#configured}`,
      });
      if (since === undefined) return plan;
      const files = filesOf(component, this.#changed(since, release), {
        workflow: "deploy.yml",
        calls: false,
      });
      return { ...plan, compared: { since, files } };
    });
    const { promotionId } = effect;
    let next = this.#hear({
      type: "RolloutPrepared",
      at: this.#at,
      promotionId,
      steps,
      changeCount: 1,
      pulls: [],
    });
    const begun = this.lane.active ?? this.lane.ended.at(-1);
    this.skipped += begun?.steps.filter(({ skipped }) => skipped !== undefined).length ?? 0;
    if (ended === null) {
      const cancel = {
        type: "PersonCancelled",
        environment: "prod",
        version: null,
        by: wes,
        issue: 7,
      } as const;
      next = [
        ...next,
        ...this.#hear({ ...cancel, at: this.#at, name: `x${this.#comment}`, commentId: this.#comment }),
      ];
    }
    for (let rounds = 0; next.length > 0 && rounds < 20; rounds += 1)
      next = next.flatMap((one) => this.#perform(one, release, ended));
    if (this.lane.active !== null) this.broken.push("it does not end");
  }

  #perform(effect: Effect, release: Release, ended: readonly boolean[] | null): readonly Effect[] {
    const at = this.#at;
    if (effect.type === "recordDeployment")
      return this.#hear({
        type: "DeploymentRecorded",
        at,
        correlationId: effect.correlationId,
        deploymentId: this.#runId++,
      });
    if (effect.type !== "dispatchRun") return [];
    const { correlationId } = effect;
    const component = NAMES.findIndex((name) => correlationId.endsWith(`-${name}`));
    const id = this.#runId++;
    const isWell = ended === null ? false : ended[component] === true;
    this.#runs.set(
      NAMES[component] ?? "",
      isWell ? this.#madeOf(release, component) : `part of ${release.version}`,
    );
    const conclusion = ended === null ? "cancelled" : isWell ? "success" : "failure";
    const started = this.#hear({
      type: "RunStarted",
      at,
      correlationId,
      runId: id,
      runUrl: "https://github.example/1",
    });
    return [
      ...started,
      ...this.#hear({ type: "RunObserved", at: at + 1, run: run({ id, headSha: release.sha, conclusion }) }),
    ];
  }

  #byHand(component: number, of: number, isSuccess: boolean): void {
    const release = this.#releases[of % Math.max(1, this.#releases.length)];
    if (release === undefined) return;
    this.#runs.set(
      NAMES[component] ?? "",
      isSuccess ? this.#madeOf(release, component) : "half of something",
    );
    const id = this.#runId++;
    const own = {
      environment: "prod",
      url: "https://github.example/2",
      by: "wes",
      version: release.version,
      sha: release.sha,
    };
    this.#hear({
      type: "OutOfBandSeen",
      at: this.#at,
      run: { id, attempt: 1, certain: true, ...own },
      end: { conclusion: isSuccess ? "success" : "failure", at: this.#at },
    });
  }

  #madeOf({ contents }: Release, component: number): string {
    return `${contents[component]}/${this.#configured}/${component === 0 ? contents[3] : ""}`;
  }

  /** Only of what the config says a component is made of. */
  #isMadeOf(release: Release, component: number): boolean {
    const known = (text: string): string =>
      component === 0 && this.#plan === PLANS[0] ? text.split("/").slice(0, 2).join("/") : text;
    return known(this.#runs.get(NAMES[component] ?? "") ?? "") === known(this.#madeOf(release, component));
  }

  /** The files that differ: one in each component that does. */
  #changed(since: CommitSha, { contents }: Release): string[] {
    const before = this.#releases.find(({ sha }) => sha === since)?.contents;
    const folders = [...NAMES, "shared"];
    return folders.flatMap((name, index) => (before?.[index] === contents[index] ? [] : [`${name}/file`]));
  }

  #hear(event: EnvironmentEvent): readonly Effect[] {
    const before = this.lane.delivered.length;
    const decision = decide(this.lane, event, POLICY);
    this.lane = decision.state as EnvironmentLane;
    const arrived = this.lane.delivered.length > before ? this.lane.delivered.at(-1) : undefined;
    const release = this.#releases.find(({ version }) => version === arrived?.version);
    if (release !== undefined)
      for (const [index, name] of NAMES.entries())
        if (!this.#isMadeOf(release, index))
          this.broken.push(`${name} of ${release.version} is ${this.#runs.get(name)}`);
    return decision.effects.map(({ effect }) => effect);
  }
}

it("what is delivered is by its content what a full rollout makes of it, whatever was left as it is before", () => {
  let skipped = 0;
  let delivered = 0;
  fc.assert(
    fc.property(fc.array(actions, { minLength: 1, maxLength: 14 }), (history) => {
      const environment = new Environment();
      for (const action of history) environment.do(action);
      skipped += environment.skipped;
      delivered += environment.lane.delivered.length;
      expect(environment.broken).toEqual([]);
    }),
    { numRuns: 200, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
  );
  // Else it would have been true of nothing.
  expect(delivered).toBeGreaterThan(20);
  expect(skipped).toBeGreaterThan(delivered / 4);
});
