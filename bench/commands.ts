/**
 * What a command costs who waits for it, and GitHub: the time from the moment at which the comment's webhook comes in until 👀 has been sent, and until the
 * first words have been (of a promotion: its live comment), without what GitHub takes to answer in between; beside it, on the same stand-in, a bare server
 * that reacts at once and keeps nothing. Then the calls to GitHub of each command, and what twenty promotions at once write in a minute and in an hour.
 *
 *   node bin/guard.mjs bench/commands.ts [--times 40]
 */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { startStory, type Story } from "../test/support/story.ts";
import { counted, isOurWrite, mostWithin, total, writes } from "./counting.ts";
import { showTimes } from "./timing.ts";
import { ownTimes, WayWatch, type Way } from "./way.ts";

const GOAL_MS = 100;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits */
const GITHUBS = { minute: 80, hour: 500 } as const;
const PROMOTIONS = 20;

const CONFIG =
  "components: { api: { workflow: deploy.yml }, web: { workflow: deploy.yml } }\nenvironments: { dev: {}, prod: { gates: { approvals: { count: 1, role: write } } } }\n";

const isReaction = ({ method, url = "" }: IncomingMessage): boolean =>
  method === "POST" && url.endsWith("/reactions");
const isWord = ({ method, url = "" }: IncomingMessage): boolean =>
  method === "POST" && /\/issues\/\d+\/comments$/.test(url);

async function release(story: Story, tag: string): Promise<void> {
  story.shop.commit({
    message: `feat: change for ${tag}`,
    author: "wes",
    files: { "a.txt": `${tag}\n` },
  });
  await story.settle();
  story.shop.tag(tag, { by: "ana" });
  await story.settle();
}

async function wayOf(
  story: Story,
  watch: WayWatch,
  command: string,
  isEnd: (request: IncomingMessage) => boolean,
): Promise<Way> {
  const way = watch.next(isEnd);
  story.shop.comment(1, command, "ana");
  const passed = await way;
  await story.settle();
  return passed;
}

/** Reacts as soon as the webhook is there, and that is all. */
async function bare(story: Story, watch: WayWatch, times: number): Promise<Way[]> {
  const { sandbox, shop, waybillUrl, webhookSecret: secret } = story;
  const authorization = `token ${sandbox.user("ana").token()}`;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      response.writeHead(202).end();
      if (request.headers["x-github-event"] !== "issue_comment") return;
      const { comment } = JSON.parse(Buffer.concat(parts).toString()) as { comment: { id: number } };
      const url = `${sandbox.url}/api/v3/repos/${shop.fullName}/issues/comments/${comment.id}/reactions`;
      void fetch(url, {
        method: "POST",
        headers: { authorization, "content-type": "application/json" },
        body: JSON.stringify({ content: "eyes" }),
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  sandbox.setWebhook({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, secret });
  const ways: Way[] = [];
  for (let time = 0; time < times; time += 1) {
    const way = watch.next(isReaction);
    shop.comment(1, "/status", "ana");
    ways.push(await way);
    await sandbox.settled();
  }
  server.close();
  sandbox.setWebhook({ url: `${waybillUrl}/api/github/webhooks`, secret });
  return ways;
}

async function times(story: Story, watch: WayWatch, count: number): Promise<void> {
  const goal = `; goal: p99 of ${GOAL_MS} ms`;
  const [eyes, words, live]: [Way[], Way[], Way[]] = [[], [], []];
  const reacted = await bare(story, watch, count);
  for (let time = 0; time < count; time += 1) {
    eyes.push(await wayOf(story, watch, "/status", isReaction));
    words.push(await wayOf(story, watch, "/why prod", isWord));
    await release(story, `v2.${time}.0`);
    live.push(await wayOf(story, watch, `/promote dev 2.${time}.0`, isWord));
  }
  const base = ownTimes(reacted);
  showTimes(`a bare server's 👀, ${count} times`, base, base);
  showTimes("our 👀", ownTimes(eyes), base, goal);
  showTimes("the answer to /why", ownTimes(words), base);
  showTimes("a promotion's live comment", ownTimes(live), base, goal);
}

/** The thread is about the first release, so that what means a newer one names it. */
const commandsOn = (version: string): readonly string[] => [
  "/help",
  "/status",
  "/why",
  "/why prod",
  `/plan prod ${version}`,
  "/freeze prod --for 1h",
  "/unfreeze prod",
  "/hold 9.9.9",
  "/unhold 9.9.9",
  `/promote prod ${version}`,
  `/approve prod ${version}`,
  "/promote moon",
  "/promtoe prod",
  "/release",
];

/** All that a command comes to, up to its end: of a promotion also the rollout. */
async function calls(story: Story, version: string): Promise<void> {
  process.stdout.write("\nCalls of a command, to its very end (a rollout of two components included)\n");
  for (const command of commandsOn(version)) {
    const counts = await counted(story, async () => {
      await story.comment(command, command.startsWith("/approve") ? "wes" : "ana");
      await story.settle(2 * MINUTE_MS);
    });
    process.stdout.write(
      `  ${command.padEnd(24)} ${String(total(counts)).padStart(3)} calls, ${String(writes(counts)).padStart(2)} write\n`,
    );
  }
}

/** As many promotions as there are environments, asked for at once, under the limits that GitHub has. */
async function atOnce(): Promise<void> {
  const names = Array.from(
    { length: PROMOTIONS },
    (_none, index) => `e${String(index + 1).padStart(2, "0")}`,
  );
  const config = `environments:\n  dev: {}\n${names.map((name) => `  ${name}: { after: dev }\n`).join("")}`;
  const story = await startStory({
    config: () => config,
    environment: { WAYBILL_WRITES_PER_MINUTE: "60" },
  });
  try {
    await release(story, "v1.5.0");
    await story.comment("/promote dev", "ana");
    await story.settle(HOUR_MS);
    const { calls: made, deployments } = story.sandbox.record;
    const [from, before, began] = [made.length, deployments.length, story.now()];
    for (const name of names) story.shop.comment(1, `/promote ${name}`, "ana");
    await story.settle(3 * HOUR_MS);
    const moments = made
      .slice(from)
      .filter(isOurWrite)
      .map(({ at }) => at);
    const delivered = deployments.slice(before).filter(({ outcome }) => outcome === "succeed").length;
    const minutes = ((moments.at(-1) ?? began) - began) / MINUTE_MS;
    process.stdout.write(
      `\n${PROMOTIONS} promotions at once: ${delivered} delivered, ${moments.length} writes (${(moments.length / PROMOTIONS).toFixed(1)} a promotion) in ${minutes.toFixed(1)} minutes of the story's clock; ` +
        `most in a minute ${mostWithin(moments, MINUTE_MS)} of ${GITHUBS.minute}, in an hour ${mostWithin(moments, HOUR_MS)} of ${GITHUBS.hour}\n`,
    );
    if (delivered !== PROMOTIONS) throw new Error("not all of them were delivered");
  } finally {
    await story.end();
  }
}

async function main(): Promise<void> {
  const [, , flag, value = ""] = process.argv;
  const count = flag === "--times" ? Math.min(Math.max(1, Number(value)), 1_000) : 40;
  const watch = new WayWatch("issue_comment");
  const story = await startStory({ config: () => CONFIG });
  try {
    await release(story, "v1.5.0");
    await story.comment("/promote dev", "ana");
    await bare(story, watch, 5);
    await times(story, watch, count);
    await calls(story, `2.${count - 1}.0`);
  } finally {
    await story.end();
  }
  await atOnce();
}

await main();
