/**
 * A story: the stand-in GitHub, a real Waybill behind real HTTP, and people who merge, tag and comment. Time is moved by hand; nothing
 * here sleeps for longer than it takes the machine to do what is due.
 */
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { deployWorkflow, shopConfig } from "../../src/cli/demo/shop.ts";
import type { Store } from "../../src/core/ports.ts";
import { readEnvironment, secretsOf, type Settings } from "../../src/environment.ts";
import { createLogger } from "../../src/logging.ts";
import { readManifest } from "../../src/cli/doctor/manifest.ts";
import { startSandbox, type Sandbox, type SandboxRepository } from "../../src/sandbox/index.ts";
import { openStore } from "../../src/store/index.ts";
import { createWaybill, type Waybill } from "../../src/waybill.ts";
import { appKey } from "./app-key.ts";
import { quickFolder } from "./quick-folder.ts";

export interface StoryOptions {
  /** Default: a SQLite file of its own. */
  readonly databaseUrl?: string;
  readonly config?: (versionUrl: string) => string;
  readonly workflow?: string;
  readonly legacyDispatch?: boolean;
  /** The stand-in is a GitHub Enterprise Server of this version. */
  readonly ghes?: string;
  /** Further files of the repository's first commit. */
  readonly files?: Readonly<Record<string, string>>;
  /** Variables of the server in place of the story's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Servers on the one database, all of them working; webhooks go to the first. Default: one. */
  readonly replicas?: number;
  /** Stands between each server and the store that it opens: where a test looks in, or cuts the line. */
  readonly betweenStore?: (store: Store) => Store;
  /** Default: debug. */
  readonly logLevel?: "trace" | "debug";
  /** Stands between the server and GitHub: takes GitHub's host and answers the one that the server is to call. */
  readonly betweenGitHub?: (host: string) => Promise<string>;
}

interface Server {
  readonly waybill: Waybill;
  readonly store: Store;
  readonly url: string;
  readonly metricsUrl: string | null;
}

export interface Story {
  readonly sandbox: Sandbox;
  readonly shop: SandboxRepository;
  readonly store: Store;
  readonly waybillUrl: string;
  /** Where the first server serves metrics; null unless METRICS_PORT is set. */
  readonly metricsUrl: string | null;
  readonly webhookSecret: string;
  /** The App's key, as PEM. */
  readonly privateKey: string;
  /** The variables that the server was started with. */
  readonly environment: Readonly<Record<string, string>>;
  /** Every line that the server logged. */
  readonly log: string[];
  /** Opens and merges a pull request with one commit of this subject (squashed). Returns its number. */
  merge(
    subject: string,
    options?: { author?: string; files?: Record<string, string>; body?: string },
  ): number;
  /** Comments, and waits until everything that follows from it has happened. Returns the comment's id. */
  comment(body: string, by: string, on?: number): Promise<number>;
  /** Waits until nothing is due within the horizon (20 s by the story's clock, which is moved on as needed). */
  settle(horizonMs?: number): Promise<void>;
  /** Lets the time pass after which GitHub is compared with the store, asks for that on every server, and settles. */
  reconcile(): Promise<void>;
  /** Stops Waybill and starts it again on the same store. */
  restart(): Promise<void>;
  /** Stops Waybill, has its store brought from one address to the other, and starts it on that one. */
  move(to: string, bring: (from: string, to: string) => Promise<void>): Promise<void>;
  now(): number;
  end(): Promise<void>;
}

/** People: ana maintains, wes writes, tri triages, rea reads, and sid is a stranger. */
export const PEOPLE = { ana: "maintain", wes: "write", tri: "triage", rea: "read" } as const;

