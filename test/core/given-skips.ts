/** A shop whose production leaves as it is what has not changed, and how it is told. */
import type { Effect, PlannedEffect } from "../../src/core/effects.ts";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { CommitSha, PromotionId } from "../../src/core/ids.ts";
import type { NewPromotion, StepPlan } from "../../src/core/promotion.ts";
import { byCommand, NOON, planOf, requested, run, sha, stepPlan, tagged } from "./given.ts";

/** The shop, with these lines under `prod`. */
export function shop(
  more = "",
  components = 'api: { paths: ["api/**"] }\n  web: { paths: ["web/**"], needs: [api] }',
): string {
  return `
components:
  ${components}
environments:
  prod:
    rollout: { skipUnchanged: true }
${more}`;
}

/** Each component is asked for its version. */
export const ASKED = `    components:
      api: { verify: { url: "https://shop.example/api", confirmations: 1 } }
      web: { verify: { url: "https://shop.example/web", confirmations: 1 } }`;
/** The environment is, as a whole. */
export const WHOLE = '    verify: { url: "https://shop.example/version", confirmations: 1 }';

const SHAS: Readonly<Record<string, CommitSha>> = {
  "1.4.0": sha("a140"),
  "1.5.0": sha("a150"),
  "1.6.0": sha("a160"),
  "1.7.0": sha("a170"),
};
export const shaOf = (version: string): CommitSha => SHAS[version] ?? sha("ff");

/** What is known of a component before its rollout: by which file, given what, and how its files compare with those of a version. */
export function planned(
  component: string,
  since: string | null,
  files: "same" | "changed" | "unknown" = "same",
  more: Partial<StepPlan> = {},
): StepPlan {
  const compared = since === null ? {} : { compared: { since: shaOf(since), files } };
  return stepPlan(component, { blob: "b1", digest: "d1", ...compared, ...more });
}

/** The time of a promotion: those with a later comment come later. */
export const timeOf = (comment: number): number => NOON + (comment - 100) * 3_600_000;

/** Somebody asks for a version. */
export function asks(
  comment: number,
  version: string,
  text: string = shop(),
  more: Partial<NewPromotion> = {},
): EnvironmentEvent {
  const cargo = tagged(version, shaOf(version));
  return requested(
    { cause: byCommand(comment), cargo, plan: planOf("prod", text), ...more },
    timeOf(comment),
  );
}

/** All was looked at before its rollout. */
export function prepares(comment: number, plans: readonly StepPlan[]): EnvironmentEvent {
  const promotionId = `c${comment}` as PromotionId;
  return {
    type: "RolloutPrepared",
    at: timeOf(comment) + 1_000,
    promotionId,
    steps: plans,
    changeCount: 3,
    pulls: [],
  };
}

/** A component's deployment is recorded, its run is seen, and it ends. */
export function goes(
  comment: number,
  component: string,
  version: string,
  conclusion = "success",
): EnvironmentEvent[] {
  const at = timeOf(comment) + 2_000;
  const correlationId = `c${comment}-${component}`;
  const id = comment * 10 + ["api", "web", "jobs"].indexOf(component);
  return [
    { type: "DeploymentRecorded", at, correlationId, deploymentId: id },
    { type: "RunStarted", at, correlationId, runId: id, runUrl: `https://github.example/runs/${id}` },
    { type: "RunObserved", at: at + 1_000, run: run({ id, headSha: shaOf(version), conclusion }) },
  ];
}

/** A version is brought there: these components run, in their order. */
export function brings(
  comment: number,
  version: string,
  plans: readonly StepPlan[],
  runs: readonly string[],
  text: string = shop(),
): EnvironmentEvent[] {
  return [
    asks(comment, version, text),
    prepares(comment, plans),
    ...runs.flatMap((component) => goes(comment, component, version)),
  ];
}

/** Somebody's run by hand has ended. */
export function byHand(comment: number, conclusion: string): EnvironmentEvent {
  const at = timeOf(comment);
  const run = {
    id: comment,
    attempt: 1,
    environment: "prod",
    url: "https://github.example/runs/9",
    by: "wes",
    version: null,
    sha: sha("bb"),
    certain: true,
  };
  return { type: "OutOfBandSeen", at, run, end: { conclusion, at } };
}

/** Which components an event has begun. */
export function begins(effects: readonly PlannedEffect[]): string[] {
  return effects.flatMap(({ effect }: { effect: Effect }) =>
    effect.type === "recordDeployment" ? [effect.component] : [],
  );
}
