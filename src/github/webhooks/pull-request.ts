/**
 * `pull_request`: the one that brings a hotfix to the release branch was merged, closed or opened again. All others are nobody's business.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request
 */
import { z } from "zod";
import { hotfixesOf } from "../../core/hotfix-model.ts";
import { forwardPortSeen } from "../forward-port.ts";
import { idSchema } from "./payload.ts";
import type { Webhook } from "./webhook.ts";

const schema = z.object({ action: z.string(), pull_request: z.object({ number: idSchema }) });

const NEWS: ReadonlySet<string> = new Set(["closed", "reopened"]);

/** Level-triggered: what is said of it does not matter, only how it stands now. */
export const pullRequest: Webhook = async (payload, context) => {
  const { action, pull_request: pull } = schema.parse(payload);
  if (!NEWS.has(action)) return [];
  const { lanes, installation, repository } = context;
  const lane = await lanes.repository(installation, repository);
  const hotfix =
    lane === null ? undefined : hotfixesOf(lane).find(({ port }) => port?.number === pull.number);
  if (hotfix === undefined) return [];
  const event = await forwardPortSeen(await context.connect(), hotfix.branch, pull.number);
  return [{ environment: "", event }];
};
