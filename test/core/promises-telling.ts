/** Stories for the world of the promises: what people do, in what order things happen, and what goes wrong. */
import fc from "fast-check";
import type { ParkReason } from "../../src/core/standing.ts";
import type { Fate, WorldOptions } from "./promises-github.ts";
import type { Run } from "./promises-runs.ts";
import type { Job, Mail, Work } from "./promises-queue.ts";
import { FIRST } from "./promises-repository.ts";
import { World } from "./promises-world.ts";

const COMPONENTS = `
components:
  api: { workflow: deploy.yml }
  web: { workflow: deploy.yml, needs: [api], retries: 1 }
`;
const CONFIGS = [
  `${COMPONENTS}
environments:
  dev: { promote: merge }
  staging: { promote: auto }
  prod: { verify: { url: "https://shop.example/version", confirmations: 2, interval: 1s, deadline: 1m } }
`,
  `${COMPONENTS.replace("needs: [api], ", "")}
environments:
  prod: { components: { api: { verify: { url: "https://api.example", confirmations: 1, deadline: 1m } } } }
`,
] as const;
const VERSIONS = ["1.5.0", "1.6.0", "1.6.1"] as const;

export const environments = ["dev", "staging", "prod"] as const;

/** What people do, in the order in which they do it. */
type Act =
  | { readonly act: "merge" }
  | { readonly act: "tag" }
  | { readonly act: "promote" | "cancel" | "retry"; readonly environment: string; readonly version: string };

/** Two numbers, by which a step is chosen: what happens, and to whom or how. */
type Choice = readonly [number, number];

export interface Story extends WorldOptions {
  readonly acts: readonly Act[];
  readonly choices: readonly Choice[];
  /** Whether runs take their time, so that much else happens meanwhile. */
  readonly slowRuns: boolean;
  /** Whether webhooks about runs arrive at all. */
  readonly hearsOfRuns: boolean;
  /** What may keep Waybill from acting in the repository: never anything, only what lets it come back as it was, or all there is. */
  readonly lifecycle: "stays" | "parks" | "leaves";
  /** Whether webhooks about that arrive at all. */
  readonly hearsOfStanding: boolean;
  /** Whether all goes well but for the order, number and time of webhooks. */
  readonly onlyWebhooks: boolean;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const PARKS: readonly ParkReason[] = ["suspended", "archived"];
const LEAVES: readonly ParkReason[] = [
  ...PARKS,
  "removed",
  "removed",
  "uninstalled",
  "uninstalled",
  "deleted",
];
/** A look finds what the one before it has made visible. */
const LOOKS = 3;
/** How much time goes by in one go while nobody may act: what commands survive, what they do not, and what makes gone lost. */
const ABSENCES = [MINUTE, 20 * MINUTE, DAY + MINUTE] as const;

function pick<Value>(values: readonly Value[], by: number): Value | undefined {
  return values[by % Math.max(values.length, 1)];
}

function isCommand({ mail }: Mail): boolean {
  return mail === "command";
}

function isOfDeletion(mail: Mail): boolean {
  return mail.mail === "standing" && mail.hint === "deleted";
}

function isHearing(work: Work): boolean {
  return work.kind === "delivery" && isCommand(work.mail);
}

function isAboutStanding(work: Work): boolean {
  switch (work.kind) {
    case "event":
      return work.event.type === "StandingDoubted" || work.event.type === "StandingSeen";
    case "effect":
      return work.effect.type === "lookAtStanding";
    case "delivery":
      return work.mail.mail === "standing";
  }
}

/** A story as it is told to a world. */
export class Telling {
  readonly world: World;
  readonly #story: Story;
  readonly #mail: Mail[] = [];
  #acts: readonly Act[];
  #comments = 100;
  #tagged = 0;

  constructor(story: Story) {
    this.#story = story;
    this.world = new World(story);
    this.#acts = story.acts;
  }

