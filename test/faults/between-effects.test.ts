/**
 * kill -9 between any two effects: for every effect, the process is killed when it has taken the effect up, and when it has done it but has
 * not written that down. The next process must come to the same end as if nothing had happened.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { deployWorkflow, shopConfig } from "../../src/cli/demo/shop.ts";
import type { EffectType } from "../../src/core/effects.ts";
import { StoreUnavailableError } from "../../src/core/ports.ts";
import {
  deployed,
  dispatchByHand,
  expectPromisesKept,
  prodConfig,
  waybillsComments,
} from "../stories/prod.ts";
import { startStory, type Story, type StoryOptions } from "../support/story.ts";
import { crashingStore, type CrashPlan, type CrashPoint } from "./crashing-store.ts";

const DISPATCHES = "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
const LOOKED_LONG_ENOUGH = 200_000;

/** Waits until all is done that falls due within the horizon (default: until a lost run has been looked for long enough). */
type Settle = (horizonMs?: number) => Promise<void>;

interface Scene {
  readonly options: StoryOptions;
  play(story: Story, settle: Settle): Promise<void>;
}

const proved = (url: string): string =>
  prodConfig(`    verify: { url: "${url}", json: "$.version", confirmations: 2, interval: 1s }\n`);

/** A release goes to prod, and is proved there. */
const delivered: Scene = {
  options: { config: proved },
  async play(story, settle) {
    await release(story, "feat(api): accept vouchers", "v1.5.0", settle);
    story.shop.comment(1, "/promote prod", "ana");
    await settle();
  },
};

/** A release stays in staging for a while before it goes to prod. */
const soaked: Scene = {
  options: {
    config: (url) =>
      `${proved(url).replace("  prod:", "  staging: { promote: auto }\n  prod:")}    gates: { soak: 1m }\n`,
  },
  async play(story, settle) {
    await release(story, "feat(api): accept vouchers", "v1.5.0", settle);
    story.shop.comment(1, "/promote prod", "ana");
    await settle();
  },
};

/** A second release takes the place of the first. */
const replaced: Scene = {
  options: { config: proved },
  async play(story, settle) {
    await delivered.play(story, settle);
    await release(story, "fix(api): round vouchers down", "v1.5.1", settle);
    story.shop.comment(1, "/promote prod", "ana");
    await settle();
  },
};

/** The second release is bad. */
const rolledBack: Scene = {
  options: { config: proved },
  async play(story, settle) {
    await replaced.play(story, settle);
    story.shop.comment(1, "/rollback prod", "ana");
    await settle();
  },
};

/** A merge goes to dev, its tag to staging, each by itself. */
const automatic: Scene = {
  options: { config: (url) => shopConfig(url) },
  play: (story, settle) => release(story, "feat(api): accept vouchers", "v1.5.0", settle),
};

/** GitHub never answers a dispatch that it never heard. */
const lost: Scene = {
  options: { config: () => prodConfig() },
  async play(story, settle) {
    story.sandbox.faults.add({ route: DISPATCHES, kind: "reset-before" });
    await delivered.play(story, settle);
  },
};

/** No word comes of any run. */
const unheard: Scene = {
  options: { config: () => prodConfig() },
  async play(story, settle) {
    story.sandbox.faults.webhooks({ kind: "lose", event: "workflow_run", times: 1_000 });
    await delivered.play(story, settle);
  },
};

/** The tag is moved while the first component is deployed, so that the second runs on another commit. */
const moved: Scene = {
  options: { config: () => prodConfig() },
  async play(story, settle) {
    const outcome = () => {
      story.shop.moveTag("v1.5.0", story.shop.sha("v1.4.2") ?? "", { by: "ana" });
      return "succeed" as const;
    };
    story.shop.script({ component: "api", outcome });
    story.shop.script({ component: "web", outcome: "hang" });
    await delivered.play(story, settle);
  },
};

