/** What the stories of lost webhooks share: how they are lost, how time passes, and what a shop looks like in the end. */
import { createHmac, randomUUID } from "node:crypto";
import { onTestFinished } from "vitest";
import { prodConfig } from "./prod.ts";
import { startStory, type Story, type StoryOptions } from "../support/story.ts";

/** How often GitHub is compared with the store in these stories. */
const EVERY_SECONDS = 60;
/** Long enough for the runs that are looked at every 30 s, through three components and their proofs. */
const UNTIL_ALL_HAS_RUN = 150_000;

/** A shop that Waybill looks after every minute, and has seen once. */
export async function startWatched(options: StoryOptions = {}): Promise<Story> {
  const environment = { WAYBILL_RECONCILE_SECONDS: String(EVERY_SECONDS), ...options.environment };
  const story = await startStory({ ...options, environment });
  onTestFinished(() => story.end());
  await story.settle();
  return story;
}

/** From now on every webhook is lost, without a trace in GitHub's list. */
export function loseAll(story: Story): void {
  story.sandbox.faults.webhooks({ kind: "lose", times: 1_000_000 });
}

/** Time passes until GitHub has been compared with the store, and all that follows has come to its end. */
export async function pass(story: Story): Promise<void> {
  await story.reconcile();
  await story.settle(UNTIL_ALL_HAS_RUN);
}

/** What people see in the end, without what is different in any two shops: ids, commits, ports and times. */
export function finalState(story: Story) {
  return {
    issues: story.shop.issues().map(({ title, state, body }) => ({ title, state, body: plain(body) })),
    releases: story.shop
      .releases()
      .map(({ tagName, draft, name, body }) => ({ tagName, draft, name, body: plain(body) })),
    comments: story.shop
      .comments()
      .map(({ issueNumber, body }) => `#${issueNumber} ${plain(body)}`)
      .toSorted(),
    deployments: story.shop
      .deployments()
      .map(({ environment, task, state }) => `${environment} ${task} ${state ?? ""}`)
      .toSorted(),
  };
}

function plain(text: string): string {
  return text
    .replaceAll(/\b[0-9a-f]{40}\b|\b[0-9a-f]{7,12}\b/g, "SHA")
    .replaceAll(/\b[acmr]\d+(?:\.[0-9a-z]+)?(?=\b|-)/g, "ID")
    .replaceAll(/127(?:\\*\.\d){3}:\d+/g, "HOST")
    .replaceAll(/\d{4}-\d\d-\d\d[T ][0-9:]+(?:Z| UTC)?/g, "TIME")
    .replaceAll(/\b\d+ (?:ms|s|min|h)\b(?: \d+ (?:ms|s|min)\b)?/g, "TIME")
    .replaceAll(/runs\/\d+/g, "runs/RUN");
}

/** A shop with one environment, whose release 1.5.0 waits for `/promote prod` on issue 1, and whose webhooks are lost from then on. */
export async function startDeafProd(options: StoryOptions = {}): Promise<Story> {
  const story = await startWatched({ config: () => prodConfig(), ...options });
  story.merge("feat(api): accept vouchers");
  await story.settle();
  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  loseAll(story);
  return story;
}

/** Delivers a comment's webhook again, signed, under a GUID that nobody has seen. Answers the status. */
export async function replay(story: Story, payload: string): Promise<number> {
  const answer = await fetch(`${story.waybillUrl}/api/github/webhooks`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-delivery": randomUUID(),
      "x-github-event": "issue_comment",
      "x-hub-signature-256": `sha256=${createHmac("sha256", story.webhookSecret).update(payload).digest("hex")}`,
    },
    body: payload,
  });
  return answer.status;
}

/** The tags that are published releases, in the order of their names. */
export function published(story: Story): string[] {
  const releases = story.shop.releases().filter((release) => !release.draft);
  return releases.flatMap(({ tagName }) => tagName ?? []).sort();
}

/** The looks that found something: only those are told at `info`. */
export function finds(story: Story): string[] {
  return story.log.filter((line) => line.includes('"msg":"GitHub looked at"') && line.includes('"level":30'));
}
