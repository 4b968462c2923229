import { generateKeyPairSync, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { describeProblems, readEnvironment, secretsOf, type Environment } from "../src/environment.ts";
import { createRedactor } from "../src/logging.ts";
import { createRevealSecret } from "../src/secrets.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const BASE: Environment = {
  APP_ID: "4711",
  PRIVATE_KEY: privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
  WEBHOOK_SECRET: randomBytes(20).toString("hex"),
};
const VALUE = "whsec_3q2+7wMgVrBP3q2+7wMgVrBP3q2+7wMgVrBP3q2+7wM=";
const HOOK: Environment = {
  WAYBILL_SECRET_OPS_HOOK: VALUE,
  WAYBILL_SECRET_OPS_HOOK_FOR: "Acme/Shop, globex/*",
  WAYBILL_SECRET_OPS_HOOK_TO: "status.acme.example:443 Status.Acme.Example:8443 [2001:db8::7]",
};
const shop = { owner: "acme", name: "shop" };

function read(env: Environment) {
  return readEnvironment({ ...BASE, ...env }, "/srv/waybill");
}

function reveal(env: Environment) {
  const reading = read(env);
  if (!reading.ok) throw new Error(describeProblems(reading.problems));
  return createRevealSecret(reading.settings.namedSecrets);
}

function problemsOf(env: Environment): string[] {
  const reading = read(env);
  return reading.ok ? [] : reading.problems.map(({ variable, problem }) => `${variable}: ${problem}`);
}

describe("a secret that a config names", () => {
  it("is handed to the repositories that the operator names, whatever the case of their letters", () => {
    const ask = reveal(HOOK);
    const host = "status.acme.example";
    for (const repository of [shop, { owner: "ACME", name: "SHOP" }, { owner: "Globex", name: "anything" }])
      expect(ask({ name: "OPS_HOOK", repository, host })).toEqual({ ok: true, value: VALUE });
  });

  it("tells a repository that may not use it no more than one that asks for what does not exist", () => {
    const host = "status.acme.example";
    for (const repository of [
      { owner: "acme", name: "shop2" },
      { owner: "acme", name: "*" },
      { owner: "globex-2", name: "shop" },
      { owner: "evil", name: "acme/shop" },
    ]) {
      const refused = reveal(HOOK)({ name: "OPS_HOOK", repository, host });
      expect(refused).toEqual({
        ok: false,
        reason: "the operator of Waybill has set no secret OPS_HOOK for this repository",
      });
      expect(refused).toEqual(reveal({})({ name: "OPS_HOOK", repository, host }));
    }
  });

  it.each([
    ["status.acme.example", true],
    ["status.acme.example:8443", true],
    ["STATUS.acme.example", true],
    ["[2001:db8::7]", true],
    ["status.acme.example:8080", false],
    ["evil.example", false],
    ["status.acme.example.evil.example", false],
    ["xstatus.acme.example", false],
  ])("sent to %s: %s", (host, ok) => {
    expect(reveal(HOOK)({ name: "OPS_HOOK", repository: shop, host })).toMatchObject({ ok });
  });

  it("goes nowhere as a credential where the operator names no host, and needs none as an address", () => {
    const ask = reveal({ ...HOOK, WAYBILL_SECRET_OPS_HOOK_TO: undefined });
    expect(ask({ name: "OPS_HOOK", repository: shop, host: "status.acme.example" })).toEqual({
      ok: false,
      reason: "the operator of Waybill does not let the secret OPS_HOOK be sent to this host",
    });
    expect(ask({ name: "OPS_HOOK", repository: shop, host: null })).toMatchObject({ ok: true });
  });

  it("repeats no name that is none, since the sentence may be published", () => {
    const refused = reveal({})({ name: "x](https://evil.example)", repository: shop, host: null });
    expect(JSON.stringify(refused)).not.toContain("evil");
  });
});

describe("at the start", () => {
  it.each<[string, Environment, string[]]>([
    [
      "nobody may use it",
      { WAYBILL_SECRET_A: "x" },
      ["WAYBILL_SECRET_A_FOR: It is not set, so no repository may use the secret."],
    ],
    [
      "all the world might",
      { WAYBILL_SECRET_A: "x", WAYBILL_SECRET_A_FOR: "*" },
      ["WAYBILL_SECRET_A_FOR: It names no repository with its entry 1."],
    ],
    [
      "every owner might",
      { WAYBILL_SECRET_A: "x", WAYBILL_SECRET_A_FOR: "acme/shop */*" },
      ["WAYBILL_SECRET_A_FOR: It names no repository with its entry 2."],
    ],
    [
      "there is no value",
      { WAYBILL_SECRET_A: "", WAYBILL_SECRET_A_FOR: "acme/shop" },
      ["WAYBILL_SECRET_A: It is not set or empty."],
    ],
    [
      "it has rules, and is not there",
      { WAYBILL_SECRET_A_TO: "a.example" },
      ["WAYBILL_SECRET_A: It is not set or empty."],
    ],
    [
      "it breaks the line",
      { WAYBILL_SECRET_A: "x\r\ny", WAYBILL_SECRET_A_FOR: "acme/shop" },
      ["WAYBILL_SECRET_A: It holds line breaks or characters outside of ASCII."],
    ],
    [
      "its host is an address with a path",
      {
        WAYBILL_SECRET_A: "x",
        WAYBILL_SECRET_A_FOR: "acme/shop",
        WAYBILL_SECRET_A_TO: "https://a.example/x",
      },
      ["WAYBILL_SECRET_A_TO: It names no host with its entry 1."],
    ],
    [
      "its host is a pattern",
      { WAYBILL_SECRET_A: "x", WAYBILL_SECRET_A_FOR: "acme/shop", WAYBILL_SECRET_A_TO: "*.a.example" },
      ["WAYBILL_SECRET_A_TO: It names no host with its entry 1."],
    ],
  ])("it is refused where %s", (_what, env, problems) => {
    expect(problemsOf(env)).toEqual(problems);
  });

  it("a name that no config could write is pointed out, and no value is repeated", () => {
    const reading = read({ WAYBILL_SECRET_ops: "hunter2-hunter2" });
    expect(reading.ok).toBe(true);
    expect(reading.warnings.map(({ variable }) => variable)).toEqual(["WAYBILL_SECRET_ops"]);
    expect(JSON.stringify(reading.warnings)).not.toContain("hunter2");
  });

  it("every part of the values is crossed out of the log", () => {
    const reading = read({
      WAYBILL_SECRET_TWO: "whsec_bmV3LWtleQAA,whsec_b2xkLWtleQAA",
      WAYBILL_SECRET_TWO_FOR: "acme/shop",
      WAYBILL_SECRET_URL: "https://hooks.slack.example/services/T0/B0/abcdefgh",
      WAYBILL_SECRET_URL_FOR: "acme/shop",
      WAYBILL_SECRET_SHORT: "https://status.acme.example/waybill",
      WAYBILL_SECRET_SHORT_FOR: "acme/shop",
    });
    if (!reading.ok) throw new Error("refused");
    const redact = createRedactor(secretsOf(reading.settings));
    expect(redact('{"msg":"waybill listens"}')).toContain("waybill listens");
    for (const text of ["bmV3LWtleQAA", "whsec_b2xkLWtleQAA", "/services/T0/B0/abcdefgh"])
      expect(redact(JSON.stringify({ text }))).not.toContain(text.slice(-8));
  });
});
