/**
 * The real code as the world asks it, by numbers: every decision, performance and translation is worked out once, and then remembered by what it was given.
 * It is a function of that, as the shell's store and GitHub are data here.
 */
import type { EnvironmentLane } from "../../../src/core/environment.ts";
import type { WaybillEvent } from "../../../src/core/events.ts";
import type { Promotion } from "../../../src/core/promotion.ts";
import type { Way } from "./acts.ts";
import { settled } from "./forgetting.ts";
import { begin, end, rerun, type Run } from "./github.ts";
import { brokenByAcceptance, brokenByStart, brokenBySuperseding, newlyDelivered } from "./judge.ts";
import { closedAtGitHub } from "./judge-gates.ts";
import type { Fate, Workflows } from "./octokit.ts";
import { queued, type Queued } from "./queue.ts";
import { ENVIRONMENTS } from "./scene.ts";
import {
  decideOn,
  laneOf,
  performAt,
  toldOf,
  translateCheck,
  translateRun,
  type Performed,
  type Rows,
  type Told,
} from "./shell.ts";
import type { Job, Values } from "./state.ts";

/** An event with the environment that it is for. */
export interface Addressed {
  readonly lane: number;
  readonly event: WaybillEvent;
}

/** What a decision came to, in numbers. */
interface Ruling extends Queued {
  readonly rows: number;
  readonly delivered: EnvironmentLane["delivered"];
  readonly broken: readonly string[];
  /** A promotion that was under way is so no more. */
  readonly endsOne: boolean;
  /** The promotion whose rollout begins by it; null where none does. */
  readonly begun: Promotion | null;
  /** In words, for the story. */
  readonly told: string;
}

/** What an effect came to, and which gates stood closed at GitHub as a rollout was prepared. */
interface Done extends Performed {
  readonly closed: readonly string[];
}

/** What became of a run, and the webhooks of its end. */
interface Progress {
  readonly github: number;
  readonly broken: readonly string[];
  readonly ended: readonly Run[];
}

export class Code {
  readonly #values: Values;
  readonly #workflows: Workflows;
  readonly #lanes = new Map<string, EnvironmentLane>();
  readonly #rulings = new Map<string, Ruling>();
  readonly #performances = new Map<string, Done>();
  readonly #translations = new Map<string, readonly Addressed[]>();
  readonly #progress = new Map<string, Progress>();

  constructor(values: Values, workflows: Workflows) {
    this.#values = values;
    this.#workflows = workflows;
  }

  /** An environment's lane, by the number of its rows. */
  lane(lane: number, rows: number): EnvironmentLane {
    const name = `${lane} ${rows}`;
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const made = laneOf(ENVIRONMENTS[lane] ?? "", this.#values.rows.value(rows));
    this.#lanes.set(name, made);
    return made;
  }

  /** What an event comes to on a lane. */
  async rule(lane: number, rows: number, event: WaybillEvent): Promise<Ruling> {
    const name = `${lane} ${rows} ${this.#values.events.id(event)}`;
    const known = this.#rulings.get(name);
    if (known !== undefined) return known;
    const environment = ENVIRONMENTS[lane] ?? "";
    const decided = await decideOn(this.#values.rows.value(rows), environment, event);
    const [before, after] = [this.lane(lane, rows), laneOf(environment, decided.rows)];
    const ruling: Ruling = {
      ...queued(decided.jobs, lane),
      rows: this.#values.rows.id(settled(decided.rows)),
      delivered: newlyDelivered(before, after),
      broken: [
        ...brokenByAcceptance(this.#values.rows.value(rows), decided),
        ...brokenByStart(before, after),
        ...brokenBySuperseding(decided),
      ],
      endsOne: before.active !== null && before.active.id !== after.active?.id,
      begun: before.active?.stage === "preparing" && after.active?.stage === "rolling" ? after.active : null,
      told: toldOf(decided),
    };
    this.#rulings.set(name, ruling);
    return ruling;
  }

  /** What an effect comes to at GitHub as it is. */
  async perform(job: Job, github: number, fate: Fate): Promise<Done> {
    const name = `${this.#values.jobs.id(job)} ${github} ${fate}`;
    const known = this.#performances.get(name);
    if (known !== undefined) return known;
    if (job.effect === null) throw new Error("a timer was taken for an effect");
    const before = this.#values.github.value(github);
    const environment = ENVIRONMENTS[job.lane] ?? "";
    const performed = await performAt(before, environment, job.effect, job.attempts, fate, this.#workflows);
    const closed = job.effect.type === "prepareRollout" ? closedAtGitHub(before, job.effect) : [];
    const done = { ...performed, closed };
    this.#performances.set(name, done);
    return done;
  }

  /** What a run's webhook comes to, in the lanes as they are. */
  translate(run: Run, rows: readonly number[]): Promise<readonly Addressed[]> {
    const name = `${run.id} ${run.attempt} ${run.status} ${run.conclusion} ${run.first} ${run.headSha} ${rows.join()}`;
    return this.#translated(name, rows, (lanes) => translateRun(run, lanes));
  }

  /** What the webhook of a commit's check comes to, in the lanes as they are. */
  translateCheck(sha: string, rows: readonly number[]): Promise<readonly Addressed[]> {
    return this.#translated(`${sha} ${rows.join()}`, rows, (lanes) => translateCheck(sha, lanes));
  }

  async #translated(
    name: string,
    rows: readonly number[],
    translate: (lanes: ReadonlyMap<string, Rows>) => Promise<readonly Told[]>,
  ): Promise<readonly Addressed[]> {
    const known = this.#translations.get(name);
    if (known !== undefined) return known;
    const lanes = ENVIRONMENTS.map((one, lane) => [one, this.#values.rows.value(rows[lane] ?? -1)] as const);
    const seen = await translate(new Map(lanes));
    const events = seen.map(({ environment, event }) => ({
      lane: ENVIRONMENTS.findIndex((one) => one === environment),
      event,
    }));
    this.#translations.set(name, events);
    return events;
  }

  /** A run goes on by itself, or is run again. */
  goOn(github: number, index: number, way: Way): Progress {
    const name = `${github} ${index} ${way}`;
    const known = this.#progress.get(name) ?? this.#goneOn(github, index, way);
    this.#progress.set(name, known);
    return known;
  }

  #goneOn(number: number, index: number, way: Way): Progress {
    const github = this.#values.github.value(number);
    const run = github.runs[index];
    if (run === undefined) throw new Error("there is no such run");
    if (way === "again") return { github: this.#values.github.id(rerun(github, run)), broken: [], ended: [] };
    const { claims } = this.#workflows;
    // A claim holds for one attempt: the claim step stops a re-run.
    const isStopped = run.attempt > 1 && claims;
    const outcome =
      way === "begins" ? begin(github, run, claims) : end(github, run, isStopped ? "failure" : way);
    const ended = outcome.github.runs.filter((one) => one.id === run.id && one.status === "completed");
    return { github: this.#values.github.id(outcome.github), broken: outcome.broken, ended };
  }
}
