/**
 * Where a story takes place: the stand-in for GitHub in this process, which remembers all that was really done, and servers in processes of their own that
 * come and go. Time is everybody's, and goes on at once where nothing else is to do.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { deployWorkflow, shopConfig } from "../../src/cli/demo/shop.ts";
import { readManifest } from "../../src/cli/doctor/manifest.ts";
import { StoreUnavailableError, type Store } from "../../src/core/ports.ts";
import { startSandbox, type Sandbox, type SandboxRepository } from "../../src/sandbox/index.ts";
import { openStore } from "../../src/store/index.ts";
import { appKey } from "../../test/support/app-key.ts";
import { quickFolder } from "../../test/support/quick-folder.ts";
import { PEOPLE, type StoryOptions } from "../../test/support/story.ts";
import { Life } from "./life.ts";
import { nameOf, type Boundary } from "./orders.ts";

/**
 * So long nothing may happen before time goes on although somebody has a job in hand: he is dead, and his lease has to run out. Where he is only slow,
 * nothing is amiss: time goes on by less than a lease, and whoever lives renews his own with it.
 */
const HANGS_MS = 300;
/** So long somebody may take to see that something has fallen due before he is woken. */
const SLEEPS_MS = 15;
/** So far it goes on then. */
const LEASE_STEP_MS = 10_000;
const QUIET_ENOUGH = 2;
/** The folder of `Orders.tokens`. */
const TOKENS = "boundaries";

export interface WorldOptions extends Pick<StoryOptions, "config" | "workflow" | "files"> {
  /** Null: a SQLite file. */
  readonly databaseUrl: string | null;
  readonly replicas: number;
  readonly bug: string | null;
  /** How long the real systems may stand still before the story counts as stuck, in milliseconds. */
  readonly patienceMs: number;
  /** At which boundaries somebody is still to die. */
  readonly boundaries: () => readonly Boundary[];
  /** Somebody has been started. */
  readonly onBorn: (life: Life) => void;
  /** Somebody was found dead, however it came. */
  readonly onDead: (life: Life) => void;
}

/** The story does not come to rest. */
export class StuckError extends Error {
  override readonly name = "StuckError";
}

export class World {
  readonly sandbox: Sandbox;
  readonly shop: SandboxRepository;
  readonly databaseUrl: string;
  /** Those that are to be alive, each in its place. */
  readonly lives: Life[] = [];
  readonly #options: WorldOptions;
  readonly #home: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #secret: string;
  readonly #time: { aheadMs: number };
  #store: Store | null = null;

  private constructor(
    options: WorldOptions,
    places: Pick<World, "sandbox" | "shop" | "databaseUrl">,
    own: {
      home: string;
      environment: Readonly<Record<string, string>>;
      secret: string;
      time: { aheadMs: number };
    },
  ) {
    this.#options = options;
    this.sandbox = places.sandbox;
    this.shop = places.shop;
    this.databaseUrl = places.databaseUrl;
    this.#home = own.home;
    this.#environment = own.environment;
    this.#secret = own.secret;
    this.#time = own.time;
  }

  /** Opens the shop, and starts the servers, of which it waits for none. */
  static async open(options: WorldOptions): Promise<World> {
    const { privateKey, publicKey } = appKey();
    const secret = randomBytes(24).toString("hex");
    const time = { aheadMs: 0 };
    const clock = { now: () => Date.now() + time.aheadMs, advance: () => {} };
    const grants = readManifest();
    const sandbox = await startSandbox({ appPublicKeyPem: publicKey, runnerDelayMs: 0, grants, clock });
    const home = quickFolder("waybill-kill-");
    const databaseUrl = options.databaseUrl ?? `sqlite:${join(home, "waybill.db")}`;
    const environment = {
      APP_ID: String(sandbox.app.id),
      PRIVATE_KEY: privateKey,
      WEBHOOK_SECRET: secret,
      GHE_HOST: sandbox.host,
      GHE_PROTOCOL: "http",
      HOST: "127.0.0.1",
      PORT: "0",
      DATABASE_URL: databaseUrl,
      WAYBILL_ALLOW_PRIVATE: "127.0.0.1/32",
      WAYBILL_WRITES_PER_MINUTE: "0",
      // Webhooks that failed are sent again; nothing else gets lost.
      WAYBILL_RECONCILE_SECONDS: "0",
    };
    const shop = await openShop(sandbox, options);
    // Nobody listens yet: what happens before somebody does has failed, and is sent again.
    sandbox.setWebhook({ url: "http://127.0.0.1:9/api/github/webhooks", secret });
    mkdirSync(join(home, TOKENS));
    // One each: somebody may be killed at one boundary twice.
    for (const [index, boundary] of options.boundaries().entries())
      writeFileSync(join(home, TOKENS, `${nameOf(boundary)}.${index}`), "");
    const world = new World(options, { sandbox, shop, databaseUrl }, { home, environment, secret, time });
    while (world.lives.length < options.replicas) world.#start(world.lives.length);
    return world;
  }

  /** By everybody's time, in epoch milliseconds. */
  get now(): number {
    return Date.now() + this.#time.aheadMs;
  }

