/**
 * What stands around every call of an installation: GitHub's limits are heeded and learned, writes are paced, an answer that cannot be read
 * counts as none, a token that is taken no more is renewed, and that there is nothing is believed of a read when it is said twice. No
 * other refusal is asked about again here: the engine tries again after a pause, in which a replica of GitHub's catches up.
 */
import { RetryLaterError, type Clock } from "../core/ports.ts";
import type { Octokit } from "./client.ts";
import { failureOf, isNotFound, limited } from "./failure.ts";
import type { Limits } from "./limits.ts";
import type { Pace } from "./pace.ts";

export interface Guards {
  readonly pace: Pace;
  readonly limits: Limits;
  readonly clock: Clock;
}

export interface GuardedClient {
  readonly installation: number;
  /** Yields to promotions where little is left of GitHub's limits. */
  readonly background: boolean;
  /** GitHub takes the token no more: the next call is to bear a new one. */
  readonly renewToken: () => Promise<void>;
}

/** The request option of a read whose "there is none" is an everyday answer, or one that its caller makes sure of itself. */
export const HEARD_AT_ONCE = { request: { waybillHearsNothing: true } } as const;

/** The request option of a GraphQL request that writes: so many things, each of which is paced. */
export const COUNTED_AS = (writes: number) => ({ request: { waybillWrites: writes } });

/** The version of the GitHub Enterprise Server that answered a client last. */
const enterpriseVersions = new WeakMap<Octokit, string>();

function noteVersion(octokit: Octokit, headers: Answer["headers"]): void {
  const [, version] =
    /^enterprise-server@([\d.]+)$/.exec(String(headers["x-github-enterprise-version"])) ?? [];
  if (version !== undefined) enterpriseVersions.set(octokit, version);
}

/** The version of the GitHub Enterprise Server that this client speaks to (`3.17.3`), by its answers so far; null for github.com. */
export function enterpriseVersionOf(octokit: Octokit): string | null {
  return enterpriseVersions.get(octokit) ?? null;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly data: unknown;
}

/** Puts the guards around each call of this client. */
export function guardCalls(octokit: Octokit, guards: Guards, client: GuardedClient): void {
  octokit.hook.wrap("request", async (request, options) => {
    const isRead = options.method === "GET" || options.method === "HEAD";
    const writes = isRead ? 0 : writesOf(options);
    const send = () =>
      callOnce(guards, client, writes, async () => {
        const answer = await request(options);
        noteVersion(octokit, answer.headers);
        return answer;
      });
    try {
      return await send();
    } catch (error) {
      // Neither is a write sent twice: 401 says that it was not looked at.
      if (hasStatus(error, 401)) await client.renewToken();
      else if (!isRead || !isNotFound(error) || isHeardAtOnce(options)) throw error;
      return send();
    }
  });
}

/** GraphQL only reads, unless it says otherwise. */
function writesOf({ url, request }: { readonly url: string; readonly request?: object }): number {
  if (!url.endsWith("/graphql")) return 1;
  return request !== undefined && "waybillWrites" in request ? Number(request.waybillWrites) : 0;
}

/** Facts are read to decide on: a replica of GitHub's that lags behind must not make a stranger, or a tag that is gone. */
function isHeardAtOnce({ request }: { readonly request?: object }): boolean {
  return request !== undefined && "waybillHearsNothing" in request;
}

async function callOnce<Response extends Answer>(
  { pace, limits, clock }: Guards,
  { installation, background }: GuardedClient,
  writes: number,
  send: () => Promise<Response>,
): Promise<Response> {
  limits.beforeCall(installation, background);
  if (writes > 0) await pace.beforeWrite(installation, background, writes);
  try {
    const answer = await send();
    limits.noteAnswer(installation, answer.headers);
    const message = graphqlLimit(answer.data);
    if (message !== null) {
      const failure = limited(answer.headers, clock.now(), message);
      const later = new RetryLaterError(message, limits.noteLimit(installation, failure));
      // Of several mutations the first ones may have been let through.
      throw Object.assign(later, { data: dataOf(answer) });
    }
    return readable(answer);
  } catch (error) {
    throw heeded(error, limits, installation, clock.now());
  }
}

function dataOf({ data }: Answer): unknown {
  return typeof data === "object" && data !== null && "data" in data ? data.data : null;
}

/** The error as it is thrown on: a limit of GitHub's holds the installation, and says until when. */
export function heeded(error: unknown, limits: Limits, installation: number, now: number): unknown {
  if (error instanceof RetryLaterError) return error;
  const failure = failureOf(error, now);
  if (failure.kind !== "limited") return error;
  return new RetryLaterError(failure.message, limits.noteLimit(installation, failure));
}

/** GraphQL says its limits with 200: the primary by a type, the secondary in words. Null where there is none. */
function graphqlLimit(data: unknown): string | null {
  if (typeof data !== "object" || data === null || !("errors" in data) || !Array.isArray(data.errors))
    return null;
  for (const error of data.errors as readonly { type?: string; message?: string }[]) {
    const message = error.message ?? "";
    if (error.type === "RATE_LIMITED" || /secondary rate limit/i.test(message)) return message.slice(0, 300);
  }
  return null;
}

/**
 * The answer, if it is one: Octokit hands on what it cannot parse as a string. A read that is taken for empty would say "there is no config",
 * a write would be remembered without its id.
 *
 * @throws Error where nobody can tell what GitHub answered
 */
export function readable<Response extends Answer>(answer: Response): Response {
  const { status, data } = answer;
  const mustHaveBody = status === 200 || status === 201;
  if (mustHaveBody && (typeof data !== "object" || data === null))
    throw new Error("GitHub's answer could not be read");
  return answer;
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof Error && "status" in error && error.status === status;
}