  /** Everything as it was chosen, and then in peace to its end. */
  tell(): this {
    for (const choice of this.#story.choices) this.#step(choice);
    while (this.#acts.length > 0) {
      if (!this.world.isWritable()) this.#comeBack();
      this.#act();
    }
    this.calm();
    return this;
  }

  /** The same, but halfway another installation takes the place of the first, and a person gives a command once more. */
  tellAnew(): this {
    const { choices } = this.#story;
    const half = Math.ceil(choices.length / 2);
    while (this.#acts.length > 0) this.#act();
    for (const choice of choices.slice(0, half)) this.#step(choice);
    this.world.beginAnew();
    this.#acts = [{ act: "promote", environment: "prod", version: "1.5.0" }];
    this.#act();
    for (const choice of choices.slice(half)) this.#step(choice);
    this.calm();
    return this;
  }

  #step([what, whom]: Choice): void {
    const { world } = this;
    const going = world.runs.filter((run) => run.status !== "completed");
    switch (what % (this.#story.lifecycle === "stays" ? 8 : 10)) {
      case 0:
        return this.#act();
      case 1:
      case 2: {
        const run = pick(going, whom);
        const waits = this.#story.slowRuns && whom % 8 > 0;
        if (run !== undefined && !waits) this.#goOn(run, whom % 5 === 0 ? "failure" : "success");
        return;
      }
      case 3:
        return this.#post(whom);
      case 4:
        return this.#wait(whom);
      case 8:
        return world.away === null ? this.#leave(whom) : this.#beAway(whom);
      default:
        return this.#work(whom);
    }
  }

  /** One of the jobs that are due is done; where much else happens, too, several, so that things get on. */
  #work(whom: number): void {
    const { world } = this;
    const count = this.#story.lifecycle === "stays" ? 1 : 4;
    for (let each = 0; each < count; each += 1) {
      const job = pick(world.queue.due(world.now), whom + each);
      if (job !== undefined) world.work(job, this.#fateOf(job, Math.floor(whom / 7) + each));
    }
  }

  /** Nobody may act here any more; or whoever gives commands may not, or may again. */
  #leave(whom: number): void {
    const { world } = this;
    if (whom % 4 === 0) {
      // Not while a command is on its way: what it comes to would hang on when it is heard.
      if (!this.#mail.some(isCommand) && !world.queue.jobs.some(({ work }) => isHearing(work)))
        world.mayCommand = !world.mayCommand;
      return;
    }
    const reason = pick(this.#story.lifecycle === "parks" ? PARKS : LEAVES, Math.floor(whom / 4));
    // A run that is deleted with its repository has not gone well.
    const isGoing = this.#story.onlyWebhooks && world.runs.some((run) => run.status !== "completed");
    if (reason === undefined || (reason === "deleted" && isGoing)) return;
    world.leave(reason);
    this.#tellStanding(reason);
  }

  #beAway(whom: number): void {
    const { world } = this;
    const isSeen = Math.floor(whom / 12) % 3 > 0;
    if (isSeen) this.#findOut();
    if (whom % 4 === 0) this.#comeBack();
    else world.now += ABSENCES[whom % ABSENCES.length] ?? 0;
    if (isSeen) this.#findOut();
  }

  /** It is found out how the repository stands, before anything else is done: all else may have to wait for a long time. */
  #findOut(): void {
    const { world } = this;
    world.look();
    for (let rounds = 0; rounds < 20; rounds += 1) {
      const job = world.queue.due(world.now).find(({ work }) => isAboutStanding(work));
      if (job === undefined) return;
      world.work(job, "done");
    }
  }

  #comeBack(): void {
    // Nobody restores a repository within moments: by then that it was deleted has been heard of, or never is.
    if (this.world.away?.reason === "deleted") {
      this.#mail.splice(0, Infinity, ...this.#mail.filter((one) => !isOfDeletion(one)));
      this.#findOut();
    }
    this.world.comeBack();
    this.#tellStanding(null);
  }