/** The repository is archived while the first component is deployed, and unarchived later. */
const parked: Scene = {
  options: { config: () => prodConfig() },
  async play(story, settle) {
    story.shop.script({ component: "api", outcome: "hang", times: 1 });
    await delivered.play(story, settle);
    story.shop.archive();
    await settle();
    story.shop.finishRun(story.shop.runs()[0]?.id ?? 0, "succeed");
    await settle();
    story.shop.archive(false);
    await settle();
  },
};

/** The workflow's job names its environment. */
const adopting: Scene = {
  options: {
    config: () => prodConfig(),
    workflow: deployWorkflow().replace(
      "    runs-on: ubuntu-latest\n",
      "    runs-on: ubuntu-latest\n    environment: ${{ inputs.environment }}\n",
    ),
  },
  play: (story, settle) => delivered.play(story, settle),
};

/** Somebody deploys by hand, and no word comes of its end; what was asked for meanwhile goes after it. */
const byHand: Scene = {
  options: { config: () => prodConfig() },
  async play(story, settle) {
    await release(story, "feat(api): accept vouchers", "v1.5.0", settle);
    story.shop.script({ component: "api", outcome: "hang", times: 1 });
    const run = await dispatchByHand(story, "ana", { component: "api", version: "1.4.2" }, "v1.4.2");
    await settle(10_000);
    story.shop.comment(1, "/promote prod", "ana");
    story.sandbox.faults.webhooks({ kind: "lose", event: "workflow_run", times: 1 });
    story.shop.finishRun(run, "succeed");
    await settle();
  },
};

/** GitHub asks before the workflow's job may deploy: a run by hand may not. */
const fenced: Scene = {
  options: adopting.options,
  async play(story, settle) {
    story.shop.environment("prod", { customRule: true });
    await delivered.play(story, settle);
    await dispatchByHand(story, "ana", { component: "api", version: "1.4.2" }, "v1.4.2");
    await settle();
  },
};

/** The release is made by command. */
const cut: Scene = {
  options: { config: () => prodConfig() },
  async play(story, settle) {
    story.merge("feat(api): accept vouchers");
    await settle();
    story.shop.comment(1, "/release", "ana");
    await settle();
    story.shop.comment(1, "/promote prod", "ana");
    await settle();
  },
};

/** No word comes of the tag that was made. */
const unheardTag: Scene = {
  options: cut.options,
  async play(story, settle) {
    story.merge("feat(api): accept vouchers");
    await settle();
    story.sandbox.faults.webhooks({ kind: "lose", event: "push", times: 1 });
    story.shop.comment(1, "/release", "ana");
    await settle();
  },
};

/** A hotfix of what runs in production, to its forward-port. */
const hotfix: Scene = {
  options: { config: () => "environments: { prod: {} }\n" },
  async play(story, settle) {
    await delivered.play(story, settle);
    story.shop.comment(1, "/hotfix", "ana");
    await settle();
    const fix = { title: "fix: round prices", author: "wes", base: "hotfix/1.5.1" };
    story.shop.mergePullRequest(story.shop.openPullRequest(fix), { by: "ana" });
    await settle();
  },
};

/** A hotfix that is given up. */
const abandoned: Scene = {
  options: hotfix.options,
  async play(story, settle) {
    await delivered.play(story, settle);
    story.shop.comment(1, "/hotfix", "ana");
    await settle();
    story.shop.deleteBranch("hotfix/1.5.1", { by: "ana" });
    await settle();
  },
};

/** So much later that no run of it can live any more, the claims are removed. */
const forgotten: Scene = {
  options: { config: () => prodConfig() },
  async play(story, settle) {
    await delivered.play(story, settle);
    await settle(60 * 24 * 3_600_000);
  },
};

async function release(story: Story, subject: string, tag: string, settle: Settle): Promise<void> {
  story.merge(subject);
  await settle();
  story.shop.tag(tag, { by: "ana" });
  await settle();
}

interface Row {
  /** Stable numbers, in the order in which the effects were added. */
  readonly number: number;
  readonly scene: Scene;
  /** Where the end cannot be the same, what it is instead. */
  readonly otherwise?: Partial<Record<CrashPoint, (story: Story, settle: Settle) => Promise<void>>>;
}

