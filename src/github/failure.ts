/**
 * What a failed call to GitHub means. One question decides everything: may the write have happened?
 */
import { crossOutCredentials } from "../core/secrets.ts";
import { RetryLaterError } from "../core/ports.ts";

export type GitHubFailure =
  /** GitHub said no: nothing was written, and asking again in the same words is of no use. */
  | { readonly kind: "refused"; readonly status: number; readonly message: string }
  /** Too many calls: nothing was written; come back at `retryAt` (epoch ms). `isTold`: GitHub itself named the time. */
  | {
      readonly kind: "limited";
      readonly retryAt: number;
      readonly isTold: boolean;
      readonly message: string;
    }
  /** No answer, or a server's error: it may or may not have happened. */
  | { readonly kind: "unsure"; readonly message: string };

/** Without a `retry-after` or a reset time: at least a minute, says GitHub (docs, best practices for using the REST API). */
const LEAST_PAUSE_MS = 60_000;
/** No limit of GitHub's lasts longer than its hour; a clock or a header that says so is wrong. */
const LONGEST_PAUSE_MS = 65 * 60_000;

type Headers = Readonly<Record<string, string | number | undefined>>;

interface RequestFailure {
  readonly status: number;
  readonly message: string;
  readonly response?: {
    readonly headers: Headers;
    readonly data?: unknown;
  };
}

/** Tells what a thrown error of Octokit means; errors that are none of GitHub's are `unsure`. */
export function failureOf(error: unknown, now: number): GitHubFailure {
  // Our own pace says it in the engine's words already.
  if (error instanceof RetryLaterError)
    return { kind: "limited", retryAt: error.retryAt, isTold: true, message: error.message };
  const limit = graphqlLimit(error);
  if (limit !== null) return limited(limit, now, messageOf(error));
  if (!isRequestFailure(error) || error.response === undefined)
    return { kind: "unsure", message: messageOf(error) };
  const { status } = error;
  const message = messageFrom(error);
  if (isLimit(status, error, message)) return limited(error.response.headers, now, message);
  if (status >= 400 && status < 500 && status !== 408) return { kind: "refused", status, message };
  return { kind: "unsure", message: `GitHub answered ${status}` };
}

/**
 * What a GraphQL query of a repository was answered beside an error: one part that is gone, or may not be seen, must not hide the others. Null where that is
 * the repository itself; undefined where nothing was answered, or GitHub is to be asked later.
 */
export function repositoryBeside(error: unknown, now: number): object | null | undefined {
  if (failureOf(error, now).kind === "limited") return undefined;
  return (error as { data?: { repository?: object | null } | null }).data?.repository;
}

/** A rate limit as the engine knows it: nothing was done, come back then. Everything else as it is. */
export function patience(error: unknown, now: number): unknown {
  if (error instanceof RetryLaterError) return error;
  const failure = failureOf(error, now);
  return failure.kind === "limited" ? new RetryLaterError(failure.message, failure.retryAt) : error;
}

/** Whether a call failed because there is no such thing, or none that this App may see. */
export function isNotFound(error: unknown): boolean {
  return isRequestFailure(error) && (error.status === 404 || error.status === 410);
}

interface GraphqlError {
  readonly type?: string;
  readonly message?: string;
  readonly path?: readonly unknown[];
  readonly extensions?: { readonly code?: string };
}

function graphqlErrors(error: unknown): readonly GraphqlError[] {
  if (!(error instanceof Error) || error.name !== "GraphqlResponseError") return [];
  const { errors } = error as { errors?: unknown };
  return Array.isArray(errors) ? (errors as GraphqlError[]) : [];
}

/** GraphQL refuses a whole query for a field that it does not know. Source: https://spec.graphql.org, 5.3.1 */
export function isUnknownField(error: unknown): boolean {
  return graphqlErrors(error).some(
    ({ extensions, message }) =>
      extensions?.code === "undefinedField" || /doesn't exist on type|Cannot query field/.test(message ?? ""),
  );
}

/** GraphQL does not find the repository that was asked about: there is none, or none that this App may see. */
export function isOutOfSight(error: unknown): boolean {
  return graphqlErrors(error).some(
    ({ type, path }) => type === "NOT_FOUND" && path?.length === 1 && path[0] === "repository",
  );
}

/** Whether GitHub, or the way to it, is what failed. */
export function isRequestFailure(error: unknown): error is RequestFailure {
  return error instanceof Error && "status" in error && typeof error.status === "number";
}

/** GraphQL says it with 200 and an error of its own. https://docs.github.com/en/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api */
function graphqlLimit(error: unknown): Headers | null {
  const isIt = graphqlErrors(error).some(({ type }) => type === "RATE_LIMITED");
  return isIt ? ((error as { headers?: Headers }).headers ?? {}) : null;
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

/** The limit with its time: what `retry-after` or the reset says, in seconds or as a date, or else a minute. */
export function limited(
  headers: Headers,
  now: number,
  message: string,
): Extract<GitHubFailure, { kind: "limited" }> {
  const told = toldTime(headers, now);
  return { kind: "limited", retryAt: told ?? now + LEAST_PAUSE_MS, isTold: told !== null, message };
}

function toldTime(headers: Headers, now: number): number | null {
  const after = headers["retry-after"];
  const seconds = Number(after);
  if (after !== undefined && Number.isFinite(seconds) && seconds > 0)
    return now + Math.min(seconds * 1000, LONGEST_PAUSE_MS);
  // A date is GitHub's clock: what counts is how far it is from the answer's own date (RFC 9110, retry-after).
  const date = Date.parse(String(after));
  const answered = Date.parse(String(headers["date"]));
  const pause = date - (Number.isNaN(answered) ? now : answered);
  if (pause > 0) return now + Math.min(pause, LONGEST_PAUSE_MS);
  const reset = Number(headers["x-ratelimit-reset"]) * 1000;
  return String(headers["x-ratelimit-remaining"]) === "0" && reset > now
    ? Math.min(reset + 1000, now + LONGEST_PAUSE_MS)
    : null;
}

/** GitHub's own sentence, shortened and without credentials: it may quote what we sent, and it is shown to people. */
function messageFrom(error: RequestFailure): string {
  const data = error.response?.data;
  const said =
    typeof data === "object" && data !== null && "message" in data ? String(data.message) : messageOf(error);
  return crossOutCredentials(said.slice(0, 300));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? crossOutCredentials(error.message.slice(0, 300)) : "unknown";
}
