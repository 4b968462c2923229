/** Stories of an environment that has Waybill as its custom deployment protection rule. */
import { expect, it } from "vitest";
import { deployWorkflow } from "../../src/cli/demo/shop.ts";
import type { Story } from "../support/story.ts";
import {
  actAs,
  deployed,
  dispatchByHand,
  expectPromisesKept,
  lastWords,
  startProd,
  waybillsComments,
} from "./prod.ts";

const DISPATCHES = "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
const ANSWERS = "POST /repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule";

/** Nothing is claimed: the rule is all that stands between a run and the environment. */
const WORKFLOW = deployWorkflow({ claims: false }).replace(
  "    runs-on: ubuntu-latest\n",
  "    runs-on: ubuntu-latest\n    environment: ${{ inputs.environment }}\n",
);

async function startFenced(): Promise<Story> {
  const story = await startProd({ workflow: WORKFLOW });
  story.shop.environment("prod", { customRule: true });
  return story;
}

/** What Waybill answered, oldest first. */
function answers(story: Story): string[] {
  return story.sandbox.record.calls
    .filter(({ method, route }) => `${method} ${route ?? ""}` === ANSWERS)
    .map(({ requestBody }) => {
      const { state, comment } = requestBody as { state: string; comment: string };
      return `${state}: ${comment}`;
    });
}

it("its own runs are let in; one that somebody starts, or runs again, is not, and is told how it goes", async () => {
  const story = await startFenced();
  await story.comment("/promote prod", "ana");
  expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
  const ours = "approved: Waybill started this run, to bring 1.5.0 to prod.";
  expect(answers(story)).toEqual([ours, ours]);

  await dispatchByHand(story, "wes", { version: "1.4.2" }, "v1.4.2");
  await story.settle();
  const [first] = story.shop.runs();
  await actAs(story, "wes", "POST", `actions/runs/${first?.id}/rerun`);
  await story.settle();
  expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  const other = expect.stringMatching(/^rejected: Waybill did not start this run.*\/promote prod$/);
  expect(answers(story).slice(2)).toEqual([other, other]);
  expect(story.shop.runs().map(({ conclusion }) => conclusion)).toEqual(["failure", "success", "failure"]);
  // Nothing was deployed past Waybill.
  expect(waybillsComments(story).filter(({ body }) => body.includes("waybill:comment:by-hand-"))).toEqual([]);
  expectPromisesKept(story);
});

it("a run whose dispatch nobody answered shows itself by asking, and is let in", async () => {
  const story = await startFenced();
  story.sandbox.faults.add({ route: DISPATCHES, kind: "reset-after", times: 1 });
  story.sandbox.faults.webhooks({ kind: "lose", event: "workflow_run", times: 1_000 });
  await story.comment("/promote prod", "ana");
  await story.settle(120_000);
  expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
  expectPromisesKept(story);
});

it("a run that nobody heard ask is found waiting", async () => {
  const story = await startFenced();
  story.sandbox.faults.webhooks({ kind: "lose", event: "deployment_protection_rule", times: 1_000 });
  await story.comment("/promote prod", "ana");
  expect(deployed(story)).toEqual([]);
  await story.settle(240_000);
  expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
});