/** Every effect has its row: TypeScript says so, and the test at the end. */
const ROWS: Record<EffectType, Row> = {
  react: { number: 1, scene: delivered },
  comment: { number: 2, scene: delivered },
  liveComment: { number: 3, scene: delivered },
  drawNotice: { number: 4, scene: delivered },
  publishRelease: { number: 5, scene: delivered },
  lookForCommit: { number: 6, scene: automatic },
  prepareRollout: { number: 7, scene: delivered },
  recordDeployment: { number: 8, scene: delivered },
  setDeploymentStatus: { number: 9, scene: delivered },
  retireDeployments: { number: 10, scene: replaced },
  dispatchRun: { number: 11, scene: delivered, otherwise: { before: dispatchesOnceMore } },
  traceRun: { number: 12, scene: lost },
  takeClaim: { number: 13, scene: lost },
  lookAtRun: { number: 14, scene: unheard },
  cancelRun: { number: 15, scene: moved },
  adoptDeployment: { number: 16, scene: adopting },
  askVersion: { number: 17, scene: delivered },
  tellLane: { number: 18, scene: automatic },
  wake: { number: 19, scene: unheard },
  removeClaim: { number: 20, scene: forgotten },
  drawDraft: { number: 21, scene: delivered },
  cutTag: { number: 22, scene: cut },
  lookAtTag: { number: 25, scene: unheardTag },
  lookAtStanding: { number: 23, scene: parked },
  catchUp: { number: 24, scene: parked },
  lookAtEnvironment: { number: 26, scene: delivered },
  openHotfix: { number: 28, scene: hotfix },
  lookAtHotfix: { number: 29, scene: abandoned },
  openForwardPort: { number: 30, scene: hotfix },
  lookAtForwardPort: { number: 31, scene: hotfix },
  lookAtGates: { number: 27, scene: soaked },
  drawIncident: { number: 47, scene: rolledBack },
  lookAtOutOfBand: { number: 41, scene: byHand },
  answerProtectionRule: { number: 42, scene: fenced },
};

/** Nobody can know that a dispatch was not sent. Waybill takes its claim, so that no run of it can begin, and dispatches under another name. */
function dispatchesOnceMore(story: Story): Promise<void> {
  expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  expect(story.shop.runs().map((run) => /again-/.test(run.title))).toEqual([true, false]);
  return Promise.resolve();
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
    deployments: shop.deployments().map((one) => `${one.environment} ${one.task} ${one.state}`),
    runs: shop.runs().map((one) => `${plain(one.title)} ${one.conclusion}`),
    // Whether a run is cancelled before its work or amid it is a matter of moments.
    deployed: sandbox.record.deployments
      .filter(({ outcome }) => outcome !== "cancelled")
      .map((one) => `${one.environment} ${one.component} ${one.version} ${one.outcome}`),
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

const cases = Object.entries(ROWS)
  .toSorted(([, one], [, other]) => one.number - other.number)
  .flatMap(([type, row]) =>
    (["before", "after"] as const).map((point) => ({
      type: type as EffectType,
      point,
      row,
      name: `${row.number} ${type}: killed ${point}`,
    })),
  );

describe("every effect", () => {
  it.each(cases)("$name", async ({ type, point, row }) => {
    const expected = await pictureOf(row.scene);
    const plan: CrashPlan = { type, point, skip: 0, crashed: false };
    const story = await startStory({
      ...row.scene.options,
      betweenStore: (store) => crashingStore(store, plan),
    });
    onTestFinished(() => story.end());
    const settle: Settle = (horizonMs) => settleAcrossCrashes(story, horizonMs);
    await row.scene.play(story, settle);
    expect(plan.crashed, "nobody was killed: the scene has no such effect").toBe(true);
    const otherwise = row.otherwise?.[point];
    if (otherwise === undefined) expect(picture(story)).toEqual(expected);
    else await otherwise(story, settle);
    expectPromisesKept(story);
    expect((await story.store.jobCounts()).dead).toBe(0);
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