  #start(place: number): void {
    const { boundaries, bug, onBorn } = this.#options;
    const tokens = join(this.#home, TOKENS);
    const orders = { boundaries: boundaries(), tokens, aheadMs: this.#time.aheadMs, bug };
    const life = new Life(this.#environment, orders);
    this.lives[place] = life;
    onBorn(life);
  }

  /** Another life for each that is dead. Answers whether there was one. */
  async #replaceDead(): Promise<boolean> {
    let anybody = false;
    for (const [place, life] of this.lives.entries()) {
      if (life.alive) continue;
      anybody = true;
      // What it has still said is heard by then.
      await life.ended;
      this.#options.onDead(life);
      this.#start(place);
    }
    return anybody;
  }

  /** Webhooks go to one that listens, and what failed is sent again. Answers whether anybody listens. */
  #aim(): boolean {
    const listening = this.lives.find((life) => life.listens);
    if (listening === undefined) return false;
    this.sandbox.setWebhook({ url: `${listening.url ?? ""}/api/github/webhooks`, secret: this.#secret });
    return true;
  }

  /** The store as the judge reads it, beside the servers. */
  async store(): Promise<Store> {
    this.#store ??= await openStore(this.databaseUrl, { cwd: this.#home, readOnly: true });
    return this.#store;
  }

  /** Time goes on for everybody. */
  async #goOn(ms: number): Promise<void> {
    this.#time.aheadMs += ms;
    await Promise.all(this.lives.map((life) => life.goOn(ms)));
  }

  /**
   * Waits until nothing is due within the horizon, by everybody's time, which goes on as needed. Whoever dies meanwhile is replaced.
   * @throws StuckError where that never is
   */
  async settle(horizonMs: number): Promise<void> {
    let left = horizonMs;
    let picture: unknown = null;
    let since = performance.now();
    const begun = performance.now();
    for (let quiet = 0; quiet < QUIET_ENOUGH;) {
      if (performance.now() - begun > this.#options.patienceMs)
        throw new StuckError(`P4: it never comes to rest: ${JSON.stringify(picture)}`);
      if ((await this.#replaceDead()) || !this.#aim()) {
        quiet = 0;
        await Promise.race(this.lives.map((life) => life.listening()));
        continue;
      }
      if (this.sandbox.redeliverFailed() > 0) quiet = 0;
      await this.sandbox.settled();
      const seen = await this.#look();
      if (seen === null || !isDeepStrictEqual(seen.picture, picture)) {
        picture = seen?.picture ?? null;
        since = performance.now();
      }
      const step = seen === null ? "stirs" : stepOf(seen, this.now, left, performance.now() - since);
      quiet = step === "rests" ? quiet + 1 : 0;
      if (step === "stirs") await pause(4);
      else if (step === "sleeps") {
        await this.#goOn(0);
        await pause(SLEEPS_MS);
      } else if (step === "hangs") {
        await this.#goOn(LEASE_STEP_MS);
        since = performance.now();
      } else if (typeof step === "object") {
        left -= step.skipMs;
        await this.#goOn(step.skipMs);
      }
    }
  }

  /** How it stands in the store and at GitHub; null where that could not be seen, as the database is down, or where it is still changing. */
  async #look(): Promise<Seen | null> {
    try {
      const store = await this.store();
      const before = await store.jobCounts();
      const due = await store.nextDue();
      const after = await store.jobCounts();
      const { calls } = this.sandbox.record;
      const picture = { ...after, calls: calls.length, deliveries: this.sandbox.deliveries.length, due };
      return isDeepStrictEqual(before, after) ? { picture, due, isRunning: after.running > 0 } : null;
    } catch (error) {
      if (error instanceof StoreUnavailableError) return null;
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.lives.map((life) => life.kill()));
    await this.#store?.close();
    await this.sandbox.close();
    rmSync(this.#home, { recursive: true, force: true });
  }
}

interface Seen {
  readonly picture: unknown;
  readonly due: number | null;
  readonly isRunning: boolean;
}

type Step = "stirs" | "sleeps" | "rests" | "hangs" | { readonly skipMs: number };

function stepOf({ due, isRunning }: Seen, now: number, leftMs: number, unchangedMs: number): Step {
  if (isRunning) return unchangedMs > HANGS_MS ? "hangs" : "stirs";
  if (due !== null && due <= now) return unchangedMs > SLEEPS_MS ? "sleeps" : "stirs";
  if (due === null || due - now > leftMs) return "rests";
  return { skipMs: Math.max(due - now, 0) + 1 };
}

async function openShop(
  sandbox: Sandbox,
  { config = shopConfig, workflow, files: more = {} }: WorldOptions,
): Promise<SandboxRepository> {
  const shop = sandbox.repository("acme/shop", { collaborators: { ...PEOPLE }, install: true });
  const { url } = await shop.target("web", "prod");
  const files = {
    "README.md": "# Shop\n",
    "api/server.txt": "one\n",
    "web/page.txt": "one\n",
    ".github/waybill.yml": config(url),
    ".github/workflows/deploy.yml": workflow ?? deployWorkflow(),
    ...more,
  };
  shop.commit({ message: "chore: begin the shop", author: "ana", files });
  shop.tag("v1.4.2", { by: "ana" });
  await sandbox.settled();
  return shop;
}
