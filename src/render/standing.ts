/** How an environment stands, for templates. */
import type { Freeze } from "../core/gates/gate.ts";
import type { PromotionStage } from "../core/promotion.ts";
import { pinView } from "../core/rollback/views.ts";
import type { EnvironmentSummary } from "../core/summary.ts";
import { heldWords, runPage } from "./held.ts";
import { pinPage } from "./rollback.ts";
import { timeText } from "./times.ts";

/** What `/status` shows of an environment. */
export function summaryPage(summary: EnvironmentSummary): object {
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
    drift: summary.drift ? { ...summary.drift, since: timeText(summary.drift.since) } : null,
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

/** How a promotion stands, in a few words. */
export const STAGE_WORDS: Record<PromotionStage, string> = {
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
