/**
 * The effects, numbered, and for each a scene in which it is performed: where processes are killed before and after it. Imports nothing of the test
 * runner: `npm run kill` plays the same scenes with real processes.
 */
import { deployWorkflow, shopConfig } from "../../src/cli/demo/shop.ts";
import type { EffectType } from "../../src/core/effects.ts";
import { newPrivateKey } from "../../src/receipts/keys.ts";
import { actAs, dispatchByHand, prodConfig, uploadAsset } from "../support/shop.ts";
import type { Story, StoryOptions } from "../support/story.ts";
import { backedUp } from "./backup-given.ts";

const DISPATCHES = "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
/** In milliseconds: by then a lost run has been looked for long enough. */
export const LOOKED_LONG_ENOUGH = 200_000;

/** Waits until all is done that falls due within the horizon (default: `LOOKED_LONG_ENOUGH`). */
export type Settle = (horizonMs?: number) => Promise<void>;

/** What a scene needs of a story. */
export type ScenePlace = Pick<Story, "sandbox" | "shop" | "merge">;

export interface Scene {
  readonly options: Pick<StoryOptions, "config" | "workflow" | "files" | "environment">;
  play(story: ScenePlace, settle: Settle): Promise<void>;
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

/** How the system performs is asked around the rollout. */
const measured: Scene = {
  options: {
    config: (url) =>
      `${proved(url)}    measure: { numbers: [{ name: latency, url: "${url}", json: "$.latency" }] }\n`,
  },
  play: (story, settle) => delivered.play(story, settle),
};

/** What was delivered gets a label. */
const labelled: Scene = {
  options: { config: (url) => `${proved(url)}github: { authors: { labels: true } }\n` },
  play: (story, settle) => delivered.play(story, settle),
};

/** Its receipt is signed. */
const receipted: Scene = {
  options: { ...delivered.options, environment: { WAYBILL_SIGNING_KEY: newPrivateKey() } },
  play: (story, settle) => delivered.play(story, settle),
};

/** A channel is to be told, whose secret the operator has not set: that is said. */
const untellable: Scene = {
  options: {
    config: (url) =>
      `${proved(url)}channels: { ops: { slack: { url: { secret: SLACK } }, tell: { events: [delivered] } } }\n`,
  },
  play: (story, settle) => delivered.play(story, settle),
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

/** Something more is proposed, and then given another title. */
const previewed: Scene = {
  options: { config: proved },
  async play(story, settle) {
    await release(story, "feat(api): accept vouchers", "v1.5.0", settle);
    const pull = story.shop.openPullRequest({ title: "Round down", author: "wes" });
    await settle();
    await actAs(story, "wes", "PATCH", `pulls/${pull}`, { title: "fix(api): round down" });
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

/** A release is listed in CHANGELOG.md. */
const listed: Scene = {
  options: {
    config: () => "environments: { prod: {} }\nrelease: { changelog: true }\n",
    files: { "CHANGELOG.md": "# Changelog\n\n## 1.4.2\n\n* x\n" },
  },
  play: (story, settle) => release(story, "feat(api): accept vouchers", "v1.5.0", settle),
};

/** The config of the default branch is broken, and mended. */
const brokenAndMended: Scene = {
  options: { config: () => prodConfig() },
  async play(story, settle) {
    await release(story, "feat(api): accept vouchers", "v1.5.0", settle);
    const write = (text: string) =>
      story.shop.commit({ message: "chore: tune", author: "ana", files: { ".github/waybill.yml": text } });
    write("environments: 3\n");
    await settle();
    write(prodConfig());
    await settle();
  },
};

/** The files of a release come after its draft. */
const complete: Scene = {
  options: { config: () => 'environments: { prod: {} }\nrelease: { assets: ["*.tgz"] }\n' },
  async play(story, settle) {
    await release(story, "feat(api): accept vouchers", "v1.5.0", settle);
    await uploadAsset(story, "wes", "v1.5.0", "shop.tgz");
    await settle(15 * 60_000);
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

async function release(story: ScenePlace, subject: string, tag: string, settle: Settle): Promise<void> {
  story.merge(subject);
  await settle();
  story.shop.tag(tag, { by: "ana" });
  await settle();
}

export interface Row {
  /** Stable numbers, in the order in which the effects were added. */
  readonly number: number;
  readonly scene: Scene;
}

/** Every effect has its row: TypeScript says so, and a test of `every-effect.test.ts`. */
export const ROWS: Record<EffectType, Row> = {
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
  dispatchRun: { number: 11, scene: delivered },
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
  lookAtAssets: { number: 62, scene: complete },
  keepChangelog: { number: 61, scene: listed },
  lookAtGates: { number: 27, scene: soaked },
  readRecoveryPoint: { number: 55, scene: { ...delivered, options: backedUp } },
  drawIncident: { number: 47, scene: rolledBack },
  lookAtOutOfBand: { number: 41, scene: byHand },
  answerProtectionRule: { number: 42, scene: fenced },
  drawPreview: { number: 56, scene: previewed },
  keepReceipt: { number: 66, scene: receipted },
  drawConfigIssue: { number: 71, scene: brokenAndMended },
  label: { number: 79, scene: labelled },
  askMeasures: { number: 80, scene: measured },
  tellChannel: { number: 72, scene: untellable },
};
