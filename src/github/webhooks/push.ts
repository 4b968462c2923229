/** `push`: a branch moved, or a tag was made. https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
import { z } from "zod";
import { ownCommit } from "../../core/cutting.ts";
import type { RepositoryEvent } from "../../core/events.ts";
import { hotfixTags, registeredHotfix } from "../../core/hotfix-model.ts";
import type { RepositoryLane } from "../../core/repository.ts";
import { brokenConfig, readConfig } from "../config.ts";
import { DEFAULTS_REPOSITORY } from "../defaults.ts";
import { branchFacts, branchFactsAtAGlance } from "../facts.ts";
import { eventsOfHotfix } from "../hotfix.ts";
import { eventsOfTag } from "../tagged.ts";
import type { AddressedEvent, Webhook, WebhookContext } from "./webhook.ts";

const schema = z.object({
  ref: z.string().max(1024),
  deleted: z.boolean().default(false),
  repository: z.object({ name: z.string() }).partial().optional(),
});

export const push: Webhook = async (payload, context) => {
  const { ref, deleted, repository: about } = schema.parse(payload);
  // What is pushed there is for the owner's other repositories, which see it when they are looked at next.
  if (about?.name === DEFAULTS_REPOSITORY) context.forgetDefaults?.();
  const tag = /^refs\/tags\/(.+)$/.exec(ref)?.[1];
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
  const { defaultBranch, installation, repository } = context;
  const lane = await context.lanes.repository(installation, repository);
  const hotfix = branch === undefined ? null : registeredHotfix(lane, branch);
  if (lane !== null && hotfix !== null)
    return forRepository(await eventsOfHotfix(await context.connect(), lane, hotfix));
  if (deleted) return [];
  if (branch !== undefined) return onBranch(branch, context, lane);
  if (tag === undefined) return [];
  const own = lane === null ? null : ownCommit(lane, tag);
  const known = { own, unreleased: lane?.unreleased ?? [], hotfixes: hotfixTags(lane) };
  return forRepository(await eventsOfTag(await context.connect(), defaultBranch, tag, known));
};

/** Level-triggered: what was pushed does not matter, only what the release branch is now. */
async function onBranch(
  branch: string,
  context: WebhookContext,
  lane: RepositoryLane | null,
): Promise<readonly AddressedEvent[]> {
  const { defaultBranch } = context;
  // The default branch matters even where releases come from another one: the config is there. A config that names another release
  // branch comes by a push of its own to the default branch, so whatever is neither of the two is nobody's business.
  const plans = lane?.plans ?? [];
  const isNeither = branch !== defaultBranch && plans.every((plan) => plan.branch !== branch);
  if (isNeither && plans.length > 0) return [];
  const client = await context.connect();
  const unreleased = lane?.unreleased ?? [];
  const issue = lane?.notice?.issue ?? null;
  const taken = hotfixTags(lane).versions;
  const glance = await branchFactsAtAGlance(client, defaultBranch, { issue, unreleased, taken });
  const config = glance?.config ?? (await readConfig(client, defaultBranch));
  if (config.kind === "broken")
    return branch === defaultBranch ? forRepository([brokenConfig(config, context.now())]) : [];
  // Only while it is known to be broken: then that is over, too.
  if (config.kind === "none" && branch === defaultBranch && (lane?.brokenConfig ?? null) !== null)
    return forRepository([{ type: "ConfigFoundGone", at: context.now() }]);
  const matters = config.kind === "found" && (branch === config.branch || branch === defaultBranch);
  return matters
    ? forRepository([glance?.event ?? (await branchFacts(client, config, unreleased, taken))])
    : [];
}

function forRepository(events: readonly (RepositoryEvent | null)[]): AddressedEvent[] {
  return events.flatMap((event) => (event === null ? [] : [{ environment: "", event }]));
}
