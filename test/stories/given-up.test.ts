/** What GitHub refuses for hours: words wait for it, and nothing else does. */
import { expect, it, onTestFinished } from "vitest";
import { startStory } from "../support/story.ts";
import { auditOf } from "./prod.ts";

const HOUR_MS = 60 * 60_000;
const COMMENTS = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";

it("comments fail for six hours: the answer is given when they work again, and merges are announced meanwhile", async () => {
  const story = await startStory();
  onTestFinished(() => story.end());
  story.merge("fix(api): round half a cent");
  await story.settle();
  const [notice] = story.shop.issues().filter((issue) => !issue.pullRequest);
  story.sandbox.faults.add({ route: COMMENTS, kind: { status: 500 }, times: null });
  const command = await story.comment("/status", "ana", notice?.number);
  await story.settle(6 * HOUR_MS);
  expect((await auditOf(story)).map(({ type }) => type)).toContain("effect.given-up");

  // The lane goes on: what is merged is announced while the answer still waits.
  story.merge("feat(api): accept vouchers");
  await story.settle();
  expect(story.shop.issues().find(({ number }) => number === notice?.number)?.title).toContain("1.5.0");

  story.sandbox.faults.clear();
  await story.settle(3 * HOUR_MS);
  const said = (marker: string) =>
    story.shop.comments().filter(({ body }) => body.startsWith(`<!-- waybill:comment:${marker}`));
  expect(said(`answers-${command} `)).toHaveLength(1);
  // And people are told once that it came late.
  expect(said("late-").map(({ issueNumber }) => issueNumber)).toEqual([notice?.number]);
  expect((await story.store.jobCounts()).waiting).toBe(0);
}, 60_000);