export async function startStory(options: StoryOptions = {}): Promise<Story> {
  const { privateKey, publicKey } = appKey();
  const webhookSecret = randomBytes(24).toString("hex");
  const sandbox = await startSandbox({
    appPublicKeyPem: publicKey,
    ...(options.ghes === undefined
      ? { legacyDispatch: options.legacyDispatch ?? false }
      : { ghes: options.ghes }),
    runnerDelayMs: 0,
    // What app.yml asks for and nothing else: a call or a webhook beyond it fails the story as it would fail on GitHub.
    grants: readManifest(),
  });
  const home = quickFolder("waybill-story-");
  const log: string[] = [];
  const environment = environmentFor(
    sandbox,
    privateKey,
    webhookSecret,
    options.databaseUrl ?? `sqlite:${join(home, "waybill.db")}`,
    { GHE_HOST: (await options.betweenGitHub?.(sandbox.host)) ?? sandbox.host, ...options.environment },
  );
  let settings = settingsFrom(environment);
  let offset = 0;
  const clock = { now: () => Date.now() + offset };
  // Before any server: it does not hear of the shop's beginnings.
  const shop = await openShop(sandbox, options);
  let [running, ...others] = await runAll();

  async function runAll(): Promise<[Server, ...Server[]]> {
    const first = await run();
    sandbox.setWebhook({ url: `${first.url}/api/github/webhooks`, secret: webhookSecret });
    const rest: Server[] = [];
    while (rest.length + 1 < (options.replicas ?? 1)) rest.push(await run());
    return [first, ...rest];
  }

  async function stopAll(): Promise<void> {
    await Promise.all([running, ...others].map(({ waybill }) => waybill.stop(2_000)));
  }

  async function run(): Promise<Server> {
    const logger = createLogger({
      level: options.logLevel ?? "debug",
      secrets: secretsOf(settings),
      destination: { write: (line: string) => void log.push(line) },
    });
    const opened = await openStore(settings.databaseUrl, { cwd: home, clock });
    const store = options.betweenStore?.(opened) ?? opened;
    const waybill = await createWaybill({
      settings,
      store,
      logger,
      clock,
      ownsStore: settings.databaseUrl.startsWith("sqlite:"),
    });
    const { port, metricsPort } = await waybill.start();
    const metricsUrl = metricsPort === null ? null : `http://127.0.0.1:${metricsPort}/metrics`;
    return { waybill, store, url: `http://127.0.0.1:${port}`, metricsUrl };
  }

  async function settle(horizonMs = 20_000): Promise<void> {
    // Only what is skipped counts: on a busy machine the work itself takes time, too.
    let left = horizonMs;
    for (let quiet = 0; quiet < 2;) {
      await sandbox.settled();
      const calls = sandbox.record.calls.length;
      for (const { waybill } of [running, ...others]) waybill.wake();
      const before = await running.store.jobCounts();
      const due = await running.store.nextDue();
      const after = await running.store.jobCounts();
      // A job that was taken between two of these reads is in none of them; had one been, the counts would differ. And a call that
      // came after the stand-in was quiet may have started something there that nobody has heard of yet.
      const isStirred = !isDeepStrictEqual(before, after) || sandbox.record.calls.length !== calls;
      if (after.running > 0 || isStirred || (due !== null && due <= clock.now())) {
        quiet = 0;
        await new Promise((resolve) => setTimeout(resolve, 3));
      } else if (due !== null && due - clock.now() <= left) {
        quiet = 0;
        const skipped = Math.max(due - clock.now(), 0) + 1;
        left -= skipped;
        offset += skipped;
      } else {
        quiet += 1;
      }
    }
  }

  return {
    sandbox,
    shop,
    log,
    webhookSecret,
    environment,
    privateKey: settings.privateKey,
    get metricsUrl() {
      return running.metricsUrl;
    },
    get store() {
      return running.store;
    },
    get waybillUrl() {
      return running.url;
    },
    merge(subject, { author = "wes", files, body } = {}) {
      const number = shop.openPullRequest({
        title: subject,
        author,
        ...(files === undefined ? {} : { files }),
        ...(body === undefined ? {} : { body }),
      });
      shop.mergePullRequest(number, { by: "ana", method: "squash" });
      return number;
    },
    async comment(body, by, on) {
      const id = shop.comment(
        on ?? shop.issues()[0]?.number ?? shop.openIssue({ title: "Talk", author: "ana" }),
        body,
        by,
      );
      await settle();
      return id;
    },
    settle,
    async reconcile() {
      // Jitter makes the pause a tenth longer at most.
      offset += 1.2 * settings.reconcileMs;
      await Promise.all([running, ...others].map(({ waybill }) => waybill.reconcile()));
      await settle();
    },
    async restart() {
      await stopAll();
      [running, ...others] = await runAll();
    },
    async move(to, bring) {
      await stopAll();
      await bring(settings.databaseUrl, to);
      settings = { ...settings, databaseUrl: to };
      [running, ...others] = await runAll();
    },
    now: () => clock.now(),
    async end() {
      await stopAll();
      await sandbox.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function openShop(sandbox: Sandbox, options: StoryOptions): Promise<SandboxRepository> {
  const shop = sandbox.repository("acme/shop", { collaborators: { ...PEOPLE }, install: true });
  const { url } = await shop.target("web", "prod");
  shop.commit({
    message: "chore: begin the shop",
    author: "ana",
    files: {
      "README.md": "# Shop\n",
      "api/server.txt": "one\n",
      "web/page.txt": "one\n",
      ".github/waybill.yml": (options.config ?? shopConfig)(url),
      ".github/workflows/deploy.yml": options.workflow ?? deployWorkflow(),
      ...options.files,
    },
  });
  shop.tag("v1.4.2", { by: "ana" });
  await sandbox.settled();
  return shop;
}

function environmentFor(
  sandbox: Sandbox,
  privateKey: string,
  secret: string,
  databaseUrl: string,
  overrides: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return {
    APP_ID: String(sandbox.app.id),
    PRIVATE_KEY: privateKey,
    WEBHOOK_SECRET: secret,
    GHE_PROTOCOL: "http",
    HOST: "127.0.0.1",
    PORT: "0",
    DATABASE_URL: databaseUrl,
    WAYBILL_ALLOW_PRIVATE: "127.0.0.1/32",
    WAYBILL_WRITES_PER_MINUTE: "0",
    // Stories say themselves when GitHub is compared with the store: by an interval of their own, and `reconcile`.
    WAYBILL_RECONCILE_SECONDS: "0",
    ...overrides,
  };
}

function settingsFrom(environment: Readonly<Record<string, string>>): Settings {
  const reading = readEnvironment(environment, process.cwd());
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.settings;
}
