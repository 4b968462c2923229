/**
 * P6 as a story: secrets of every kind go through a whole release, with failures, and GitHub and the running system talk too much. Then they
 * are looked for wherever Waybill writes: its log at the lowest level, every row of its store, all that it sent to GitHub, and all
 * that it answered.
 *
 * Two kinds of secrets. The App's own (keys, tokens, passwords, what came in a webhook's headers) are nowhere at all. What a person wrote into a
 * comment, a commit or a pull request stands in the stored payload of the webhook that brought it, which is forgotten after 30 days, and
 * nowhere else.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { zstdDecompressSync } from "node:zlib";
import { Webhooks } from "@octokit/webhooks";
import { Client } from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { shopConfig } from "../src/cli/demo/shop.ts";
import { openStore } from "../src/store/index.ts";
import { createEchoingGitHub, type EchoingGitHub } from "./support/echo.ts";
import { createTestDatabase, describePostgres } from "./support/postgres.ts";
import { startReceiver } from "./support/receiver.ts";
import { secretsIn, spellingsOf } from "./support/spellings.ts";
import { startStory, type Story } from "./support/story.ts";

const random = (length: number): string =>
  randomBytes(length * 2)
    .toString("base64")
    .replaceAll(/[+/=]/g, "")
    .slice(0, length);

/** What people write where they should not. Made anew for each run. */
function writtenSecrets() {
  const jwt = `eyJ${random(30)}.eyJ${random(60)}.${random(60)}`;
  return {
    "a token in a commit's subject": `ghp_${random(36)}`,
    "a token in a commit's body": `github_pat_${random(22)}_${random(59)}`,
    "a token in a pull request's title": `gho_${random(36)}`,
    "a token in a pull request's body": `ghu_${random(36)}`,
    "a token in a command's argument": `ghp_${random(36)}`,
    "a token beside a command": `ghr_${random(70)}`,
    "a password in a commit's URL": random(24),
    "a JWT in a commit": jwt,
    "a key's line in a commit's body": random(64),
  };
}
type Written = ReturnType<typeof writtenSecrets>;

/** What comes in by headers, paths and bodies that nobody may send. */
function sentSecrets() {
  return {
    "a bearer in a webhook's headers": random(40),
    "a cookie in a webhook's headers": random(40),
    "an unknown header of a webhook": random(40),
    "a secret in a path": random(40),
    "a secret in a query": random(40),
    "a secret in a body without a right signature": random(40),
    "a secret for an event's name": random(40),
    "a token that the running system answered": `ghs_${random(36)}`,
    "a password in a probe's URL": random(24),
  };
}
type Sent = ReturnType<typeof sentSecrets>;

interface Stage {
  readonly databaseUrl: string;
  /** Every row of every table, the payloads of webhooks apart. */
  readonly rows: () => Promise<{ readonly rows: string; readonly payloads: string }>;
}

/** Asks the server in ways that nobody should; what it answered, whole. */
async function askBadly(story: Story, sent: Sent): Promise<string> {
  const answers: string[] = [];
  const ask = async (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body = "",
  ): Promise<void> => {
    const url = new URL(path, story.waybillUrl);
    const answer = await new Promise<string>((resolve, reject) => {
      const request = httpRequest(url, { method, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => void chunks.push(chunk));
        response.on("end", () =>
          resolve(
            JSON.stringify([response.statusCode, response.rawHeaders, Buffer.concat(chunks).toString()]),
          ),
        );
      });
      request.on("error", reject).end(body);
    });
    answers.push(answer);
  };
  const signer = new Webhooks({ secret: story.webhookSecret });
  const guid = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
  const loud = {
    authorization: `Bearer ${sent["a bearer in a webhook's headers"]}`,
    cookie: `session=${sent["a cookie in a webhook's headers"]}`,
    "x-unknown": sent["an unknown header of a webhook"],
    "user-agent": sent["an unknown header of a webhook"],
  };
  const hook = (event: string, signature: string) => ({
    ...loud,
    "content-type": "application/json",
    "x-github-event": event,
    "x-github-delivery": guid,
    "x-hub-signature-256": signature,
  });
  const path = "/api/github/webhooks";
  const strange = JSON.stringify({ zen: sent["a secret in a body without a right signature"] });
  await ask(
    "POST",
    `${path}?token=${sent["a secret in a query"]}`,
    hook("push", `sha256=${"0".repeat(64)}`),
    strange,
  );
  await ask("POST", path, hook(sent["a secret for an event's name"], `sha256=${"0".repeat(64)}`), strange);
  await ask("POST", path, hook("ping", await signer.sign("[1]")), "[1]");
  const ping = JSON.stringify({ zen: "Keep it logically awesome." });
  await ask("POST", path, hook("ping", await signer.sign(ping)), ping);
  await ask("PUT", path, loud);
  await ask("POST", path, { ...loud, "content-length": "99999999" }).catch(() => {});
  for (const one of [
    "/livez",
    "/readyz",
    "/metrics",
    `/${sent["a secret in a path"]}?q=${sent["a secret in a query"]}`,
  ])
    await ask("GET", one, loud);
  const metrics = await fetch(story.metricsUrl ?? "", { headers: { "x-unknown": loud["x-unknown"] } });
  answers.push(JSON.stringify([...metrics.headers]), await metrics.text());
  return answers.join("\n");
}

