/** Stories for the world of the promises: what people do, in what order things happen, and what goes wrong. */
import fc from "fast-check";
import type { RunObservation } from "../../src/core/events.ts";
import type { Fate, Run, WorldOptions } from "./promises-github.ts";
import { World, type Job } from "./promises-world.ts";

const COMPONENTS = `
components:
  api: { workflow: deploy.yml }
  web: { workflow: deploy.yml, needs: [api] }
`;
const CONFIGS = [
  `${COMPONENTS}
environments:
  dev: { promote: merge }
  staging: { promote: auto }
  prod: { verify: { url: "https://shop.example/version", confirmations: 2, interval: 1s, deadline: 1m } }
`,
  `${COMPONENTS.replace(", needs: [api]", "")}
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
  | { readonly act: "promote"; readonly environment: string; readonly version: string };

/** A webhook on its way. */
type Mail =
  | { readonly mail: "push" }
  | { readonly mail: "tag"; readonly version: string }
  | { readonly mail: "run"; readonly run: RunObservation }
  | {
      readonly mail: "command";
      readonly commentId: number;
      readonly environment: string;
      readonly version: string;
    };

/** Two numbers, by which a step is chosen: what happens, and to whom or how. */
type Choice = readonly [number, number];

export interface Story extends WorldOptions {
  readonly acts: readonly Act[];
  readonly choices: readonly Choice[];
  /** Whether runs take their time, so that much else happens meanwhile. */
  readonly slowRuns: boolean;
  /** Whether webhooks about runs arrive at all. */
  readonly hearsOfRuns: boolean;
  /** Whether all goes well but for the order, number and time of webhooks. */
  readonly onlyWebhooks: boolean;
}

function pick<Value>(values: readonly Value[], by: number): Value | undefined {
  return values[by % Math.max(values.length, 1)];
}

/** A story as it is told to a world. */
export class Telling {
  readonly world: World;
  readonly heard: number[] = [];
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
    while (this.#acts.length > 0) this.#act();
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
    switch (what % 8) {
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
      default: {
        const job = pick(world.due(), whom);
        if (job !== undefined) world.work(job, this.#fateOf(job, Math.floor(whom / 7)));
      }
    }
  }

  /** Time goes by; sometimes a person looks after what is stuck, or runs again what is over. */
  #wait(whom: number): void {
    const { world } = this;
    world.now = Math.max(world.now, world.nextDue() ?? world.now);
    if (this.#story.onlyWebhooks) return;
    const stuck = environments.find((name) => world.personMayResolve(name));
    if (stuck !== undefined && whom % 4 === 0) world.personResolves(stuck);
    const over = pick(
      world.runs.filter((run) => run.status === "completed"),
      whom,
    );
    if (over !== undefined && whom % 10 === 1) world.rerun(over);
  }

  #act(): void {
    const [next, ...later] = this.#acts;
    this.#acts = later;
    if (next === undefined) return;
    if (next.act === "merge") {
      this.world.merge();
      this.#mail.push({ mail: "push" });
    } else if (next.act === "tag") {
      const version = VERSIONS[this.#tagged];
      this.#tagged += 1;
      if (version === undefined) return;
      this.world.merge();
      this.world.tag(version);
      this.#mail.push({ mail: "push" }, { mail: "tag", version });
    } else if (this.world.tags.has(next.version)) {
      this.#comments += 1;
      this.#mail.push({
        mail: "command",
        commentId: this.#comments,
        environment: next.environment,
        version: next.version,
      });
    }
  }

  #goOn(run: Run, conclusion: "success" | "failure"): void {
    const ends = this.#story.onlyWebhooks ? "success" : conclusion;
    this.world.goOn(run, ends);
    if (this.#story.hearsOfRuns && run.status !== "coming")
      this.#mail.push({ mail: "run", run: this.world.observe(run) });
  }

  /** Any of the webhooks on their way arrives; now and then it stays on its way too, or never arrives. */
  #post(whom: number): void {
    const mail = pick(this.#mail, whom);
    if (mail === undefined) return;
    const again = whom % 4 === 0;
    if (!again) this.#mail.splice(this.#mail.indexOf(mail), 1);
    const mayBeLost = mail.mail === "run" || (mail.mail === "push" && this.#mail.includes(mail));
    if (mayBeLost && whom % 7 === 0) return;
    this.#deliver(mail);
  }

  #deliver(mail: Mail): void {
    switch (mail.mail) {
      case "push":
        return this.world.pushHeard();
      case "tag":
        return this.world.tagHeard(mail.version);
      case "run":
        return this.world.runHeard(mail.run);
      case "command":
        this.heard.push(mail.commentId);
        return this.world.commandHeard(mail.commentId, mail.environment, mail.version);
    }
  }

  #fateOf({ effect }: Job, by: number): Fate {
    if (effect === null || by % 3 > 0) return "done";
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
    };
    return pick([...usual, ...(own[effect.type] ?? [])], Math.floor(by / 3)) ?? "done";
  }

  /** Nothing goes wrong any more: all mail arrives, all work is done, all runs end. */
  calm(): void {
    for (let rounds = 0; rounds < 5_000; rounds += 1) {
      const mail = this.#mail.shift();
      if (mail !== undefined) {
        this.#deliver(mail);
        continue;
      }
      const [job] = this.world.due();
      const run = this.world.runs.find((one) => one.status !== "completed");
      const due = this.world.nextDue();
      if (job !== undefined) this.world.work(job, "done");
      else if (run !== undefined) this.#goOn(run, "success");
      else if (due !== null) this.world.now = Math.max(this.world.now + 1, due);
      else return;
    }
    throw new Error(`it never comes to rest: ${JSON.stringify(this.world.jobs[0])}`);
  }
}

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.constant({ act: "merge" } as const),
  fc.constant({ act: "tag" } as const),
  fc.record({
    act: fc.constant("promote" as const),
    environment: fc.constantFrom("staging", "prod"),
    version: fc.constantFrom(...VERSIONS, "1.4.2"),
  }),
);
export const choice = fc.tuple(fc.nat(7), fc.nat(2_000));

/** Stories of all kinds; `more` holds some of their turns fixed. */
export function stories(more: Partial<Record<keyof Story, fc.Arbitrary<unknown>>> = {}): fc.Arbitrary<Story> {
  return fc.record({
    claims: fc.boolean(),
    adopts: fc.boolean(),
    lies: fc.boolean(),
    config: fc.constantFrom(...CONFIGS),
    slowRuns: fc.boolean(),
    hearsOfRuns: fc.boolean(),
    onlyWebhooks: fc.constant(false),
    acts: fc
      .array(act, { minLength: 1, maxLength: 8 })
      .map((acts): Act[] => [
        { act: "tag" },
        { act: "promote", environment: "prod", version: "1.5.0" },
        ...acts,
      ]),
    choices: fc.array(choice, { minLength: 20, maxLength: 200, size: "max" }),
    ...more,
  }) as fc.Arbitrary<Story>;
}
