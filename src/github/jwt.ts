/**
 * The App's own proof of who it is, dated by GitHub's clock: a server whose clock is an hour off could not get a single token otherwise.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
import { createPrivateKey, sign, type KeyObject } from "node:crypto";

/** Half a minute in the past, against clocks that differ a little; ten minutes is GitHub's limit. */
const BEGUN_BEFORE_SECONDS = 30;
const LIFETIME_SECONDS = 600;
/** For so long one JWT serves all calls: signing is a millisecond in which the process does nothing else. */
const REUSED_SECONDS = 60;

/** As `@octokit/auth-app` asks for it: with the seconds by which GitHub's clock is ahead of ours, once an answer has shown them. */
export type CreateJwt = (appId: string | number, aheadSeconds?: number) => Promise<Jwt>;

interface Jwt {
  readonly jwt: string;
  readonly expiresAt: string;
}

/** Signs JWTs with the App's key (PKCS#8 PEM); what it is told of GitHub's clock once, it remembers. */
export function createJwts(privateKey: string): CreateJwt {
  let ahead = 0;
  // Reading the PEM costs as much as signing does. Read at the first use, so that a bad key fails the call and not the start.
  let key: KeyObject | null = null;
  let last: { readonly appId: string | number; readonly begun: number; readonly jwt: Jwt } | null = null;
  return async (appId, aheadSeconds) => {
    // Told of GitHub's clock because it refused the last one.
    if (aheadSeconds !== undefined) last = null;
    ahead = aheadSeconds ?? ahead;
    const begun = Math.floor(Date.now() / 1000) + ahead - BEGUN_BEFORE_SECONDS;
    // One from the future was signed before our clock was set back.
    const isFresh = last !== null && begun >= last.begun && begun < last.begun + REUSED_SECONDS;
    if (isFresh && last?.appId === appId) return last.jwt;
    const expires = begun + LIFETIME_SECONDS;
    const text = `${encoded({ alg: "RS256", typ: "JWT" })}.${encoded({ iat: begun, exp: expires, iss: String(appId) })}`;
    key ??= createPrivateKey(privateKey);
    const signature = sign("sha256", Buffer.from(text), key).toString("base64url");
    const jwt = { jwt: `${text}.${signature}`, expiresAt: new Date(expires * 1000).toISOString() };
    last = { appId, begun, jwt };
    return jwt;
  };
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

/** Whether GitHub refused a JWT because of its times. */
export function isClockOff(error: unknown): boolean {
  return error instanceof Error && /'(Issued at|Expiration time)' claim/.test(error.message);
}
