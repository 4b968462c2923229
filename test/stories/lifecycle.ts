/** What the stories of parked and lost repositories share. */
import type { InstallationId, PromotionId, RepositoryId } from "../../src/core/ids.ts";
import type { Promotion } from "../../src/core/promotion.ts";
import type { Story } from "../support/story.ts";
import { prodConfig } from "./prod.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** What the App asks for, but for the right to start workflows. */
export const WITHOUT_ACTIONS = {
  actions: "read",
  contents: "write",
  deployments: "write",
  issues: "write",
  metadata: "read",
  pull_requests: "write",
} as const;
/** Longer than claims of runs are kept. */
export const MONTH = 30 * DAY;

/** A rollout of 1.5.0 to prod that waits for its first run: `api` hangs until `finish` lets it go. */
export async function midRollout(story: Story): Promise<{ finish(): Promise<void> }> {
  story.shop.script({ component: "api", outcome: "hang", times: 1 });
  await story.comment("/promote prod", "ana");
  const [run] = story.shop.runs();
  return {
    async finish() {
      story.shop.finishRun(run?.id ?? 0, "succeed");
      await story.settle();
    },
  };
}

/** The audit log of the first installation, in short: `repository.parked suspended`. */
export async function auditTrail(story: Story): Promise<string[]> {
  const [first] = await story.store.repositories();
  const records = await story.store.auditRecords(first?.installation as InstallationId, 0, 1_000);
  return records.map(({ type, ref }) => `${type} ${ref}`);
}

/** Jobs that were given up, in words. */
export function givenUp(story: Story): string[] {
  return story.log.filter((line) => line.includes("a job was given up"));
}

/** The shop with a proof for prod, so that a deadline could run out. */
export function provenConfig(url: string): string {
  return prodConfig(
    `    verify: [{ url: "${url}", json: $.version, deadline: 5m, interval: 1m, confirmations: 3 }]\n`,
  );
}

/** The promotions of one installation's first repository, open or ended, newest first. */
export async function promotionsOf(story: Story, installation: InstallationId): Promise<Promotion[]> {
  const repository = story.shop.id as RepositoryId;
  const records = await story.store.auditRecords(installation, 0, 1_000);
  const ids = records
    .filter(({ type }) => type === "promotion.accepted")
    .map(({ ref }) => ref as PromotionId);
  const rows = await Promise.all(
    ids.toReversed().map((id) => story.store.readPromotion(installation, repository, id)),
  );
  return rows.flatMap((row) => (row === null ? [] : [row.data as Promotion]));
}
