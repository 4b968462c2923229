/** `github`: what a team wants written there. */
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/index.ts";
import type { CommitSha } from "../../../src/core/ids.ts";
import { authorsToldBy, isWritten, plansOf } from "../../../src/core/plans.ts";

const parse = (github: string) =>
  parseConfig(`environments:\n  dev: { promote: merge }\n  staging: {}\n  prod: {}\n${github}\n`, {
    path: ".github/waybill.yml",
    repositoryName: "shop",
  });
const plans = (github: string) => {
  const reading = parse(github);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return plansOf(reading.config, "a".repeat(40) as CommitSha, "main");
};
const told = (github: string) => plans(github).map((plan) => [plan.environment.name, authorsToldBy(plan)]);

const PLAIN = { issues: false, labels: false };

describe("authors are told", () => {
  test("in the last environment, where nothing is said of it", () =>
    expect(told("")).toEqual([
      ["dev", null],
      ["staging", null],
      ["prod", PLAIN],
    ]));

  test("nowhere", () =>
    expect(told("github: { authors: false }")).toEqual([
      ["dev", null],
      ["staging", null],
      ["prod", null],
    ]));

  test("where the config says, and as it says", () =>
    expect(told("github: { authors: { environments: [staging], labels: true } }")).toEqual([
      ["dev", null],
      ["staging", { issues: false, labels: true }],
      ["prod", null],
    ]));

  test("in the last one, with their issues", () =>
    expect(told("github: { authors: { issues: true } }").at(-1)).toEqual([
      "prod",
      { issues: true, labels: false },
    ]));
});

test("what is switched off is not written, and all else is", () => {
  const [plan] = plans("github: { notice: false, live: false }");
  expect(
    (["notice", "draft", "preview", "live", "receipt"] as const).filter((one) => isWritten(plan, one)),
  ).toEqual(["draft", "preview", "receipt"]);
  expect(plans("github: {}")[0]).not.toHaveProperty("silent");
});

test.each([
  ["github: { authors: { environments: [prd] } }", "prd", "prod"],
  [
    "github: { authors: { environments: [dev] } }",
    "`dev` takes every merge",
    "name environments that take releases",
  ],
  ["github: { recipt: false }", "unknown", "receipt"],
])("%s is refused, with its place and what to write", (github, message, mend) => {
  const reading = parse(github);
  const [problem] = reading.ok ? [] : reading.problems;
  expect(problem).toMatchObject({ line: 5 });
  expect(`${problem?.message} ${problem?.mend}`).toContain(message);
  expect(problem?.mend).toContain(mend);
});

test("that nobody would hear of what fails by itself is pointed out, where there is neither notice nor channel", () => {
  const doubts = (text: string): string[] => {
    const reading = parse(text);
    return reading.ok ? reading.warnings.map(({ message }) => message) : ["not valid"];
  };
  expect(doubts("github: { notice: false }")).toEqual([
    expect.stringContaining("nobody hears of it when what goes by itself fails"),
  ]);
  expect(doubts("github: { notice: false }\nchannels: { ops: { email: { to: ops@acme.example } } }")).toEqual(
    [],
  );
  expect(doubts("github: { draft: false }")).toEqual([]);
});

test("a label that GitHub does not take is refused", () => {
  const long = "a".repeat(47);
  const reading = parseConfig(`environments: { ${long}: {} }\ngithub: { authors: { labels: true } }\n`, {
    path: ".github/waybill.yml",
    repositoryName: "shop",
  });
  expect(reading.ok ? [] : reading.problems).toMatchObject([
    { line: 2, message: expect.stringContaining("at most 50 characters") },
  ]);
});
