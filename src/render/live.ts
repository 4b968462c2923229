/** How one promotion stands, for templates: words for stages, and commands. */
import type { PromotionStage } from "../core/promotion.ts";
import type { LiveView } from "../core/views.ts";
import { databasePage } from "./database.ts";
import { heldPage, HELD_WORDS } from "./held.ts";
import { problemPage } from "./problem.ts";
import { rehearsalPage } from "./rehearsal.ts";
import { rollbackPage } from "./rollback.ts";
import { skipPage, stepPage } from "./steps.ts";

/** What `live.hbs` shows of a promotion. */
export function livePage(view: LiveView): object {
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
    probes: view.probes.map((probe) => ({
      reachability: false,
      several: null,
      reports: false,
      ...probe,
      asking: view.stage === "proving",
    })),
    problem: view.problem === null ? null : problemPage(view.problem),
  };
}

/** How it stands, in a few words. */
export function headline(view: LiveView): string {
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
    refused: view.problem?.code === "rejected" ? "rejected" : "not started",
  };
  if (view.cancelling === true) return "being cancelled";
  return view.failing === true ? "not delivered; hooks for that are running" : words[view.stage];
}
