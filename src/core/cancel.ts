/**
 * `/cancel`: a person does not want a promotion any more. What waits leaves the queue. Of what is under way nothing more begins, its runs are told
 * to stop, and it ends when all of them are seen to have ended (promise P1): then it is told what runs where.
 */
import semver from "semver";
import { order, record, type Minutes } from "./decision.ts";
import type { EnvironmentLane } from "./environment.ts";
import type { EnvironmentEvent } from "./events.ts";
import { isKnown, withKnown } from "./known.ts";
import { ranWell } from "./placed.ts";
import { end, withStep, type Person, type Problem, type Promotion, type Step } from "./promotion.ts";
import { orderStatus } from "./rollout.ts";
import { everRan, isComponent } from "./step-stage.ts";
import { stopRun } from "./stopping.ts";
import { refuseInWords } from "./telling.ts";

type Cancelled = Extract<EnvironmentEvent, { type: "PersonCancelled" }>;

/** A person's word that a promotion is not wanted any more: `/cancel`. */
export interface CancelWord {
  readonly by: Person;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly commentId: number;
  readonly issue: number;
  /** It was heard before what it is about. */
  readonly early?: true;
}

/** A word that came before what it was about: heard out of order, commands count in the order in which they were written. */
export interface CalledOff {
  readonly version: string;
  readonly word: CancelWord;
}

/** No more than may be out of order at a time. */
const CALLED_OFF_KEPT = 20;

/** A person cancels what is under way, or waits. Heard twice, it is one word; and it means nothing that was asked for after it. */
export function onCancelled(lane: EnvironmentLane, event: Cancelled, minutes: Minutes): EnvironmentLane {
  if (isKnown(lane, event.name)) return lane;
  const heard = withKnown(lane, event.name);
  react(event, "eyes", minutes);
  const meant = meantBy(heard, event);
  if ("code" in meant) return refuse(heard, event, meant, minutes);
  const { by, commentId, issue, at } = event;
  const word: CancelWord = { by, commentId, issue, at };
  record(minutes, `user:${by.id}`, "promotion.cancelled", meant.id, { stage: meant.stage });
  if (heard.active?.id === meant.id) return { ...heard, active: cancelActive(meant, word, minutes) };
  return {
    ...heard,
    waiting: heard.waiting.filter(({ id }) => id !== meant.id),
    ended: [...heard.ended, endCancelled(meant, word, at)],
  };
}

/** Which promotion a word means, or why none. */
function meantBy(lane: EnvironmentLane, event: Cancelled): Promotion | Problem {
  const { version, commentId } = event;
  const open = lane.active === null ? lane.waiting : [lane.active, ...lane.waiting];
  const isEarlier = ({ cause }: Promotion): boolean =>
    cause.kind !== "command" || cause.commentId <= commentId;
  const named = open.filter((one) => isEarlier(one) && (version === null || isNamed(one, version)));
  const [first, ...others] = named.filter(({ cancel }) => cancel === undefined);
  // Without a version: what is under way, or the only one that waits.
  const isPlain = version !== null || first?.id === lane.active?.id || others.length === 0;
  if (first !== undefined && isPlain) return first;
  const running = lane.delivered.at(-1) ?? null;
  const stopped = first === undefined ? named.find(({ cancel }) => cancel !== undefined) : undefined;
  return {
    code: "nothing-to-cancel",
    detail: {
      environment: event.environment,
      version,
      open: open.map(({ cargo }) => cargo.version).join(", "),
      several: first !== undefined,
      by: stopped?.cancel?.by.login ?? null,
      delivered:
        running !== null && (version === null || isNamed({ cargo: running }, version))
          ? running.version
          : null,
    },
  };
}

function isNamed(
  { cargo }: { readonly cargo: Pick<Promotion["cargo"], "version" | "tag"> },
  written: string,
) {
  return cargo.version === (semver.valid(written) ?? written) || cargo.tag === written;
}

function refuse(
  lane: EnvironmentLane,
  event: Cancelled,
  problem: Problem,
  minutes: Minutes,
): EnvironmentLane {
  const { by, commentId, issue, at, version, environment, name } = event;
  record(minutes, `user:${by.id}`, "cancel.in-vain", environment, { version });
  react(event, "-1", minutes);
  const command = version === null ? `/cancel ${environment}` : `/cancel ${environment} ${version}`;
  refuseInWords({ name, issue, by, command }, problem, minutes);
  if (version === null) return lane;
  const word: CancelWord = { by, commentId, issue, at };
  return { ...lane, calledOff: [...(lane.calledOff ?? []), { version, word }].slice(-CALLED_OFF_KEPT) };
}

/** The word by which a promotion that is only now asked for was cancelled before; null where it was not. */
export function calledOffBy(
  { calledOff = [] }: Pick<EnvironmentLane, "calledOff">,
  promotion: Promotion,
): CancelWord | null {
  const { cause } = promotion;
  if (cause.kind !== "command") return null;
  const found = calledOff.find(
    ({ version, word }) => word.commentId > cause.commentId && isNamed(promotion, version),
  );
  return found?.word ?? null;
}

function cancelActive(promotion: Promotion, word: CancelWord, minutes: Minutes): Promotion {
  const cancelling: Promotion = { ...promotion, cancel: word, problem: problemOf(promotion, word, false) };
  // Where no run may be going on, it ends here and now.
  if (promotion.steps.length === 0 || promotion.stage === "proving")
    return endCancelled(promotion, word, word.at);
  return promotion.steps.reduce((now, step) => stopStep(now, step, word.at, minutes), cancelling);
}

/** Ends what can be ended of a step, and tells its run to stop. What is looked for, or is just being started, is stopped when it is found. */
function stopStep(promotion: Promotion, step: Step, at: number, minutes: Minutes): Promotion {
  if (step.stage === "running") return stopRun(promotion, step, at, minutes);
  if (step.stage !== "proving") return promotion;
  const unproven: Step = { ...step, stage: "cancelled", finishedAt: at };
  orderStatus(promotion, unproven, "success", "deployed", minutes);
  return withStep(promotion, step.correlationId, () => unproven);
}

/** The promotion at the end to which a person's word has brought it. */
export function endCancelled(promotion: Promotion, word: CancelWord, at: number): Promotion {
  const ended = { ...promotion, cancel: word };
  return end(ended, "cancelled", problemOf(promotion, word, true), at);
}

function problemOf(promotion: Promotion, { by }: CancelWord, isOver: boolean): Problem {
  const { environment, cargo } = promotion;
  const steps = promotion.steps.filter(isComponent);
  return {
    code: "cancelled",
    detail: {
      login: by.login,
      environment,
      version: cargo.version,
      over: isOver,
      begun: promotion.steps.some(everRan),
      // Everything is there, and it is not delivered all the same.
      whole: steps.length > 0 && steps.every(ranWell),
    },
  };
}

function react({ commentId, name }: Cancelled, content: "eyes" | "-1", minutes: Minutes): void {
  order(minutes, `react:${name}:${content}`, { type: "react", commentId, content });
}
