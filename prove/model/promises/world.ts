/**
 * The world of the promises: two environments, the real core and shell, and a GitHub that loses answers and whose list of runs lags.
 *
 * An event is decided as soon as it is queued. Sound: those of one lane are decided in the order in which they were queued, and what a decision reads
 * and writes is its lane alone, so deciding later comes to the same; what may come earlier or later is the queueing, and that is searched.
 */
import type { EnvironmentLane } from "../../../src/core/environment.ts";
import type { PromotionId } from "../../../src/core/ids.ts";
import type { PlanSnapshot } from "../../../src/core/promotion.ts";
import { SPENT, type Bounds } from "../bounds.ts";
import type { Step, World } from "../search.ts";
import { actsIn, costOf, isAtRest, isQuiet, spend, type Act, type Way, type Work } from "./acts.ts";
import { Code, type Addressed } from "./code.ts";
import { isStale, showEnded } from "./forgetting.ts";
import { beginningOf } from "./beginning.ts";
import { commitOf } from "./commits.ts";
import { flip, type GitHub, type Run } from "./github.ts";
import { brokenByBeginning, type Truth } from "./judge-gates.ts";
import { brokenAtRest, brokenByDelivery, brokenByFailure } from "./judge.ts";
import { plansIn } from "./plans.ts";
import { mayQueue } from "./queue.ts";
import { ENVIRONMENTS, type Scene } from "./scene.ts";
import { keyOf, sorted, spentOf, Values, without, type Job, type State } from "./state.ts";
import { wordsOf } from "./telling.ts";
import { NOON, OLDEST_LOOK_MS, OLDEST_MS } from "./times.ts";
import { eventOf, isAsking, promotionIdOf, wes, type Word } from "./words.ts";

export class PromisesWorld implements World<State, Act> {
  readonly initial: State;
  readonly #values: Values;
  readonly #scene: Scene;
  readonly #bounds: Bounds;
  readonly #code: Code;
  readonly #plans: readonly PlanSnapshot[];
  /** Whether a gate of some environment asks for what is at GitHub. */
  readonly #looks: boolean;
  readonly #numbers = new Map<string, number>();
  /** P7: what ran where at rest, when nothing went wrong but the order, the number and the loss of webhooks. */
  #calmEnd: string | null = null;
  /** Takes down what is decided, while a story is told. */
  #told: string[] | null = null;

