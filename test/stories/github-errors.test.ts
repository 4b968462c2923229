/**
 * Stories in which GitHub fails once: every way of failing, on every route that Waybill writes to on the main road. Whatever happens, the
 * release arrives or it is said why not, nothing is deployed twice, and nothing is said twice.
 */
import { describe, expect, it, onTestFinished } from "vitest";
import { shopConfig } from "../../src/cli/demo/shop.ts";
import type { FaultKind } from "../../src/sandbox/faults.ts";
import { startStory, type Story } from "../support/story.ts";
import { deployed, expectPromisesKept, waybillsComments } from "./prod.ts";

const REPOSITORY = "/repos/{owner}/{repo}";

const STATUSES = `POST ${REPOSITORY}/deployments/{deployment_id}/statuses`;

/** Every route that Waybill writes to on the main road; the last test below keeps this list complete. */
const WRITES = [
  `POST ${REPOSITORY}/actions/workflows/{workflow_id}/dispatches`,
  `POST ${REPOSITORY}/deployments`,
  STATUSES,
  `POST ${REPOSITORY}/issues`,
  `PATCH ${REPOSITORY}/issues/{issue_number}`,
  `POST ${REPOSITORY}/issues/{issue_number}/comments`,
  `PATCH ${REPOSITORY}/issues/comments/{comment_id}`,
  `POST ${REPOSITORY}/issues/comments/{comment_id}/reactions`,
  `POST ${REPOSITORY}/releases`,
  `PATCH ${REPOSITORY}/releases/{release_id}`,
  "POST /app/installations/{installation_id}/access_tokens",
] as const;

const KINDS: Record<string, FaultKind> = {
  "401": { status: 401 },
  "403": { status: 403 },
  "404": { status: 404 },
  "409": { status: 409 },
  "422": { status: 422 },
  "429 with retry-after": { status: 429, retryAfter: 3 },
  "500": { status: 500 },
  "502": { status: 502 },
  "a reset before the write": "reset-before",
  "a reset after the write": "reset-after",
};

/** Longer than a lost dispatch is looked for, and than a rate limit or a growing pause lasts. */
const UNTIL_ALL_IS_SAID = 200_000;

/** A merge, its tag, and the command; once more if the first was not delivered, as its comment says. */
async function mainRoad(story: Story): Promise<"delivered" | "delivered at the second command"> {
  story.merge("feat(api): accept vouchers");
  await story.settle(UNTIL_ALL_IS_SAID);
  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle(UNTIL_ALL_IS_SAID);
  if (deployed(story, "staging").length === 0) {
    // What did not go by itself has said so on the notice, with the command that takes it on.
    expect(saidWhyNot(story)).toBe(true);
    await commandUntilDelivered(story, "dev");
    await commandUntilDelivered(story, "staging");
  }
  return commandUntilDelivered(story, "prod");
}

function saidWhyNot(story: Story): boolean {
  return waybillsComments(story).some((one) => /was not delivered|was not done/.test(one.body));
}

async function commandUntilDelivered(
  story: Story,
  environment: string,
): Promise<"delivered" | "delivered at the second command"> {
  const first = await command(story, environment);
  if (first === "rocket") return "delivered";
  expect(await command(story, environment)).toBe("rocket");
  return "delivered at the second command";
}

/** Gives the command and waits for its end: every command has one, and a visible one. */
async function command(story: Story, environment: string): Promise<string> {
  const id = await story.comment(`/promote ${environment} 1.5.0`, "ana", 1);
  await story.settle(UNTIL_ALL_IS_SAID);
  const said = waybillsComments(story).filter((one) => one.body.split("\n", 1)[0]?.includes(String(id)));
  const delivered = said.some((one) => /^### \S+ runs /m.test(one.body));
  if (delivered) return "rocket";
  const answers = waybillsComments(story, 1).map((one) => one.body);
  if (answers.some((body) => body.includes(`${id}`) && /runs `1.5.0` already/.test(body))) return "rocket";
  expect(saidWhyNot(story), `nothing was said about the command for ${environment}`).toBe(true);
  return "-1";
}

/** The story with faults armed before anything happens; judged by what holds in every story. */
async function withFaults(
  ...faults: { route: string; kind: FaultKind; after?: number; times?: number }[]
): Promise<Story> {
  const story = await startStory({ config: (url) => shopConfig(url) });
  onTestFinished(() => story.end());
  for (const fault of faults) story.sandbox.faults.add(fault);
  await mainRoad(story);
  const arrived = deployed(story, "prod").filter((one) => one.endsWith(" 1.5.0"));
  expect(arrived).toEqual(["api 1.5.0", "web 1.5.0"]);
  expectPromisesKept(story);
  expect((await story.store.jobCounts()).dead).toBe(0);
  expect(waybillsComments(story, 1).some((one) => one.body.includes("### prod runs 1\\.5.0"))).toBe(true);
  return story;
}

const everywhere = Object.entries(KINDS);
const [dispatches] = WRITES;
/** Not 404: what is not found when it is read does not exist, and there is no telling that from a mistake. */
const readKinds = ["401", "403", "429 with retry-after", "500", "502", "a reset before the write"];

describe("GitHub fails", () => {
  it.each(everywhere)("once on every route that is written to, by %s", async (_name, kind) => {
    await withFaults(...WRITES.map((route) => ({ route, kind })));
  });

  it.each(everywhere)("once on the dispatch to prod alone, by %s", async (_name, kind) => {
    await withFaults({ route: dispatches, kind, after: 4 });
  });

  it.each(readKinds)("five times in a row on whatever is read, by %s", async (name) => {
    await withFaults({ route: "GET *", kind: KINDS[name] as FaultKind, times: 5 });
  });

  it("by not knowing anything that it has just created, at the first look at each", async () => {
    await withFaults({ route: "*", kind: "not-found-after-create" });
  });

  it("by never answering a dispatch that it has taken (this takes as long as a call may take)", async () => {
    await withFaults({ route: dispatches, kind: "timeout-after", after: 4 });
  }, 60_000);
});

it("the list of routes is complete: the main road writes to these and no others", async () => {
  const story = await startStory();
  onTestFinished(() => story.end());
  await mainRoad(story);
  const written = story.sandbox.record.calls
    .filter(
      (call) => call.method !== "GET" && /^(app|installation:)/.test(call.actor) && call.path !== "/graphql",
    )
    .map((call) => `${call.method} ${call.route}`);
  // Statuses that are set at the same moment go out by GraphQL together: whether one is ever set alone is a matter of moments.
  expect([...new Set([...written, STATUSES])].sort()).toEqual([...WRITES].sort());
});
