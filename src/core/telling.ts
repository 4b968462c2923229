/**
 * Who is told what, and where: the live comment while something goes on, one final comment at its end, a word to the
 * authors when their change arrived, and the report to the repository's own lane.
 */
import { expectedOf } from "./expected.ts";
import { tellOfPromotion } from "./channels/telling.ts";
import { claimsOf } from "./attempts.ts";
import { labelOf } from "./config/github.ts";
import { order, record, type Minutes } from "./decision.ts";
import type { EnvironmentLane } from "./environment.ts";
import { isHeldBy } from "./gates/gate.ts";
import { isUnseen } from "./left.ts";
import { authorsToldBy, isWritten } from "./plans.ts";
import {
  classOf,
  commandFor,
  type Person,
  type Problem,
  type Promotion,
  type ShippedPull,
} from "./promotion.ts";
import { deliveryReceipt } from "./receipt/receipt.ts";
import { cancelledView, failureView, isProven, liveView, receiptView, type ToldView } from "./views.ts";

/** At most one edit of a comment in this time (EXPERIENCE.md). */
const EDIT_PAUSE_MS = 5_000;
/** A run waits and works 35 days at most (GitHub's usage limits): until then a claim may still be asked for. */
const CLAIM_KEPT_MS = 36 * 24 * 60 * 60_000;

/** Refusals of automatic promotions that are nobody's concern: the environment simply has it, or something newer. */
const QUIET_REFUSALS: ReadonlySet<string> = new Set([
  "already-delivered",
  "already-on-its-way",
  "older-than-delivered",
  "rollback-overtaken",
]);

/** Orders an edit of the live comment of every promotion whose picture has changed by this event. */
export function refreshLive(before: EnvironmentLane, after: EnvironmentLane, minutes: Minutes): void {
  const pictures = new Map(shown(before).map((promotion) => [promotion.id, picture(promotion, before)]));
  for (const promotion of shown(after)) {
    const now = picture(promotion, after);
    // Turned away at the door: the refusal says everything, there is nothing to follow.
    const isTurnedAway = promotion.stage === "refused" || promotion.stage === "cancelled";
    const neverStarted = isTurnedAway && !pictures.has(promotion.id);
    if (promotion.reportOn === null || neverStarted || now === pictures.get(promotion.id)) continue;
    const isFirst = !pictures.has(promotion.id);
    orderLive(
      promotion,
      promotion.reportOn,
      after,
      { isFirst, delayMs: isFirst ? 0 : EDIT_PAUSE_MS },
      minutes,
    );
  }
}

/** Orders the live comment of a promotion as it is to be now, whether or not anything has changed. */
export function showLive(promotion: Promotion, lane: EnvironmentLane, minutes: Minutes): void {
  if (promotion.reportOn !== null && promotion.cause.kind !== "merge")
    orderLive(promotion, promotion.reportOn, lane, { isFirst: false, delayMs: 0 }, minutes);
}

function orderLive(
  promotion: Promotion,
  issue: number,
  lane: EnvironmentLane,
  { isFirst, delayMs }: { readonly isFirst: boolean; readonly delayMs: number },
  minutes: Minutes,
): void {
  const isFollowed = promotion.liveCommentId !== null || isWritten(promotion.plan, "live");
  if (!isFollowed && !needsPeople(promotion)) return;
  order(
    minutes,
    `live:${promotion.id}`,
    {
      type: "liveComment",
      issue,
      marker: promotion.id,
      promotionId: promotion.id,
      commentId: promotion.liveCommentId,
      ...(isFirst ? { isFirst } : {}),
      view: liveView(promotion, lane),
    },
    { delayMs, serial: `comment:${promotion.id}`, coalesce: true },
  );
}

/** Whether nothing goes on before somebody does something, of which nobody else would tell him. */
function needsPeople(promotion: Promotion): boolean {
  return (
    promotion.stage === "needs-human" || isHeldBy(promotion, "approvals") || isHeldBy(promotion, "external")
  );
}

