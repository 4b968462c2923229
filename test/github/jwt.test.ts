/** The App's JWTs: signed by its key, dated by GitHub's clock, and not anew for every call. */
import { verify } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createJwts } from "../../src/github/jwt.ts";
import { appKey } from "../support/app-key.ts";

const APP = 1_010_101;
const { privateKey, publicKey } = appKey();

function claimsOf(jwt: string): { iat: number; exp: number; iss: string } {
  const [head = "", claims = "", signature = ""] = jwt.split(".");
  const isSigned = verify(
    "sha256",
    Buffer.from(`${head}.${claims}`),
    publicKey,
    Buffer.from(signature, "base64url"),
  );
  expect(isSigned).toBe(true);
  return JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as never;
}

describe("the App's JWT", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: 1_800_000_000_000 }));
  afterEach(() => void vi.useRealTimers());

  it("is the App's, begins half a minute ago and ends within ten minutes", async () => {
    const { jwt, expiresAt } = await createJwts(privateKey)(APP);
    expect(claimsOf(jwt)).toEqual({ iat: 1_799_999_970, exp: 1_800_000_570, iss: String(APP) });
    expect(Date.parse(expiresAt)).toBe(1_800_000_570_000);
  });

  it("serves all calls of a minute, and then there is a new one", async () => {
    const createJwt = createJwts(privateKey);
    const first = await createJwt(APP);
    vi.setSystemTime(1_800_000_059_000);
    expect(await createJwt(APP)).toBe(first);
    expect(await createJwt(APP + 1)).not.toBe(first);
    vi.setSystemTime(1_800_000_120_000);
    expect(claimsOf((await createJwt(APP)).jwt).iat).toBe(1_800_000_090);
  });

  it("is signed anew when our clock was set back, and when GitHub has told that its own is another", async () => {
    const createJwt = createJwts(privateKey);
    await createJwt(APP);
    vi.setSystemTime(1_799_999_000_000);
    expect(claimsOf((await createJwt(APP)).jwt).iat).toBe(1_799_998_970);
    expect(claimsOf((await createJwt(APP, 1_000)).jwt).iat).toBe(1_799_999_970);
    // Remembered from then on.
    vi.setSystemTime(1_799_999_100_000);
    expect(claimsOf((await createJwt(APP)).jwt).iat).toBe(1_800_000_070);
    // Also where it is the same as it was.
    const before = await createJwt(APP);
    expect(await createJwt(APP, 1_000)).not.toBe(before);
  });
});
