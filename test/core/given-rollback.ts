/** Productions that are rolled back, event by event: one component, nothing that is asked. */
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import type { NewPromotion } from "../../src/core/promotion.ts";
import { ana, byCommand, NOON, planOf, prepared, requested, run, sha, stepPlan, tagged } from "./given.ts";

const PROD = "components: { shop: {} }\nenvironments: { prod: {} }\n";

/** The plan of a production; `prod` holds further lines of it, as a flow map. */
export const prodPlan = (prod = "{}") => planOf("prod", PROD.replace("prod: {}", `prod: ${prod}`));

/** The commit of a version: `a150` for 1.5.0. */
export const shaOf = (version: string) => sha(`a${version.replaceAll(/\D/g, "")}`);

/** `/promote prod VERSION` in this comment, or another way in which it is asked for. */
export function promoted(commentId: number, version: string, more: Partial<NewPromotion> = {}) {
  return requested(
    { cause: byCommand(commentId), cargo: tagged(version, shaOf(version)), plan: prodPlan(), ...more },
    NOON + commentId * 1_000,
  );
}

/** A release that goes by itself. */
export const automatic = (serial: number, version: string, more: Partial<NewPromotion> = {}) =>
  promoted(serial, version, {
    id: `a${serial}` as PromotionId,
    cause: { kind: "auto" },
    reportOn: 7,
    ...more,
  });

/** `/rollback prod VERSION` in this comment. */
export const rolledBack = (
  commentId: number,
  version: string,
  more: Partial<NewPromotion> = {},
): EnvironmentEvent =>
  promoted(commentId, version, { class: "rollback", rollback: { reason: "checkout fails" }, ...more });

/** The way of a promotion from its plan to the end of its run. */
export function goes(id: string, version: string, conclusion = "success"): EnvironmentEvent[] {
  const correlationId = `${id}-shop`;
  const runId = Number(id.replaceAll(/\D/g, ""));
  const at = NOON + runId * 1_000 + 100;
  return [
    prepared(id, [stepPlan("shop", { needs: [] })], at),
    { type: "DeploymentRecorded", at, correlationId, deploymentId: runId },
    { type: "RunStarted", at, correlationId, runId, runUrl: `https://github.example/runs/${runId}` },
    {
      type: "RunObserved",
      at: at + 100,
      run: run({ id: runId, headSha: shaOf(version), conclusion, title: correlationId }),
    },
  ];
}

/** `/promote`d and delivered. */
export const delivers = (commentId: number, version: string, more: Partial<NewPromotion> = {}) => [
  promoted(commentId, version, more),
  ...goes(`c${commentId}`, version),
];

/** `/promote`d, and its run has failed. */
export const fails = (commentId: number, version: string, more: Partial<NewPromotion> = {}) => [
  promoted(commentId, version, more),
  ...goes(`c${commentId}`, version, "failure"),
];

/** `/unpin prod` in this comment. */
export const unpinned = (commentId: number, ordinal = 1): EnvironmentEvent => ({
  type: "EnvironmentUnpinned",
  at: NOON + commentId * 1_000,
  environment: "prod",
  word: { by: ana, commentId, ordinal, issue: 7, name: `p${commentId}` },
});
