import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createAppAuth } from "@octokit/auth-app";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLogger, createRedactor, withLogFields } from "../src/logging.ts";

function capture(secrets: readonly string[] = []) {
  const lines: string[] = [];
  const logger = createLogger({
    level: "trace",
    secrets,
    destination: { write: (line) => void lines.push(line) },
  });
  return { logger, text: () => lines.join(""), lines };
}

const random = (length: number): string =>
  randomBytes(length).toString("base64url").replaceAll(/[-_]/g, "x").slice(0, length);
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const { token: jwt } = await createAppAuth({ appId: 1, privateKey: pkcs8 })({ type: "app" });

describe("a canary is found in no line", () => {
  const canaries: [string, string, readonly string[]][] = [
    ["an installation token", `ghs_${random(36)}`, []],
    ["an installation token of the newer kind", `ghs_${jwt}`, []],
    ["a personal token", `ghp_${random(36)}`, []],
    ["a fine-grained token", `github_pat_${random(22)}_${random(59)}`, []],
    ["a user token", `ghu_${random(36)}`, []],
    ["a refresh token", `ghr_${random(70)}`, []],
    ["a JWT", jwt, []],
    ["a private key", pem, []],
    ["a PKCS#8 key", pkcs8, []],
    ["a key without its end", pem.slice(0, 300), []],
    ["a key in base64", Buffer.from(pem).toString("base64"), []],
    ["a webhook secret", "s3cret-with-$1-and-[brackets]", ["s3cret-with-$1-and-[brackets]"]],
    ["a secret that JSON escapes", 'a"quoted\\and\nbroken\tsecret', ['a"quoted\\and\nbroken\tsecret']],
  ];

  it.each(canaries)("%s", (_what, canary, secrets) => {
    const { logger, text, lines } = capture(secrets);
    const error = Object.assign(new Error(`failed with ${canary}`), { request: { body: canary } });
    logger.info(`message ${canary} goes on`);
    logger.info({ [canary]: canary, deep: [{ list: [canary] }] }, "fields");
    logger.error({ err: error }, "error");
    logger.error(error);
    logger.warn({ nested: JSON.stringify({ twice: canary }) }, `%s and %j`, canary, { canary });
    logger.child({ bound: canary }).debug("child");
    logger.info({ url: `https://api.example/?token=${encodeURIComponent(canary)}` }, "in a URL");
    for (const part of telling(canary)) expect(text()).not.toContain(part);
    expect(lines).toHaveLength(7);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ time: expect.any(Number) });
  });

  it.each([
    { headers: { authorization: "Bearer opaque-canary-value" } },
    { headers: { Authorization: ["token opaque-canary-value"] } },
    { rawHeaders: ["Host", "x", "Authorization", "Basic opaque-canary-value"] },
    { cookie: "session=opaque-canary-value; other=1" },
    { "set-cookie": ["a=b; opaque-canary-value"] },
    { text: "GET / HTTP/1.1\r\nAuthorization: token opaque-canary-value\r\n" },
    { text: JSON.stringify({ authorization: "opaque-canary-value" }) },
    { text: "sent Bearer opaque-canary-value to it" },
    { url: "postgres://waybill:opaque-canary-value@db:5432/x" },
    { signature: { "x-hub-signature-256": "sha256=opaque-canary-value" } },
  ])("a header or URL that carries it: %j", (fields) => {
    const { logger, text, lines } = capture();
    logger.info(fields, "request");
    expect(text()).not.toContain("canary");
    expect(() => JSON.parse(String(lines[0]))).not.toThrow();
  });
});

describe("what is no secret", () => {
  it.each([
    "checks authorization, then goes on",
    "right_level of the height_total",
    "eyJust looking",
    "a basic idea and a bearer of news",
    "https://github.example.com:8443/org/repo",
    "sha 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
    "-----BEGIN CERTIFICATE-----",
    '{"repository":{"id":12}}',
  ])("stays as it is: %s", (message) => {
    const { logger, lines } = capture(["short"]);
    logger.info(message);
    expect(JSON.parse(String(lines[0]))).toMatchObject({ msg: message, level: 30 });
  });

  it("is written as JSON lines with level, time and no host name", () => {
    const { logger, lines } = capture();
    logger.warn({ a: 1 }, "one");
    expect(Object.keys(JSON.parse(String(lines[0])) as object)).toEqual(["level", "time", "a", "msg"]);
    expect(lines[0]?.endsWith("}\n")).toBe(true);
  });
});

it("what is written while a job is done carries the job's fields, however deep; other jobs' lines and later ones do not", async () => {
  const { logger, lines } = capture();
  const work = (name: string) =>
    withLogFields({ lane: name }, async () => {
      await Promise.resolve();
      logger.info({ own: 1 }, `in ${name}`);
      await withLogFields({ lane: `${name}/inner` }, async () => logger.info({}, `deep in ${name}`));
      logger.child({ bound: true }).info({ lane: "own" }, `again in ${name}`);
    });
  await Promise.all([work("a"), work("b")]);
  logger.info({}, "after");
  const told = lines.map((line) => JSON.parse(line) as { lane?: string; own?: number; msg: string });
  const of = (name: string) =>
    told.filter(({ msg }) => msg.endsWith(name)).map(({ lane, own }) => [lane, own]);
  for (const name of ["a", "b"])
    expect(of(` ${name}`)).toEqual([
      [name, 1],
      [`${name}/inner`, undefined],
      ["own", undefined],
    ]);
  expect(told.at(-1)?.lane).toBeUndefined();
});

it("a line stays JSON whatever is in it", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "\\",
      '"',
      "\n",
      "\u001E",
      "\u0000",
      "eyJabcdefgh.ijklmnopqrst",
      "ghs_0123456789abcdef",
      "-----BEGIN PRIVATE KEY-----",
      "Authorization: ",
      "bearer ",
      "://a:b@",
      'se"cr\\et',
      "cookie",
      'cookie":',
      ":",
      "[",
    ),
  );
  const message = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(message, message, (first, second) => {
      const { logger, lines } = capture(['se"cr\\et']);
      logger.info({ first, nested: { [second]: JSON.stringify({ first }) } }, second);
      expect(() => JSON.parse(String(lines[0]))).not.toThrow();
    }),
    { numRuns: 500 },
  );
});

it("takes time in proportion to the line, also for what looks like many secrets", () => {
  const redact = createRedactor(["a-secret-of-the-test"]);
  const bad = [
    "eyJ",
    "eyJ.",
    "://a:",
    "-----BEGIN ",
    "authorization",
    "\\",
    "ghs_",
    "bearer ",
    "LS0tLS1CRUdJTi",
    "cookie\\\\\\\\",
  ];
  for (const piece of bad) {
    const line = piece.repeat(Math.floor(250_000 / piece.length));
    const started = performance.now();
    redact(line);
    expect(performance.now() - started).toBeLessThan(1_000);
  }
});

it("leaves out a line that is too long, and says so", () => {
  const { logger, lines } = capture();
  logger.info({ payload: "x".repeat(300_000) }, "oops");
  expect(lines).toHaveLength(1);
  expect(JSON.parse(String(lines[0]))).toMatchObject({
    msg: expect.stringMatching(/^a log line of 300\d{3} characters was left out$/),
  });
});

/** Parts of a secret that would give it away: all of it, and for a key each full line of its body. */
function telling(canary: string): string[] {
  if (!canary.startsWith("-----BEGIN")) return [canary, JSON.stringify(canary).slice(1, -1)];
  return canary.split("\n").filter((line) => line.length > 40 && !line.startsWith("-----"));
}
