/** From what comments show to what their templates are given: words for states, times and durations. */
import type { HotfixView } from "../core/hotfix-views.ts";
import type { Problem } from "../core/promotion.ts";
import type { CancelledView, CommentView, FailureView, ReceiptView } from "../core/views.ts";
import { answerPage } from "./answers.ts";
import { databasePage } from "./database.ts";
import { driftPage } from "./drift.ts";
import { evidencePage, failedEvidencePage } from "./evidence.ts";
import { expectedPage } from "./expected.ts";
import { livePage } from "./live.ts";
import { performancePage } from "./performance.ts";
import { problemPage } from "./problem.ts";
import { againOf, backOf, pinPage, reasonedRollback, rollbackPage, unpinOf } from "./rollback.ts";
import { receiptWords } from "./receipt.ts";
import { rehearsalPage } from "./rehearsal.ts";
import { renderTemplate } from "./templates.ts";
import { becameWords, stepPage, skipPage, triesPage } from "./steps.ts";
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
    case "drift":
      return driftPage(view);
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
    case "channel-failed":
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
    reached: view.reached ?? false,
    verifiedBy: view.verifiedBy?.join(", ") ?? null,
    tries: view.tries === undefined ? null : triesPage(view.tries),
    ...skipPage(view),
    ...rehearsalPage(view),
    steps: view.steps.map(stepPage),
    words: [...new Set(view.steps.flatMap(({ word }) => word ?? []))].join(", "),
    requestedAt: timeText(view.requestedAt),
    startedAt: timeText(view.startedAt),
    finishedAt: timeText(view.finishedAt),
    took: durationText(view.finishedAt - view.requestedAt),
    evidence: evidencePage(view.evidence),
    ...performancePage(view.performance),
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
const UNREPEATED: ReadonlySet<Problem["code"]> = new Set(["run-wrong-commit", "past-migrations", "rejected"]);

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
    evidence: failedEvidencePage(view.evidence),
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