/** A release with everything that can go wrong on its way. */
async function playRelease(story: Story, gitHub: EchoingGitHub, written: Written, sent: Sent): Promise<void> {
  const { shop } = story;
  story.merge(`feat(api): accept vouchers with ${written["a token in a commit's subject"]}`, {
    body: [
      `Try it with ${written["a token in a commit's body"]} or https://ana:${written["a password in a commit's URL"]}@shop.example/.`,
      `-----BEGIN RSA PRIVATE KEY-----\n${written["a key's line in a commit's body"]}\n-----END RSA PRIVATE KEY-----`,
      `BREAKING CHANGE: ${written["a JWT in a commit"]} is needed`,
    ].join("\n\n"),
  });
  const number = shop.openPullRequest({
    title: `fix(web): say ${written["a token in a pull request's title"]}`,
    body: `It uses ${written["a token in a pull request's body"]}.`,
    author: "wes",
  });
  shop.mergePullRequest(number, { by: "ana", method: "merge" });
  await story.settle(200_000);
  gitHub.echo(/^POST .*\/statuses/, 502, 2);
  gitHub.echo(/^GET .*\/git\/matching-refs/, 500, 1);
  gitHub.echo(/^PATCH .*\/issues/, 403, 1);
  story.sandbox.faults.add({
    route: "POST /repos/{owner}/{repo}/deployments",
    kind: "reset-after",
    actor: "app",
  });
  shop.tag("v2.0.0", { by: "ana" });
  await story.settle(200_000);
  const talk = shop.openIssue({ title: "Talk", author: "ana" });
  await story.comment(`/promote prod ${written["a token in a command's argument"]}`, "ana", talk);
  await story.comment(`/promote ${written["a token in a command's argument"]}`, "ana", talk);
  await story.comment(`/promote prod\n\nwith ${written["a token beside a command"]}`, "tri", talk);
  // The dispatch is refused, and so is the deployment record, both with the token in GitHub's words.
  gitHub.hush();
  gitHub.echo(/^POST .*\/dispatches/, 422, Infinity);
  await promote(story, talk);
  gitHub.hush();
  gitHub.echo(/^POST .*\/deployments$/, 422, Infinity);
  await promote(story, talk);
  gitHub.hush();
  shop.script({ component: "api", environment: "prod", outcome: "fail", times: 1 });
  await promote(story, talk);
  const prod = await shop.target("web", "prod");
  await promote(story, talk, () => prod.setVersion(sent["a token that the running system answered"]));
  await promote(story, talk);
  shop.commit({
    message: "chore: ask with a password",
    author: "ana",
    files: {
      ".github/waybill.yml": shopConfig(
        `http://waybill:${sent["a password in a probe's URL"]}@127.0.0.1/version`,
      ),
    },
  });
  await story.settle(200_000);
  await promote(story, talk);
}

/** Gives the command; `meanwhile` happens again and again while what follows from it goes on. */
async function promote(story: Story, talk: number, meanwhile?: () => void): Promise<void> {
  const timer = meanwhile === undefined ? undefined : setInterval(meanwhile, 1);
  await story.comment("/promote prod", "ana", talk);
  await story.settle(900_000);
  clearInterval(timer);
}

