/**
 * The App's own proof of who it is, dated by GitHub's clock: a server whose clock is an hour off could not get a single token otherwise.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
import { createPrivateKey, sign } from "node:crypto";

/** Half a minute in the past, against clocks that differ a little; ten minutes is GitHub's limit. */
const BEGUN_BEFORE_SECONDS = 30;
const LIFETIME_SECONDS = 600;

/** As `@octokit/auth-app` asks for it: with the seconds by which GitHub's clock is ahead of ours, once an answer has shown them. */
export type CreateJwt = (
  appId: string | number,
  aheadSeconds?: number,
) => Promise<{ readonly jwt: string; readonly expiresAt: string }>;

/** Signs JWTs with the App's key (PKCS#8 PEM); what it is told of GitHub's clock once, it remembers. */
export function createJwts(privateKey: string): CreateJwt {
  let ahead = 0;
  return async (appId, aheadSeconds) => {
    ahead = aheadSeconds ?? ahead;
    const begun = Math.floor(Date.now() / 1000) + ahead - BEGUN_BEFORE_SECONDS;
    const expires = begun + LIFETIME_SECONDS;
    const text = `${encoded({ alg: "RS256", typ: "JWT" })}.${encoded({ iat: begun, exp: expires, iss: String(appId) })}`;
    const signature = sign("sha256", Buffer.from(text), createPrivateKey(privateKey)).toString("base64url");
    return { jwt: `${text}.${signature}`, expiresAt: new Date(expires * 1000).toISOString() };
  };
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

/** Whether GitHub refused a JWT because of its times. */
export function isClockOff(error: unknown): boolean {
  return error instanceof Error && /'(Issued at|Expiration time)' claim/.test(error.message);
}
