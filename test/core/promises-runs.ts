/** The runs of the world of the promises. */
import type { CommitSha } from "../../src/core/ids.ts";

export interface Run {
  readonly id: number;
  readonly correlationId: string;
  readonly environment: string;
  readonly component: string;
  readonly promotionId: string;
  readonly version: string;
  readonly headSha: CommitSha;
  readonly inputSha: string;
  readonly byWaybill: boolean;
  /** `coming`: GitHub has accepted it, but nobody can see it yet. */
  status: "coming" | "queued" | "in_progress" | "completed";
  conclusion: string | null;
  attempt: number;
  /** Whether it got past the claim step, so that it deploys. */
  claimed: boolean;
}

/** A run of which there may be a second attempt. */
export function isOverBadly({ status, conclusion }: Run): boolean {
  return status === "completed" && conclusion !== "success";
}
