import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { namesCorrelation } from "../../src/core/promotion.ts";
import { plannedInputs, undeclaredInputs } from "../../src/core/workflow-inputs.ts";
import { readWorkflow, type WorkflowFacts, type WorkflowInput } from "../../src/core/workflow.ts";

const path = ".github/workflows/deploy.yml";
const docs = readFileSync(join(import.meta.dirname, "../../docs/workflows.md"), "utf8");
const snippet = readFileSync(join(import.meta.dirname, "../../docs/snippets/claim-step.yml"), "utf8");
const example = /```yaml\n(.*?)```/s.exec(docs)?.[1] ?? "";
const jobs = "jobs: { deploy: { runs-on: x, steps: [{ run: x }] } }";

function facts(text: string): WorkflowFacts {
  const reading = readWorkflow(text, path);
  if (!reading.ok) throw new Error(reading.problem);
  return reading.workflow;
}

describe("the example of docs/workflows.md", () => {
  test("can be dispatched, takes Waybill's inputs and claims its runs", () => {
    const read = facts(example);
    expect(read).toMatchObject({
      dispatchable: true,
      claims: true,
      claimProblem: null,
      environments: "none",
    });
    expect(read.runName).toContain("inputs.correlation_id");
    expect(read.inputs.map(({ name }) => name)).toEqual([
      "environment",
      "component",
      "version",
      "sha",
      "correlation_id",
      "region",
    ]);
  });

  test("names its runs so that Waybill finds them", () => {
    const given: Record<string, string> = { environment: "prod", version: "1.5.0" };
    const title = (id: string): string =>
      (facts(example).runName ?? "").replaceAll(/\$\{\{ inputs\.(\w+) \}\}/g, (_all, name: string) =>
        name === "correlation_id" ? id : (given[name] ?? name),
      );
    expect(title("c1-api")).toContain("to prod (c1-api)");
    expect(namesCorrelation(title("c1-api"), "c1-api")).toBe(true);
    for (const other of ["c1-api-2", "again-c1-api", "c1-api.2", "c1-ap"])
      expect(namesCorrelation(title(other), "c1-api"), other).toBe(false);
  });

  test("holds the claim step letter by letter", () => {
    expect(example.replaceAll(/^ {6}/gm, "")).toContain(snippet);
  });

  test("passes inputs only through env", () => {
    const scripts = [...example.matchAll(/run: (\|\n(?: {10}.*\n)+|.*\n)/g)].map((found) => found[1]);
    expect(scripts).toHaveLength(2);
    expect(scripts.join("")).not.toContain("${{");
  });
});

describe("`on:` in all its shapes", () => {
  test.each([
    ["on: workflow_dispatch", true],
    ["on: push", false],
    ["on: [push, workflow_dispatch]", true],
    ["on: [push]", false],
    ["on: { workflow_dispatch: }", true],
    ["on: { push: , workflow_call: { inputs: { a: { type: string } } } }", false],
    ["'on': { workflow_dispatch: { inputs: { } } }", true],
    ["%YAML 1.1\n---\non: workflow_dispatch", true],
    ["on: 5", false],
    ["name: x", false],
    ["on: { constructor: }", false],
    ["x: &a workflow_dispatch\non: [*a]", true],
  ])("%j", (on, dispatchable) => expect(facts(`${on}\n${jobs}`).dispatchable).toBe(dispatchable));

  test("inputs are read with their types, options and defaults", () => {
    const text = `on: { workflow_dispatch: { inputs: {
      a: , b: { required: true, default: 5 }, c: { type: choice, options: [x, 1, true, [y]] }, d: { type: boolean, default: false },
      e: { type: environment, required: "true" }, f: { type: number }, g: { type: date }, h: [], constructor: { required: yes } } } }\n${jobs}`;
    expect(facts(text).inputs).toEqual([
      { name: "a", required: false, type: "string" },
      { name: "b", required: true, type: "string", default: "5" },
      { name: "c", required: false, type: "choice", options: ["x", "1", "true"] },
      { name: "d", required: false, type: "boolean", default: "false" },
      { name: "e", required: true, type: "environment" },
      { name: "f", required: false, type: "number" },
      { name: "g", required: false, type: "string" },
      { name: "h", required: false, type: "string" },
      { name: "constructor", required: false, type: "string" },
    ]);
  });

  test.each([
    ["environment: prod", "named"],
    ["environment: { name: prod, url: x }", "named"],
    ["environment: '${{ inputs.environment }}'", "named"],
    ["environment: ", "none"],
    ["env: { environment: prod }", "none"],
  ])("a job with `%s`: %s", (line, environments) => {
    expect(
      facts(`on: workflow_dispatch\njobs: { a: {steps: []}, b: { needs: a, ${line} } }`).environments,
    ).toBe(environments);
  });
});

