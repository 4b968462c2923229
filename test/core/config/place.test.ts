/** The pipeline where not all of the environments before are needed, and who goes first in a queue. */
import { describe, expect, test } from "vitest";
import {
  environmentsAfter,
  parseConfig,
  pipelineOrder,
  type Config,
  type ConfigProblem,
} from "../../../src/core/config/index.ts";

const context = { path: ".github/waybill.yml", repositoryName: "shop" };

function config(text: string): Config {
  const reading = parseConfig(text, context);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.config;
}

function problems(text: string): readonly ConfigProblem[] {
  const reading = parseConfig(text, context);
  return reading.ok ? [] : reading.problems;
}

describe("an environment's place", () => {
  test("one of several environments before may be enough, or so many of them", () => {
    const read = config(
      `environments: { a: {}, b: {after: []}, c: {after: []},
      one: {after: {any: [a, b]}}, two: {after: {atLeast: 2, of: [a, b, c]}}, all: {after: {atLeast: 2, of: [a, b, a]}} }`.replace(
        "all:",
        "every:",
      ),
    );
    const places = read.environments.slice(3).map(({ after, afterAtLeast }) => [...after, afterAtLeast]);
    expect(places).toEqual([
      ["a", "b", 1],
      ["a", "b", "c", 2],
      ["a", "b", undefined],
    ]);
    expect(pipelineOrder(read)).toEqual([
      ["a", "b", "c"],
      ["one", "two", "every"],
    ]);
    expect(environmentsAfter(read, "c").map(({ name }) => name)).toEqual(["two"]);
    expect(read.environments[5]).not.toHaveProperty("afterAtLeast");
  });

  test.each([
    ["{any: [a, x]}", "after.any[1]", "there is no environment `x`"],
    ["{atLeast: 3, of: [a, b]}", "after.atLeast", "3 are wanted, but only 2 are named"],
    ["{atLeast: 0, of: [a, b]}", "after.atLeast", "too small"],
    ["{atLeast: 2}", "after", "not a way to say which environments come before"],
    ["{any: [a], of: [b]}", "after", "not a way to say which environments come before"],
    ["{}", "after", "not a way to say which environments come before"],
    ["{any: []}", "after.any", "too few"],
    ["{anyOf: [a]}", "after.anyOf", "unknown setting"],
  ])("`after: %s` is refused where it is wrong", (after, at, message) => {
    expect(problems(`environments: { a: {}, b: {}, prod: { after: ${after} } }`)).toMatchObject([
      { at: `environments.prod.${at}`, message: expect.stringContaining(message) },
    ]);
  });

  test.each(["fifo", "[normal, hotfix, rollback]"])("the queue may be ordered otherwise: %s", (queue) => {
    const [prod] = config(`environments: { prod: { queue: ${queue} } }`).environments;
    expect(prod?.queue).toEqual(queue === "fifo" ? queue : ["normal", "hotfix", "rollback"]);
  });

  test.each([
    ["[hotfix, normal]", "each class has one place in the queue"],
    ["[hotfix, normal, hotfix]", "each class has one place in the queue"],
    ["filo", "not a value that is known here"],
    ["[rollback, hotfixes, normal]", "not a value that is known here"],
  ])("and not otherwise than by naming each class once: %s", (queue, message) => {
    expect(problems(`environments: { prod: { queue: ${queue} } }`)).toMatchObject([{ message }]);
  });

  test("a circle is a circle, also where one of several would be enough", () => {
    const text =
      "environments: { a: {after: {any: [c, d]}}, b: {after: a}, c: {after: {atLeast: 1, of: [b]}}, d: {} }";
    expect(problems(text)).toMatchObject([{ message: expect.stringContaining("a → b → c → a") }]);
  });
});