function shown(lane: EnvironmentLane): Promotion[] {
  const open = lane.active === null ? lane.waiting : [lane.active, ...lane.waiting];
  return [...open, ...lane.ended].filter((promotion) => promotion.cause.kind !== "merge");
}

function picture(promotion: Promotion, lane: EnvironmentLane): string {
  return JSON.stringify(liveView(promotion, lane));
}

/** Orders everything that is said once a promotion has come to its end. */
export function announceEnd(promotion: Promotion, lane: EnvironmentLane, minutes: Minutes): void {
  for (const step of promotion.steps) {
    // What was carried over has been seen to at its own promotion's end.
    if (!step.claims || step.dispatchedAt === null || step.carried !== undefined) continue;
    const options = { delayMs: CLAIM_KEPT_MS };
    for (const correlationId of claimsOf(step))
      order(minutes, `unclaim:${correlationId}`, { type: "removeClaim", correlationId }, options);
  }
  switch (promotion.stage) {
    case "delivered":
      announceDelivery(promotion, lane, minutes);
      break;
    case "failed":
      announceFailure(promotion, lane, minutes);
      break;
    case "cancelled":
      announceCancel(promotion, minutes);
      break;
    case "refused":
      announceRefusal(promotion, minutes);
      break;
    case "superseded":
    case "waiting":
    case "preparing":
    case "rolling":
    case "proving":
    case "needs-human":
      break;
  }
}

function announceDelivery(promotion: Promotion, lane: EnvironmentLane, minutes: Minutes): void {
  reactTo(promotion, "rocket", minutes);
  const isShown = isWritten(promotion.plan, "receipt") && promotion.cause.kind !== "merge";
  if (promotion.reportOn !== null && isShown) {
    order(minutes, `receipt:${promotion.id}`, {
      type: "comment",
      issue: promotion.reportOn,
      marker: `receipt-${promotion.id}`,
      view: receiptView(promotion, lane),
    });
  }
  const kept = {
    type: "keepReceipt",
    promotionId: promotion.id,
    receipt: deliveryReceipt(promotion),
    ...(promotion.plan.receiptAsset === undefined ? {} : { asset: promotion.plan.receiptAsset }),
  } as const;
  order(minutes, `keep-receipt:${promotion.id}`, kept);
  tellAuthors(promotion, minutes);
  tellOfPromotion(
    promotion,
    classOf(promotion) === "rollback" ? "rolled-back" : "delivered",
    endOf(promotion),
    minutes,
  );
  retireOlderDeployments(promotion, minutes);
  order(minutes, `tell:delivered:${promotion.id}`, {
    type: "tellLane",
    environment: "",
    event: {
      type: "EnvironmentDelivered",
      at: endOf(promotion),
      environment: promotion.environment,
      version: promotion.cargo.version,
      sha: promotion.cargo.sha,
      url: promotion.plan.environment.url ?? null,
      promotionId: promotion.id,
      last: promotion.plan.last,
    },
  });
}

function endOf({ finishedAt, requestedAt }: Promotion): number {
  return finishedAt ?? requestedAt;
}

/**
 * One comment for each shipped pull request of a person, when its change arrives where authors are told; where the config asks for it, one on each issue that
 * it has closed, and a label on both.
 */
function tellAuthors(promotion: Promotion, minutes: Minutes): void {
  const { environment, cargo, plan, pulls } = promotion;
  const told = authorsToldBy(plan);
  if (told === null) return;
  const view = {
    template: "told",
    environment,
    version: cargo.version,
    tag: cargo.tag,
    url: plan.environment.url ?? null,
    proven: isProven(promotion),
  } as const;
  const tell = (issue: number, words: ToldView): void => {
    order(minutes, `told:${environment}:${issue}`, {
      type: "comment",
      issue,
      marker: `told-${environment}`,
      lookFirst: true,
      view: words,
    });
  };
  const people = pulls.filter(({ bot }) => !bot);
  // Where the command was given, the final comment is there already.
  const knows = (number: number): boolean => number === promotion.reportOn && isWritten(plan, "receipt");
  for (const { number } of people) if (!knows(number)) tell(number, view);
  const closed = told.issues ? closedBy(people) : new Map<number, number>();
  for (const [issue, pull] of closed) if (!knows(issue)) tell(issue, { ...view, pull });
  if (!told.labels) return;
  for (const issue of [...pulls.map(({ number }) => number), ...closed.keys()])
    order(minutes, `label:${environment}:${issue}`, { type: "label", issue, label: labelOf(environment) });
}

