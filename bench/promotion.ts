/**
 * GitHub calls of one promotion of twelve components that brings fifty pull requests, from the command to the receipt and the last
 * word to an author, counted by the stand-in's record: once with components in three layers, once with all of them side by side, and once more where their workflow makes the deployments.
 *
 *   node bin/guard.mjs bench/promotion.ts
 *
 * It is an everyday one: it takes the place of another release, the server knows the repository, nobody else deploys. Runs of a layer end
 * together, which is where most can be said in one call. Twelve of the calls are the dispatches themselves: GitHub starts one run a call.
 */
import { deployWorkflow } from "../src/cli/demo/shop.ts";
import { startStory, type Story } from "../test/support/story.ts";
import { counted, report } from "./counting.ts";

const PULLS = 50;
const TEN_MINUTES_MS = 11 * 60_000;
const NAMES = [
  "queue",
  "store",
  "api",
  "auth",
  "cart",
  "mail",
  "pay",
  "search",
  "stock",
  "track",
  "admin",
  "web",
];

/** One write for each thing that is written: a deployment with two statuses and a dispatch for each component, a comment for each pull request. */
const NAIVE = NAMES.length * (1 + 2 + 1) + PULLS;

/** GitHub itself makes the deployments of such a job, and sets their statuses. */
const NAMING = deployWorkflow().replace(
  "    runs-on: ubuntu-latest\n",
  "    runs-on: ubuntu-latest\n    environment: ${{ inputs.environment }}\n",
);

/** Two that all need, eight that need these, two that need all. */
function inLayers(index: number): string {
  if (index < 2) return "";
  return `, needs: [${NAMES.slice(...(index < 10 ? [0, 2] : [2, 10])).join(", ")}]`;
}

const sideBySide = (): string => "";

function configOf(needs: (index: number) => string): (url: string) => string {
  const components = NAMES.map((name, index) => `  ${name}: { workflow: deploy.yml${needs(index)} }\n`);
  return (url) =>
    `components:\n${components.join("")}environments:\n  prod:\n    verify: { url: "${url}", json: "$.version", confirmations: 2, interval: 1s }\n`;
}

async function release(story: Story, tag: string, pulls: number): Promise<void> {
  for (let number = 1; number <= pulls; number += 1)
    story.merge(`feat: change ${number} for ${tag}`, { author: "wes" });
  await story.settle(TEN_MINUTES_MS);
  story.shop.tag(tag, { by: "ana" });
  await story.settle(TEN_MINUTES_MS);
}

async function promotion(
  name: string,
  needs: (index: number) => string,
  workflow = deployWorkflow(),
): Promise<void> {
  const story = await startStory({ config: configOf(needs), workflow });
  try {
    await release(story, "v1.5.0", 1);
    await story.comment("/promote prod 1.5.0", "ana");
    await release(story, "v1.6.0", PULLS);
    const calls = await counted(story, async () => {
      await story.comment("/promote prod 1.6.0", "ana");
      await story.settle(TEN_MINUTES_MS);
    });
    check(story);
    report(name, calls, NAIVE, "at most 20 that write");
  } finally {
    await story.end();
  }
}

/** What was counted is a promotion that arrived, of which everybody was told. */
function check({ sandbox, shop }: Story): void {
  const done = sandbox.record.deployments.filter(
    (one) => one.version === "1.6.0" && one.outcome === "succeed",
  );
  const told = shop
    .comments()
    .filter((one) => one.byApp && one.body.startsWith("<!-- waybill:comment:told-prod"));
  if (done.length !== NAMES.length || told.length !== PULLS)
    throw new Error(`it went wrong: ${done.length} deployed, ${told.length} told`);
}

await promotion("12 components in three layers, 50 pull requests", inLayers);
await promotion("12 components side by side, 50 pull requests", sideBySide);
await promotion("  whose job names its environment", sideBySide, NAMING);
