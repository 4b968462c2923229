/** What is crossed out of people's prose, and what only sounds like a secret. Log lines have their own tests. */
import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { crossOutCredentials, crossOutTokens } from "../../src/core/secrets.ts";

const random = randomBytes(40).toString("hex");

it.each([
  [`fix: use ghp_${random} for now`, "fix: use [redacted] for now"],
  [`github_pat_${random}`, "[redacted]"],
  [`see https://ana:${random}@shop.example/x`, "see https://ana:[redacted]@shop.example/x"],
  [`eyJ${random}.eyJ${random}.${random}, he said`, "[redacted], he said"],
  [`-----BEGIN RSA PRIVATE KEY-----\n${random}\n-----END RSA PRIVATE KEY-----`, "[redacted]"],
])("in prose: %s", (text, clean) => {
  expect(crossOutTokens(text)).toBe(clean);
});

it.each([
  "fix(auth): check the authorization: first the role, then the team",
  "feat: cookie: the banner is gone",
  "docs: bearer authentication-and-authorization",
  "https://shop.example:8443/ana@example",
  "ghp_short, eyJust.looking, gho_",
])("prose that only sounds like it stays: %s", (text) => {
  expect(crossOutTokens(text)).toBe(text);
});

it("an error for machines loses also what follows the name of a credential's header", () => {
  const text = `refused (Authorization: token ${random})`;
  expect(crossOutTokens(text)).toBe(text);
  expect(crossOutCredentials(text)).not.toContain(random);
});
