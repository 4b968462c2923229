/**
 * The world of the promises: two environments, the real core and shell, and a GitHub that loses answers and whose list of runs lags.
 *
 * An event is decided as soon as it is queued. Sound: those of one lane are decided in the order in which they were queued, and what a decision reads
 * and writes is its lane alone, so deciding later comes to the same; what may come earlier or later is the queueing, and that is searched.
 */
import type { EnvironmentLane } from "../../../src/core/environment.ts";
import type { PromotionId, UserId } from "../../../src/core/ids.ts";
import type { PlanSnapshot } from "../../../src/core/promotion.ts";
import { SPENT, type Bounds } from "../bounds.ts";
import type { Step, World } from "../search.ts";
import { actsIn, costOf, isAtRest, isQuiet, spend, type Act, type Way, type Work } from "./acts.ts";
import { Code, type Addressed } from "./code.ts";
import { isStale, showEnded } from "./forgetting.ts";
import { commitOf, NEW_GITHUB, type GitHub, type Run } from "./github.ts";
import { brokenAtRest, brokenByDelivery } from "./judge.ts";
import { plans } from "./plans.ts";
import { mayQueue } from "./queue.ts";
import { ENVIRONMENTS, type Command, type Scene } from "./scenes.ts";
import { NEW_ROWS } from "./shell.ts";
import { keyOf, sorted, spentOf, Values, without, type Job, type State } from "./state.ts";
import { wordsOf } from "./telling.ts";
import { NOON } from "./times.ts";

const wes = { id: 12 as UserId, login: "wes" };

export class PromisesWorld implements World<State, Act> {
  readonly initial: State;
  readonly #values = new Values();
  readonly #scene: Scene;
  readonly #bounds: Bounds;
  readonly #code: Code;
  readonly #plans: readonly PlanSnapshot[] = plans();
  readonly #numbers = new Map<string, number>();
  readonly #requests: readonly Addressed[];
  /** P7: what ran where at rest, when nothing went wrong but the order, the number and the loss of webhooks. */
  #calmEnd: string | null = null;
  /** Takes down what is decided, while a story is told. */
  #told: string[] | null = null;

