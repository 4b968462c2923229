/** Stories of runs that somebody started past Waybill. */
import { describe, expect, it } from "vitest";
import { deployWorkflow } from "../../src/cli/demo/shop.ts";
import type { Story } from "../support/story.ts";
import {
  actAs,
  auditOf,
  callsOf,
  deployed,
  dispatchByHand,
  expectPromisesKept,
  lastWords,
  liveWords,
  startProd,
  waybillsComments,
} from "./prod.ts";

const MINUTE = 60_000;

describe("somebody starts the deployment workflow by hand", () => {
  it("a promotion waits until that run has ended; what it brought is said once, shown, and replaced by the next", async () => {
    const story = await startProd();
    const { shop } = story;
    await story.comment("/promote prod", "ana");
    shop.script({ component: "api", outcome: "hang", times: 1 });
    const run = await dispatchByHand(story, "wes", { version: "1.4.2" }, "v1.4.2");
    await story.settle();
    story.merge("fix(api): round vouchers down");
    await story.settle();
    shop.tag("v1.5.1", { by: "ana" });
    await story.settle();
    await story.comment("/promote prod", "ana", 1);
    const link = `/acme/shop/actions/runs/${run}`;
    expect(liveWords(story)).toContain("waiting for a run that Waybill did not start");
    expect(liveWords(story)).toMatch(new RegExp(`before \\[a run of wes\\]\\([^)]*${link}\\) has ended`));
    await story.comment("/status", "ana", 1);
    expect(lastWords(story)).toMatch(
      new RegExp(`waits until \\[a run of wes\\]\\([^)]*${link}\\) has ended`),
    );
    await story.settle(5 * MINUTE);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);

    shop.finishRun(run, "succeed");
    await story.settle();
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0", "api 1.4.2", "api 1.5.1", "web 1.5.1"]);
    const said = waybillsComments(story).filter(({ body }) => body.includes("waybill:comment:by-hand-"));
    expect(said).toHaveLength(1);
    expect(said[0]?.body).toContain("wes deployed `1.4.2` there by hand");
    expect(liveWords(story)).toContain("in place of `1.5.0`, over which `1.4.2` was deployed by hand");
    expect(lastWords(story)).toContain("It replaced `1.5.0`, over which `1.4.2` was deployed by hand.");
    const types = (await auditOf(story))
      .map(({ type }) => type)
      .filter((type) => type.includes("out-of-band"));
    expect(types).toEqual(["out-of-band.begun", "out-of-band.ended", "environment.out-of-band"]);
    expectPromisesKept(story);
  });

  it("and no webhook ever tells: Waybill finds it all the same, its end, too, and says what runs there", async () => {
    const story = await startProd({ environment: { WAYBILL_RECONCILE_SECONDS: "300" } });
    await story.reconcile();
    await story.comment("/promote prod", "ana");
    story.merge("fix(api): round vouchers down");
    await story.settle();
    for (const event of ["workflow_run", "deployment", "deployment_status"] as const)
      story.sandbox.faults.webhooks({ kind: "lose", event, times: 1_000 });
    story.shop.script({ component: "api", outcome: "hang", times: 1 });
    const run = await dispatchByHand(story, "wes", { version: "newest" });
    await story.reconcile();
    await story.comment("/status", "ana", 1);
    expect(lastWords(story)).toContain("waits until [a run of wes]");
    story.shop.finishRun(run, "succeed");
    await story.settle(2 * MINUTE);
    await story.comment("/status", "ana", 1);
    const short = story.shop.sha("main")?.slice(0, 7);
    expect(lastWords(story)).toContain(`wes deployed \`${short}\` there by hand`);
    const calls = callsOf(story, "GET /repos/{owner}/{repo}/actions/runs/{run_id}");
    await story.reconcile();
    await story.settle(2 * MINUTE);
    expect(callsOf(story, "GET /repos/{owner}/{repo}/actions/runs/{run_id}")).toBe(calls);
    expect(
      waybillsComments(story).filter(({ body }) => body.includes("waybill:comment:by-hand-")),
    ).toHaveLength(1);
    // What Waybill brought before may not run there any more, so it may be asked for again.
    await story.comment("/promote prod 1.5.0", "ana", 1);
    expect(lastWords(story)).toContain("over which");
    expectPromisesKept(story);
  });
});

