/** From what comments show to what their templates are given: words for states, times and durations. */
import type { CommandAnswer } from "../core/commands/command.ts";
import type { Freeze } from "../core/gates/gate.ts";
import type { HotfixView } from "../core/hotfix-views.ts";
import type { Problem, PromotionStage } from "../core/promotion.ts";
import { pinView } from "../core/rollback/views.ts";
import type { EnvironmentSummary } from "../core/summary.ts";
import type { CancelledView, CommentView, FailureView, LiveView, ReceiptView } from "../core/views.ts";
import { databasePage } from "./database.ts";
import { expectedPage } from "./expected.ts";
import { heldPage, HELD_WORDS, heldWords, runPage, versionHoldPage } from "./held.ts";
import {
  againOf,
  backOf,
  pinPage,
  reasonedRollback,
  restoringRollback,
  rollbackPage,
  unpinOf,
} from "./rollback.ts";
import { receiptWords } from "./receipt.ts";
import { rehearsalPage } from "./rehearsal.ts";
import { renderTemplate } from "./templates.ts";
import { becameWords, skipPage, stepPage, triesPage } from "./steps.ts";
import { durationText, timeText } from "./times.ts";

/** The Markdown of a comment, without its marker. `signs`: receipts are signed. */
export function renderComment(view: CommentView, signs = false): string {
  return renderTemplate(view.template, pageOf(view, signs)).trim();
}

function pageOf(view: CommentView, signs: boolean): object {
  switch (view.template) {
    case "live":
      return livePage(view);
    case "receipt":
      return { ...receiptPage(view), ...receiptWords(view.promotionId, signs) };
    case "failure":
      return failurePage(view);
    case "cancelled":
      return cancelledPage(view);
    case "refusal":
      return { ...view, problem: { ...problemPage(view.problem), retry: true } };
    case "answers":
      return { ...view, answers: view.answers.map(answerPage) };
    case "tag-refused":
      return { tag: view.tag, branch: null, meant: null, before: null, at: null, ...view.reason };
    case "cut-refused":
    case "changelog-refused":
      return { ...view, problem: problemPage(view.problem) };
    case "resumed":
      return {
        ...view,
        since: timeText(view.since),
        until: timeText(view.until),
        took: durationText(view.until - view.since),
      };
    case "held-long":
      return {
        ...view,
        took: durationText(view.until - view.since),
        again: `/promote ${view.environment} ${view.version}`,
      };
    case "kept-back":
      return { ...view, unpin: unpinOf(view.environment) };
    case "expected":
      return expectedPage(view);
    case "hotfix":
      return hotfixPage(view);
    case "by-hand":
    case "assets":
    case "now-breaks":
    case "told":
    case "late":
    case "config-broken":
    case "cut-shown":
      return view;
  }
}

function hotfixPage(view: HotfixView): object {
  return {
    ...view,
    problem: view.problem === null ? null : problemPage(view.problem),
    settle: `/hotfix settle ${view.version ?? ""}`,
    promote: `/promote ${view.environment} ${view.version ?? ""}`,
  };
}

function livePage(view: LiveView): object {
  return {
    ...view,
    ...rollbackPage(view, view.stage === "delivered"),
    ...databasePage(view, view.stage === "delivered"),
    // Only where something goes before it can anything be stopped.
    cancel: view.rollback !== undefined && view.behind !== null ? `/cancel ${view.environment}` : null,
    headline: headline(view),
    approvedBy: view.approvedBy?.join(", ") ?? null,
    byHand: view.byHand ?? null,
    tries: view.tries ?? null,
    left: view.left ?? null,
    // Absent in views that an earlier Waybill has queued.
    held: view.held === null || view.held === undefined ? null : heldPage(view.held, view),
    migrations: view.migrations ?? null,
    ...skipPage(view),
    ...rehearsalPage(view),
    steps: view.steps.map(stepPage),
    probes: view.probes.map((probe) => ({ ...probe, asking: view.stage === "proving" })),
    problem: view.problem === null ? null : problemPage(view.problem),
  };
}

function headline(view: LiveView): string {
  const total = view.steps.filter(({ hook, skipped }) => hook === undefined && skipped === undefined).length;
  // Where all of it is left as it is there may be hooks to run, and answers to wait for.
  const deployed =
    view.unchangedSince === undefined ? `${view.done} of ${total} deployed` : "nothing has changed";
  const words: Record<PromotionStage, string> = {
    waiting: view.held ? HELD_WORDS[view.held.hold.gate] : "waiting its turn",
    preparing: "being prepared",
    rolling: deployed,
    proving: `${deployed}, asking the running system`,
    "needs-human": "needs a person",
    delivered: "delivered",
    failed: "not delivered",
    superseded:
      view.supersededBy === view.version
        ? "asked for by a person instead"
        : `superseded by ${view.supersededBy ?? "a newer one"}`,
    cancelled: "cancelled",
    refused: "not started",
  };
  if (view.cancelling === true) return "being cancelled";
  return view.failing === true ? "not delivered; hooks for that are running" : words[view.stage];
}

