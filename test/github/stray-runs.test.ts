/** A run that GitHub lists in a shape that nobody knows. */
import { expect, it } from "vitest";
import type { Scene } from "../../src/github/reconcile/scene.ts";
import { strayRuns } from "../../src/github/reconcile/runs.ts";

it("hides neither the other runs nor all else that the look has found", async () => {
  const step = (correlationId: string) => ({
    stage: "needs-human",
    runId: null,
    workflow: "deploy.yml",
    correlationId,
  });
  const steps = [step("c1-api"), step("c1-web")];
  const known = {
    id: 7,
    name: "deploy",
    path: ".github/workflows/deploy.yml",
    display_title: "Deploy c1-web",
    status: "completed",
    conclusion: "success",
    head_sha: "a1".repeat(20),
    html_url: "https://github.example/runs/7",
    event: "workflow_dispatch",
    run_attempt: 1,
    actor: { login: "waybill[bot]", type: "Bot" },
    triggering_actor: { login: "waybill[bot]", type: "Bot" },
  };
  const odd = { display_title: "Deploy c1-api", status: 5 };
  const listWorkflowRuns = () =>
    Promise.resolve({ data: { workflow_runs: [odd, { display_title: null }, known] } });
  const client = { owner: "acme", repo: "shop", octokit: { rest: { actions: { listWorkflowRuns } } } };
  const scene = {
    client,
    lane: { plans: [{ environment: { name: "prod" } }] },
    context: {
      installation: 1,
      repository: 12,
      now: () => 0,
      connect: () => Promise.resolve({ ...client, botLogin: "waybill[bot]" }),
      lanes: {
        environments: () => Promise.resolve(["prod"]),
        repository: () => Promise.resolve(null),
        environment: () => Promise.resolve({ active: { steps }, left: { kind: "none" } }),
      },
    },
  } as unknown as Scene;
  const found = await strayRuns(scene);
  expect(found.map(({ event }) => event)).toMatchObject([{ type: "RunObserved", run: { id: 7 } }]);
});