/** Each closed issue with the pull request that closed it: the last one, where there are several. Pull requests are none. */
function closedBy(pulls: readonly ShippedPull[]): Map<number, number> {
  return new Map(pulls.flatMap(({ number, closes = [] }) => closes.map((issue) => [issue, number] as const)));
}

function retireOlderDeployments(promotion: Promotion, minutes: Minutes): void {
  for (const step of promotion.steps) {
    if (step.deploymentId === null || step.adoptsDeployment) continue;
    order(minutes, `retire:${step.correlationId}`, {
      type: "retireDeployments",
      environment: promotion.environment,
      component: step.component,
      keep: step.deploymentId,
      by: { version: expectedOf(promotion, step.component).version, runUrl: step.runUrl },
    });
  }
}

function announceFailure(promotion: Promotion, lane: EnvironmentLane, minutes: Minutes): void {
  reactTo(promotion, "-1", minutes);
  // Nobody can promote a build by hand.
  if (promotion.cause.kind === "merge" && promotion.problem?.code === "repository-lost")
    orderNewest(promotion, endOf(promotion), minutes);
  tellOfPromotion(promotion, "failed", endOf(promotion), minutes);
  if (promotion.reportOn === null) return reportToRepository(promotion, `failure-${promotion.id}`, minutes);
  orderFailure(promotion, promotion.reportOn, lane, minutes);
}

function orderFailure(
  promotion: Promotion,
  issue: number,
  lane: Pick<EnvironmentLane, "pin" | "incident">,
  minutes: Minutes,
): void {
  order(minutes, `failure:${promotion.id}`, {
    type: "comment",
    issue,
    marker: `failure-${promotion.id}`,
    view: failureView(promotion, lane),
  });
}

/** Said where the promotion reports; what reports nowhere, where it was cancelled. */
function announceCancel(promotion: Promotion, minutes: Minutes): void {
  const { id, cancel, reportOn } = promotion;
  if (cancel === undefined) return;
  reactTo(promotion, "-1", minutes);
  tellOfPromotion(promotion, "cancelled", endOf(promotion), minutes);
  const { commentId, issue } = cancel;
  // A word that came before what it was about was answered then, as one that found nothing.
  if (cancel.early !== true)
    order(minutes, `react:${id}:cancelled`, { type: "react", commentId, content: "rocket" });
  order(minutes, `cancelled:${id}`, {
    type: "comment",
    issue: reportOn ?? issue,
    marker: `cancelled-${id}`,
    view: cancelledView(promotion),
  });
}

/** Nobody can tell by machine how a run stands: an edited comment would notify nobody, so a new one asks for a person. */
export function announceNeeds(
  before: Promotion | null,
  now: Promotion | null,
  at: number,
  minutes: Minutes,
): void {
  if (now !== null && isUnseen(now) && before?.id !== now.id)
    askPerson(now, `need-${now.id}-environment-${now.startedAt}`, at, minutes);
  for (const step of now?.steps ?? []) {
    const was = before?.steps.find((one) => one.correlationId === step.correlationId)?.stage;
    if (now === null || step.stage !== "needs-human" || was === "needs-human") continue;
    const asking: Promotion = { ...now, problem: step.problem };
    // A step may need a person again, for another run; for the same one a second comment would say nothing new.
    askPerson(asking, `need-${step.correlationId}-${step.runId ?? "unknown"}`, at, minutes);
  }
}

