/** The signing key among the operator's settings: read, refused where it is wrong, and never shown. */
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { describeProblems, readEnvironment, secretsOf, type ReadKeyFile } from "../src/environment.ts";
import { newPrivateKey } from "../src/receipts/keys.ts";
import { appKey } from "./support/app-key.ts";

const GOOD = {
  APP_ID: "12",
  PRIVATE_KEY: appKey(2_048).privateKey,
  WEBHOOK_SECRET: "8c3f1d0b5e7a492688f0c1d2e3b4a596",
};
const KEY = newPrivateKey();
const body = KEY.split("\n")[1] ?? "";

const read = (more: Record<string, string>, files: ReadKeyFile = () => ({ text: KEY, mode: 0o600 })) =>
  readEnvironment({ ...GOOD, ...more }, "/", files);

describe("the signing key", () => {
  it.each([
    ["as it is", { WAYBILL_SIGNING_KEY: KEY }],
    ["on one line", { WAYBILL_SIGNING_KEY: KEY.trim().replaceAll("\n", String.raw`\n`) }],
    ["in base64", { WAYBILL_SIGNING_KEY: Buffer.from(KEY).toString("base64") }],
    ["in a file", { WAYBILL_SIGNING_KEY_FILE: "signing.pem" }],
  ])("is read %s", (_how, more) => {
    const reading = read(more);
    expect(reading.ok && reading.settings.signingKey).toBe(KEY);
    expect(reading.warnings).toEqual([]);
  });

  it("is none where none is set: receipts are unsigned then", () => {
    const reading = read({});
    expect(reading.ok && reading.settings.signingKey).toBeNull();
  });

  it("is a secret of which no line is logged", () => {
    const reading = read({ WAYBILL_SIGNING_KEY: KEY });
    expect(reading.ok && secretsOf(reading.settings)).toContain(body);
  });

  it.each([
    [
      "both are set",
      { WAYBILL_SIGNING_KEY: KEY, WAYBILL_SIGNING_KEY_FILE: "x" },
      "WAYBILL_SIGNING_KEY_FILE is set too",
    ],
    ["it is no key", { WAYBILL_SIGNING_KEY: "hunter2hunter2" }, "It holds no PEM private key"],
    ["it is of another kind", { WAYBILL_SIGNING_KEY: rsa() }, "The key is not an Ed25519 key"],
    ["a key stands for a path", { WAYBILL_SIGNING_KEY_FILE: KEY }, "It holds a key, not a path"],
    ["it is damaged", { WAYBILL_SIGNING_KEY: KEY.replace(body, "AAAA") }, "cannot be read"],
  ])("refuses to start where %s, without a word of it", (_what, more, words) => {
    const reading = read(more);
    const said = reading.ok ? "" : describeProblems(reading.problems);
    expect(said).toContain(words);
    expect(said).not.toContain(body);
  });

  it("warns where others can read its file", () => {
    const reading = read({ WAYBILL_SIGNING_KEY_FILE: "x" }, () => ({ text: KEY, mode: 0o644 }));
    expect(describeProblems(reading.warnings)).toContain("chmod 600");
  });
});

function rsa(): string {
  return generateKeyPairSync("rsa", { modulusLength: 2_048 })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
}
