/** One case: a place, what people do there, what goes wrong, in which order all of it happens, and how it ends. */
import { generateKeyPairSync } from "node:crypto";
import type { Delivery } from "../../src/sandbox/index.ts";
import type { InstallationId, RepositoryId } from "../../src/core/ids.ts";
import type { Store } from "../../src/core/ports.ts";
import type { Promotion } from "../../src/core/promotion.ts";
import { createLaneReader } from "../../src/engine/lane-reader.ts";
import { randomFrom, seedOf, type Random } from "../random.ts";
import { drawDeeds, type TimedDeed } from "./acts/index.ts";
import { Gates } from "./gates.ts";
import { GitHub } from "./github.ts";
import { People } from "./people.ts";
import { Process, settingsFor } from "./process.ts";
import { drawSetting, drawsSmall, type Frame, type Setting } from "./setting.ts";
import { Story } from "./story.ts";
import type { CaseDatabase } from "./stores.ts";
import { as, Surroundings } from "./surroundings.ts";
import { RestlessError, Teller } from "./teller.ts";
import { CALM, Troubles, type Temper } from "./troubles.ts";

const MINUTE = 60_000;
const BEGINNING = Date.UTC(2026, 10, 27, 9);
/** What falls due later than this is no part of the case: claims that are removed after weeks, and the like. */
const HORIZON_MS = 2 * 60 * MINUTE;
/** So long after the last deed all is put right at the latest: what goes on for ever by then is the trouble itself, and nothing new. */
const LONGEST_TROUBLE_MS = 4 * 60 * MINUTE;
/** People look after what is stuck so often at most; each time something else may be. */
const MOST_ROUNDS = 12;
/** What waits although it was approved so often waits for something else. */
const ROUNDS_OF_APPROVAL = 3;
/** Short, as each process signs a few times: nobody breaks into a case. */
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 512 });
const PRIVATE_KEY = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const PUBLIC_KEY = publicKey.export({ type: "spki", format: "pem" }).toString();

export interface CaseOptions {
  readonly database: CaseDatabase;
  readonly seed: number;
  /** Of the case, and of its telling: ids that no other telling on this database has. */
  readonly index: number;
  readonly telling: number;
  readonly frame: Frame;
  readonly temper: (random: Random, isSmall: boolean) => Temper;
  readonly onlyTimeless: boolean;
  /** Says what is broken, while the store still has the case. */
  readonly judge: (end: Omit<Ended, "broken">) => Promise<readonly string[]>;
}

/** A case that has come to its end: what the judge looks at. */
export interface Ended {
  readonly setting: Setting;
  readonly github: GitHub;
  readonly people: People;
  readonly story: Story;
  readonly store: Store;
  readonly installation: InstallationId;
  readonly repository: RepositoryId;
  readonly steps: number;
  /** What kept it from its end; null where it has come to it. */
  readonly failure: string | null;
  /** Which promises it has broken. */
  readonly broken: readonly string[];
}

/** Tells a case from its beginning to its end. */
export async function tellCase(options: CaseOptions): Promise<Ended> {
  const { database, seed, index } = options;
  const chance = (part: number): Random => randomFrom(seedOf(seedOf(seed, index), part));
  const surroundings = new Surroundings(BEGINNING, chance(0), chance(5));
  const leave = surroundings.enter();
  try {
    return await new Telling(options, surroundings, chance).tell();
  } finally {
    leave();
    await database.empty();
  }
}

/** Something that people do in a case cannot be done there: the act has to be mended, or not to be drawn where it makes no sense. */
class ActError extends Error {
  override readonly name = "ActError";
}

