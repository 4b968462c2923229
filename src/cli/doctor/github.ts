/**
 * GitHub as the doctor asks it: plain calls as the App, with Node's own `fetch` as the server uses it (so proxies and certificates are
 * the same), and every way in which a call can fail told apart. Nothing of Probot is loaded.
 */
import { sign } from "node:crypto";
import { codeOf } from "./check.ts";

/** GitHub's answer, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or null where it was none. */
  readonly body: unknown;
  /** When the answer was due by this machine's clock, in epoch milliseconds: the middle of the call. */
  readonly at: number;
}

/** `how` is what failed, as a class; `code` what Node calls it. */
export interface NoAnswer {
  readonly failed: "dns" | "tls" | "proxy" | "timeout" | "connection";
  readonly code: string;
}

export interface AppCredentials {
  readonly appId: number;
  /** PKCS#8 PEM. */
  readonly privateKey: string;
}

export interface GitHubAsked {
  /** Asks as the App, or as nobody before `as` was called. `path` begins with a slash. Never throws for what GitHub or the network does. */
  ask(method: "GET" | "POST", path: string): Promise<Answer | NoAnswer>;
  /** The same GitHub, asked as this App. @param offsetMs what to add to this machine's clock to get GitHub's */
  as(credentials: AppCredentials, offsetMs: number): GitHubAsked;
}

const CALL_LIMIT_MS = 10_000;

/** @param api `https://api.github.com` or `https://HOST/api/v3` */
export function gitHubAt(api: string, authorization?: () => string): GitHubAsked {
  return {
    ask: (method, path) => ask(api, method, path, authorization?.()),
    as: (credentials, offsetMs) => gitHubAt(api, () => `Bearer ${jwtOf(credentials, Date.now() + offsetMs)}`),
  };
}

async function ask(
  api: string,
  method: string,
  path: string,
  authorization: string | undefined,
): Promise<Answer | NoAnswer> {
  const began = Date.now();
  try {
    const response = await fetch(`${api}${path}`, {
      method,
      // A redirect would carry the App's token to another address.
      redirect: "manual",
      headers: {
        accept: "application/vnd.github+json",
        "user-agent": "waybill-doctor",
        "x-github-api-version": "2022-11-28",
        ...(authorization === undefined ? {} : { authorization }),
      },
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
    });
    const at = (began + Date.now()) / 2;
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: jsonOf(text), at };
  } catch (error) {
    return noAnswer(error);
  }
}

/** What `JSON.parse` tells of a number besides its value. */
interface Origin {
  readonly source?: string;
}

/** GitHub's delivery ids have outgrown what a number holds exactly: such ones stay as they are written. */
function exact(_: string, value: unknown, origin?: Origin): unknown {
  const source = origin?.source ?? "";
  return typeof value === "number" && !Number.isSafeInteger(value) && /^\d+$/.test(source) ? source : value;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text, exact);
  } catch {
    return null;
  }
}

const DNS = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_NONAME"]);
const TIMEOUT = new Set([
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
]);
/** https://nodejs.org/api/tls.html#x509-certificate-error-codes, and OpenSSL's own. */
const TLS = /CERT|^ERR_(TLS|SSL)_|^EPROTO$|UNABLE_TO_|CRL_|HOSTNAME_MISMATCH|SIGNATURE/;

/** Sorts what `fetch` throws: its own message says only "fetch failed", the cause has the code. */
function noAnswer(error: unknown): NoAnswer {
  const name = error instanceof Error ? error.name : "unknown";
  const code = codeOf(error) ?? name;
  // undici says it in words alone: "Proxy response (407) !== 200 when HTTP Tunneling".
  if (/proxy response|http tunneling/i.test(wordsOf(error))) return { failed: "proxy", code };
  if (DNS.has(code)) return { failed: "dns", code };
  if (TIMEOUT.has(code) || name === "TimeoutError") return { failed: "timeout", code };
  return { failed: TLS.test(code) ? "tls" : "connection", code };
}

function wordsOf(error: unknown): string {
  const words: string[] = [];
  for (let at = error; at instanceof Error && words.length < 5; at = at.cause) words.push(at.message);
  return words.join(" ");
}

/** At most ten minutes: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app */
const JWT_SECONDS = 300;

function jwtOf({ appId, privateKey }: AppCredentials, now: number): string {
  const seconds = Math.floor(now / 1_000);
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  // Issued half a minute ago: GitHub refuses what comes from the future.
  const claims = { iat: seconds - 30, exp: seconds + JWT_SECONDS, iss: String(appId) };
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), privateKey).toString("base64url")}`;
}
