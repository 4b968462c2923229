/** Databases, as people live them: a backup before each rollout, and a restore that a person asks for. */
import { describe, expect, it } from "vitest";
import { deployed, expectPromisesKept, lastWords, liveWords, startProd } from "./prod.ts";

const config = (): string => `components:
  api: { workflow: deploy.yml, migration: { kind: contract, paths: ["db/**"] } }
environments:
  prod:
    inputs: { region: us-east-1 }
    database: { backup: backup.yml, target: 15m, restore: restore.yml }
`;
const INPUTS =
  "environment: {}, version: {}, sha: {}, component: {}, correlation_id: {}, recovery_point: {}, backup_run_id: {}";
const workflow = (
  ...points: readonly string[]
): string => `on: { workflow_dispatch: { inputs: { ${INPUTS} } } }
run-name: Database (\${{ inputs.correlation_id }})
jobs:
  work: { runs-on: x, steps: [{ id: deploy, run: ./work }] }
${points
  .map(
    (point, index) =>
      `  tell${index}: { runs-on: x, steps: [{ run: 'echo "::notice title=recovery-point::${point}"' }] }`,
  )
  .join("\n")}
`;
const NOW = "$(date -u +%Y-%m-%dT%H:%M:%SZ)";
const files = (...points: readonly string[]) => ({
  ".github/workflows/backup.yml": workflow(...points),
  ".github/workflows/restore.yml": workflow(),
});

describe("an environment with a database", () => {
  it("is backed up before each rollout, and put back by a rollback that says so", async () => {
    const story = await startProd({ config, files: files(NOW) });
    await story.comment("/promote prod", "ana");
    expect(deployed(story)).toEqual(["backup 1.5.0", "api 1.5.0"]);
    story.merge("feat(api): one name for everybody", { files: { "db/7_drop_names.sql": "drop" } });
    await story.settle();
    story.shop.tag("v1.6.0", { by: "ana" });
    await story.settle();
    await story.comment("/promote prod", "ana", 1);
    const [, point = ""] = /its recovery point is (.+? UTC)/.exec(lastWords(story, 1)) ?? [];
    expect(point).toMatch(/^20\d\d-/);

    await story.comment("/rollback prod", "ana", 1);
    expect(lastWords(story, 1)).toContain(
      `Or have \`restore.yml\` put the database back first, to ${point}, when nothing but \`1.5.0\` ran there; what was written since is lost: \`/rollback prod 1.5.0 --restore --reason "…"\``,
    );
    await story.comment("/rollback prod --restore", "ana", 1);
    expect(lastWords(story, 1)).toContain("takes a reason");
    expect(deployed(story).slice(2)).toEqual(["backup 1.6.0", "api 1.6.0"]);

    await story.comment('/rollback prod --restore --reason "names are gone"', "ana", 1);
    expect(deployed(story).slice(4)).toEqual(["restore 1.5.0", "api 1.5.0"]);
    const inputs = story.sandbox.record.runs.at(-2)?.inputs ?? {};
    expect(`${inputs["recovery_point"]?.slice(0, 19).replace("T", " ")} UTC`).toBe(point);
    expect(inputs["backup_run_id"]).toBe(String(story.sandbox.record.runs.at(-4)?.run_id));
    expect(liveWords(story, 1)).toContain(`was put back to ${point} by \`restore.yml\``);
    expect(lastWords(story, 1)).toContain(`The database was put back to ${point} by \`restore.yml\``);
    expectPromisesKept(story);
  });

  it("takes nothing where the oldest recovery point of several is too old", async () => {
    const story = await startProd({ config, files: files(NOW, "2020-01-01T00:00:00Z") });
    await story.comment("/promote prod", "ana");
    expect(deployed(story)).toEqual(["backup 1.5.0"]);
    expect(lastWords(story)).toContain(
      "(2020-01-01 00:00:00 UTC), and **prod** wants one that is at most 15 min old",
    );
    expectPromisesKept(story);
  });
});
