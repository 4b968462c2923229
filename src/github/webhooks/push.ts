/** `push`: a branch moved, or a tag was made. https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
import { z } from "zod";
import type { RepositoryEvent } from "../../core/events.ts";
import type { RepositoryClient } from "../client.ts";
import { CONFIG_PATH, readConfig, type ConfigFacts } from "../config.ts";
import { branchFacts, tagFacts } from "../facts.ts";
import type { AddressedEvent, Webhook } from "./webhook.ts";

const schema = z.object({ ref: z.string().max(1024), deleted: z.boolean().default(false) });

export const push: Webhook = async (payload, context) => {
  const { ref, deleted } = schema.parse(payload);
  if (deleted) return [];
  const tag = /^refs\/tags\/(.+)$/.exec(ref)?.[1];
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
  if (tag === undefined && branch === undefined) return [];
  const client = await context.connect();
  const config = await readConfig(client, context.defaultBranch);
  if (tag !== undefined && config.kind === "found") return onTag(client, config, tag);
  if (tag !== undefined) return config.kind === "broken" ? tagUnderBrokenConfig(tag, context.now()) : [];
  if (config.kind === "broken")
    return branch === context.defaultBranch ? [brokenConfig(config, context.now())] : [];
  // Level-triggered: what was pushed does not matter, only what the branch is now.
  // The default branch matters even where releases come from another one: the config is there.
  const matters = config.kind === "found" && (branch === config.branch || branch === context.defaultBranch);
  return matters ? forRepository([await branchFacts(client, config)]) : [];
};

async function onTag(
  client: RepositoryClient,
  config: Extract<ConfigFacts, { kind: "found" }>,
  tag: string,
): Promise<AddressedEvent[]> {
  const tagged = await tagFacts(client, config, tag);
  // A new release is a new base: what is merged beyond it gets a notice of its own.
  const moved = tagged?.type === "ReleaseTagged" ? await branchFacts(client, config) : null;
  return forRepository([tagged, moved]);
}

/** Nobody can tell what tags of releases look like: what looks like a version is said to have been left alone. */
function tagUnderBrokenConfig(tag: string, at: number): AddressedEvent[] {
  const looksLikeVersion = /\d+\.\d+\.\d+/.test(tag);
  if (!looksLikeVersion) return [];
  return forRepository([{ type: "TagRefused", at, tag, sha: null, reason: { code: "config-broken" } }]);
}

function forRepository(events: readonly (RepositoryEvent | null)[]): AddressedEvent[] {
  return events.flatMap((event) => (event === null ? [] : [{ environment: "", event }]));
}

function brokenConfig(config: Extract<ConfigFacts, { kind: "broken" }>, at: number): AddressedEvent {
  const problems = config.problems.map(({ line, column, message, mend }) => ({
    line,
    column,
    message,
    mend,
  }));
  return {
    environment: "",
    event: { type: "ConfigFoundBroken", at, head: config.sha, path: CONFIG_PATH, problems },
  };
}
