/** One story: its scene, while somebody is killed again and again, to its end; and what is broken then. */
import type { InstallationId, RepositoryId } from "../../src/core/ids.ts";
import { createLaneReader } from "../../src/engine/lane-reader.ts";
import { LOOKED_LONG_ENOUGH } from "../../test/faults/effect-scenes.ts";
import { makeClusterFolder, PostgresCluster } from "../../test/support/postgres-cluster.ts";
import { judge, type Command } from "../judge.ts";
import { randomFrom, type Random } from "../random.ts";
import { brokenInSight } from "./judge.ts";
import type { Life } from "./life.ts";
import { nameOf, type Boundary } from "./orders.ts";
import { casesOf, type StoryPlan } from "./plan.ts";
import { StuckError, World } from "./world.ts";

const REPLICAS = 3;
/** A kill at any moment comes within so long after the start of the one that dies, and mostly within so long after it has come to listen. */
const STARTING_MS = 1_500;
const WORKING_MS = 900;
const DURING_START = 0.2;
/** Somebody who is to die at a boundary has so long for it before another one is killed. */
const CRASH_WITHIN_MS = 2_000;
const DOWN_FOR_MS = 300;
/** An endless scene ends after so many rounds at the latest: by then something keeps everybody from dying. */
const MOST_ROUNDS = 40;
const MOST_RESOLVED = 6;
const MOST_TELLINGS = 3;
/** Real time in which a story has to come to rest, also on a busy machine. */
const PATIENCE_MS = 150_000;

export interface Told {
  readonly plan: StoryPlan;
  readonly cases: number;
  readonly broken: readonly string[];
  /** Boundaries to which nobody came. */
  readonly left: readonly Boundary[];
  /** What happened, for whoever has to find out why. */
  readonly account: readonly string[];
  /** Files of the seeded bug that nothing has loaded. */
  readonly unloaded: readonly string[];
}

/**
 * Tells a story to its end, and judges it. Where its kills kept one of its boundaries from being come to (a retry takes another way), it is told
 * again for what is left.
 */
export async function tellStory(plan: StoryPlan, bug: string | null): Promise<Told> {
  let told = await tellOnce(plan, bug);
  for (let again = 1; again < MOST_TELLINGS && told.left.length > 0 && told.broken.length === 0; again += 1) {
    const rest = { ...plan, boundaries: told.left, moments: 0, crashes: 0 };
    const more = await tellOnce(rest, bug);
    told = { ...more, plan, cases: told.cases + more.cases, account: [...told.account, "", ...more.account] };
  }
  if (told.broken.length > 0) return told;
  return {
    ...told,
    broken: told.left.map((one) => `nobody was killed ${nameOf(one)}: it did not come to that`),
  };
}

async function tellOnce(plan: StoryPlan, bug: string | null): Promise<Told> {
  const cluster = plan.store === "postgres" ? new PostgresCluster(makeClusterFolder()) : null;
  const remove = (): void => cluster?.remove();
  process.once("exit", remove);
  try {
    await cluster?.create({ durable: true });
    await cluster?.start();
    return await new Telling(plan, bug, cluster).tell((await cluster?.createDatabase()) ?? null);
  } finally {
    remove();
    process.off("exit", remove);
  }
}

class Telling {
  readonly #plan: StoryPlan;
  readonly #bug: string | null;
  readonly #cluster: PostgresCluster | null;
  readonly #random: Random;
  readonly #boundaries: Boundary[];
  #moments: number;
  #crashes: number;
  #isOver = false;
  /** Whether something is about to go wrong. */
  #isArmed = false;
  readonly #account: string[] = [];
  readonly #lives: Life[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  #crashing: Promise<void> = Promise.resolve();

  constructor(plan: StoryPlan, bug: string | null, cluster: PostgresCluster | null) {
    this.#plan = plan;
    this.#bug = bug;
    this.#cluster = cluster;
    this.#random = randomFrom(plan.seed);
    this.#boundaries = [...plan.boundaries];
    this.#moments = plan.moments;
    this.#crashes = plan.crashes;
  }

