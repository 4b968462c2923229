/** What the stories of making releases share: a shop with one automatic environment, and the ways in which a release is made. */
import { onTestFinished } from "vitest";
import { startStory, type Story, type StoryOptions } from "../support/story.ts";

/** GitHub's call that makes a tag. */
export const CREATE_REF = "POST /repos/{owner}/{repo}/git/refs";

/** One environment that takes every release by itself. `more` holds further lines of the file. */
export function shipsBy(on: string, more = ""): string {
  return `environments:
  prod: { promote: auto }
release: { on: ${on} }
${more}`;
}

/** Starts a shop that makes its releases so. The story ends with the test. */
export async function startShop(on: string, more = "", options: StoryOptions = {}): Promise<Story> {
  const story = await startStory({ config: () => shipsBy(on, more), ...options });
  onTestFinished(() => story.end());
  await story.settle();
  return story;
}

/** Merges, and waits until the notice shows it. */
export async function merged(story: Story, subject: string): Promise<string> {
  story.merge(subject);
  await story.settle();
  return story.shop.sha() ?? "";
}

/** The version tags with the commits that they stand for, in the order of their making. */
export function tags(story: Story): Record<string, string> {
  return Object.fromEntries(
    Object.entries(story.shop.refs())
      .filter(([ref]) => ref.startsWith("refs/tags/"))
      .map(([ref, sha]) => [ref.slice("refs/tags/".length), sha]),
  );
}

/** The published releases, oldest first. */
export function published(story: Story): string[] {
  return story.shop
    .releases()
    .filter((one) => !one.draft)
    .map((one) => one.tagName)
    .sort();
}

/** What Waybill's reactions to a comment are. */
export function reactions(story: Story, comment: number): string[] {
  return story.shop
    .reactions(comment)
    .map((one) => one.content)
    .sort();
}
