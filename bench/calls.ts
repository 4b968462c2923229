/**
 * GitHub calls, counted by the stand-in's record: what a merge costs while the server knows the repository ("warm": token, names, config), against
 * the naive count: the same merge told to a server that was just started and remembers nothing, which asks one question for each
 * fact. A promotion is held against one call for each thing that is read or written in it, named below.
 *
 *   node bin/guard.mjs bench/calls.ts
 *
 * Only the calls of the work itself are counted: the token, the repository's name and the App's name are asked for once in minutes or hours,
 * whatever happens. Time is moved by hand, so all of it takes seconds.
 */
import { startStory, type Story } from "../test/support/story.ts";
import { counted, report, total, type Counts } from "./counting.ts";

const UNRELEASED = 99;
const BURST = 10;
const TEN_MINUTES_MS = 11 * 60_000;

const COMPONENTS =
  "components:\n  api: { workflow: deploy.yml }\n  web: { workflow: deploy.yml, needs: [api] }\n";
const ON_COMMAND = (url: string): string =>
  `${COMPONENTS}environments:\n  prod:\n    verify: { url: "${url}", json: "$.version", confirmations: 2, interval: 1s }\n`;
const WITH_DEV = (url: string): string =>
  ON_COMMAND(url).replace("environments:\n", "environments:\n  dev: { promote: merge }\n");

/** A shop with so many unreleased commits, noticed and drawn. */
async function startShop(config: (url: string) => string, unreleased: number): Promise<Story> {
  const story = await startStory({ config });
  // Only the last push is heard of: what comes before it is the past.
  story.sandbox.faults.webhooks({ kind: "lose", event: "push", times: unreleased - 1 });
  for (let number = 1; number <= unreleased; number += 1)
    story.shop.commit({
      message: `feat: change ${number}`,
      author: "wes",
      files: { "a.txt": `${number}\n` },
    });
  await story.settle(TEN_MINUTES_MS);
  return story;
}

/** A merge as soon as it is all there is to do, and what it leaves for the next ten minutes. */
async function merge(story: Story, subject: string): Promise<{ atOnce: Counts; later: Counts }> {
  const atOnce = await counted(story, async () => {
    story.merge(subject);
    await story.settle(2_000);
  });
  return { atOnce, later: await counted(story, () => story.settle(TEN_MINUTES_MS)) };
}

async function oneMerge(): Promise<number> {
  const story = await startShop(ON_COMMAND, UNRELEASED - 1);
  try {
    await story.restart();
    const cold = await merge(story, "feat: told to a server that knows nothing");
    const warm = await merge(story, "feat: told to a server that knows the repository");
    report(`one merge, ${UNRELEASED + 1} unreleased`, warm.atOnce, total(cold.atOnce), "at most 2 calls");
    report("  and within ten minutes (the draft release)", warm.later, total(cold.later));
    return total(cold.atOnce);
  } finally {
    await story.end();
  }
}

async function burst(naive: number): Promise<void> {
  const story = await startShop(ON_COMMAND, UNRELEASED);
  try {
    await merge(story, "feat: the first one");
    const calls = await counted(story, async () => {
      for (let number = 1; number <= BURST; number += 1) {
        story.merge(`feat: one of many, number ${number}`);
        // Half a second between two: people on a good day, or a merge queue.
        await story.settle(500);
      }
      await story.settle(TEN_MINUTES_MS);
    });
    report(`${BURST} merges within seconds, the draft release too`, calls, BURST * naive);
  } finally {
    await story.end();
  }
}

async function mergeIntoDev(): Promise<void> {
  const story = await startShop(WITH_DEV, UNRELEASED - 1);
  try {
    await story.restart();
    const cold = await merge(story, "feat: told to a server that knows nothing");
    const warm = await merge(story, "feat: told to a server that knows the repository");
    report("one merge that is deployed to dev (2 components)", warm.atOnce, total(cold.atOnce));
    report("  and within ten minutes", warm.later, total(cold.later));
  } finally {
    await story.end();
  }
}

/**
 * One call for each thing: config (ref, file), role, tags, tag, branch, order, the two workflows at two commits, the role, tag and branch
 * again before the dispatch, compare, 5 pull requests; reaction twice, live comment made and edited 6 times with a look each; for each of 2
 * components a deployment with 3 statuses, a dispatch, its claim, its run, the environment's deployments; receipt, 5 comments with a look each.
 */
const NAIVE_PROMOTION = 2 + 1 + 1 + 2 + 2 + 1 + 4 + 5 + 1 + 5 + 2 + 13 + 2 * 8 + 2 + 10;

async function promotion(): Promise<void> {
  const story = await startShop(ON_COMMAND, 1);
  try {
    for (let number = 1; number <= 5; number += 1)
      story.merge(`feat: pull request ${number}`, { author: "rea" });
    await story.settle(TEN_MINUTES_MS);
    story.shop.tag("v1.5.0", { by: "ana" });
    await story.settle(TEN_MINUTES_MS);
    const calls = await counted(story, async () => {
      await story.comment("/promote prod 1.5.0", "ana");
      await story.settle(TEN_MINUTES_MS);
    });
    report("one promotion, 2 components, 5 pull requests told", calls, NAIVE_PROMOTION);
  } finally {
    await story.end();
  }
}

const coldMerge = await oneMerge();
await burst(coldMerge);
await mergeIntoDev();
await promotion();
