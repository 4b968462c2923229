/** Watching the calls to GitHub: each one is told as an operation of a closed set, never as a URL. */

import type { Octokit } from "./client.ts";

/** What one call came to. */
export interface GitHubCall {
  /** Method and route template, `GET /repos/{owner}/{repo}`; `other` for what is none. */
  readonly operation: string;
  /** Null for calls as the App itself. */
  readonly installation: number | null;
  /** Null where no answer came. */
  readonly status: number | null;
  readonly durationMs: number;
  readonly rate: RateLeft | null;
  /** GitHub's own name of the call, for its support. */
  readonly requestId: string | null;
}

/** What GitHub says is left of an hour's calls. https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#checking-the-status-of-your-rate-limit */
export interface RateLeft {
  /** `core`, `graphql` and so on; GitHub's word, not from a closed set. */
  readonly resource: string;
  readonly limit: number;
  readonly remaining: number;
  /** Epoch milliseconds. */
  readonly resetAt: number;
}

export type OnCall = (call: GitHubCall) => void;

interface Request {
  readonly method: string;
  /** Octokit's: a template, or a whole URL. */
  readonly url: string;
}

type Headers = Readonly<Record<string, string | number | undefined>>;

const METHOD = /^[A-Z]{1,10}$/;
/** A template has something to fill in, or is one of the few routes without: a URL of a repository is neither. */
const TEMPLATE = /^(?=.*\{owner\}|.*\{[a-z]+_id\})\/[a-z_{}/.-]{1,150}$/;
const PLAIN_ROUTES: ReadonlySet<string> = new Set([
  "/app",
  "/app/hook/deliveries",
  "/app/installations",
  "/installation/repositories",
]);

/** The operation of a request. Whatever names a repository, a branch or a person is `other`. */
export function operationOf({ method, url }: Request): string {
  if (!METHOD.test(method)) return "other";
  // With a GitHub Enterprise Server Octokit asks for GraphQL by a whole URL.
  if (url.endsWith("/graphql")) return `${method} /graphql`;
  return PLAIN_ROUTES.has(url) || TEMPLATE.test(url) ? `${method} ${url}` : "other";
}

/** Makes a call and tells of it, whatever becomes of it; the answer and the error pass through. */
export async function watchCall<Answer extends { readonly status: number; readonly headers: Headers }>(
  request: Request,
  installation: number | null,
  onCall: OnCall,
  send: () => Promise<Answer>,
): Promise<Answer> {
  const started = performance.now();
  const tell = (status: number | null, headers: Headers): void =>
    onCall({
      operation: operationOf(request),
      installation,
      status,
      durationMs: performance.now() - started,
      rate: rateOf(headers),
      requestId: requestIdOf(headers),
    });
  try {
    const answer = await send();
    tell(answer.status, answer.headers);
    return answer;
  } catch (error) {
    const response = responseOf(error);
    tell(response?.status ?? null, response?.headers ?? {});
    throw error;
  }
}

/** An Octokit plugin: every call of every client made from it is told, as it really goes out, under the client's `installation`. */
export function watchCalls(onCall: OnCall) {
  return (octokit: Pick<Octokit, "hook">, options: object): void => {
    const id: unknown = "installation" in options ? options.installation : null;
    const installation = typeof id === "number" ? id : null;
    octokit.hook.wrap("request", (request, call) =>
      watchCall(call, installation, onCall, async () => request(call)),
    );
  };
}

function responseOf(error: unknown): { readonly status: number; readonly headers: Headers } | null {
  if (!(error instanceof Error)) return null;
  const { response } = error as { response?: { status?: unknown; headers?: Headers } };
  return typeof response?.status === "number"
    ? { status: response.status, headers: response.headers ?? {} }
    : null;
}

function rateOf(headers: Headers): RateLeft | null {
  const resource = headers["x-ratelimit-resource"];
  const [limit = NaN, remaining = NaN, reset = NaN] = ["limit", "remaining", "reset"].map((name) =>
    Number(headers[`x-ratelimit-${name}`] ?? Number.NaN),
  );
  if (typeof resource !== "string" || ![limit, remaining, reset].every(Number.isSafeInteger)) return null;
  return { resource, limit, remaining, resetAt: reset * 1_000 };
}

function requestIdOf(headers: Headers): string | null {
  const id = headers["x-github-request-id"];
  return typeof id === "string" && /^[0-9A-Fa-f:.-]{1,64}$/.test(id) ? id : null;
}