  #tellStanding(hint: ParkReason | null): void {
    // Only of one that is deleted does GitHub say so, and only of one that is uninstalled; here GitHub merely denies that it is installed.
    if (this.#story.hearsOfStanding)
      this.#mail.push({ mail: "standing", hint: hint === "uninstalled" ? null : hint });
  }

  /** A webhook is on its way, unless GitHub sends none. */
  #send(...mail: readonly Mail[]): void {
    if (this.world.isHeardOf()) this.#mail.push(...mail);
  }

  /** Time goes by; sometimes a person looks after what is stuck, or runs again what is over. */
  #wait(whom: number): void {
    const { world } = this;
    world.now = Math.max(world.now, world.queue.nextDue() ?? world.now);
    if (this.#story.onlyWebhooks) return;
    const stuck = environments.find((name) => world.personMayResolve(name));
    if (stuck !== undefined && whom % 4 === 0) world.personResolves(stuck);
    const over = pick(
      world.runs.filter((run) => run.status === "completed"),
      whom,
    );
    if (over !== undefined && whom % 10 === 1 && world.isWritable()) world.rerun(over);
  }

  #act(): void {
    if (!this.world.isWritable()) return;
    const [next, ...later] = this.#acts;
    this.#acts = later;
    if (next === undefined) return;
    if (next.act === "merge") {
      this.world.merge();
      this.#send({ mail: "push" });
    } else if (next.act === "tag") {
      const version = VERSIONS[this.#tagged];
      this.#tagged += 1;
      if (version === undefined) return;
      this.world.merge();
      this.world.tag(version);
      this.#send({ mail: "push" }, { mail: "tag", version });
    } else if (this.world.tags.has(next.version)) {
      this.#comments += 1;
      const { environment, version } = next;
      const writtenAt = this.world.now;
      const command = {
        mail: "command",
        verb: next.act,
        commentId: this.#comments,
        environment,
        version,
        writtenAt,
      } as const;
      this.world.written.push(command);
      this.#send(command);
    }
  }

