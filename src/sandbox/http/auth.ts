import { verify } from "node:crypto";
import { z } from "zod";
import type { World } from "../world.ts";
import type { Actor } from "./context.ts";
import { ApiError } from "./errors.ts";

const headSchema = z.object({ alg: z.literal("RS256") });
const claimsSchema = z.object({ iat: z.number(), exp: z.number(), iss: z.union([z.string(), z.number()]) });

/** A JWT may live for ten minutes; GitHub allows a minute of a clock that runs ahead. */
const LONGEST_JWT_SECONDS = 600;
const SKEW_SECONDS = 60;

/**
 * Who calls, by the `Authorization` header: a JWT of the App, or a token made here.
 * Source: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app
 * @throws ApiError 401 for credentials that are wrong or expired.
 */
export function authenticate(world: World, header: string | undefined): Actor {
  if (header === undefined) return { kind: "anonymous" };
  const [scheme = "", value = ""] = header.split(" ");
  const secret = scheme.toLowerCase() === "basic" ? basicSecret(value) : value;
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(secret)) return authenticateApp(world, secret);
  const token = world.tokens.get(secret);
  if (!token || (token.expiresAt !== null && token.expiresAt <= world.clock.now())) {
    throw new ApiError(401, "Bad credentials");
  }
  if (token.kind === "installation") {
    if (!world.installations.has(token.installation.id)) throw new ApiError(401, "Bad credentials");
    if (token.installation.suspendedAt !== null) {
      throw new ApiError(403, "This installation has been suspended");
    }
  }
  return token;
}

/** Basic authentication carries the token as its password. */
function basicSecret(value: string): string {
  const text = Buffer.from(value, "base64").toString("utf8");
  return text.slice(text.indexOf(":") + 1);
}

function authenticateApp(world: World, jwt: string): Actor {
  const [head = "", claims = "", signature = ""] = jwt.split(".");
  const unreadable = new ApiError(401, "A JSON web token could not be decoded");
  const header = headSchema.safeParse(parsePart(head));
  const parsed = claimsSchema.safeParse(parsePart(claims));
  if (!header.success || !parsed.success) throw unreadable;
  const signed = Buffer.from(`${head}.${claims}`);
  if (!verify("RSA-SHA256", signed, world.app.publicKey, Buffer.from(signature, "base64url")))
    throw unreadable;
  const { iat, exp, iss } = parsed.data;
  const now = Math.floor(world.clock.now() / 1000);
  // The wording matters: Octokit recognises it and corrects its clock by the `date` header.
  if (exp <= now) {
    throw new ApiError(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (exp > now + LONGEST_JWT_SECONDS + SKEW_SECONDS) {
    throw new ApiError(401, "'Expiration time' claim ('exp') is too far in the future");
  }
  if (iat > now + SKEW_SECONDS) {
    throw new ApiError(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
  if (![String(world.app.id), world.app.clientId].includes(String(iss))) {
    throw new ApiError(404, "Integration not found");
  }
  return { kind: "app" };
}

function parsePart(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    return null;
  }
}
