import { generateKeyPairSync, randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAppAuth } from "@octokit/auth-app";
import { describe, expect, it } from "vitest";
import { describeProblems, readEnvironment, secretsOf } from "../src/environment.ts";
import type { Environment, EnvironmentReading, Settings } from "../src/environment.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const PKCS1 = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const PKCS8 = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const SECRET = randomBytes(20).toString("hex");
const GOOD: Environment = { APP_ID: "4711", PRIVATE_KEY: PKCS1, WEBHOOK_SECRET: SECRET };
const CWD = "/srv/waybill";

function settingsOf(env: Environment): Settings {
  const reading = readEnvironment(env, CWD);
  if (!reading.ok) throw new Error(describeProblems(reading.problems));
  return reading.settings;
}

function variablesIn(reading: EnvironmentReading): string[] {
  return reading.ok ? [] : reading.problems.map(({ variable }) => variable);
}

describe("with only what is required", () => {
  it("the rest has defaults that reach nobody and are reached by nobody", () => {
    expect(settingsOf(GOOD)).toEqual({
      appId: 4711,
      privateKey: PKCS8,
      webhookSecrets: [SECRET],
      gateKeys: [],
      namedSecrets: [],
      mail: null,
      signingKey: null,
      gitHubHost: null,
      gitHubProtocol: "https",
      host: "127.0.0.1",
      port: 3000,
      metrics: null,
      logLevel: "info",
      databaseUrl: "sqlite:data/waybill.db",
      allowPrivate: [],
      lostAnswerWaitMs: 120_000,
      pollMs: 30_000,
      reconcileMs: 300_000,
      writesPerMinute: 60,
    });
  });

  it("an empty variable counts as not set", () => {
    const empty = {
      PORT: "",
      HOST: " ",
      LOG_LEVEL: "",
      DATABASE_URL: "",
      GHE_HOST: "",
      WAYBILL_POLL_SECONDS: "",
    };
    expect(settingsOf({ ...GOOD, ...empty })).toEqual(settingsOf(GOOD));
  });
});

describe("metrics", () => {
  it("are served on a port of their own, for this machine unless said otherwise", () => {
    expect(settingsOf({ ...GOOD, METRICS_PORT: "9464" }).metrics).toEqual({ host: "127.0.0.1", port: 9464 });
    const inside = { METRICS_PORT: "0", METRICS_HOST: "0.0.0.0" };
    expect(settingsOf({ ...GOOD, ...inside }).metrics).toEqual({ host: "0.0.0.0", port: 0 });
  });

  it.each([
    ["the webhooks' port, which GitHub reaches", { METRICS_PORT: "3000" }],
    ["the webhooks' port by its number", { PORT: "8080", METRICS_PORT: "8080" }],
    ["no port", { METRICS_PORT: "yes" }],
  ])("not on %s", (_what, env) => {
    expect(variablesIn(readEnvironment({ ...GOOD, ...env }, CWD))).toEqual(["METRICS_PORT"]);
  });

  it("an address without a port is pointed out, as nothing would be served there", () => {
    const reading = readEnvironment({ ...GOOD, METRICS_HOST: "0.0.0.0" }, CWD);
    expect(reading).toMatchObject({
      ok: true,
      settings: { metrics: null },
      warnings: [{ variable: "METRICS_HOST" }],
    });
  });
});

describe("without anything", () => {
  it("everything that is missing is said at once, each with its mend", () => {
    const reading = readEnvironment({}, CWD);
    expect(variablesIn(reading)).toEqual(["APP_ID", "PRIVATE_KEY", "WEBHOOK_SECRET"]);
    const lines = reading.ok ? "" : describeProblems(reading.problems);
    expect(lines).toMatch(
      /^APP_ID: It is not set\. Set it to .+\nPRIVATE_KEY: .+PRIVATE_KEY_PATH.+\nWEBHOOK_SECRET: .+openssl rand.+\n$/,
    );
  });

  it("so is everything that is wrong", () => {
    const wrong = {
      APP_ID: "my-app",
      PRIVATE_KEY: "nonsense",
      WEBHOOK_SECRET: "short,development",
      GHE_HOST: "https://github.example.com/",
      GHE_PROTOCOL: "gopher",
      PORT: "70000",
      HOST: "not a host",
      LOG_LEVEL: "loud",
      DATABASE_URL: "mysql://db",
      WAYBILL_ALLOW_PRIVATE: "10.0.0.0/8, everything",
      WAYBILL_POLL_SECONDS: "0",
      WAYBILL_RECONCILE_SECONDS: "86401",
      WAYBILL_LOST_ANSWER_WAIT_SECONDS: "2m",
    };
    const found = variablesIn(readEnvironment(wrong, CWD));
    expect(new Set(found)).toEqual(new Set(Object.keys(wrong)));
    expect(found.filter((variable) => variable === "WEBHOOK_SECRET")).toHaveLength(2);
  });
});

