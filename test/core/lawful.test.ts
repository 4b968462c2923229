/** What JSON does not give back as it is, is found wherever it stands: the law that every decision in these tests is held to. */
import { expect, it } from "vitest";
import { isDeepStrictEqual } from "node:util";
import { freezeStorable } from "./lawful.ts";

class Named {
  readonly name = "x";
}

const NOT_STORABLE: readonly unknown[] = [
  undefined,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -0,
  new Date(0),
  new Map([["a", 1]]),
  new Named(),
  Object.create(null),
  () => 1,
  Symbol("a"),
  { [Symbol("a")]: 1 },
  // A hole.
  Array(1),
  Object.assign(["a"], { more: 1 }),
];

it.each(NOT_STORABLE.map((value) => [value]))("%o is not", (value) => {
  const outcome = () => isDeepStrictEqual(JSON.parse(JSON.stringify({ value })), { value });
  expect(outcome()).toBe(false);
  expect(() => freezeStorable({ a: [{ b: value }] }, "lane")).toThrow(/^storing changes lane\.a\.0\.b/);
  // Also beside what was found good before.
  const good = { c: [1, "two", null, true, { d: {} }] };
  freezeStorable(good, "lane");
  expect(() => freezeStorable({ good, value }, "lane")).toThrow(/^storing changes lane\.value/);
});

it("what is, is frozen to the bottom", () => {
  const good = { a: [1, "two", null, true, { b: [{}] }] };
  freezeStorable(good, "lane");
  expect(() => ((good.a[4] as { b: unknown[] }).b[0] = 1)).toThrow(TypeError);
  expect(() => Object.assign((good.a[4] as { b: object[] }).b[0] ?? {}, { c: 1 })).toThrow(TypeError);
});
