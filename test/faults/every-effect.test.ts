/**
 * kill -9 between any two effects: for every effect, the process is killed when it has taken the effect up, and when it has done it but has
 * not written that down; in one story all those of its scene, one after the other. The last process must come to the same end as if nothing had
 * happened.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { EffectType } from "../../src/core/effects.ts";
import { StoreUnavailableError } from "../../src/core/ports.ts";
import { deployed, expectPromisesKept, waybillsComments } from "../stories/prod.ts";
import { startStory, type Story } from "../support/story.ts";
import { crashingStore, type CrashPlan, type CrashPoint } from "./crashing-store.ts";
import { LOOKED_LONG_ENOUGH, ROWS, type Scene, type Settle } from "./effect-scenes.ts";

/** Where the end cannot be the same, what it is instead. */
const OTHERWISE: Readonly<Record<string, (story: Story) => void>> = {
  "dispatchRun before": dispatchesOnceMore,
};

/** Nobody can know that a dispatch was not sent. Waybill takes its claim, so that no run of it can begin, and dispatches under another name. */
function dispatchesOnceMore(story: Story): void {
  expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  expect(story.shop.runs().map((run) => /again-/.test(run.title))).toEqual([true, false]);
}

/** What everybody can see in the end, without times and without numbers that count attempts. */
function picture(story: Story): unknown {
  const { shop, sandbox } = story;
  const plain = (text: string) =>
    text
      .replaceAll(/\b(c\d{9,}|[amu]\d+\.\w+)/g, "ID")
      .replaceAll(/\b[0-9a-f]{7,40}\b/g, "SHA")
      .replaceAll(/:\d{4,5}\b/g, ":P")
      .replaceAll(/resumed-\d+|from .* UTC \(.*?\)/g, "TIME");
  return {
    comments: waybillsComments(story)
      .map((one) => `#${one.issueNumber} ${plain(one.body.split("\n").slice(0, 2).join(" "))}`)
      .sort(),
    reactions: shop
      .comments()
      .map(
        (one) =>
          `${one.author} ${shop
            .reactions(one.id)
            .map((it) => it.content)
            .sort()
            .join()}`,
      )
      .sort(),
    issues: shop.issues().map((one) => `${one.title} ${one.state} ${one.body.length > 0}`),
    releases: shop
      .releases()
      .map((one) => `${one.tagName} ${one.draft} ${one.name}`)
      .sort(),
    checks: shop.checkRuns().map((one) => `${one.name} ${one.conclusion} ${one.title}`),
    deployments: shop.deployments().map((one) => `${one.environment} ${one.task} ${one.state}`),
    runs: shop.runs().map((one) => `${plain(one.title)} ${one.conclusion}`),
    // Whether a run is cancelled before its work or amid it is a matter of moments.
    deployed: sandbox.record.deployments
      .filter(({ outcome }) => outcome !== "cancelled")
      .map((one) => `${one.environment} ${one.component} ${one.version} ${one.outcome}`),
    receipts: Object.keys(shop.refs())
      .filter((ref) => ref.includes("receipts"))
      .map(plain)
      .sort(),
    claims: Object.keys(shop.refs())
      .filter((ref) => ref.includes("claims"))
      .map(plain)
      .sort(),
  };
}

const undisturbed = new Map<Scene, Promise<unknown>>();

/** The picture of the scene when nobody is killed; played once. */
function pictureOf(scene: Scene): Promise<unknown> {
  const known = undisturbed.get(scene) ?? playUndisturbed(scene);
  undisturbed.set(scene, known);
  return known;
}

async function playUndisturbed(scene: Scene): Promise<unknown> {
  const story = await startStory(scene.options);
  await scene.play(story, (horizonMs = LOOKED_LONG_ENOUGH) => story.settle(horizonMs));
  const seen = picture(story);
  await story.end();
  return seen;
}

/** Settles; when the process is killed meanwhile, starts the next one and goes on, with what was not delivered sent again. */
async function settleAcrossCrashes(story: Story, horizonMs = LOOKED_LONG_ENOUGH): Promise<void> {
  for (;;) {
    try {
      return await story.settle(horizonMs);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      await story.restart();
      story.sandbox.redeliverFailed();
    }
  }
}

interface Kill {
  readonly number: number;
  readonly type: EffectType;
  readonly point: CrashPoint;
}

const kills: readonly Kill[] = Object.entries(ROWS)
  .toSorted(([, one], [, other]) => one.number - other.number)
  .flatMap(([type, { number }]) =>
    (["before", "after"] as const).map((point) => ({ number, type: type as EffectType, point })),
  );
const nameOf = ({ number, type, point }: Kill): string => `${number} ${type} ${point}`;
/** After it, GitHub has found out whether the forward-port conflicts: nobody has to look for that, and to be killed there. */
const NONE_AFTER = "openForwardPort after";
const isAlone = ({ type, point }: Kill): boolean =>
  OTHERWISE[`${type} ${point}`] !== undefined || `${type} ${point}` === NONE_AFTER;
/** In one story a process is killed at each of these, whichever it comes to first, and the next one at the next. */
const stories = [
  ...Map.groupBy(
    kills.filter((kill) => !isAlone(kill)),
    ({ type }) => ROWS[type].scene,
  ).values(),
  ...kills.filter(isAlone).map((kill) => [kill]),
].map((some) => ({ name: some.map(nameOf).join(", "), some }));

/** Tells the scene of these effects and kills at each of them; then all must be as if nobody had been killed. */
async function tell(some: readonly Kill[]): Promise<void> {
  const [first] = some;
  if (first === undefined) throw new Error("nobody is to be killed");
  const { scene } = ROWS[first.type];
  const expected = await pictureOf(scene);
  const plans = some.map(({ type, point }): CrashPlan => ({ type, point, skip: 0, crashed: false }));
  const story = await startStory({
    ...scene.options,
    betweenStore: (store) => plans.reduce(crashingStore, store),
  });
  try {
    const settle: Settle = (horizonMs) => settleAcrossCrashes(story, horizonMs);
    await scene.play(story, settle);
    const missed = some.filter((_kill, index) => plans[index]?.crashed !== true).map(nameOf);
    expect(missed, "here nobody was killed: the scene has no such effect").toEqual([]);
    const otherwise = OTHERWISE[`${first.type} ${first.point}`];
    if (otherwise === undefined) expect(picture(story)).toEqual(expected);
    else otherwise(story);
    expectPromisesKept(story);
    expect((await story.store.jobCounts()).dead).toBe(0);
  } finally {
    await story.end();
  }
}

describe("every effect", () => {
  it.each(stories)("killed at $name", async ({ some }) => {
    try {
      await tell(some);
    } catch (error) {
      // Where one kill alone does it, it is that one's failure that is shown.
      if (some.length > 1) for (const kill of some) await tell([kill]);
      throw error;
    }
  });

  it("has its row and its own number", () => {
    const source = readFileSync(join(import.meta.dirname, "../../src/core/effects.ts"), "utf8");
    const [, union = ""] = /export type Effect =([^]*?)\nexport type EffectType/.exec(source) ?? [];
    const types = [...union.matchAll(/readonly type: "(\w+)"/g)].map(([, type = ""]) => type);
    expect(types.length).toBeGreaterThan(10);
    expect(Object.keys(ROWS).sort()).toEqual(types.sort());
    expect(new Set(Object.values(ROWS).map((row) => row.number)).size).toBe(types.length);
  });
});