  async tell(databaseUrl: string | null): Promise<Told> {
    const { scene } = this.#plan;
    const world = await World.open({
      ...scene.options,
      databaseUrl,
      replicas: databaseUrl === null ? 1 : REPLICAS,
      bug: this.#bug,
      patienceMs: PATIENCE_MS,
      boundaries: () => [...this.#boundaries],
      onBorn: (life) => this.#onBorn(life),
      onDead: (life) => this.#onDead(life),
    });
    try {
      const failure = await this.#play(world).catch((error: unknown) => {
        if (error instanceof StuckError) return error.message;
        throw error;
      });
      const broken = failure === null ? await this.#judge(world) : [failure];
      return this.#told(world, broken);
    } finally {
      this.#end();
      await this.#crashing;
      await world.close();
    }
  }

  /** Plays it to its end. Answers what kept it from that, or null. */
  async #play(world: World): Promise<string | null> {
    const { scene, isEndless } = this.#plan;
    const merge = (subject: string): number => {
      const pull = world.shop.openPullRequest({ title: subject, author: "wes" });
      world.shop.mergePullRequest(pull, { by: "ana", method: "squash" });
      return pull;
    };
    const { sandbox, shop } = world;
    const settle = (horizonMs = LOOKED_LONG_ENOUGH): Promise<void> => world.settle(horizonMs);
    const mostRounds = isEndless ? MOST_ROUNDS : 1;
    for (let round = 0; round < mostRounds && (round === 0 || this.#left > 0); round += 1)
      await scene.play({ sandbox, shop, merge }, settle);
    this.#end();
    await this.#crashing;
    await settle();
    for (let resolved = 0; await this.#resolveStuck(world); resolved += 1) {
      if (resolved >= MOST_RESOLVED)
        return "P4: however often people look after it, something is stuck again";
      await settle();
    }
    return null;
  }

  get #left(): number {
    return this.#boundaries.length + this.#moments + this.#crashes;
  }

  /** With whoever is born the next thing that goes wrong is chosen, one at a time. */
  #onBorn(life: Life): void {
    this.#lives.push(life);
    this.#arm(life);
  }

  #arm(life: Life): void {
    const left = this.#moments + this.#crashes;
    if (this.#isOver || this.#isArmed || left === 0) return;
    this.#isArmed = true;
    if (this.#random.happens(this.#crashes / left)) this.#after(CRASH_WITHIN_MS, () => this.#crash());
    else if (this.#random.happens(DURING_START) && life.url === null)
      this.#after(STARTING_MS, () => this.#kill(life));
    else {
      // Drawn now: who listens when is a matter of the machine.
      const ms = this.#random() * WORKING_MS;
      const lot = this.#random();
      const victim = (): Life => {
        const listening = this.#lives.filter(({ listens }) => listens);
        return listening[Math.floor(lot * listening.length)] ?? life;
      };
      void life.listening().then(() => this.#afterExactly(ms, () => this.#kill(victim())));
    }
  }

  #kill(life: Life): void {
    if (!life.alive) return;
    this.#moments -= 1;
    this.#account.push(`killed ${life.url === null ? "during its start" : "at work"}`);
    void life.kill();
  }

  #after(mostMs: number, run: () => void): void {
    this.#afterExactly(this.#random() * mostMs, run);
  }

  #afterExactly(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#isArmed = false;
      if (this.#isOver) return;
      run();
      const next = this.#lives.findLast(({ alive }) => alive);
      if (next !== undefined) this.#arm(next);
    }, ms);
    this.#timers.add(timer);
  }

  #onDead({ diedAt, log }: Life): void {
    if (diedAt === null) {
      if (log.some((line) => line.includes("does not start"))) this.#account.push(...log.slice(-3));
      return;
    }
    const at = this.#boundaries.findIndex((one) => nameOf(one) === diedAt);
    if (at !== -1) this.#boundaries.splice(at, 1);
    this.#account.push(`killed ${diedAt}`);
  }

  #crash(): void {
    const cluster = this.#cluster;
    if (cluster === null || this.#crashes <= 0) return;
    this.#crashes -= 1;
    this.#crashing = this.#crashing.then(async () => {
      this.#account.push("PostgreSQL crashes");
      await cluster.stop("immediate");
      await new Promise((resolve) => {
        setTimeout(resolve, DOWN_FOR_MS);
      });
      await cluster.start();
    });
  }

  #end(): void {
    this.#isOver = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** People look after what waits for them, and say what they see. Answers whether there was anything. */
  async #resolveStuck(world: World): Promise<boolean> {
    const key = this.#place(world);
    const lanes = createLaneReader(await world.store());
    let isStuck = false;
    for (const environment of await lanes.environments(key)) {
      const { active = null } =
        (await lanes.environment(key.installation, key.repository, environment)) ?? {};
      if (active?.stage !== "needs-human") continue;
      isStuck = true;
      const ids = active.steps
        .filter(({ stage }) => stage === "needs-human")
        .map(({ correlationId }) => correlationId);
      const { deployments } = world.sandbox.record;
      const isDone = ids.every((id) =>
        deployments.some((one) => one.correlation_id === id && one.outcome === "succeed"),
      );
      const word = ids.length === 0 ? "" : isDone ? " delivered" : " failed";
      this.#account.push(`/resolve ${environment}${word}`);
      world.shop.comment(1, `/resolve ${environment}${word}`, "ana");
    }
    return isStuck;
  }

  #place({ shop }: World) {
    return { installation: shop.install() as InstallationId, repository: shop.id as RepositoryId };
  }

  async #judge(world: World): Promise<string[]> {
    const { sandbox, shop } = world;
    const key = this.#place(world);
    const store = await world.store();
    const evidence = {
      environments: await createLaneReader(store).environments(key),
      sandbox,
      shop,
      commands: commandsIn(world),
      deleted: [],
      mayHold: false,
      approvedIn: null,
      store,
      installation: key.installation,
    };
    const isShort = this.#moments + this.#crashes > 0 ? ["not everybody was killed who was to be"] : [];
    return [...(await judge(evidence)), ...brokenInSight(evidence), ...isShort];
  }

  #told(world: World, broken: readonly string[]): Told {
    const { shop, sandbox } = world;
    const account = [
      ...this.#account,
      ...sandbox.record.deployments.map(
        (one) =>
          `${one.correlation_id} ${one.component} ${one.version} in ${one.environment}: ${one.outcome ?? "open"}`,
      ),
      ...shop
        .comments()
        .map((one) => `#${one.issueNumber} ${one.author}: ${one.body.replaceAll("\n", " ").slice(0, 200)}`),
      ...this.#lives.slice(-3).flatMap(({ log }) => ["a life's last words:", ...log.slice(-12)]),
    ];
    const unloaded = this.#lives.flatMap((life) => life.unloaded ?? []);
    return {
      plan: this.#plan,
      cases: casesOf(this.#plan) - this.#left,
      left: this.#boundaries,
      broken,
      account,
      unloaded,
    };
  }
}

/** What people with a say have asked for. */
function commandsIn({ shop }: World): readonly Command[] {
  return shop
    .comments()
    .filter(({ byApp, body }) => !byApp && body.startsWith("/"))
    .map(({ id, body }) => ({ id, text: body }));
}