/** Every job names its environment, so that GitHub makes the deployments; the second one only looks whether all is well. */
const NAMED = `${deployWorkflow().replace(
  "    runs-on: ubuntu-latest\n",
  "    runs-on: ubuntu-latest\n    environment: ${{ inputs.environment }}\n",
)}  check:
    needs: deploy
    runs-on: ubuntu-latest
    environment: \${{ inputs.environment }}
    steps: [{ run: ./check.sh }]
`;

describe("the workflow's own jobs make the deployments", () => {
  it("two of them in one run are that run's: none of ours is made, whatever is sent once more", async () => {
    const story = await startProd({ workflow: NAMED });
    story.sandbox.faults.webhooks({ kind: "double", event: "deployment", times: 1_000 });
    story.sandbox.faults.webhooks({ kind: "double", event: "deployment_status", times: 1_000 });
    await story.comment("/promote prod", "ana");
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(callsOf(story, "POST /repos/{owner}/{repo}/deployments")).toBe(0);
    expect(story.shop.deployments().map(({ creator }) => creator)).toEqual(
      Array(4).fill("github-actions[bot]"),
    );
    const audit = (await auditOf(story)).map(({ type }) => type);
    expect(audit.filter((type) => type.includes("out-of-band"))).toEqual([]);
    expectPromisesKept(story);
  });

  it("also where they are those of a workflow that it calls", async () => {
    const workflow = deployWorkflow().replace(
      /$/,
      "  ship:\n    needs: deploy\n    uses: ./.github/workflows/ship.yml\n",
    );
    const ship =
      "on: workflow_call\njobs: { ship: { runs-on: x, environment: prod, steps: [{ run: ./ship }] } }\n";
    const story = await startProd({ workflow, files: { ".github/workflows/ship.yml": ship } });
    await story.comment("/promote prod", "ana");
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expect(callsOf(story, "POST /repos/{owner}/{repo}/deployments")).toBe(0);
  });

  describe("of a run by hand they tell for which environment it is, though its name does not", () => {
    const workflow = NAMED.replace(/run-name:.*\n/, "run-name: Deploy ${{ inputs.correlation_id }}\n");
    const config = () =>
      "components: { api: { workflow: deploy.yml } }\nenvironments:\n  staging: {}\n  prod: { after: staging }\n";
    const saidOf = (story: Story) =>
      waybillsComments(story)
        .map(({ body }) => body.split("\n").at(-1))
        .filter((words) => words?.includes("by hand"));
    const isSaid = [expect.stringContaining("**staging**: wes deployed `1.5.0` there by hand")];

    it("whenever they are heard of", async () => {
      const story = await startProd({ workflow, config });
      await dispatchByHand(story, "wes", { environment: "staging" }, "v1.5.0");
      await story.settle();
      expect(saidOf(story)).toEqual(isSaid);
    });

    it("and where only its beginning and its end are, which leave that open", async () => {
      const story = await startProd({ workflow, config });
      for (const event of ["deployment", "deployment_status"] as const)
        story.sandbox.faults.webhooks({ kind: "lose", event, times: 1_000 });
      story.shop.script({ component: "api", outcome: "hang", times: 1 });
      const run = await dispatchByHand(story, "wes", { environment: "staging" }, "v1.5.0");
      await story.settle();
      expect(saidOf(story)).toEqual([]);
      story.shop.finishRun(run, "succeed");
      await story.settle();
      expect(saidOf(story)).toEqual(isSaid);
    });
  });
});

it("a run of Waybill's that somebody runs again holds what comes after it, and is nobody's promotion", async () => {
  const story = await startProd({ workflow: deployWorkflow({ claims: false }) });
  await story.comment("/promote prod", "ana");
  const [first] = story.shop.runs();
  story.merge("fix(api): round vouchers down");
  await story.settle();
  story.shop.tag("v1.5.1", { by: "ana" });
  await story.settle();
  await story.comment("/promote prod", "ana", 1);
  expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0", "api 1.5.1", "web 1.5.1"]);
  await actAs(story, "wes", "POST", `actions/runs/${first?.id}/rerun`);
  await story.settle();
  expect(deployed(story).at(-1)).toBe("api 1.5.0");
  await story.comment("/status", "ana", 1);
  expect(lastWords(story)).toContain("**prod**: wes deployed `1.5.0` there by hand");
  await story.comment("/promote prod 1.5.1", "ana", 1);
  expect(deployed(story).slice(-2)).toEqual(["api 1.5.1", "web 1.5.1"]);
});