/** Two channels, one of which takes nothing; its address, its key and what it says of them are nobody's business. */
async function talkativeChannel() {
  const receiver = await startReceiver();
  const path = `services-${random(30)}`;
  const key = Buffer.from(random(32)).toString("base64");
  receiver.answers((response, { path: asked, headers }) => {
    response.writeHead(asked === `/${path}` ? 404 : 200, { "x-said": path });
    response.end(JSON.stringify({ asked, headers, key, path }));
  });
  const events = "events: [noticed, released, started, delivered, failed, needs-human]";
  return {
    received: receiver.received,
    secrets: { "the address of a channel": path, "the signing key of a channel": key },
    config: `channels:
  quiet: { slack: { url: { secret: QUIET } }, tell: { ${events} } }
  loud: { webhook: { url: "${receiver.url}/loud", secret: LOUD }, tell: { ${events}, environments: [dev, staging, prod] } }
`,
    environment: {
      WAYBILL_ALLOW_PRIVATE: "127.0.0.1/32",
      WAYBILL_SECRET_QUIET: `${receiver.url}/${path}`,
      WAYBILL_SECRET_QUIET_FOR: "acme/shop",
      WAYBILL_SECRET_LOUD: `whsec_${key}`,
      WAYBILL_SECRET_LOUD_FOR: "acme/shop",
      WAYBILL_SECRET_LOUD_TO: `127.0.0.1:${receiver.port}`,
    },
  };
}

function tellOfSecrets(prepare: () => Promise<Stage>, passwords: Readonly<Record<string, string>>): void {
  it("no secret is in the log, in the store, at GitHub, or in any answer", { timeout: 120_000 }, async () => {
    const { databaseUrl, rows: readRows } = await prepare();
    const written = writtenSecrets();
    const sent = sentSecrets();
    const gitHub = createEchoingGitHub();
    const channel = await talkativeChannel();
    const story = await startStory({
      databaseUrl,
      // Asked rarely, so that a system that never answers right is given up after few looks.
      config: (url) => `${shopConfig(url, "60s")}${channel.config}`,
      betweenGitHub: gitHub.between,
      logLevel: "trace",
      environment: { METRICS_PORT: "0", ...channel.environment },
    });
    onTestFinished(() => story.end());
    await story.settle();
    await playRelease(story, gitHub, written, sent);
    const answers = await askBadly(story, sent);
    await story.settle();

    const own: Record<string, string> = {
      ...sent,
      ...passwords,
      ...channel.secrets,
      "the webhook secret": story.webhookSecret,
    };
    for (const [at, line] of story.privateKey.split("\n").entries())
      if (line.length === 64) own[`line ${at} of the private key`] = line;
    const credentials = [...gitHub.sent].filter((one) => one !== "");
    expect(credentials.some((one) => one.startsWith("ghs_"))).toBe(true);
    expect(credentials.some((one) => /^eyJ.*\..*\./.test(one))).toBe(true);
    for (const [at, credential] of credentials.entries()) own[`credential ${at} of the App`] = credential;
    const all = { ...own, ...written };

    const { rows, payloads } = await readRows();
    const toGitHub = JSON.stringify(
      story.sandbox.record.calls
        .filter(({ actor }) => actor.startsWith("installation:") || actor === "app")
        .map(({ path, query, requestBody }) => [path, query, requestBody]),
    );
    const atGitHub = JSON.stringify([
      story.shop.comments().filter((one) => one.byApp),
      story.shop.issues().filter((one) => one.author.endsWith("[bot]")),
      story.shop.releases(),
      story.shop.deployments(),
    ]);
    const log = story.log.join("");
    // Not for want of matter: each place is full of what it is for, the faults struck, and GitHub did talk too much.
    expect(log).toContain("GitHub called");
    expect(log).toContain("[redacted]");
    expect(rows).toContain("accept vouchers with [redacted]");
    expect(atGitHub).toContain("to start `deploy.yml` at `v2.0.0`: Bad token");
    expect(atGitHub).toContain("did not let it through: Bad token");
    expect(atGitHub).toContain("reports `[redacted]`");
    expect(atGitHub).toContain("### prod runs 2");
    expect(atGitHub).toContain("The config is broken");
    expect(atGitHub).toContain("2.0.0");
    expect(atGitHub).toContain("**The channel quiet cannot be told** (Slack): it answered with status 404");
    const toChannels = channel.received.map(({ body }) => body).join("\n");
    expect(toChannels).toContain("prod runs 2.0.0");
    expect(toChannels).toContain("was not delivered to prod");
    expect(answers).toContain("waybill_deliveries_total");
    expect(secretsIn(payloads, written)).toContain("a token beside a command");

    expect(secretsIn(log, all)).toEqual([]);
    expect(secretsIn(rows, all)).toEqual([]);
    expect(secretsIn(toGitHub, all)).toEqual([]);
    expect(secretsIn(atGitHub, all)).toEqual([]);
    expect(secretsIn(answers, all)).toEqual([]);
    expect(secretsIn(toChannels, all)).toEqual([]);
    const { "a password in a probe's URL": _inTheCommit, ...neverInPayloads } = own;
    expect(secretsIn(payloads, neverInPayloads)).toEqual([]);
  });
}

