/**
 * What gates need to know of the world outside of their lane: findings. They are brought to a promotion while it waits, and anew right before it
 * begins, so that what counts is what is true then. Plain data: stored with the promotion.
 */
import type { CommitSha, PromotionId } from "../ids.ts";
import type { Cargo, Person, PlanSnapshot, PromotionCause, PromotionClass } from "../promotion.ts";
import type { ApprovalsFacts } from "./approvals.ts";
import type { ChecksFacts } from "./checks.ts";
import type { ExternalFacts } from "./external.ts";
import type { Verdict } from "./gate.ts";
import type { SoakFacts } from "./soak.ts";

/** - `unseen`: it could not be found out; `message` is GitHub's word on why, or our own · `at`: when, epoch ms */
export type Finding<Facts> =
  | { readonly kind: "seen"; readonly at: number; readonly facts: Facts }
  | { readonly kind: "unseen"; readonly at: number; readonly message: string };

/** By the gate that needs it; absent where nobody has looked. */
export interface GateFindings {
  readonly soak?: Finding<SoakFacts>;
  readonly checks?: Finding<ChecksFacts>;
  readonly approvals?: Finding<ApprovalsFacts>;
  readonly external?: Finding<ExternalFacts>;
}

export type FindingName = keyof GateFindings;

/** What is looked at: a promotion, and what it would replace. */
export interface GateQuestion {
  readonly promotionId: PromotionId;
  readonly cargo: Cargo;
  readonly cause: PromotionCause;
  /** Absent: normal, also in what an earlier Waybill ordered. */
  readonly class?: PromotionClass;
  readonly plan: PlanSnapshot;
  readonly replaces: { readonly version: string; readonly sha: CommitSha } | null;
  /** Those who have approved it; absent where the environment asks for no approvals. */
  readonly approvers?: readonly Person[];
  /** Set where this is the last look, right before anything begins. */
  readonly beginning?: true;
}

/** What a gate says by its finding; it waits where there is none yet, and where it could not be found out. */
export function judgedBy<Facts>(
  look: FindingName,
  finding: Finding<Facts> | undefined,
  judge: (facts: Facts) => Verdict,
): Verdict {
  if (finding === undefined) return { verdict: "wait", hold: { gate: "looking", what: look }, look };
  if (finding.kind === "seen") return judge(finding.facts);
  return { verdict: "wait", hold: { gate: "unseen", what: look, message: finding.message }, look };
}

/** Findings for all of these names: nobody could find anything out. */
export function unseenFindings(names: readonly FindingName[], at: number, message: string): GateFindings {
  return Object.fromEntries(names.map((name) => [name, { kind: "unseen", at, message }]));
}