describe("a workflow claims only if nothing runs before or past the claim", () => {
  const claim = "{ id: waybill-claim, run: 'gh api refs/waybill/claims/x' }";
  test.each([
    ["one job that begins with it", `a: { steps: [${claim}, { run: x }] }`],
    ["other jobs behind it", `a: { steps: [${claim}] }, b: { needs: a }, c: { needs: [a, b] }`],
    ["an action that does it", "a: { steps: [{ id: waybill-claim, uses: ./claim }] }"],
    [
      "a step after a failure that asks for the claim",
      `a: { steps: [${claim}, { if: "failure() && steps.waybill-claim.outputs.claimed == 'true'" }] }`,
    ],
    [
      "a job after a failure that asks for it",
      `a: { steps: [${claim}] }, b: { needs: a, if: "always() && needs.a.outputs.claimed == 'true'" }`,
    ],
    ["a condition that asks for success", `a: { steps: [${claim}, { if: "success() && inputs.x" }] }`],
  ])("it does: %s", (_name, text) =>
    expect(facts(`on: workflow_dispatch\njobs: { ${text} }`)).toMatchObject({
      claims: true,
      claimProblem: null,
    }),
  );

  test.each([
    ["no such step", "a: { steps: [{ run: x }] }", "has not the id"],
    ["it comes second", `a: { steps: [{ run: x }, ${claim}] }`, "has not the id"],
    ["two jobs begin", `a: { steps: [${claim}] }, b: { steps: [{ run: x }] }`, "begin side by side"],
    [
      "two jobs begin, both with it",
      `a: { steps: [${claim}] }, b: { needs: [], steps: [${claim}] }`,
      "begin side by side",
    ],
    [
      "it is in a later job",
      `a: { steps: [{ run: x }] }, b: { needs: a, steps: [${claim}] }`,
      "has not the id",
    ],
    ["no job begins", `a: { needs: b, steps: [${claim}] }, b: { needs: a }`, "none begins"],
    ["the job is another workflow", "a: { uses: ./x.yml }", "has not the id"],
    ["it claims nothing", "a: { steps: [{ id: waybill-claim, run: 'true' }] }", "claims nothing"],
    ["it has a condition", "a: { steps: [{ id: waybill-claim, uses: x, if: github.actor }] }", "condition"],
    ["its condition is false", "a: { steps: [{ id: waybill-claim, uses: x, if: 'false' }] }", "condition"],
    ["it may fail", "a: { steps: [{ id: waybill-claim, uses: x, continue-on-error: true }] }", "condition"],
    ["its job may fail", `a: { continue-on-error: true, steps: [${claim}] }`, "continue-on-error"],
    [
      "its job runs several times",
      `a: { strategy: { matrix: { x: [1, 2] } }, steps: [${claim}] }`,
      "strategy",
    ],
    [
      "a later step always runs",
      `a: { steps: [${claim}, { if: always(), run: x }] }`,
      "also after a failed claim",
    ],
    [
      "a later step rolls back",
      `a: { steps: [${claim}, { if: "\${{ !cancelled() }}", run: x }] }`,
      "also after a failed claim",
    ],
    [
      "a later job runs after a failure",
      `a: { steps: [${claim}] }, b: { needs: a, if: failure () }`,
      "also after a failed claim",
    ],
    ["steps are no list", "a: { steps: waybill-claim }", "has not the id"],
  ])("it does not: %s", (_name, text, problem) => {
    expect(facts(`on: workflow_dispatch\njobs: { ${text} }`)).toMatchObject({
      claims: false,
      claimProblem: expect.stringContaining(problem),
    });
  });
});