/** A row as text; packs of payloads unpacked. */
function readable(row: Readonly<Record<string, unknown>>): string {
  const values = Object.entries(row).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? zstdDecompressSync(value).toString("utf8") : String(value),
  ]);
  return JSON.stringify(values);
}

const PAYLOADS: ReadonlySet<string> = new Set(["pack"]);

function sorted(tables: readonly (readonly [string, readonly Readonly<Record<string, unknown>>[]])[]) {
  const text = (wanted: boolean): string =>
    tables.flatMap(([name, rows]) => (PAYLOADS.has(name) === wanted ? rows.map(readable) : [])).join("\n");
  return { rows: text(false), payloads: text(true) };
}

describe("on SQLite", () => {
  tellOfSecrets(async () => {
    const home = mkdtempSync(join(tmpdir(), "waybill-canary-"));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const path = join(home, "waybill.db");
    const rows = async () => {
      const database = new DatabaseSync(path, { readOnly: true });
      const names = database.prepare("select name from sqlite_master where type = 'table'").all();
      const tables = names.map(({ name }) => {
        const every = database.prepare(`select * from "${String(name)}"`).all();
        return [String(name), every] as const;
      });
      database.close();
      return sorted(tables);
    };
    return { databaseUrl: `sqlite:${path}`, rows };
  }, {});
});

describePostgres("on PostgreSQL", () => {
  const password = `pg-${random(30)}`;
  tellOfSecrets(
    async () => {
      const url = new URL(await createTestDatabase());
      url.searchParams.set("password", password);
      const databaseUrl = url.href;
      const rows = async () => {
        const client = new Client(databaseUrl);
        await client.connect();
        const names = await client.query<{ name: string }>(
          "select table_name as name from information_schema.tables where table_schema = 'public'",
        );
        const tables: [string, Record<string, unknown>[]][] = [];
        for (const { name } of names.rows)
          tables.push([name, (await client.query<Record<string, unknown>>(`select * from "${name}"`)).rows]);
        await client.end();
        return sorted(tables);
      };
      return { databaseUrl, rows };
    },
    { "the database's password": password },
  );

  it("a database that cannot be reached is told without its password", async () => {
    const unreachable = `postgres://waybill:${password}@127.0.0.1:1/waybill`;
    const error: unknown = await openStore(unreachable, { cwd: tmpdir() }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    const told = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).stack);
    expect(secretsIn(told, { password })).toEqual([]);
  });
});

it("the search finds what it looks for, however it is written", () => {
  const secret = `ghs_${random(36)}/+"\n`;
  for (const text of [
    secret,
    JSON.stringify({ secret }),
    JSON.stringify({ nested: JSON.stringify({ secret }) }),
    encodeURIComponent(secret),
    ...["", "x", "xy"].map((before) => Buffer.from(`${before}${secret}${before}`).toString("base64")),
    Buffer.from(`token:${secret}`).toString("base64url"),
  ])
    expect(secretsIn(`before ${text} after`, { secret })).toEqual(["secret"]);
  expect(secretsIn("before ghs_ after", { secret })).toEqual([]);
  expect(spellingsOf(secret).every((spelling) => spelling.length > 20)).toBe(true);
});
