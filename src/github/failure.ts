/**
 * What a failed call to GitHub means. One question decides everything: may the write have happened?
 */
import { RetryLaterError } from "../core/ports.ts";

export type GitHubFailure =
  /** GitHub said no: nothing was written, and asking again in the same words is of no use. */
  | { readonly kind: "refused"; readonly status: number; readonly message: string }
  /** Too many calls: nothing was written; come back at `retryAt` (epoch ms). */
  | { readonly kind: "limited"; readonly retryAt: number; readonly message: string }
  /** No answer, or a server's error: it may or may not have happened. */
  | { readonly kind: "unsure"; readonly message: string };

/** Without a `retry-after` or a reset time: at least a minute, says GitHub (docs, best practices for using the REST API). */
const LEAST_PAUSE_MS = 60_000;

type Headers = Readonly<Record<string, string | number | undefined>>;

interface RequestFailure {
  readonly status: number;
  readonly message: string;
  readonly response?: {
    readonly headers: Readonly<Record<string, string | number | undefined>>;
    readonly data?: unknown;
  };
}

/** Tells what a thrown error of Octokit means; errors that are none of GitHub's are `unsure`. */
export function failureOf(error: unknown, now: number): GitHubFailure {
  // Our own pace says it in the engine's words already.
  if (error instanceof RetryLaterError)
    return { kind: "limited", retryAt: error.retryAt, message: error.message };
  const limit = graphqlLimit(error);
  if (limit !== null) return { kind: "limited", retryAt: retryAt(limit, now), message: messageOf(error) };
  if (!isRequestFailure(error) || error.response === undefined)
    return { kind: "unsure", message: messageOf(error) };
  const { status } = error;
  const message = messageFrom(error);
  if (isLimit(status, error, message))
    return { kind: "limited", retryAt: retryAt(error.response.headers, now), message };
  if (status >= 400 && status < 500 && status !== 408) return { kind: "refused", status, message };
  return { kind: "unsure", message: `GitHub answered ${status}` };
}

/** A rate limit as the engine knows it: nothing was done, come back then. Everything else as it is. */
export function patience(error: unknown, now: number): unknown {
  const failure = failureOf(error, now);
  return failure.kind === "limited" ? new RetryLaterError(failure.message, failure.retryAt) : error;
}

/** Whether a call failed because there is no such thing, or none that this App may see. */
export function isNotFound(error: unknown): boolean {
  return isRequestFailure(error) && (error.status === 404 || error.status === 410);
}

function isRequestFailure(error: unknown): error is RequestFailure {
  return error instanceof Error && "status" in error && typeof error.status === "number";
}

/** GraphQL says it with 200 and an error of its own. https://docs.github.com/en/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api */
function graphqlLimit(error: unknown): Headers | null {
  if (!(error instanceof Error) || error.name !== "GraphqlResponseError") return null;
  const { errors, headers } = error as { errors?: readonly { type?: string }[]; headers?: Headers };
  return errors?.some(({ type }) => type === "RATE_LIMITED") === true ? (headers ?? {}) : null;
}

function isLimit(status: number, error: RequestFailure, message: string): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  const headers = error.response?.headers ?? {};
  return (
    headers["retry-after"] !== undefined ||
    String(headers["x-ratelimit-remaining"]) === "0" ||
    /rate limit/i.test(message)
  );
}

function retryAt(headers: Headers, now: number): number {
  const seconds = Number(headers["retry-after"]);
  if (Number.isFinite(seconds) && seconds > 0) return now + seconds * 1000;
  const reset = Number(headers["x-ratelimit-reset"]) * 1000;
  return String(headers["x-ratelimit-remaining"]) === "0" && reset > now
    ? reset + 1000
    : now + LEAST_PAUSE_MS;
}

/** GitHub's own sentence, shortened: it may quote what we sent, and it is shown to people. */
function messageFrom(error: RequestFailure): string {
  const data = error.response?.data;
  const said =
    typeof data === "object" && data !== null && "message" in data ? String(data.message) : messageOf(error);
  return said.slice(0, 300);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 300) : "unknown";
}