describe("files that are no workflow", () => {
  test.each([
    ["", "no map"],
    ["a: [", "line 1"],
    ["- a", "no map"],
    ["on: push", "no jobs"],
    ["on: push\njobs: {}", "no jobs"],
    ["on: push\njobs: [a]", "no jobs"],
    ["a: *nowhere", "YAML"],
    ["a: 1\n---\nb: 1", "YAML"],
    [" ".repeat(600_000), "larger"],
    [
      `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, index) => `a${index + 1}: &a${index + 1} [${`*a${index},`.repeat(9)}]`).join("\n")}\njobs: {a: 1}`,
      "aliases",
    ],
  ])("%.40j", (text, problem) => {
    const reading = readWorkflow(text, path);
    expect(reading).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
    expect(reading).toMatchObject({ problem: expect.stringContaining(path) });
  });

  test("no text makes it throw", () => {
    const pieces = fc.constantFrom(
      "on:",
      "jobs:",
      " workflow_dispatch",
      "\n",
      "\n  ",
      "inputs:",
      "a:",
      "- ",
      "&a ",
      "*a",
      "[",
      "]",
      "{",
      "}",
      "needs: a",
      "steps:",
      "id: waybill-claim",
      "if: always()",
      "!!x ",
      "~",
      "<<: ",
      "5",
      "true",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join("")),
        ),
        (text) => {
          const reading = readWorkflow(text, path);
          expect(typeof reading.ok).toBe("boolean");
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe("the workflows that a workflow calls", () => {
  test("are those of its own repository, each once", () => {
    const called = facts(
      `on: workflow_dispatch
jobs:
  a: { uses: ./.github/workflows/ship.yml }
  b: { uses: ./.github/workflows/ship.yml, needs: a }
  c: { uses: ./.github/workflows/check.yaml }
  d: { uses: acme/shared/.github/workflows/ship.yml@v1 }
  e: { uses: ./.github/workflows/../../secrets.yml }
  f: { runs-on: x, steps: [{ uses: ./.github/workflows/step.yml }] }
`,
    );
    expect(called.calls).toEqual([".github/workflows/ship.yml", ".github/workflows/check.yaml"]);
  });
});

describe("the inputs of a dispatch", () => {
  const supplied = {
    environment: "prod",
    component: "api",
    version: "1.5.0",
    sha: "a".repeat(40),
    correlation_id: "c12-api",
  };
  const declaring = (...inputs: readonly (Partial<WorkflowInput> & { name: string })[]): WorkflowFacts => ({
    path,
    dispatchable: true,
    inputs: inputs.map((input) => ({ required: false, type: "string", ...input })),
    runName: null,
    environments: "none",
    calls: [],
    claims: false,
    claimProblem: "",
  });

  test("only what is declared is sent, as text", () => {
    const workflow = declaring(
      { name: "version" },
      { name: "sha" },
      { name: "replicas", type: "number" },
      { name: "dry", type: "boolean" },
      { name: "unset" },
    );
    expect(plannedInputs(workflow, supplied, { replicas: 3, dry: false, region: "eu" })).toEqual({
      ok: true,
      inputs: { version: "1.5.0", sha: "a".repeat(40), replicas: "3", dry: "false" },
    });
  });

  test("a required one that nobody supplies names the file and the input", () => {
    const problem = { code: "input-missing", file: path, input: "region" };
    expect(plannedInputs(declaring({ name: "region", required: true }), supplied, {})).toMatchObject({
      ok: false,
      problem,
    });
    expect(
      plannedInputs(declaring({ name: "region", required: true }), supplied, { regoin: "eu" }),
    ).toMatchObject({
      problem: { ...problem, mend: expect.stringContaining("regoin") },
    });
    expect(plannedInputs(declaring({ name: "region", required: true, default: "eu" }), supplied, {})).toEqual(
      { ok: true, inputs: {} },
    );
  });

  test("names of JavaScript's own are supplied by nobody", () => {
    expect(plannedInputs(declaring({ name: "constructor", required: true }), supplied, {})).toMatchObject({
      ok: false,
    });
    expect(plannedInputs(declaring({ name: "toString" }), supplied, {})).toEqual({ ok: true, inputs: {} });
  });

  test.each([
    [
      "a choice without the value",
      { name: "environment", type: "choice", options: ["production", "staging"] },
      "one of production, staging",
    ],
    ["a choice without options", { name: "environment", type: "choice" }, "one of"],
    ["a boolean", { name: "flag", type: "boolean" }, "true or false"],
    ["a number", { name: "flag", type: "number" }, "a number"],
  ] as const)("%s is refused before anything runs", (_name, input, expected) => {
    const plan = plannedInputs(declaring(input), supplied, { flag: "yes" });
    expect(plan).toMatchObject({
      ok: false,
      problem: { code: "input-refused", input: input.name, message: expect.stringContaining(expected) },
    });
  });

  test("a choice with the value is taken", () => {
    expect(
      plannedInputs(declaring({ name: "environment", type: "choice", options: ["prod"] }), supplied, {}),
    ).toMatchObject({ ok: true });
  });

  test("more than this GitHub takes are refused", () => {
    const names = Array.from({ length: 11 }, (_, index) => ({ name: `i${index}` }));
    const configured = Object.fromEntries(names.map(({ name }) => [name, "x"]));
    expect(plannedInputs(declaring(...names), supplied, configured)).toMatchObject({ ok: true });
    expect(plannedInputs(declaring(...names), supplied, configured, 10)).toMatchObject({
      ok: false,
      problem: { code: "too-many-inputs", file: path, input: "i10" },
    });
  });

  test("an input that no workflow of the environment declares is found", () => {
    const workflows = [declaring({ name: "region" }), declaring({ name: "zone" })];
    expect(undeclaredInputs(workflows, { region: 1, zone: 1, regoin: 1, constructor: 1 })).toEqual([
      "regoin",
      "constructor",
    ]);
  });
});
