/** By which workflow an earlier release comes back: its own where that fits, else today's with the old commit. */
import { describe, expect, it } from "vitest";
import type { PromotionId } from "../../src/core/ids.ts";
import type { RepositoryClient } from "../../src/github/client.ts";
import { partsOf, type Way } from "../../src/github/parts.ts";
import { workflowForRollback } from "../../src/github/release-workflows.ts";
import { planOf, sha, tagged } from "../core/given.ts";

const CONFIG = `
components: { api: {} }
environments: { prod: { inputs: { region: eu-west-1 } } }
`;
const PATH = ".github/workflows/deploy.yml";
const OLD = sha("a1");
/** Where the config was read: the default branch. */
const DEFAULT = sha("c0ffee");

const file = (...inputs: readonly string[]) =>
  `on: { workflow_dispatch: { inputs: { ${inputs.map((name) => `${name}: {}`).join(", ")} } } }
jobs: { deploy: { runs-on: x, steps: [] } }
`;
const FULL = file("environment", "version", "sha", "correlation_id", "region");

/** What is chosen where the file stands so at the release and on the branch; null where there is none. */
async function chosen(
  own: string | null,
  today: string | null,
  more: { onDefault?: string | null; branches?: Readonly<Record<string, string | null>> } = {},
) {
  const plan = planOf("prod", CONFIG);
  const way = { cargo: tagged("1.4.2", OLD), plan };
  const texts = new Map<string, string | null>([
    [OLD, own],
    [DEFAULT, more.onDefault === undefined ? FULL : more.onDefault],
    ["main", today],
    ...Object.entries(more.branches ?? {}),
  ]);
  const read = (path: string, ref: string) =>
    Promise.resolve(path === PATH ? (texts.get(ref) ?? null) : null);
  const client = { defaultBranch: "trunk", octokit: {} } as RepositoryClient;
  const [part] = partsOf(way, "c1" as PromotionId);
  if (part === undefined) throw new Error("no component");
  const found = await workflowForRollback(client, read, way, part);
  if ("code" in found) return { code: found.code, ...found.detail };
  const { ref = "v1.4.2", todays } = found;
  return { ref, ...todays };
}

describe("the workflow of a rollback", () => {
  it("is the release's own, as it stands at its tag", async () => {
    expect(await chosen(FULL, FULL)).toEqual({ ref: "v1.4.2" });
  });
  it.each([
    ["is not there", null, "missing", []],
    ["cannot be read", "on: {", "unreadable", []],
    ["cannot be dispatched", "on: push\njobs: { x: { steps: [] } }", "not-dispatchable", []],
    [
      "lacks the commit and the id",
      file("environment", "version", "region"),
      "inputs",
      ["sha", "correlation_id"],
    ],
    ["knows no region", file("environment", "version", "sha", "correlation_id"), "inputs", ["region"]],
    [
      "asks for more than there is",
      FULL.replace("region: {}", "region: {}, host: { required: true }"),
      "inputs",
      [],
    ],
  ])("is today's where its own %s", async (_what, own, why, lacks) => {
    expect(await chosen(own, FULL)).toEqual({ ref: "main", why, lacks });
  });
  it("its own does where today's is gone, as long as it can be dispatched at all", async () => {
    expect(await chosen(file("environment"), null)).toEqual({ ref: "v1.4.2" });
  });
  it("its own may lack what today's is not given either", async () => {
    const more = FULL.replace("region: {}", "region: {}, canary: { default: no }");
    expect(await chosen(FULL, more)).toEqual({ ref: "v1.4.2" });
  });
  it.each([
    ["does not declare the commit", file("environment", "version"), "no-sha"],
    ["is not there", null, "missing"],
    ["cannot be read", "on: {", "unreadable"],
    ["asks for more than there is", FULL.replace("sha: {}", "sha: {}, host: { required: true }"), "inputs"],
  ])("there is none where today's %s", async (_what, today, unfit) => {
    expect(await chosen(null, today)).toMatchObject({
      code: "rollback-workflow",
      path: PATH,
      tag: "v1.4.2",
      why: "missing",
      today: unfit,
      branch: "main",
    });
  });
  it("there is none where the default branch has no such file: GitHub would not start it", async () => {
    expect(await chosen(FULL, FULL, { onDefault: null })).toMatchObject({ code: "workflow-missing" });
  });
  it("a default branch that was renamed meanwhile is found by its new name", async () => {
    expect(await chosen(null, null, { branches: { trunk: FULL } })).toMatchObject({ ref: "trunk" });
  });
});

describe("what is done with the database", () => {
  const database = `components: { api: {} }
environments:
  prod: { database: { backup: b.yml, restore: r.yml }, rollout: { before: [{ workflow: pause.yml }], after: [{ workflow: warm.yml }] } }
`;
  const onPlan = { cargo: tagged("1.4.2", OLD), plan: planOf("prod", database) };
  const back = { restore: { point: Date.UTC(2026, 10, 27, 17), runId: 9 } };
  const files = (more: Partial<Way>) => partsOf({ ...onPlan, ...more }, "c1" as PromotionId);
  const names = (more: Partial<Way>) => files(more).map(({ file }) => file);

  it("comes last before the components: a backup, and before a rollback only what a person asks for", () => {
    expect(names({ class: "normal" })).toEqual(["pause.yml", "b.yml", "deploy.yml", "warm.yml"]);
    expect(names({ class: "hotfix" })).toContain("b.yml");
    expect(names({ class: "rollback" })).toEqual(["pause.yml", "deploy.yml", "warm.yml"]);
    expect(names({ class: "rollback", back })).toEqual(["pause.yml", "r.yml", "deploy.yml", "warm.yml"]);
  });
  it("tells a restore what it puts back, and nobody else", () => {
    const given = files({ class: "rollback", back }).map(({ supplied }) => supplied.recovery_point);
    expect(given).toEqual([undefined, "2026-11-27T17:00:00.000Z", undefined, undefined]);
    const [, restore] = files({ class: "rollback", back });
    expect(restore).toMatchObject({
      role: "restore",
      supplied: { component: "restore", backup_run_id: "9" },
    });
  });
});