describe("the private key", () => {
  const written: [string, string][] = [
    ["PKCS#1, as GitHub gives it", PKCS1],
    ["PKCS#8", PKCS8],
    ["line breaks escaped", PKCS1.replaceAll("\n", String.raw`\n`)],
    ["in quotes", `"${PKCS1.replaceAll("\n", String.raw`\n`)}"`],
    ["on one line, with spaces", PKCS1.replaceAll("\n", " ")],
    ["with Windows line breaks", PKCS1.replaceAll("\n", "\r\n")],
    ["in base64", Buffer.from(PKCS1).toString("base64")],
    ["in wrapped base64", Buffer.from(PKCS8).toString("base64").replaceAll(/.{76}/g, "$&\n")],
  ];

  it.each(written)("may be written: %s", (_what, text) => {
    expect(settingsOf({ ...GOOD, PRIVATE_KEY: text }).privateKey).toBe(PKCS8);
  });

  it("is in the form that the library signs with", async () => {
    const { appId, privateKey } = settingsOf(GOOD);
    const { token } = await createAppAuth({ appId, privateKey })({ type: "app" });
    expect(token.split(".")).toHaveLength(3);
  });

  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const short = generateKeyPairSync("rsa", { modulusLength: 1_024 });
  const locked = privateKey
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" })
    .toString();
  it.each([
    ["an EC key", ec.privateKey.export({ type: "pkcs8", format: "pem" }).toString(), /not an RSA key/],
    [
      "a short key",
      short.privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
      /shorter than 2048/,
    ],
    ["a public key", ec.publicKey.export({ type: "spki", format: "pem" }).toString(), /no PEM private key/],
    ["a key with a passphrase", locked, /cannot be read/],
    ["a key cut off", `${PKCS1.slice(0, 400)}\n-----END RSA PRIVATE KEY-----`, /cannot be read/],
    ["some base64", Buffer.from("hello there").toString("base64"), /no PEM private key/],
  ])("may not be %s", (_what, text, problem) => {
    const reading = readEnvironment({ ...GOOD, PRIVATE_KEY: text }, CWD);
    expect(reading).toMatchObject({
      ok: false,
      problems: [{ variable: "PRIVATE_KEY", problem: expect.stringMatching(problem) }],
    });
  });

  it("may lie in a file, which should be the operator's alone", () => {
    const folder = mkdtempSync(join(tmpdir(), "waybill-"));
    writeFileSync(join(folder, "app.pem"), PKCS1);
    const { PRIVATE_KEY: _, ...rest } = GOOD;
    const env = { ...rest, PRIVATE_KEY_PATH: "app.pem" };
    chmodSync(join(folder, "app.pem"), 0o600);
    expect(readEnvironment(env, folder)).toMatchObject({
      ok: true,
      settings: { privateKey: PKCS8 },
      warnings: [],
    });
    chmodSync(join(folder, "app.pem"), 0o640);
    expect(readEnvironment(env, folder)).toMatchObject({
      ok: true,
      warnings: [{ variable: "PRIVATE_KEY_PATH", mend: expect.stringContaining("chmod 600") }],
    });
    writeFileSync(join(folder, "app.pem"), "x".repeat(70_000));
    expect(readEnvironment(env, folder)).toMatchObject({
      ok: false,
      problems: [{ problem: expect.stringContaining("EFBIG") }],
    });
    rmSync(folder, { recursive: true });
    expect(readEnvironment(env, folder)).toMatchObject({
      ok: false,
      problems: [{ variable: "PRIVATE_KEY_PATH", problem: expect.stringContaining("ENOENT") }],
    });
  });

  it("is not looked for in two places, nor is a key taken for a path", () => {
    expect(variablesIn(readEnvironment({ ...GOOD, PRIVATE_KEY_PATH: "app.pem" }, CWD))).toEqual([
      "PRIVATE_KEY",
    ]);
    const { PRIVATE_KEY: _, ...rest } = GOOD;
    expect(readEnvironment({ ...rest, PRIVATE_KEY_PATH: PKCS1 }, CWD)).toMatchObject({
      problems: [{ mend: "Put the key itself into PRIVATE_KEY." }],
    });
  });
});