  constructor(scene: Scene, bounds: Bounds) {
    this.#scene = scene;
    this.#bounds = bounds;
    this.#plans = plansIn(scene);
    this.#looks = this.#plans.some(isLookedAt);
    this.#values = new Values(this.#looks ? OLDEST_LOOK_MS : OLDEST_MS);
    const said = (say: Word["say"]): string[] =>
      scene.words.filter(isAsking).flatMap((word) => (word.say === say ? [promotionIdOf(word)] : []));
    const [rollbacks, retries] = [said("rollback"), said("retry")];
    this.#code = new Code(this.#values, { ...scene.workflows, lag: bounds.lag, rollbacks, retries });
    const rows = beginningOf(scene, this.#plans);
    this.initial = {
      lanes: rows.lanes.map((one) => this.#values.rows.id(one)),
      jobs: [],
      hands: [],
      stalled: [],
      github: this.#values.github.id(rows.github),
      mail: this.#values.mail.id({ words: scene.words.map(() => ({ heard: 0 })), runs: [], checks: [] }),
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
    return actsIn(state, this.#values, this.#bounds, {
      mayResolve,
      mayWrite: this.#mayWrite(state),
      asksForApprovals: this.#plans.some(({ environment }) => environment.gates?.approvals !== undefined),
      asksForChecks: this.#scene.checked !== undefined,
      isStrict: this.#scene.isStrict === true,
    });
  }

  judge(state: State): readonly string[] {
    if (!isAtRest(state, this.#values, this.#mayWrite(state))) return [];
    const lanes = state.lanes.map((_rows, lane) => this.#lane(lane, state));
    const isResolved = (state.spent[SPENT.indexOf("resolves")] ?? 0) > 0;
    const broken = lanes.flatMap((lane, at) => {
      const truth = this.#truth(state, at);
      return [...brokenAtRest(lane, truth), ...(isResolved ? [] : brokenByFailure(truth))];
    });
    const isCalm = state.spent.every((used) => used === 0) && this.#scene.races !== true;
    return isCalm ? [...broken, ...this.#brokenInCalm(lanes)] : broken;
  }

  /** Whether what the writer of a word has to have read before is said. */
  #mayWrite(state: State): (word: number) => boolean {
    const said = this.#values.said.value(state.said);
    return (word) => {
      const { after } = this.#scene.words[word] ?? {};
      return after === undefined || said.includes(`comment ${after}`);
    };
  }

  #truth(state: State, at: number): Truth {
    const { words } = this.#values.mail.value(state.mail);
    const heard = this.#scene.words.filter((_word, index) => (words[index]?.heard ?? 0) > 0);
    return { heard, said: this.#values.said.value(state.said), github: this.#github(state), at };
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
        return this.#hear(paid, act.word);
      case "hear-run":
        return this.#hearRun(paid, act.mail);
      case "hear-check":
        return this.#hearCheck(paid, act.mail);
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
      case "deny":
        return { state: this.#withGitHub(paid, { ...this.#github(paid), isDenied: true }), broken: [] };
      case "flip":
        return { state: this.#flip(paid), broken: [] };
      case "move": {
        const github = this.#github(paid);
        const movedAt = github.movedAt === null ? NOON : null;
        return { state: this.#withGitHub(paid, { ...github, movedAt }), broken: [] };
      }
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
    const word = this.#scene.words[index];
    const plan = this.#plans[word?.lane ?? -1];
    if (word === undefined || plan === undefined) throw new Error("there is no such word");
    const mail = this.#once(`word ${state.mail} ${index}`, () => {
      const before = this.#values.mail.value(state.mail);
      const words = before.words.map((one, at) => (at === index ? { heard: one.heard + 1 } : one));
      return this.#values.mail.id({ ...before, words });
    });
    const event = eventOf(word, plan, this.#github(state));
    return this.#decide({ ...state, mail }, [{ lane: word.lane, event }]);
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

  async #hearCheck(state: State, index: number): Promise<Step<State>> {
    const mail = this.#once(`check ${state.mail} ${index}`, () => {
      const before = this.#values.mail.value(state.mail);
      const checks = before.checks.map((one, at) => (at === index ? { heard: one.heard + 1 } : one));
      return this.#values.mail.id({ ...before, checks });
    });
    const sha = commitOf(this.#scene.checked ?? "");
    return this.#decide({ ...state, mail }, await this.#code.translateCheck(sha, state.lanes));
  }

  /** The release's check is run again, and its webhook sets out. */
  #flip(state: State): State {
    const mail = this.#once(`flip ${state.mail}`, () => {
      const before = this.#values.mail.value(state.mail);
      return this.#values.mail.id({ ...before, checks: [...before.checks, { heard: 0 }] });
    });
    const github = flip(this.#github(state), commitOf(this.#scene.checked ?? ""));
    return this.#withGitHub({ ...state, mail }, github);
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
    const after = this.#withGitHub(taken, done.github);
    if (work === "dies-after") return { state: this.#withJobs(after, [begun]), broken: done.broken };
    const hand = this.#once(`hand ${begunId} ${state.github} ${work}`, () =>
      this.#values.hands.id({ job: begun, events: done.events, retried: done.retried, closed: done.closed }),
    );
    return { state: { ...after, hands: sorted([...after.hands, hand]) }, broken: done.broken };
  }

  /** What was done is written down, if the job is still this worker's. */
  #settle(state: State, id: number): Promise<Step<State>> {
    const { job, events, retried, closed } = this.#values.hands.value(id);
    const free = { ...state, hands: without(state.hands, id) };
    if (retried) return Promise.resolve({ state: this.#withJobs(free, [job]), broken: [] });
    return this.#decide(
      free,
      events.map((event) => ({ lane: job.lane, event })),
      closed,
    );
  }

  /** A worker that stood still acts at last. What comes of it nobody writes down: the job is another's. */
  async #actLate(state: State, id: number): Promise<Step<State>> {
    const done = await this.#code.perform(this.#values.jobs.value(id), state.github, "done");
    const after = this.#withGitHub({ ...state, stalled: without(state.stalled, id) }, done.github);
    return { state: after, broken: done.broken };
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

  /** A lane's looks at gates, as long as none is under way, without their numbers. */
  #withoutNumbers(state: State, lane: number): State {
    const jobs = [
      ...state.jobs.map((id) => this.#values.jobs.value(id)),
      ...state.hands.map((id) => this.#values.hands.value(id).job),
    ];
    if (jobs.some((job) => job.lane === lane && job.effect?.type === "lookAtGates")) return state;
    const lanes = state.lanes.map((rows, at) => (at === lane ? this.#values.unnumbered(rows) : rows));
    return { ...state, lanes };
  }

  // ---- decisions

  async #decide(
    begin: State,
    events: readonly Addressed[],
    closed: readonly string[] = [],
  ): Promise<Step<State>> {
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
      broken.push(
        ...ruling.broken,
        ...brokenByDelivery(ruling.delivered, this.#github(state), this.#scene.words),
      );
      if (ruling.begun !== null) {
        const truth = this.#truth(state, lane);
        broken.push(...brokenByBeginning(ruling.begun, this.#lane(lane, state), truth, closed));
      }
      if (ruling.endsOne) state = this.#withoutStale(state, lane);
      if (this.#looks) state = this.#withoutNumbers(state, lane);
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

/** Whether a gate of an environment asks for what is at GitHub: then it is looked at again and again. */
function isLookedAt({ environment: { gates } }: PlanSnapshot): boolean {
  return gates?.checks !== undefined || gates?.approvals !== undefined;
}
