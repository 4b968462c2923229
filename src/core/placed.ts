/**
 * What each component of an environment runs, as far as its runs have told: a rollout that was cancelled, or has failed, leaves the components of
 * one environment in different versions.
 */
import type { CommitSha } from "./ids.ts";
import type { Promotion, Step } from "./promotion.ts";
import { meansOf, type Means } from "./skips.ts";
import { everRan, isComponent } from "./step-stage.ts";

/**
 * - `runs`: its run brought this version
 * - `unsure`: a run of this version began and did not end well, so that parts of it may be there; `was` is what ran before, null for nothing
 */
export type Placement =
  | {
      readonly kind: "runs";
      readonly version: string;
      readonly sha: CommitSha;
      /** By what; absent where nobody will ask (`core/skips.ts`), and where it was not part of what was delivered last. */
      readonly means?: Means;
    }
  | {
      readonly kind: "unsure";
      readonly version: string;
      readonly sha: CommitSha;
      readonly was: string | null;
    };

/** By component. One that is not there runs what was delivered last. */
export type Placements = Readonly<Record<string, Placement>>;

/** What runs where after promotions have come to their ends. */
export function placedAfter(
  before: Placements | undefined,
  ended: readonly Promotion[],
): Placements | undefined {
  const runs = ended.flatMap((promotion) =>
    promotion.steps
      .filter((step) => isComponent(step) && mayHaveChanged(step))
      .map((step) => ({ promotion, step })),
  );
  const now = runs.reduce<Placements>(
    (placed, { promotion, step }) => ({
      ...placed,
      [step.component]: placementAfter(promotion, step, placed[step.component]),
    }),
    before ?? {},
  );
  const delivered = ended.find(({ stage }) => stage === "delivered");
  if (delivered !== undefined && before !== undefined) return withoutOthers(now, delivered);
  return runs.length === 0 ? before : now;
}

/** What was not part of a delivery is known no more: it may have been taken away since, or be nobody's. */
function withoutOthers(placed: Placements, { steps }: Promotion): Placements {
  const others = Object.entries(placed).filter(
    ([component, one]) =>
      one.kind === "runs" &&
      one.means !== undefined &&
      steps.every((step) => !isComponent(step) || step.component !== component),
  );
  if (others.length === 0) return placed;
  const plain = others.map(([component, { version, sha }]) => [component, { kind: "runs", version, sha }]);
  return { ...placed, ...(Object.fromEntries(plain) as Placements) };
}

/** What a component runs now, at the end of a promotion; null where nothing does. */
export function placementIn(promotion: Promotion, step: Step): Placement | null {
  const before = promotion.before?.[step.component];
  if (mayHaveChanged(step)) return placementAfter(promotion, step, before);
  if (before !== undefined) return before;
  return promotion.replaces === null ? null : { kind: "runs", ...promotion.replaces };
}

/** Whether its run did its work, also where the proof failed after it, or was not waited for; by GitHub's word, or by a person's. */
export function ranWell({ stage, conclusion, word }: Step): boolean {
  return stage === "succeeded" || conclusion === "success" || word !== undefined;
}

/** Whether a run of it began, as far as anybody can tell. */
function mayHaveChanged(step: Step): boolean {
  return everRan(step) || step.problem?.code === "resolved";
}

function placementAfter(promotion: Promotion, step: Step, before: Placement | undefined): Placement {
  const { cargo, replaces } = promotion;
  const { version, sha } = cargo;
  if (ranWell(step)) return { kind: "runs", version, sha, ...meansOf(promotion, step) };
  const was = before?.kind === "unsure" ? before.was : (before?.version ?? replaces?.version ?? null);
  return { kind: "unsure", version, sha, was };
}
