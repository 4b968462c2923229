/** From a stored webhook call to events for the lanes it concerns. */
import { ZodError } from "zod";
import type { LaneEvent } from "../core/events.ts";
import type { Clock, LaneReader, Logger } from "../core/ports.ts";
import { isLifecycleWebhook } from "../core/standing.ts";
import type { GitHub } from "./client.ts";
import { patience } from "./failure.ts";
import { webhooks } from "./webhooks/index.ts";
import { lifecycleWebhooks } from "./webhooks/lifecycle.ts";
import { installationSchema, originSchema } from "./webhooks/payload.ts";

export interface TranslateOptions {
  readonly github: GitHub;
  readonly lanes: LaneReader;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Translates one webhook call; events that Waybill does not know, or that belong to no repository, come to nothing.
 * @throws RetryLaterError where GitHub asks for patience; any other failure of GitHub is thrown as it is, to be tried again
 */
export async function translateWebhook(
  options: TranslateOptions,
  name: string,
  payload: unknown,
): Promise<LaneEvent[]> {
  try {
    return await (isLifecycleWebhook(name)
      ? translateLifecycle(options, name, payload)
      : translateInRepository(options, name, payload));
  } catch (error) {
    // Signed by GitHub, yet not of the shape that we know: trying again would change nothing.
    if (error instanceof ZodError) {
      options.logger.warn(
        { event: name, at: error.issues[0]?.path.join(".") },
        "a webhook of an unknown shape was left alone",
      );
      return [];
    }
    throw patience(error, options.clock.now());
  }
}

/** What goes on in one repository. */
async function translateInRepository(
  { github, lanes, clock }: TranslateOptions,
  name: string,
  payload: unknown,
): Promise<LaneEvent[]> {
  const webhook = Object.hasOwn(webhooks, name) ? webhooks[name] : undefined;
  const origin = originSchema.safeParse(payload);
  if (webhook === undefined || !origin.success) return [];
  const installation = origin.data.installation.id;
  const repository = origin.data.repository.id;
  const events = await webhook(payload, {
    connect: () => github.forRepository(installation, repository),
    defaultBranch: origin.data.repository.default_branch,
    lanes,
    installation,
    repository,
    now: () => clock.now(),
    forgetDefaults: () => github.forgetDefaults(installation),
  });
  return events.map(({ environment, ...event }) => ({
    lane: { installation, repository, environment },
    ...event,
  }));
}

/** What becomes of installations and repositories: it may concern all that are known. */
async function translateLifecycle(
  { github, lanes, clock }: TranslateOptions,
  name: string,
  payload: unknown,
): Promise<LaneEvent[]> {
  const webhook = lifecycleWebhooks[name];
  if (webhook === undefined || !installationSchema.safeParse(payload).success) return [];
  const events = await webhook(payload, { github, lanes, now: () => clock.now() });
  return events.map(({ event, ...lane }) => ({ lane, event }));
}