function askPerson(asking: Promotion, name: string, at: number, minutes: Minutes): void {
  tellOfPromotion(asking, "needs-human", at, minutes, name);
  const { reportOn: issue } = asking;
  if (issue === null) return reportToRepository(asking, name, minutes);
  const view = failureView(asking);
  order(minutes, name, { type: "comment", issue, marker: name, lookFirst: true, view });
}

/** What was held for long waits for a person's word. An edited comment would notify nobody, so it is asked in a new one. */
export function announceHolds(
  before: readonly Promotion[],
  now: readonly Promotion[],
  at: number,
  minutes: Minutes,
): void {
  for (const { id, environment, cargo, cause, held, reportOn } of now) {
    const was = before.find((one) => one.id === id);
    const wasAsked = was !== undefined && isHeldBy(was, "long-hold");
    if (held === undefined || !isHeldBy({ held }, "long-hold") || wasAsked) continue;
    record(minutes, "waybill", "promotion.held-long", id, { since: held.since });
    if (reportOn === null) continue;
    const name = `held-${id}-${held.since}`;
    order(minutes, name, {
      type: "comment",
      issue: reportOn,
      marker: name,
      view: {
        template: "held-long",
        environment,
        version: cargo.version,
        tag: cargo.tag,
        since: held.since,
        until: at,
        requestedBy: cause.kind === "command" ? cause.by.login : null,
      },
    });
  }
}

function announceRefusal(promotion: Promotion, minutes: Minutes): void {
  const problem = promotion.problem;
  if (problem === null) return;
  if (promotion.cause.kind !== "command") {
    if (!QUIET_REFUSALS.has(problem.code)) tellOfPromotion(promotion, "failed", endOf(promotion), minutes);
    // That Waybill goes back by itself was said where the failure was.
    if (promotion.rollback?.after !== undefined && promotion.reportOn !== null)
      return orderFailure(promotion, promotion.reportOn, {}, minutes);
    if (!QUIET_REFUSALS.has(problem.code)) reportToRepository(promotion, `failure-${promotion.id}`, minutes);
    return;
  }
  const { issue, by } = promotion.cause;
  const command = commandFor(promotion);
  reactTo(promotion, "-1", minutes);
  refuseInWords({ name: promotion.id, issue, by, command }, problem, minutes);
}

/** A command, as its refusal shows it; `name` is what it is known by in its lane. */
interface Refused {
  readonly name: string;
  readonly issue: number;
  readonly by: Person;
  readonly command: string;
}

/** Orders the one comment that says why a command is not done. */
export function refuseInWords(
  { name, issue, by, command }: Refused,
  problem: Problem,
  minutes: Minutes,
): void {
  const view = { template: "refusal", by: by.login, command, problem } as const;
  order(minutes, `refusal:${name}`, { type: "comment", issue, marker: `refusal-${name}`, view });
}

/** Orders a reaction to the command that a promotion came of; nothing where it came of none. */
export function reactTo(promotion: Promotion, content: "eyes" | "rocket" | "-1", minutes: Minutes): void {
  if (promotion.cause.kind !== "command") return;
  const { commentId } = promotion.cause;
  order(minutes, `react:${promotion.id}:${content}`, { type: "react", commentId, content });
}

/** A build of merged changes has not come to its end: the repository's lane has the newest one go in its place. */
export function orderNewest({ id, environment, cargo }: Promotion, at: number, minutes: Minutes): void {
  const event = { type: "BuildOverdue", at, environment, sha: cargo.sha } as const;
  order(minutes, `overdue:${id}`, { type: "tellLane", environment: "", event });
}

/** An automatic promotion without a place of its own: the repository's lane says it on the notice issue. */
function reportToRepository(promotion: Promotion, marker: string, minutes: Minutes): void {
  order(minutes, `tell:${marker}`, {
    type: "tellLane",
    environment: "",
    event: {
      type: "EnvironmentFailed",
      at: endOf(promotion),
      environment: promotion.environment,
      promotionId: promotion.id,
      marker,
      view: failureView(promotion),
    },
  });
}
