/** What several stories share: a shop with one environment, what people read there, and what really ran. */
import { expect, onTestFinished } from "vitest";
import type { InstallationId } from "../../src/core/ids.ts";
import type { ChainedAuditRecord } from "../../src/core/ports.ts";
import type { ShownComment } from "../../src/sandbox/index.ts";
import { prodConfig } from "../support/shop.ts";
import { startStory, type Story, type StoryOptions } from "../support/story.ts";

export { actAs, dispatchByHand, prodConfig } from "../support/shop.ts";

/** Starts a shop whose release 1.5.0 is tagged and waits for `/promote prod`. The story ends with the test. */
export async function startProd(options: StoryOptions = {}): Promise<Story> {
  const story = await startStory({ config: () => prodConfig(), ...options });
  onTestFinished(() => story.end());
  story.merge("feat(api): accept vouchers");
  await story.settle();
  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  return story;
}

/** What ran to its end, in order: `api 1.5.0`. Where an environment is named, only there. */
export function deployed(story: Story, environment?: string): string[] {
  return story.sandbox.record.deployments
    .filter((one) => one.outcome === "succeed")
    .filter((one) => environment === undefined || one.environment === environment)
    .map((one) => `${one.component} ${one.version}`);
}

/** The newest words of Waybill in a thread. */
export function lastWords(story: Story, issue = 1): string {
  return waybillsComments(story, issue).at(-1)?.body ?? "";
}

/** The live comment that stands in a thread (the newest one): it begins with its promotion's own marker. */
export function liveWords(story: Story, issue = 1): string {
  const live = waybillsComments(story, issue).filter((one) =>
    /^<!-- waybill:comment:b?[acm]\d/.test(one.body),
  );
  return live.at(-1)?.body ?? "";
}

/** What Waybill said, oldest first; in one thread, or everywhere. */
export function waybillsComments(story: Story, issue?: number): ShownComment[] {
  return story.shop.comments(issue).filter((comment) => comment.byApp);
}

/** Calls that Waybill itself made of a route, such as `POST /repos/{owner}/{repo}/deployments`. */
export function callsOf(story: Story, route: string): number {
  return story.sandbox.record.calls.filter(
    (call) => `${call.method} ${call.route ?? ""}` === route && call.actor.startsWith("installation:"),
  ).length;
}

/**
 * The promises that hold in every story, read from the stand-in's record: nothing deployed twice, no two deployments of one place at a
 * time (P1, P2), and no comment said twice.
 */
export function expectPromisesKept(story: Pick<Story, "sandbox" | "shop">): void {
  const { deployments } = story.sandbox.record;
  const ids = deployments.flatMap((one) => (one.correlation_id === null ? [] : [one.correlation_id]));
  expect(repeated(ids), "deployed twice").toEqual([]);
  const overlaps = deployments.filter((one, index) =>
    deployments
      .slice(index + 1)
      .some(
        (other) =>
          other.environment === one.environment &&
          other.component === one.component &&
          other.started < (one.finished ?? Infinity),
      ),
  );
  expect(overlaps, "two at a time").toEqual([]);
  const markers = story.shop
    .comments()
    .filter((comment) => comment.byApp)
    .map((comment) => `#${comment.issueNumber} ${comment.body.split("\n", 1)[0]}`);
  expect(repeated(markers), "said twice").toEqual([]);
  const claims = story.sandbox.record.runs
    .filter((run) => run.claimed === true)
    .map((run) => run.inputs["correlation_id"] ?? "");
  expect(repeated(claims), "claimed twice").toEqual([]);
}

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

/** The audit log of the one installation, oldest first. */
export async function auditOf(story: Story): Promise<readonly ChainedAuditRecord[]> {
  const [actor] = story.sandbox.record.calls.flatMap(
    (call) => /^installation:(\d+)/.exec(call.actor)?.[1] ?? [],
  );
  return story.store.auditRecords(Number(actor) as InstallationId, 0, 10_000);
}