function receiptPage(view: ReceiptView): object {
  return {
    ...view,
    ...rollbackPage(view, true),
    ...databasePage(view, true),
    reason: view.rollback?.reason ?? null,
    pin: pinPage(view.pin, view.environment),
    incident: view.incident ?? null,
    approvedBy: view.approvedBy?.join(", ") ?? null,
    migrations: view.migrations ? { ...view.migrations, done: true } : null,
    byHand: view.byHand ?? null,
    tries: view.tries === undefined ? null : triesPage(view.tries),
    ...skipPage(view),
    ...rehearsalPage(view),
    steps: view.steps.map(stepPage),
    words: [...new Set(view.steps.flatMap(({ word }) => word ?? []))].join(", "),
    requestedAt: timeText(view.requestedAt),
    startedAt: timeText(view.startedAt),
    finishedAt: timeText(view.finishedAt),
    took: durationText(view.finishedAt - view.requestedAt),
    evidence: view.evidence.map((one) => ({
      at: timeText(one.at),
      url: one.url,
      observed: one.observed ?? "",
    })),
    // Nobody takes an earlier release on through the pipeline.
    next: (view.rollback === undefined ? view.next : []).map(
      (environment) => `/promote ${environment} ${view.version}`,
    ),
  };
}

/** Problems whose sentence says itself what becomes of a build. */
const SAYS_WHAT_NEXT: ReadonlySet<Problem["code"]> = new Set([
  "workflow-missing",
  "workflow-unreadable",
  "workflow-not-dispatchable",
]);

/** Problems that the same command would come to once more. */
const UNREPEATED: ReadonlySet<Problem["code"]> = new Set(["run-wrong-commit", "past-migrations"]);

function failurePage(view: FailureView): object {
  const started = view.steps.some((step) => step.runUrl !== null);
  const isFollowed = typeof view.goesBackTo === "string";
  const isOpen = view.rollback === undefined && !isFollowed && view.keptFrom === undefined;
  return {
    ...view,
    ...rollbackPage(view),
    ...databasePage(view),
    pin: pinPage(view.pin, view.environment),
    incident: view.incident ?? null,
    goesBackTo: view.goesBackTo ?? null,
    // Waybill was to go back by itself, and knows of nothing to go back to.
    isLost: view.goesBackTo === null,
    back: isOpen && started && view.from !== null ? backOf(view) : null,
    keptFrom: view.keptFrom ?? null,
    kept: view.keptFrom === undefined ? null : reasonedRollback(view.environment, view.keptFrom),
    // What that means for going back is said besides.
    migrations: view.migrations ? { ...view.migrations, floor: null, done: false } : null,
    ...rehearsalPage(view),
    steps: view.steps.map(stepPage),
    started,
    problem: { ...problemPage(view.problem), build: view.tag === null },
    build: view.tag === null && !SAYS_WHAT_NEXT.has(view.problem.code),
    evidence: view.evidence.map((one) => ({
      at: timeText(one.at),
      url: one.url,
      answer: one.observed ?? one.detail,
    })),
    // A build has no tag to promote by; what was found would only be found again; and what is gone back from is in quarantine.
    again: view.tag === null || UNREPEATED.has(view.problem.code) || isFollowed ? null : againOf(view),
    retry: isWorthRetrying(view) && !isFollowed ? `/retry ${view.environment}` : null,
  };
}

/** Whether something would be spared, or there is no other way to ask for it again. */
function isWorthRetrying({ steps, tag, problem }: FailureView): boolean {
  const hasSucceeded = steps.some(({ stage, hook }) => stage === "succeeded" && hook === undefined);
  return problem.code !== "run-wrong-commit" && (hasSucceeded || (tag === null && steps.length > 0));
}

function cancelledPage(view: CancelledView): object {
  return {
    ...view,
    ...rollbackPage(view),
    problem: problemPage(view.problem),
    places: view.places.map((place) => ({ ...place, became: becameWords(place) })),
    again: view.tag === null ? null : againOf(view),
    retry: view.places.some(({ stage }) => stage === "succeeded") ? `/retry ${view.environment}` : null,
  };
}

/** A problem with every detail that the template may name, null where it has none, and the command that leads on. */
function problemPage(problem: Problem): object {
  const detail = new Proxy(problem.detail, { get: (target, name) => Reflect.get(target, name) ?? null });
  const command = commandOf(problem);
  const found = { delivered: `${command} delivered`, failed: `${command} failed` };
  const fixes = `Fixes-Release: ${String(problem.detail["bad"])}`;
  const { limitMs, ageMs, point } = problem.detail;
  const words = {
    limit: typeof limitMs === "number" ? durationText(limitMs) : null,
    age: typeof ageMs === "number" ? durationText(ageMs) : null,
    point: typeof point === "number" ? timeText(point) : null,
  };
  const restoring = restoringRollback(String(problem.detail["environment"]), problem.detail["version"]);
  return {
    code: problem.code,
    detail,
    command,
    found,
    fixes,
    restoring,
    ...words,
    build: false,
    retry: false,
  };
}