describe("the webhook secret", () => {
  it.each(["developmentdevelopment", "0123456789abcdef", "abcdefghijklmnopqrstuvwxyz"])(
    "may be %s, which looks typed, but not silently",
    (secret) => {
      const reading = readEnvironment({ ...GOOD, WEBHOOK_SECRET: secret }, CWD);
      expect(reading).toMatchObject({ ok: true, warnings: [{ variable: "WEBHOOK_SECRET" }] });
    },
  );

  it.each([
    ["fifteen bytes", randomBytes(20).toString("hex").slice(0, 15)],
    ["the word that anybody can sign with", "development"],
    ["one character", "x".repeat(40)],
    ["a rhythm of three", "abcabcabcabcabcabcabc"],
    ["a gap in the list", `${SECRET},`],
  ])("may not be %s", (_what, secret) => {
    expect(variablesIn(readEnvironment({ ...GOOD, WEBHOOK_SECRET: secret }, CWD))).toEqual([
      "WEBHOOK_SECRET",
    ]);
  });

  it("may be several while it is changed, and says which one is weak", () => {
    const second = randomBytes(20).toString("base64");
    expect(settingsOf({ ...GOOD, WEBHOOK_SECRET: `${second}, ${SECRET},${second}` }).webhookSecrets).toEqual([
      second,
      SECRET,
    ]);
    const reading = readEnvironment({ ...GOOD, WEBHOOK_SECRET: `${SECRET},weak` }, CWD);
    expect(reading).toMatchObject({ problems: [{ problem: expect.stringMatching(/^Secret 2 is shorter/) }] });
    const many = Array.from({ length: 9 }, () => randomBytes(20).toString("hex")).join();
    expect(variablesIn(readEnvironment({ ...GOOD, WEBHOOK_SECRET: many }, CWD))).toEqual(["WEBHOOK_SECRET"]);
  });

  it("counts bytes, and every random one is good enough", () => {
    expect(settingsOf({ ...GOOD, WEBHOOK_SECRET: "Grüße-Käse-Öl" }).webhookSecrets).toHaveLength(1);
    for (let time = 0; time < 50; time += 1) {
      const secret = randomBytes(20).toString("hex");
      expect(settingsOf({ ...GOOD, WEBHOOK_SECRET: secret }).webhookSecrets).toEqual([secret]);
    }
  });
});

describe("where GitHub is", () => {
  it.each([
    "github.example.com",
    "github.example.com:8443",
    "10.0.0.5",
    "[fd00::5]:443",
    "GitHub.Example.com",
  ])("may be %s", (host) => {
    expect(settingsOf({ ...GOOD, GHE_HOST: host }).gitHubHost).toBe(host.toLowerCase());
  });

  it.each([
    "https://github.example.com",
    "github.example.com/api",
    "user@github.example.com",
    "github.example.com:0",
    "a b",
    "::1",
    "-x.example",
  ])("may not be %s", (host) => {
    expect(variablesIn(readEnvironment({ ...GOOD, GHE_HOST: host }, CWD))).toEqual(["GHE_HOST"]);
  });

  it("is asked without TLS only on this machine", () => {
    for (const host of ["localhost:8080", "127.0.0.1:8080", "127.0.0.1", "[::1]:8080"]) {
      expect(settingsOf({ ...GOOD, GHE_HOST: host, GHE_PROTOCOL: "http" }).gitHubProtocol).toBe("http");
    }
    for (const host of ["github.example.com", "localhost.example.com", "127.0.0.1.example.com", undefined]) {
      expect(variablesIn(readEnvironment({ ...GOOD, GHE_HOST: host, GHE_PROTOCOL: "http" }, CWD))).toEqual([
        "GHE_PROTOCOL",
      ]);
    }
  });
});

describe("the database", () => {
  it.each([
    "sqlite:state.db",
    "sqlite:/var/lib/waybill.db",
    "postgres://u:p@db:5432/waybill",
    "postgresql:///waybill?host=/run/postgresql",
  ])("may be %s", (url) => {
    expect(settingsOf({ ...GOOD, DATABASE_URL: url }).databaseUrl).toBe(url);
  });

  it.each(["sqlite:", "sqlite::memory:", "data/waybill.db", "mysql://x", "postgres://u:p@db:x/y"])(
    "may not be %s",
    (url) => {
      expect(variablesIn(readEnvironment({ ...GOOD, DATABASE_URL: url }, CWD))).toEqual(["DATABASE_URL"]);
    },
  );
});