  #goOn(run: Run, conclusion: "success" | "failure"): void {
    const { world } = this;
    const ends = this.#story.onlyWebhooks ? "success" : conclusion;
    // Where all goes well, GitHub does not begin what it cannot end: a claim is not to be had while the repository is archived.
    if (this.#story.onlyWebhooks && world.away?.reason === "archived" && run.status === "queued") return;
    world.goOn(run, ends);
    if (this.#story.hearsOfRuns && run.status !== "coming")
      this.#send({ mail: "run", run: world.observe(run) });
  }

  /** Any of the webhooks on their way arrives; now and then it stays on its way too, or never arrives. */
  #post(whom: number): void {
    const mail = pick(this.#mail, whom);
    if (mail === undefined) return;
    const again = whom % 4 === 0;
    if (!again) this.#mail.splice(this.#mail.indexOf(mail), 1);
    const isSafe = mail.mail === "tag" || mail.mail === "command";
    const mayBeLost = !isSafe && (mail.mail !== "push" || this.#mail.includes(mail));
    if (mayBeLost && whom % 7 === 0) return;
    this.world.receive(mail);
  }

  #fateOf({ work }: Job, by: number): Fate {
    if (work.kind !== "effect" || by % 3 > 0) return "done";
    const { effect } = work;
    const usual: readonly Fate[] = ["dies-before", "dies-after"];
    if (this.#story.onlyWebhooks) return effect.type === "dispatchRun" ? "done" : (pick(usual, by) ?? "done");
    const own: Readonly<Record<string, readonly Fate[]>> = {
      dispatchRun: ["lost-after", "lost-before", "refused", "moved", "given-up", "lost-late"],
      lookAtEnvironment: ["given-up"],
      prepareRollout: ["given-up"],
      recordDeployment: ["given-up"],
      traceRun: ["given-up"],
      takeClaim: ["given-up"],
      lookAtRun: ["hidden"],
      askVersion: ["hidden"],
      cancelRun: ["refused"],
      lookAtStanding: ["hidden", "given-up"],
    };
    return pick([...usual, ...(own[effect.type] ?? [])], Math.floor(by / 3)) ?? "done";
  }

  /** Nothing goes wrong any more: Waybill may act, all mail arrives, all work is done, all runs end, and all that was missed is found. */
  calm(): void {
    const { world } = this;
    if (world.away !== null) this.#comeBack();
    let looks = 0;
    for (let rounds = 0; rounds < 5_000; rounds += 1) {
      const mail = this.#mail.shift();
      const [job] = world.queue.due(world.now);
      const going = world.runs.filter((one) => one.status !== "completed");
      // Where runs take their time, whatever is to begin begins before anything ends.
      const young = this.#story.slowRuns ? going.find((one) => one.status !== "in_progress") : undefined;
      const run = young ?? going[0];
      const due = world.queue.nextDue();
      if (mail !== undefined) world.receive(mail);
      else if (job !== undefined) world.work(job, "done");
      else if (run !== undefined) this.#goOn(run, "success");
      else if (due !== null) world.now = Math.max(world.now + 1, due);
      else if (this.#story.lifecycle === "stays" || looks === LOOKS) return;
      else {
        looks += 1;
        world.look();
      }
    }
    throw new Error(`it never comes to rest: ${JSON.stringify(world.queue.jobs[0])}`);
  }
}

/** What is done first, so that there is something to do things about. */
const BEGINNING: readonly Act[] = [{ act: "tag" }, { act: "promote", environment: "prod", version: "1.5.0" }];

/** Merges, tags, and these commands. */
function actsOf(...commands: ("promote" | "cancel" | "retry")[]): fc.Arbitrary<readonly Act[]> {
  const act: fc.Arbitrary<Act> = fc.oneof(
    fc.constant({ act: "merge" } as const),
    fc.constant({ act: "tag" } as const),
    fc.record({
      act: fc.constantFrom(...commands),
      environment: fc.constantFrom("staging", "prod"),
      version: fc.constantFrom(...VERSIONS, FIRST),
    }),
  );
  return fc.array(act, { minLength: 1, maxLength: 8 }).map((acts) => [...BEGINNING, ...acts]);
}
/** Nobody takes anything back: what that comes to hangs on when it is heard. */
export const lastingActs = actsOf("promote");
/** One release, and whoever is not content with what became of it. */
export const retrying = actsOf("retry");
/** What brings something about by itself, without anybody's command. */
export const automaticActs: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.constantFrom({ act: "merge" } as const, { act: "tag" } as const),
  { minLength: 1, maxLength: 8 },
);
/** The first number is below what eight and ten kinds of steps have in common, so that each kind is as likely as any other. */
export const choice = fc.tuple(fc.nat(39), fc.nat(2_000));

/** Stories of all kinds; `more` holds some of their turns fixed. */
export function stories(more: Partial<Record<keyof Story, fc.Arbitrary<unknown>>> = {}): fc.Arbitrary<Story> {
  return fc.record({
    claims: fc.boolean(),
    adopts: fc.boolean(),
    lies: fc.boolean(),
    config: fc.constantFrom(...CONFIGS),
    slowRuns: fc.boolean(),
    hearsOfRuns: fc.boolean(),
    lifecycle: fc.constantFrom("stays", "parks", "leaves", "leaves"),
    hearsOfStanding: fc.boolean(),
    onlyWebhooks: fc.constant(false),
    isPunctual: fc.constant(false),
    acts: actsOf("promote", "promote", "promote", "cancel", "retry"),
    choices: fc.array(choice, { minLength: 20, maxLength: 200, size: "max" }),
    ...more,
  }) as fc.Arbitrary<Story>;
}