class Telling {
  readonly #options: CaseOptions;
  readonly #surroundings: Surroundings;
  readonly #random: Random;
  readonly #gates = new Gates();
  readonly #story: Story;
  readonly #github: GitHub;
  #setting: Setting;
  readonly #people: People;
  readonly #temper: Temper;
  readonly #troubles: Troubles;
  readonly #deeds: readonly TimedDeed[];
  readonly #store: Store;
  readonly #lives: Process[] = [];
  /** When everything was well again; null before. By then all must have been looked at once more. */
  #wellSince: number | null = null;
  /** When everything is put right, though something is to come still. */
  #troubleEnds = Infinity;

  constructor(options: CaseOptions, surroundings: Surroundings, chance: (part: number) => Random) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#random = chance(1);
    this.#story = new Story(() => surroundings.now);
    const drawing = chance(2);
    const isSmall = drawsSmall(drawing, options.frame);
    this.#temper = options.temper(drawing, isSmall);
    this.#setting = drawSetting(drawing, isSmall, options.frame, this.#temper);
    this.#troubles = new Troubles(chance(3));
    this.#github = new GitHub({
      gates: this.#gates,
      surroundings,
      appPublicKeyPem: PUBLIC_KEY,
      idOffset: 1_000 * options.telling,
      hearsItself: this.#setting.hearsItself,
      bring: (delivery, body) => this.#bring(delivery, body),
    });
    surroundings.fetch = this.#github.fetch;
    this.#people = new People(this.#github, this.#setting, chance(4), (ms, run) =>
      surroundings.later(ms, run),
    );
    this.#store = options.database.store({ now: () => surroundings.now });
    this.#deeds = drawDeeds(drawing, this.#setting, options.onlyTimeless);
    const needsLooks = this.#deeds.some((deed) => deed.needsLooks === true);
    if (needsLooks && this.#setting.reconcileMs === 0)
      this.#setting = { ...this.#setting, reconcileMs: 10 * MINUTE };
  }

  async tell(): Promise<Ended> {
    const { database } = this.#options;
    this.#github.sandbox.setWebhook({ url: "http://waybill.invalid", secret: "of-the-case" });
    const replicas = database.isShared ? 1 + this.#random.below(3) : 1;
    for (const name of ["A", "B", "C"].slice(0, replicas)) this.#start(name, 1);
    const teller = new Teller({
      random: this.#random,
      surroundings: this.#surroundings,
      gates: this.#gates,
      troubles: this.#troubles,
      lives: {
        all: this.#lives,
        replace: (dead, afterMs) =>
          this.#surroundings.later(Math.max(afterMs, 1), () => this.#start(dead.name, dead.life + 1)),
      },
      story: this.#story,
      claimsWait: this.#setting.claimsWait,
      isAtRest: () => this.#isAtRest(),
    });
    const failure = await this.#toItsEnd(teller)
      .catch((error: unknown) => {
        if (error instanceof RestlessError) return error.message;
        throw error;
      })
      .finally(() => {
        for (const one of this.#lives) one.kill();
      });
    const end = {
      setting: this.#setting,
      github: this.#github,
      people: this.#people,
      story: this.#story,
      store: this.#store,
      ...this.#people.place,
      steps: teller.steps,
      failure,
    };
    return { ...end, broken: await this.#options.judge(end) };
  }

  async #toItsEnd(teller: Teller): Promise<string | null> {
    // What was there before Waybill is none of its business: it has looked once when people begin.
    this.#wellSince = this.#surroundings.now;
    await teller.untilRest();
    this.#wellSince = null;
    this.#troubles.turn(this.#temper);
    this.#begin();
    await teller.untilRest();
    this.#story.add("all is well from now on");
    this.#troubles.turn(CALM);
    as(null, () => this.#people.putRight());
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      this.#wellSince = this.#surroundings.now;
      await teller.untilRest();
      if (!(await this.#resolveStuck(round))) return null;
    }
    return "P4: however often people look after what is stuck, something is stuck again";
  }

  #begin(): void {
    let afterMs = 1;
    for (const deed of this.#deeds) {
      afterMs += deed.afterMs;
      this.#surroundings.later(afterMs, () => {
        this.#story.add(deed.say);
        try {
          deed.do(this.#people);
        } catch (error) {
          throw new ActError(`the act "${deed.say}" threw`, { cause: error });
        }
      });
    }
    this.#troubleEnds = this.#surroundings.now + afterMs + LONGEST_TROUBLE_MS;
  }

  #start(name: string, life: number): void {
    const { database } = this.#options;
    if (life > 1) this.#story.add(`${name} is started again`);
    const process = new Process(name, life);
    this.#lives.push(process);
    process.begin({
      settings: settingsFor(PRIVATE_KEY, { reconcileMs: this.#setting.reconcileMs }),
      store: (clock, who) => database.gated(clock, who, this.#gates, this.#surroundings),
      now: () => this.#surroundings.now,
      ownsStore: !database.isShared,
      onReport: (report) => this.#story.done(name, report),
    });
  }

  /** A webhook goes to one of those who listen. */
  #bring(delivery: Readonly<Delivery>, body: Buffer): Promise<number> {
    const listening = this.#lives.filter(({ listens }) => listens);
    return listening.length === 0 ? Promise.resolve(502) : this.#random.of(listening).take(delivery, body);
  }

  /** Whether nothing is to come any more but by people: asked where everybody waits for time to go by. */
  async #isAtRest(): Promise<boolean> {
    if (this.#surroundings.isAwaited) return false;
    if (this.#wellSince === null && this.#surroundings.now > this.#troubleEnds) return true;
    const due = await this.#store.nextDue();
    // Also that of the dead: what they have written falls due by the clock that they had.
    const skew = Math.max(...this.#lives.map(({ skewMs }) => skewMs));
    if (due !== null && due - skew - this.#surroundings.now <= HORIZON_MS) return false;
    if ((await this.#store.jobCounts()).running > 0) return false;
    return this.#wellSince === null || this.#setting.reconcileMs === 0 || this.#isLookedAt(this.#wellSince);
  }

  /** Whether the App's deliveries and the repository have been looked at since all is well. */
  async #isLookedAt(since: number): Promise<boolean> {
    const subjects = [{ kind: "deliveries" }, { kind: "repository", ...this.#people.place }] as const;
    const looks = await Promise.all(subjects.map((subject) => this.#store.readLook(subject)));
    return looks.every((look) => look !== null && look.failures === 0 && look.lookedAt >= since);
  }

  /** Somebody says yes to all that waits, and takes back what that does not help: its tag means something else by now. Answers whether there was anything. */
  #approve(waiting: readonly Promotion[], round: number): boolean {
    const word = round < ROUNDS_OF_APPROVAL ? "approve" : "cancel";
    for (const version of new Set(waiting.map(({ cargo }) => cargo.version))) {
      const text = `/${word} prod ${version}`;
      const by = word === "approve" ? "wes" : "ana";
      this.#story.add(`${by}: ${text}`);
      as(null, () => this.#people.command(text, by));
    }
    return waiting.length > 0;
  }

  /** People look after what waits for them, and say what they see. Answers whether there was anything. */
  async #resolveStuck(round: number): Promise<boolean> {
    const lanes = createLaneReader(this.#store);
    const { installation, repository } = this.#people.place;
    let isStuck = false;
    for (const environment of this.#setting.environments) {
      const lane = await lanes.environment(installation, repository, environment);
      if (this.#setting.approvals && environment === "prod" && this.#approve(lane?.waiting ?? [], round))
        isStuck = true;
      if (lane?.active?.stage !== "needs-human") continue;
      isStuck = true;
      const steps = lane.active.steps.filter(({ stage }) => stage === "needs-human");
      const word = this.#people.seen(steps.map(({ correlationId }) => correlationId));
      const text = `/resolve ${environment}${word}`;
      this.#story.add(text);
      as(null, () => this.#people.command(text));
    }
    return isStuck;
  }
}
