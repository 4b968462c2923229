/**
 * `pull_request`: one to the release branch or the default branch was opened, edited or pushed to, or the one that brings a hotfix there was merged, closed or opened again. All
 * others are nobody's business. https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request
 */
import { z } from "zod";
import { hotfixesOf } from "../../core/hotfix-model.ts";
import type { RepositoryLane } from "../../core/repository.ts";
import { commitSha } from "../../core/ids.ts";
import { forwardPortSeen } from "../forward-port.ts";
import { bothSides } from "../sides.ts";
import { idSchema } from "./payload.ts";
import type { AddressedEvent, Webhook, WebhookContext } from "./webhook.ts";

const schema = z.object({
  action: z.string(),
  changes: z.object({ title: z.unknown(), body: z.unknown(), base: z.unknown() }).partial().nullish(),
  pull_request: z.object({
    number: idSchema,
    base: z.object({ ref: z.string().max(1024) }),
    head: z.object({ sha: z.string().max(64) }).optional(),
  }),
});

const NEWS_OF_PORTS: ReadonlySet<string> = new Set(["closed", "reopened"]);

/** What may change the preview: the words, the commits, and how it is to be merged. Drafts have one too. */
const NEWS_OF_PREVIEWS: ReadonlySet<string> = new Set([
  "opened",
  "reopened",
  "synchronize",
  "edited",
  "auto_merge_enabled",
  "auto_merge_disabled",
]);

/** Level-triggered: what is said of it does not matter, only how it stands when it is looked at. */
export const pullRequest: Webhook = async (payload, context) => {
  const { action, changes, pull_request: pull } = schema.parse(payload);
  const isEdit = action === "edited";
  const isOfWords = [changes?.title, changes?.body, changes?.base].some((change) => change !== undefined);
  const mayPreview = NEWS_OF_PREVIEWS.has(action) && (!isEdit || isOfWords);
  if (!mayPreview && !NEWS_OF_PORTS.has(action)) return [];
  const { lanes, installation, repository, now } = context;
  const lane = await lanes.repository(installation, repository);
  const events: AddressedEvent[] = [];
  if (mayPreview && (await isOurBusiness(context, lane, pull)))
    events.push({ environment: "", event: { type: "PullChanged", at: now(), number: pull.number } });
  const hotfix =
    lane === null ? undefined : hotfixesOf(lane).find(({ port }) => port?.number === pull.number);
  if (hotfix !== undefined && NEWS_OF_PORTS.has(action)) {
    const event = await forwardPortSeen(await context.connect(), hotfix.branch, pull.number);
    events.push({ environment: "", event });
  }
  return events;
};

type Pull = z.infer<typeof schema>["pull_request"];

/**
 * The release branch is, and the default branch, where the config is: as both were last read. Of a repository in which Waybill has read no config yet, only what
 * brings one: that is asked.
 */
async function isOurBusiness(
  { connect, defaultBranch }: WebhookContext,
  lane: RepositoryLane | null,
  { base: { ref }, head }: Pull,
): Promise<boolean> {
  const plans = lane?.plans ?? [];
  // What mends, or takes away, the first config that is broken.
  if ((lane?.brokenConfig ?? null) !== null && ref === defaultBranch) return true;
  if (plans.length > 0) return ref === defaultBranch || plans.some((plan) => plan.branch === ref);
  const sha = commitSha(head?.sha ?? "");
  if (ref !== defaultBranch || sha === null) return false;
  const { pull } = await bothSides(await connect(), sha, sha);
  return pull.config !== null;
}