  constructor(scene: Scene, bounds: Bounds) {
    this.#scene = scene;
    this.#bounds = bounds;
    this.#code = new Code(this.#values, { ...scene.workflows, lag: bounds.lag });
    this.#requests = scene.commands.map((command) => this.#requested(command));
    const commands = scene.commands.map(() => ({ heard: 0 }));
    this.initial = {
      lanes: ENVIRONMENTS.map(() => this.#values.rows.id(NEW_ROWS)),
      jobs: [],
      hands: [],
      stalled: [],
      github: this.#values.github.id(NEW_GITHUB),
      mail: this.#values.mail.id({ commands, runs: [] }),
      said: this.#values.said.id([]),
      spent: SPENT.map(() => 0),
    };
  }

  key(state: State): string {
    return keyOf(state, this.#values.mail.value(state.mail));
  }

  spent(state: State): readonly number[] {
    return spentOf(state, this.#values.mail.value(state.mail));
  }

  acts(state: State): readonly Act[] {
    const mayResolve = (lane: number): boolean => {
      const { active } = this.#lane(lane, state);
      return active?.stage === "needs-human" && isQuiet(state, this.#values, active.id);
    };
    return actsIn(state, this.#values, this.#bounds, { mayResolve, isStrict: this.#scene.isStrict === true });
  }

  judge(state: State): readonly string[] {
    if (!isAtRest(state, this.#values)) return [];
    const lanes = state.lanes.map((_rows, lane) => this.#lane(lane, state));
    const broken = brokenAtRest(this.#scene.commands, lanes, this.#values.said.value(state.said));
    return state.spent.some((used) => used > 0) ? broken : [...broken, ...this.#brokenInCalm(lanes)];
  }

  #brokenInCalm(lanes: readonly EnvironmentLane[]): string[] {
    const now = lanes.map(({ delivered }) => delivered.at(-1)?.version ?? "nothing").join(" and ");
    this.#calmEnd ??= now;
    return now === this.#calmEnd
      ? []
      : [`P7: by the order of webhooks, in the end ${now} runs, or ${this.#calmEnd}`];
  }

  async next(state: State, act: Act): Promise<Step<State>> {
    const paid = { ...state, spent: spend(state.spent, costOf(act)) };
    switch (act.do) {
      case "hear":
        return this.#hear(paid, act.command);
      case "hear-run":
        return this.#hearRun(paid, act.mail);
      case "work":
        return this.#work(paid, act.job, act.work);
      case "settle":
        return this.#settle(paid, act.hand);
      case "act-late":
        return this.#actLate(paid, act.job);
      case "fire":
        return this.#fire(paid, act.job);
      case "tick":
        return { state: this.#values.older(paid), broken: [] };
      case "run":
        return this.#run(paid, act.run, act.how);
      case "revoke":
        return { state: this.#withGitHub(paid, { ...this.#github(paid), revokedAt: NOON }), broken: [] };
      case "move":
        return { state: this.#withGitHub(paid, { ...this.#github(paid), movedAt: NOON }), broken: [] };
      case "resolve":
        return this.#resolve(paid, act.lane);
    }
  }

  #github(state: State): GitHub {
    return this.#values.github.value(state.github);
  }

  #withGitHub(state: State, github: GitHub): State {
    return { ...state, github: this.#values.github.id(github) };
  }

  #lane(lane: number, { lanes }: State): EnvironmentLane {
    return this.#code.lane(lane, lanes[lane] ?? -1);
  }

  // ---- people and webhooks

  #hear(state: State, index: number): Promise<Step<State>> {
    const request = this.#requests[index];
    if (request === undefined) throw new Error("there is no such command");
    const mail = this.#once(`command ${state.mail} ${index}`, () => {
      const before = this.#values.mail.value(state.mail);
      const commands = before.commands.map((one, at) => (at === index ? { heard: one.heard + 1 } : one));
      return this.#values.mail.id({ ...before, commands });
    });
    return this.#decide({ ...state, mail }, [request]);
  }

  #requested({ commentId, lane, version }: Command): Addressed {
    const plan = this.#plans[lane];
    if (plan === undefined) throw new Error("there is no plan of this environment");
    const cargo = { version, sha: commitOf(version) as never, tag: `v${version}`, ref: `v${version}` };
    const request = {
      id: `c${commentId}` as PromotionId,
      environment: plan.environment.name,
      cargo,
      cause: { kind: "command", by: wes, commentId, issue: 7 },
      reportOn: 7,
      plan,
    } as const;
    return { lane, event: { type: "PromotionRequested", at: NOON, request } };
  }

  /** A number that is worked out once for what it hangs on. */
  #once(name: string, work: () => number): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = work();
    this.#numbers.set(name, number);
    return number;
  }

  async #hearRun(state: State, index: number): Promise<Step<State>> {
    const mail = this.#values.mail.value(state.mail);
    const heard = mail.runs[index];
    if (heard === undefined) throw new Error("there is no such webhook");
    const { run } = heard;
    const after = this.#once(`heard ${state.mail} ${index}`, () => {
      const runs = mail.runs.map((one, at) => (at === index ? { run, heard: one.heard + 1 } : one));
      return this.#values.mail.id({ ...mail, runs });
    });
    return this.#decide({ ...state, mail: after }, await this.#code.translate(run, state.lanes));
  }

  #resolve(state: State, lane: number): Promise<Step<State>> {
    const environment = ENVIRONMENTS[lane] ?? "";
    const promotionId = this.#lane(lane, state).active?.id ?? ("" as PromotionId);
    const commentId = 900 + (state.spent[SPENT.indexOf("resolves")] ?? 0);
    const event = {
      type: "PersonResolved",
      at: NOON,
      by: wes,
      commentId,
      issue: 7,
      environment,
      promotionId,
    } as const;
    return this.#decide(state, [{ lane, event }]);
  }

  /** A run's webhook sets out. What it says stays as it was then. */
  #post(state: State, posted: readonly Run[]): State {
    if (posted.length === 0) return state;
    const name = posted.map(
      ({ id, attempt, conclusion, headSha }) => `${id} ${attempt} ${conclusion} ${headSha}`,
    );
    const mail = this.#once(`post ${state.mail} ${name.join()}`, () => {
      const before = this.#values.mail.value(state.mail);
      const sent = posted.map((run) => ({ run: { ...run, listed: true, lag: 0 }, heard: 0 }));
      const runs = [...before.runs, ...sent].toSorted(
        ({ run: one }, { run: other }) => one.id - other.id || one.attempt - other.attempt,
      );
      return this.#values.mail.id({ ...before, runs });
    });
    return { ...state, mail };
  }

  // ---- GitHub's runs

  #run(state: State, index: number, how: Way): Step<State> {
    const { github, broken, ended } = this.#code.goOn(state.github, index, how);
    return { state: this.#post({ ...state, github }, ended), broken };
  }

  // ---- the engine's part

  async #work(state: State, id: number, work: Work): Promise<Step<State>> {
    const job = this.#values.jobs.value(id);
    const taken = { ...state, jobs: without(state.jobs, id) };
    const begunId = this.#once(`begun ${id}`, () =>
      this.#values.jobs.id({ ...job, attempts: job.attempts + 1 }),
    );
    const begun = this.#values.jobs.value(begunId);
    if (work === "dies-before") return { state: this.#withJobs(taken, [begun]), broken: [] };
    if (work === "stalls") {
      const stalled = sorted([...state.stalled, begunId]);
      return { state: this.#withJobs({ ...taken, stalled }, [begun]), broken: [] };
    }
    const done = await this.#code.perform(begun, state.github, work === "dies-after" ? "done" : work);
    const after = this.#post(this.#withGitHub(taken, done.github), done.ended);
    if (work === "dies-after") return { state: this.#withJobs(after, [begun]), broken: done.broken };
    const hand = this.#once(`hand ${begunId} ${state.github} ${work}`, () =>
      this.#values.hands.id({ job: begun, events: done.events, retried: done.retried }),
    );
    return { state: { ...after, hands: sorted([...after.hands, hand]) }, broken: done.broken };
  }

  /** What was done is written down, if the job is still this worker's. */
  #settle(state: State, id: number): Promise<Step<State>> {
    const { job, events, retried } = this.#values.hands.value(id);
    const free = { ...state, hands: without(state.hands, id) };
    if (retried) return Promise.resolve({ state: this.#withJobs(free, [job]), broken: [] });
    return this.#decide(
      free,
      events.map((event) => ({ lane: job.lane, event })),
    );
  }

  /** A worker that stood still acts at last. What comes of it nobody writes down: the job is another's. */
  async #actLate(state: State, id: number): Promise<Step<State>> {
    const done = await this.#code.perform(this.#values.jobs.value(id), state.github, "done");
    const after = this.#withGitHub({ ...state, stalled: without(state.stalled, id) }, done.github);
    return { state: this.#post(after, done.ended), broken: done.broken };
  }

  #fire(state: State, id: number): Promise<Step<State>> {
    const { lane, event } = this.#values.jobs.value(id);
    if (event === null) throw new Error("an effect was taken for a timer");
    return this.#decide({ ...state, jobs: without(state.jobs, id) }, [{ lane, event }]);
  }

  #withJobs(state: State, jobs: readonly Job[]): State {
    if (jobs.length === 0) return state;
    const queue = state.jobs.map((id) => this.#values.jobs.value(id));
    for (const job of jobs) if (mayQueue(job, queue)) queue.push(job);
    return { ...state, jobs: sorted(queue.map((job) => this.#values.jobs.id(job))) };
  }

  /** Without the looks for what has ended in a lane, and with its runs as if the list had shown them. */
  #withoutStale(state: State, lane: number): State {
    const { active } = this.#lane(lane, state);
    const jobs = state.jobs.filter((id) => !isStale(this.#values.jobs.value(id), lane, active));
    const github = this.#github(state);
    const shown = showEnded(github, ENVIRONMENTS[lane] ?? "", active?.id ?? null);
    return { ...(shown === github ? state : this.#withGitHub(state, shown)), jobs };
  }

  // ---- decisions

  async #decide(begin: State, events: readonly Addressed[]): Promise<Step<State>> {
    let state = begin;
    const broken: string[] = [];
    for (const { lane, event } of events) {
      const ruling = await this.#code.rule(lane, state.lanes[lane] ?? -1, event);
      this.#told?.push(`    ${ENVIRONMENTS[lane]} decides ${event.type}: ${ruling.told}`);
      const lanes = state.lanes.map((rows, at) => (at === lane ? ruling.rows : rows));
      state = this.#withJobs({ ...state, lanes }, ruling.jobs);
      if (ruling.said.length > 0) {
        const said = new Set([...this.#values.said.value(state.said), ...ruling.said]);
        state = { ...state, said: this.#values.said.id([...said].toSorted()) };
      }
      broken.push(...ruling.broken, ...brokenByDelivery(ruling.delivered, this.#github(state)));
      if (ruling.endsOne) state = this.#withoutStale(state, lane);
    }
    return { state, broken };
  }

  async tell(state: State, act: Act): Promise<readonly string[]> {
    const said = [wordsOf(act, state, this.#values, this.#scene)];
    this.#told = said;
    await this.next(state, act);
    this.#told = null;
    return said;
  }
}