describe("numbers", () => {
  it.each([
    ["PORT", "0"],
    ["PORT", "65535"],
    ["WAYBILL_POLL_SECONDS", "1"],
    ["WAYBILL_RECONCILE_SECONDS", "0"],
    ["WAYBILL_RECONCILE_SECONDS", "86400"],
    ["WAYBILL_LOST_ANSWER_WAIT_SECONDS", "3600"],
  ])("%s=%s", (variable, text) => {
    expect(readEnvironment({ ...GOOD, [variable]: text }, CWD).ok).toBe(true);
  });

  it.each(["-1", "1.5", "1e3", "0x10", "08", "ten", "99999999999", "3000 4000"])("PORT is not %s", (text) => {
    expect(variablesIn(readEnvironment({ ...GOOD, PORT: text }, CWD))).toEqual(["PORT"]);
  });
});

describe("the secret of questions to services", () => {
  const [one, other] = [1, 2].map((start) =>
    Buffer.from(Array.from({ length: 32 }, (_, at) => start + 7 * at)),
  );
  const secretOf = (key: Buffer | undefined): string => `whsec_${key?.toString("base64")}`;

  it("is optional; several sign while one takes the place of another; none of them reaches a log", () => {
    expect(settingsOf(GOOD).gateKeys).toEqual([]);
    expect(settingsOf({ ...GOOD, WAYBILL_GATE_SECRET: ` ${secretOf(one)}` }).gateKeys).toEqual([one]);
    const both = settingsOf({ ...GOOD, WAYBILL_GATE_SECRET: `${secretOf(one)}, ${secretOf(other)}` });
    expect(both.gateKeys).toEqual([one, other]);
    const crossedOut = secretsOf(both);
    for (const key of [one, other])
      expect(crossedOut.some((secret) => secretOf(key).includes(secret))).toBe(true);
  });

  it.each([
    ["is plain text", "correct horse battery staple and so on"],
    ["has no prefix", one?.toString("base64") ?? ""],
    ["is too short", secretOf(one?.subarray(0, 23))],
    [
      "is too long",
      secretOf(Buffer.concat([one ?? Buffer.alloc(0), other ?? Buffer.alloc(0), Buffer.from("x")])),
    ],
    ["is one byte over and over", secretOf(Buffer.alloc(32, 7))],
    ["has an empty one beside it", `${secretOf(one)},`],
    ["is one of too many", Array.from({ length: 9 }, () => secretOf(one)).join(",")],
  ])("is refused where it %s", (_what, secret) => {
    expect(variablesIn(readEnvironment({ ...GOOD, WAYBILL_GATE_SECRET: secret }, CWD))).toEqual([
      "WAYBILL_GATE_SECRET",
    ]);
  });
});

it("a misspelt setting is pointed out", () => {
  const reading = readEnvironment({ ...GOOD, WAYBILL_ALLOW_PRIVAT: "10.0.0.0/8" }, CWD);
  expect(reading).toMatchObject({ ok: true, warnings: [{ variable: "WAYBILL_ALLOW_PRIVAT" }] });
});

it("no problem repeats a value, whichever variable a secret was put into", () => {
  const canary = "cAnArY-0815-value";
  const variables = [
    ...Object.keys(GOOD),
    "PRIVATE_KEY_PATH",
    "GHE_HOST",
    "GHE_PROTOCOL",
    "PORT",
    "HOST",
    "LOG_LEVEL",
    "DATABASE_URL",
  ];
  const tunables = [
    "WAYBILL_ALLOW_PRIVATE",
    "WAYBILL_GATE_SECRET",
    "WAYBILL_POLL_SECONDS",
    "WAYBILL_RECONCILE_SECONDS",
    "WAYBILL_LOST_ANSWER_WAIT_SECONDS",
    "WAYBILL_OTHER",
  ];
  const key = `-----BEGIN RSA PRIVATE KEY-----\n${canary}\n-----END RSA PRIVATE KEY-----`;
  for (const variable of [...variables, ...tunables]) {
    for (const value of [`${canary} ,`, `https://${canary}:${canary}@/`, key]) {
      const reading = readEnvironment({ ...GOOD, [variable]: value }, CWD);
      expect(JSON.stringify(reading.ok ? reading.warnings : reading.problems)).not.toContain(canary);
    }
  }
});

it("the secrets among the settings are known to the log", () => {
  const settings = settingsOf({ ...GOOD, DATABASE_URL: "postgres://u:pass%2Fword@db/waybill" });
  const secrets = secretsOf(settings);
  expect(secrets).toEqual(expect.arrayContaining([SECRET, PKCS8, "pass%2Fword", "pass/word"]));
  expect(secrets).not.toContain("");
});
