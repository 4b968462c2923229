/** Check runs with more annotations than GitHub takes at once, and what becomes of one that was left half done. */
import { expect, it } from "vitest";
import type { RepositoryClient } from "../../src/github/client.ts";
import { writeCheck, type Check } from "../../src/github/effects/checks.ts";

interface Written {
  readonly id: number | null;
  readonly status: string;
  readonly annotations: number;
}

/** A GitHub on which this check stands, or none; and what is written there. */
function gitHub(
  standing: { readonly status: string; readonly title: string; readonly annotations: number } | null,
) {
  const written: Written[] = [];
  interface Fields {
    readonly check_run_id?: number;
    readonly status: string;
    readonly output: { readonly annotations?: readonly unknown[] };
  }
  const write = ({ check_run_id: id = null as never, status, output }: Fields) => {
    written.push({ id, status, annotations: output.annotations?.length ?? 0 });
    return Promise.resolve({ data: { id: 7 } });
  };
  const found = standing && {
    id: 3,
    app: { id: 1 },
    status: standing.status,
    conclusion: standing.status === "completed" ? "failure" : null,
    output: { title: standing.title, summary: "s", annotations_count: standing.annotations },
  };
  const listForRef = () => Promise.resolve({ data: { check_runs: found === null ? [] : [found] } });
  const octokit = { rest: { checks: { create: write, update: write, listForRef } } };
  const client = { octokit, owner: "acme", repo: "shop", appId: 1 } as unknown as RepositoryClient;
  return { client, written };
}

const check = (count: number): Check => ({
  name: "Waybill config",
  head: "a".repeat(40),
  number: 1,
  conclusion: "failure",
  title: "t",
  summary: "s",
  annotations: Array.from({ length: count }, (_none, at) => {
    return { path: "x.yml", line: at + 1, column: 1, level: "failure", message: "no" };
  }),
});

it.each([
  ["few go with the check itself", null, 3, [[null, "completed", 3]]],
  [
    "many go fifty at a time, and the last ones complete it",
    null,
    120,
    [
      [null, "in_progress", 50],
      [7, "in_progress", 50],
      [7, "completed", 20],
    ],
  ],
  [
    "more than two hundred are left to the summary",
    null,
    500,
    [
      [null, "in_progress", 50],
      [7, "in_progress", 50],
      [7, "in_progress", 50],
      [7, "completed", 50],
    ],
  ],
  [
    "one that was left half done is taken up where it was",
    { status: "in_progress", title: "t", annotations: 50 },
    120,
    [
      [3, "in_progress", 50],
      [3, "completed", 20],
    ],
  ],
  ["one that says the same is left alone", { status: "completed", title: "t", annotations: 3 }, 3, []],
  [
    "one that says something else makes way, as what was annotated stays",
    { status: "completed", title: "other", annotations: 3 },
    3,
    [[null, "completed", 3]],
  ],
  [
    "one without annotations is edited in place",
    { status: "completed", title: "other", annotations: 0 },
    0,
    [[3, "completed", 0]],
  ],
] as const)("%s", async (_name, standing, count, expected) => {
  const { client, written } = gitHub(standing);
  await writeCheck(client, check(count));
  expect(written.map(({ id, status, annotations }) => [id, status, annotations])).toEqual(expected);
});
