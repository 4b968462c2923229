/** The faults under which the demo's story is played: every way in which GitHub can fail. */
import type { FaultKind, WebhookFault } from "../../sandbox/faults.ts";

/** One way of failing. Its name is what `--faults=` takes: without a comma. */
export interface Fault {
  readonly name: string;
  /** What strikes once at each kind of call … */
  readonly kind?: FaultKind;
  /** … or only at those whose route fits, where striking everywhere would only take long. */
  readonly only?: RegExp;
  readonly webhooks?: WebhookFault;
}

/** A call has 15 s to be answered, so only what a promotion hangs on is left without an answer. */
const VITAL = /^POST .*(\/dispatches|\/deployments|\/statuses|\/comments)$/;
const ALWAYS = 1_000;

export const FAULTS: readonly Fault[] = [
  { name: "a timeout before the write", kind: "timeout-before", only: VITAL },
  { name: "a timeout after the write", kind: "timeout-after", only: VITAL },
  { name: "401", kind: { status: 401 } },
  { name: "403", kind: { status: 403 } },
  {
    name: "403 secondary limit",
    kind: { status: 403, message: "You have exceeded a secondary rate limit.", retryAfter: 1 },
  },
  { name: "404", kind: { status: 404 } },
  { name: "409", kind: { status: 409 } },
  { name: "422", kind: { status: 422 } },
  { name: "429", kind: { status: 429, retryAfter: 1 } },
  { name: "500", kind: { status: 500 } },
  { name: "502", kind: { status: 502 } },
  { name: "a reset before the write", kind: "reset-before" },
  { name: "a reset after the write", kind: "reset-after" },
  { name: "malformed JSON", kind: "malformed-answer" },
  { name: "an empty 200", kind: "empty-answer" },
  { name: "404 just after create", kind: "not-found-after-create" },
  { name: "webhooks doubled", webhooks: { kind: "double", times: ALWAYS } },
  { name: "webhooks out of order", webhooks: { kind: "reorder", times: ALWAYS } },
  { name: "webhooks of runs lost", webhooks: { kind: "lose", event: "workflow_run", times: ALWAYS } },
];
