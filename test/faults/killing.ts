/**
 * The story in which servers are killed: people merge, tag and command, an operator sends failed webhooks again, and servers come and go.
 * The stand-in lives in the test's process and is the judge: it remembers everything that was really done.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { deployWorkflow, shopConfig } from "../../src/cli/demo/shop.ts";
import { startSandbox, type Sandbox, type SandboxRepository } from "../../src/sandbox/index.ts";
import { ServerProcess } from "../support/processes.ts";
import { PEOPLE } from "../support/story.ts";

export interface KillingStory {
  readonly sandbox: Sandbox;
  readonly shop: SandboxRepository;
  readonly home: string;
  readonly databaseUrl: string;
  /** Every server that was started. */
  readonly lives: ServerProcess[];
  /** Comments with a command, in order; the version is null where the command leaves it to Waybill. */
  readonly commands: { readonly id: number; readonly version: string | null }[];
  /** Starts a server; webhooks go to it from when it listens. */
  start(): ServerProcess;
  /**
   * One round of the story: a merge, its tag, a command for whatever staging has by then, and one for the new version once staging has it
   * (or `patienceMs` are over).
   */
  round(patienceMs: number): Promise<void>;
  end(): Promise<void>;
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Starts the stand-in with the shop, and no server. `databaseUrl` absent: a SQLite file. */
export async function startKillingStory(databaseUrl?: string): Promise<KillingStory> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const secret = randomBytes(24).toString("hex");
  const sandbox = await startSandbox({
    appPublicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    runnerDelayMs: 20,
  });
  const home = mkdtempSync(join(tmpdir(), "waybill-kill-"));
  const database = databaseUrl ?? `sqlite:${join(home, "waybill.db")}`;
  // Nobody listens yet: what happens before the first server does is a failed delivery like any other.
  sandbox.setWebhook({ url: "http://127.0.0.1:9/api/github/webhooks", secret });
  const shop = await openShop(sandbox);
  const lives: ServerProcess[] = [];
  const commands: KillingStory["commands"] = [];
  let minor = 4;

  function start(): ServerProcess {
    const server = new ServerProcess({
      APP_ID: String(sandbox.app.id),
      PRIVATE_KEY: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      WEBHOOK_SECRET: secret,
      GHE_HOST: sandbox.host,
      GHE_PROTOCOL: "http",
      HOST: "127.0.0.1",
      PORT: "0",
      DATABASE_URL: database,
      WAYBILL_ALLOW_PRIVATE: "127.0.0.1/32",
      WAYBILL_LOST_ANSWER_WAIT_SECONDS: "1",
      WAYBILL_POLL_SECONDS: "1",
      WAYBILL_WRITES_PER_MINUTE: "6000",
    });
    lives.push(server);
    server.url().then(
      (url) => sandbox.setWebhook({ url: `${url}/api/github/webhooks`, secret }),
      () => {},
    );
    return server;
  }

  async function round(patienceMs: number): Promise<void> {
    minor += 1;
    const version = `1.${minor}.0`;
    const pull = shop.openPullRequest({ title: `feat(api): change ${minor}`, author: "wes" });
    shop.mergePullRequest(pull, { by: "ana", method: "squash" });
    await pause(300);
    shop.tag(`v${version}`, { by: "ana" });
    await pause(600);
    commands.push({ id: shop.comment(pull, "/promote prod", "ana"), version: null });
    await until(patienceMs, () => saysThatItRuns(shop, "staging", version));
    commands.push({ id: shop.comment(pull, `/promote prod ${version}`, "ana"), version });
  }

  return {
    sandbox,
    shop,
    home,
    databaseUrl: database,
    lives,
    commands,
    start,
    round,
    async end() {
      await Promise.all(lives.map((life) => life.kill()));
      await sandbox.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function openShop(sandbox: Sandbox): Promise<SandboxRepository> {
  const shop = sandbox.repository("acme/shop", { collaborators: { ...PEOPLE }, install: true });
  const { url } = await shop.target("web", "prod");
  shop.commit({
    message: "chore: begin the shop",
    author: "ana",
    files: { ".github/waybill.yml": shopConfig(url), ".github/workflows/deploy.yml": deployWorkflow() },
  });
  shop.tag("v1.4.0", { by: "ana" });
  return shop;
}

/** Whether a receipt says so: what people wait for before they give the next command. */
export function saysThatItRuns(shop: SandboxRepository, environment: string, version: string): boolean {
  const headline = `### ${environment} runs ${version.replace(".", String.raw`\.`)}`;
  return shop.comments().some((one) => one.byApp && one.body.includes(headline));
}

/** Waits until something holds, for so long at most. Answers whether it does. */
export async function until(limitMs: number, holds: () => boolean): Promise<boolean> {
  const end = Date.now() + limitMs;
  while (!holds() && Date.now() < end) await pause(25);
  return holds();
}

/** Sends failed webhooks again, over and over, as an operator's redelivery would, until it is told to stop. */
export function redeliverMeanwhile(sandbox: Sandbox): () => void {
  const timer = setInterval(() => sandbox.redeliverFailed(), 400);
  return () => clearInterval(timer);
}

/** Whether the live comment of every command that has one shows an end: edits come a few seconds after what they show. */
export function allShown(story: KillingStory): boolean {
  const live = story.shop.comments().filter((one) => /^<!-- waybill:comment:c\d+ -->/.test(one.body));
  return live.every((one) => /^### \S+ \S+, (delivered|not delivered|not started)/m.test(one.body));
}

/** How each command ended, as people can see it on the comment: 🚀, 👎, or nothing yet. */
export function endOf(story: KillingStory, command: { readonly id: number }): "delivered" | "not" | "open" {
  const reactions = story.shop.reactions(command.id).map((one) => one.content);
  return reactions.includes("rocket") ? "delivered" : reactions.includes("-1") ? "not" : "open";
}

/** Every command came to a visible end, and what counts as delivered was deployed, whole, once, and has its receipt. */
export function expectNothingLost(story: KillingStory): void {
  const { deployments } = story.sandbox.record;
  const said = story.shop
    .comments()
    .filter((one) => one.byApp)
    .map((one) => one.body.split("\n", 1)[0] ?? "");
  for (const command of story.commands) {
    const end = endOf(story, command);
    const own = deployments.filter((one) => isOfCommand(one.correlation_id, command.id));
    const note = {
      command: command.id,
      version: command.version,
      end,
      said: said.filter((one) => one.includes(String(command.id))),
    };
    expect(end, JSON.stringify(note)).not.toBe("open");
    if (end === "delivered") {
      expect(own.map((one) => `${one.component} ${one.outcome}`).sort(), JSON.stringify(note)).toEqual([
        "api succeed",
        "web succeed",
      ]);
      const versions = new Set(own.map((one) => one.version));
      expect([...versions], JSON.stringify(note)).toEqual([command.version ?? own[0]?.version]);
      expect(note.said).toContain(`<!-- waybill:comment:receipt-c${command.id} -->`);
    } else {
      expect(
        note.said.some((one) => /waybill:comment:(failure|refusal|answers)-/.test(one)),
        JSON.stringify(note),
      ).toBe(true);
    }
  }
}

/** Whether a run is one of a command's: dispatched for it, or once more after Waybill took the claim of the first (`again-`). */
function isOfCommand(correlationId: string | null, command: number): boolean {
  return new RegExp(`^(again-)?c${command}-`).test(correlationId ?? "");
}

/** The story so far, for whoever has to find out why it went wrong. */
export function tellStory(story: KillingStory): string {
  const commands = story.commands.map(
    (command) => `c${command.id} ${command.version ?? ""} ${endOf(story, command)}`,
  );
  const deployments = story.sandbox.record.deployments.map(
    (one) => `${one.environment} ${one.component} ${one.version} ${one.correlation_id} ${one.outcome}`,
  );
  const log = story.lives.at(-1)?.log.filter((line) => !line.includes('"msg":"request"')) ?? [];
  const said = story.shop
    .comments()
    .map((one) => `#${one.issueNumber} ${one.author}: ${one.body.replaceAll("\n", " ").slice(0, 260)}`);
  return [...commands, ...deployments, ...log.slice(-30), ...said].join("\n");
}
