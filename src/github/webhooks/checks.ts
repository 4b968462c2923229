/**
 * `check_run` and `status`: a check has come to an end on a commit. Level-triggered: the payload only says where to look again, and only to the
 * environments in which something waits for it. Of all the others nobody is asked anything.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#check_run
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#status
 */
import { z } from "zod";
import { isCheckAwaited } from "../../core/gates/checks.ts";
import { PREVIEW_CHECK } from "../../core/preview/preview.ts";
import { commitSha } from "../../core/ids.ts";
import { TEMPLATES_CHECK } from "../../core/template-check.ts";
import type { AddressedEvent, Webhook, WebhookContext } from "./webhook.ts";

const checkRunSchema = z.object({
  action: z.string(),
  check_run: z.object({ name: z.string(), head_sha: z.string(), external_id: z.string().nullish() }),
});

/** Both are drawn by the same look. */
const OURS: ReadonlySet<string> = new Set([PREVIEW_CHECK, TEMPLATES_CHECK]);

const statusSchema = z.object({ sha: z.string(), state: z.string(), context: z.string() });

export const checkRun: Webhook = async (payload, context) => {
  const { action, check_run: run } = checkRunSchema.parse(payload);
  if (action === "rerequested") return lookAgain(run, context);
  return action === "completed" ? doubted(run.head_sha, run.name, context) : [];
};

export const status: Webhook = async (payload, context) => {
  const { sha, state, context: name } = statusSchema.parse(payload);
  return state === "pending" ? [] : doubted(sha, name, context);
};

/** Somebody has pressed the button of our own check: GitHub tells of it only whose check it is, and has put it back to the beginning. */
async function lookAgain(
  { name, external_id }: z.infer<typeof checkRunSchema>["check_run"],
  { lanes, installation, repository, now }: WebhookContext,
): Promise<AddressedEvent[]> {
  const number = /^[1-9]\d{0,8}$/.test(external_id ?? "") ? Number(external_id) : null;
  if (!OURS.has(name) || number === null) return [];
  if ((await lanes.repository(installation, repository)) === null) return [];
  return [{ environment: "", event: { type: "PullChanged", at: now(), number } }];
}

async function doubted(
  head: string,
  name: string,
  { lanes, installation, repository, now }: WebhookContext,
): Promise<AddressedEvent[]> {
  const sha = commitSha(head);
  if (sha === null) return [];
  const found: AddressedEvent[] = [];
  for (const environment of await lanes.environments({ installation, repository })) {
    const lane = await lanes.environment(installation, repository, environment);
    if (lane !== null && isCheckAwaited(lane, sha, name))
      found.push({ environment, event: { type: "GatesDoubted", at: now(), sha, names: ["checks"] } });
  }
  return found;
}