function commandOf({ code, detail }: Problem): string | null {
  if (code === "previous-lacks-it" && detail["next"])
    return `/promote ${detail["next"]} ${detail["version"]}`;
  const before = detail["before"];
  if (code === "no-version-yet" && typeof before === "string" && /^[^,]+$/.test(before))
    return `/promote ${before}`;
  if (code === "needs-human" || code === "run-gone" || code === "environment-unseen" || detail["unbegun"])
    return `/resolve ${detail["environment"]}`;
  if (code === "nothing-to-roll-back" || code === "rollback-not-lower")
    return `/promote ${detail["environment"]} ${detail["version"]}`;
  if (code === "restore-refused")
    return reasonedRollback(String(detail["environment"]), String(detail["version"]));
  if (code === "past-migrations")
    return reasonedRollback(String(detail["environment"]), String(detail["version"]));
  if (code === "quarantined") return unpinOf(String(detail["environment"]));
  if (code === "not-a-version") return detail["suggestion"] ? `/release ${detail["suggestion"]}` : "/release";
  if (code === "version-too-low" || code === "version-not-higher")
    return detail["next"] ? `/release ${detail["next"]}` : "/release";
  if (code === "version-tagged" && detail["next"]) return `/release ${detail["next"]}`;
  if (code === "nothing-to-hotfix") return `/hotfix ${detail["environment"]}`;
  if (code === "lacks-hotfix") return `/hotfix settle ${detail["fix"]}`;
  if (code === "unknown-command") return `/${detail["suggestion"]}`;
  return null;
}

const HOW = {
  manual: "by command",
  auto: "by itself, when the environment before has it",
  merge: "by itself, at every merge",
} as const;

function answerPage(answer: CommandAnswer): object {
  switch (answer.kind) {
    case "refusal":
      return { kind: answer.kind, command: answer.command, problem: problemPage(answer.problem) };
    case "status":
      return {
        kind: answer.kind,
        environments: answer.environments.map(summaryPage),
        upcoming: answer.upcoming,
        holds: (answer.holds ?? []).map(versionHoldPage),
      };
    case "help":
      return {
        kind: answer.kind,
        commands: answer.commands,
        environments: answer.environments.map((one) => ({
          ...one,
          needs: one.needs === "listed" ? null : one.needs,
          how: HOW[one.promote as keyof typeof HOW] ?? one.promote,
        })),
        release: answer.release,
      };
  }
}

function summaryPage(summary: EnvironmentSummary): object {
  const { running, active, waiting, freeze } = summary;
  const asked = active?.requestedBy === null || active === null ? "" : `, asked for by ${active.requestedBy}`;
  const approved = active?.approvedBy === undefined ? "" : `, approved by ${active.approvedBy.join(", ")}`;
  return {
    name: summary.name,
    version: running?.version ?? null,
    since: running === null ? "–" : timeText(running.at),
    active: active === null ? "–" : `${active.version}, ${activeWords(active)}${asked}${approved}`,
    waiting: waiting.length === 0 ? "–" : waiting.map(waitingWords).join("; "),
    freeze: freeze === null ? null : freezePage(freeze, summary.name),
    pin: pinPage(pinView(summary), summary.name),
    scheduled: (summary.scheduled ?? []).map((one) => ({
      ...one,
      from: timeText(one.from),
      until: timeText(one.until),
    })),
    unfreeze: `/unfreeze ${summary.name}`,
    left: summary.left ?? [],
    kept: summary.kept ?? [],
    byHand: summary.byHand ? { ...summary.byHand, at: timeText(summary.byHand.at) } : null,
    outOfBand: (summary.outOfBand ?? []).map(runPage),
  };
}

/** One that waits: its place where it is not alone, and what it waits for. */
function waitingWords(
  { version, held, behind }: EnvironmentSummary["waiting"][number],
  index: number,
  { length }: EnvironmentSummary["waiting"],
): string {
  const place = length === 1 ? "" : `${index + 1}) `;
  if (held !== null) return `${place}${version} (${heldWords(held)})`;
  return `${place}${version}${behind ? ` (behind ${behind})` : ""}`;
}

function freezePage({ by, at, until, reason }: Freeze, environment: string): object {
  return {
    by,
    reason,
    since: timeText(at),
    until: until === null ? null : timeText(until),
    command: `/unfreeze ${environment}`,
  };
}

function activeWords({ stage, cancelling }: NonNullable<EnvironmentSummary["active"]>): string {
  return cancelling === true ? "being cancelled" : STAGE_WORDS[stage];
}

const STAGE_WORDS: Record<PromotionStage, string> = {
  waiting: "waiting",
  preparing: "being prepared",
  rolling: "rolling out",
  proving: "asking the running system",
  "needs-human": "needs a person",
  delivered: "delivered",
  failed: "not delivered",
  cancelled: "cancelled",
  superseded: "superseded",
  refused: "refused",
};
