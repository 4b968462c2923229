/**
 * Deliveries that never arrived: GitHub does not send a failed webhook again by itself, but lists it for three days and sends it on demand,
 * under the same GUID. https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks
 */
import type { Look } from "../../core/ports.ts";
import type { Octokit } from "../client.ts";
import { failureOf } from "../failure.ts";
import type { ReconcilerOptions } from "./index.ts";

const PAGE = 100;
/** Attempts read in one look; what is older than these was seen by an earlier look, or is too much to be sent again. */
const MOST_PAGES = 20;
const MOST_FAILED = 2_000;
/** Sent again in one look: a server that has just come back is not to be flooded. */
const MOST_AT_ONCE = 25;
const MOST_TRIES = 6;
const MINUTE_MS = 60_000;
/** Shorter than GitHub keeps them. */
const KEPT_MS = 70 * 60 * MINUTE_MS;

/** A delivery whose newest attempt did not get a 2xx. */
interface Failed {
  readonly guid: string;
  /** The newest attempt; a text, as GitHub's numbers here are beyond those that JavaScript can count. */
  readonly attempt: string;
  /** When it was made, by GitHub's clock. */
  readonly at: number;
  /** How often it was sent again from here. */
  readonly tries: number;
}

interface Memory {
  /** The newest attempt of the last look. */
  readonly newest: { readonly attempt: string; readonly at: number } | null;
  readonly failed: readonly Failed[];
}

interface Attempt {
  readonly attempt: string;
  readonly guid: string;
  readonly at: number;
  readonly arrived: boolean;
}

/** Has what failed and is not in the inbox sent again, the oldest first, with growing patience, and gives up some time. */
export async function lookAtDeliveries(options: ReconcilerOptions, memory: unknown): Promise<Look> {
  const before = (memory ?? { newest: null, failed: [] }) as Memory;
  const { app } = options.github;
  const { attempts, gitHubNow } = await attemptsSince(app, before.newest, options.now());
  const [newest] = attempts;
  const open = withAttempts(before.failed, attempts);
  const lasting = open.filter(({ tries, at }) => tries < MOST_TRIES && gitHubNow - at < KEPT_MS);
  const failed = await sendAgain(options, app, lasting.slice(-MOST_FAILED), gitHubNow);
  const givenUp = open.length - Math.min(lasting.length, MOST_FAILED);
  if (givenUp > 0)
    options.logger.warn(
      { deliveries: givenUp },
      "deliveries that failed again and again are not asked for any more",
    );
  const next: Memory = {
    newest: newest === undefined ? before.newest : { attempt: newest.attempt, at: newest.at },
    failed,
  };
  return { events: [], memory: next, found: [], idle: false };
}

/** The attempts since the last look, newest first, and the time at GitHub. */
async function attemptsSince(
  app: Octokit,
  last: Memory["newest"],
  now: number,
): Promise<{ readonly attempts: readonly Attempt[]; readonly gitHubNow: number }> {
  const attempts: Attempt[] = [];
  let cursor: string | undefined;
  let gitHubNow = now;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { data, headers } = await app.rest.apps.listWebhookDeliveries({
      per_page: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const date = Date.parse(headers.date ?? "");
    if (!Number.isNaN(date)) gitHubNow = date;
    for (const { id, guid, delivered_at: deliveredAt, status_code: code } of data) {
      const at = Date.parse(deliveredAt);
      // Attempts of one second have no order that anybody promises: those are read once more.
      if (last !== null && (String(id) === last.attempt || at < last.at - MINUTE_MS))
        return { attempts, gitHubNow };
      attempts.push({ attempt: String(id), guid, at, arrived: code >= 200 && code < 300 });
    }
    cursor = nextCursor(headers.link);
    if (cursor === undefined) break;
  }
  return { attempts, gitHubNow };
}

function nextCursor(link: string | undefined): string | undefined {
  const next = /<([^>]+)>; *rel="next"/.exec(link ?? "")?.[1];
  return next === undefined ? undefined : (URL.parse(next)?.searchParams.get("cursor") ?? undefined);
}

/** What is failed after these attempts, which are newest first: only the newest of each delivery counts. Oldest first. */
function withAttempts(before: readonly Failed[], attempts: readonly Attempt[]): Failed[] {
  const failed = new Map(before.map((one) => [one.guid, one]));
  for (const { guid, attempt, at, arrived } of attempts.toReversed()) {
    if (arrived) failed.delete(guid);
    else failed.set(guid, { guid, attempt, at, tries: failed.get(guid)?.tries ?? 0 });
  }
  return [...failed.values()].sort((one, other) => one.at - other.at);
}

/** Sends again what is due; answers what is still to be watched. */
async function sendAgain(
  options: ReconcilerOptions,
  app: Octokit,
  failed: readonly Failed[],
  gitHubNow: number,
): Promise<Failed[]> {
  const watched: Failed[] = [];
  let sent = 0;
  for (const one of failed) {
    const isDue = gitHubNow - one.at >= patienceFor(one.tries);
    if (!isDue || sent >= MOST_AT_ONCE) {
      watched.push(one);
      continue;
    }
    // Answered too late or not at all, and yet stored: sending it again would be of no use.
    if (await options.isStored(one.guid)) continue;
    const outcome = await redeliver(options, app, one);
    sent += outcome === "later" ? MOST_AT_ONCE : 1;
    // One refusal may be a lapse of GitHub's: it counts as a try, so that what is really gone is let go in the end.
    watched.push(outcome === "later" ? one : { ...one, at: gitHubNow, tries: one.tries + 1 });
  }
  if (sent > 0)
    options.logger.info({ deliveries: Math.min(sent, MOST_AT_ONCE) }, "failed deliveries are sent again");
  return watched;
}

/** At once, then after 1, 4, 16, 64 minutes … */
function patienceFor(tries: number): number {
  return tries === 0 ? 0 : MINUTE_MS * 4 ** (tries - 1);
}

async function redeliver(
  options: ReconcilerOptions,
  app: Octokit,
  { attempt }: Failed,
): Promise<"sent" | "refused" | "later"> {
  try {
    await app.request("POST /app/hook/deliveries/{delivery_id}/attempts", { delivery_id: attempt as never });
    return "sent";
  } catch (error) {
    return failureOf(error, options.now()).kind === "refused" ? "refused" : "later";
  }
}
