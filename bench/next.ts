/**
 * From a run's end to the next dispatch: the time from the moment at which the `workflow_run` webhook that says `completed` comes in until the dispatch
 * of the component that waited for it has been sent. What GitHub takes to answer in between (the deployment's record) is counted apart: the rest is our
 * own. Beside it, on the same stand-in, a bare server that makes the same two calls as soon as the webhook is there, and keeps nothing.
 *
 *   node bin/guard.mjs bench/next.ts [--promotions 3]
 *
 * Eleven are measured for each promotion. Everything is in one process, GitHub's stand-in too, so that a busy machine shows in both.
 */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { startStory, type Story } from "../test/support/story.ts";
import { showTimes } from "./timing.ts";
import { ownTimes, WayWatch, type Way } from "./way.ts";

const COMPONENTS = 12;
const GOAL_MS = 50;
const name = (index: number): string => `c${String(index).padStart(2, "0")}`;

/** One after the other. */
const CONFIG = `components:\n${Array.from({ length: COMPONENTS }, (_, index) => `  ${name(index)}: { workflow: deploy.yml${index === 0 ? "" : `, needs: [${name(index - 1)}]`} }\n`).join("")}environments: { prod: {} }\n`;

const isDispatch = ({ url }: IncomingMessage): boolean => url?.endsWith("/dispatches") === true;

/** Ends the run that is under way; answers the way from its webhook to the next dispatch. */
async function endRun({ sandbox, shop }: Story, watch: WayWatch): Promise<Way> {
  const run = shop.runs().at(-1);
  const way = watch.next(isDispatch);
  if (run === undefined || !shop.finishRun(run.id, "succeed")) throw new Error("no run can end");
  const passed = await way;
  await sandbox.settled();
  return passed;
}

async function promotion(story: Story, watch: WayWatch, version: number): Promise<Way[]> {
  const { shop } = story;
  shop.commit({ message: `feat: change ${version}`, author: "wes", files: { "a.txt": `${version}\n` } });
  await story.settle();
  shop.tag(`v2.${version}.0`, { by: "ana" });
  await story.settle();
  await story.comment(`/promote prod 2.${version}.0`, "ana");
  const ways: Way[] = [];
  while (ways.length < COMPONENTS - 1) {
    ways.push(await endRun(story, watch));
    await story.settle(3_000);
  }
  shop.finishRun(shop.runs().at(-1)?.id ?? 0, "succeed");
  await story.settle();
  return ways;
}

/** As little as can be done: the deployment's record, then the dispatch, each sent when the one before it is answered. */
async function bare(story: Story, watch: WayWatch, times: number): Promise<Way[]> {
  const { sandbox, shop, waybillUrl, webhookSecret: secret } = story;
  const base = `${sandbox.url}/api/v3/repos/${shop.fullName}`;
  const headers = {
    authorization: `token ${sandbox.user("ana").token()}`,
    "content-type": "application/json",
  };
  const post = async (path: string, body: object): Promise<void> => {
    const { ok } = await fetch(`${base}/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (!ok) throw new Error(`${path} was refused`);
  };
  const goOn = async (): Promise<void> => {
    await post("deployments", { ref: "main", environment: "bare", auto_merge: false, required_contexts: [] });
    const inputs = { environment: "bare", component: "bare", version: "1", sha: shop.sha("main") ?? "" };
    await post("actions/workflows/deploy.yml/dispatches", { ref: "main", inputs });
  };
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(202).end();
      if (request.headers["x-github-event"] === "workflow_run") void goOn();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // The first run's own webhooks go to nobody: what follows from them would not be measured.
  sandbox.setWebhook({ url: "http://127.0.0.1:9", secret });
  await goOn();
  await sandbox.settled();
  const ways: Way[] = [];
  while (ways.length < times) {
    sandbox.setWebhook({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, secret });
    const run = shop.runs().at(-1);
    const way = watch.next(isDispatch);
    if (run === undefined || !shop.finishRun(run.id, "succeed")) throw new Error("no run can end");
    ways.push(await way);
    sandbox.setWebhook({ url: "http://127.0.0.1:9", secret });
    await sandbox.settled();
  }
  server.close();
  sandbox.setWebhook({ url: `${waybillUrl}/api/github/webhooks`, secret });
  return ways;
}

async function main(): Promise<void> {
  const [, , flag, value = ""] = process.argv;
  const promotions = flag === "--promotions" ? Math.min(Math.max(1, Number(value)), 100) : 3;
  const watch = new WayWatch("workflow_run");
  const story = await startStory({ config: () => CONFIG });
  try {
    story.shop.script({ outcome: "hang" });
    // One to warm up.
    await promotion(story, watch, 0);
    await bare(story, watch, COMPONENTS);
    const ours: Way[] = [];
    const theirs: Way[] = [];
    for (let version = 1; version <= promotions; version += 1) {
      ours.push(...(await promotion(story, watch, version)));
      theirs.push(...(await bare(story, watch, COMPONENTS - 1)));
    }
    const all = (ways: readonly Way[]) => ways.map((way) => way.all);
    const [own, base] = [ownTimes(ours), ownTimes(theirs)];
    showTimes(`bare, ${theirs.length} times`, base, base);
    showTimes(`Waybill's own time, ${ours.length} times`, own, base, `; goal: p99 of ${GOAL_MS} ms`);
    showTimes("  with GitHub's answers", all(ours), all(theirs));
  } finally {
    await story.end();
  }
}

await main();
