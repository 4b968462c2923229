import type { Conclusion, RunStatus } from "./state.ts";

/** One call of the API, as it came in and as it was answered. `status` 0: no answer was sent. */
export interface CallRecord {
  id: number;
  at: number;
  method: string;
  path: string;
  query: Record<string, string>;
  /** `/repos/{owner}/{repo}/issues`; null where no route fits. */
  route: string | null;
  status: number;
  /** `app`, `installation:<id>`, `job:<run id>`, `user:<login>` or `anonymous`. */
  actor: string;
  apiVersion: string | null;
  mediaType: string | null;
  requestBody: unknown;
  responseBody: unknown;
  /** What was injected into this call, if anything. */
  fault: string | null;
}

/** One attempt of a workflow run. */
export interface RunRecord {
  run_id: number;
  attempt: number;
  repository: string;
  workflow: string;
  ref: string;
  head_sha: string;
  inputs: Readonly<Record<string, string>>;
  actor: string;
  requested_at: number;
  status: RunStatus;
  conclusion: Conclusion | null;
  /** Whether the claim step won; null if it has not been reached or there is none. */
  claimed: boolean | null;
}

/** One deployment that really began: what "nothing deployed twice, no two at once" is judged by. Times in ms. */
export interface DeployRecord {
  at: number;
  run_id: number;
  attempt: number;
  repository: string;
  component: string;
  environment: string;
  version: string | null;
  sha: string;
  correlation_id: string | null;
  started: number;
  /** Null while it is under way. */
  finished: number | null;
  outcome: "succeed" | "fail" | "cancelled" | null;
}

const CALLS_KEPT = 50_000;
const BODIES_KEPT = 5_000;

/** Everything that happened, oldest first. */
export interface RecordBook {
  calls: CallRecord[];
  runs: RunRecord[];
  deployments: DeployRecord[];
}

/** Adds a call; old calls lose their bodies first and are forgotten later, so that a long demo does not eat the memory. */
export function recordCall(book: RecordBook, call: CallRecord): void {
  book.calls.push(call);
  const old = book.calls[book.calls.length - BODIES_KEPT - 1];
  if (old) {
    old.requestBody = undefined;
    old.responseBody = undefined;
  }
  if (book.calls.length > CALLS_KEPT) book.calls.shift();
}
