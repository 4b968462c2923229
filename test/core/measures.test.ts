/** How the system performed: numbers around a rollout, which decide nothing, and for the last of which the receipt waits. */
import { describe, expect, it, test } from "vitest";
import { parseConfig } from "../../src/core/config/index.ts";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import { givenUp } from "../../src/core/given-up.ts";
import { readMeasure, type MeasurePhase, type MeasuredValue } from "../../src/core/measures.ts";
import { givenEnvironment, NOON, planOf, prepared, requested, stepPlan } from "./given.ts";
import { goes, id, looked } from "./given-road.ts";

const MINUTE = 60_000;
const PROD =
  'environments: { prod: { verify: { url: "https://shop.example/version", confirmations: 1 }, measure: { after: 1m, numbers: [{ name: p95, unit: ms, url: "https://shop.example/stats", json: "$.p95" }] } } }';
const asked = requested({ plan: planOf("prod", PROD) });
const taken = (phase: MeasurePhase, value: MeasuredValue, at = NOON + 9_000): EnvironmentEvent => ({
  type: "MeasuresTaken",
  at,
  promotionId: id("c101"),
  phase,
  values: [value],
});
const out: readonly EnvironmentEvent[] = [
  asked,
  prepared("c101", [stepPlan("shop")]),
  taken("before", { value: 120 }),
  ...goes("shop", NOON + 2_000),
  taken("during", { missing: "status 500" }),
];
const seen = looked("1.5.0", NOON + 4_000);

describe("numbers are asked for", () => {
  it("before the first run, beside it: the rollout does not wait", () => {
    const then = givenEnvironment(asked).when(prepared("c101", [stepPlan("shop")]));
    expect(then.only("askMeasures")).toMatchObject({
      phase: "before",
      numbers: [{ name: "p95", json: "$.p95" }],
    });
    expect(then.all("recordDeployment")).toHaveLength(1);
  });

  it("when all is out, and so long after it was seen as the config says: it is delivered then", () => {
    const then = givenEnvironment(...out).when(seen);
    expect(then.effects.find(({ effect }) => effect.type === "askMeasures")).toMatchObject({
      effect: { phase: "after" },
      delayMs: MINUTE,
    });
    expect(then.lane.active?.stage).toBe("proving");
    const last = givenEnvironment(...out, seen).when(taken("after", { value: 118.5 }, NOON + 70_000));
    expect(last.lane.active).toBeNull();
    expect(last.only("keepReceipt").receipt).toMatchObject({
      when: { finished: new Date(NOON + 70_000).toISOString() },
      performance: [
        {
          name: "p95",
          unit: "ms",
          before: { value: 120 },
          during: { missing: "status 500" },
          after: { value: 118.5 },
        },
      ],
    });
  });

  it("and hold nothing up that cannot be asked: what is given up is told as missing, and it is delivered", () => {
    const order = givenEnvironment(...out)
      .when(seen)
      .only("askMeasures");
    const event = givenUp(order, "the store is away", NOON + 80_000) as EnvironmentEvent;
    const then = givenEnvironment(...out, seen).when(event);
    expect(then.lane.delivered.at(-1)?.version).toBe("1.5.0");
    expect(then.only("keepReceipt").receipt.performance?.[0]?.after).toEqual({
      missing: "it could not be asked",
    });
  });

  it("once for each moment: what was taken stays, and what comes when it is over changes nothing", () => {
    const again = givenEnvironment(...out, taken("before", { value: 7 }), seen);
    const then = again.when(taken("after", { value: 1 }));
    expect(then.only("keepReceipt").receipt.performance?.[0]?.before).toEqual({ value: 120 });
    expect(
      givenEnvironment(...out, seen, taken("after", { value: 1 })).when(taken("after", { value: 2 })).effects,
    ).toEqual([]);
  });

  it("not after what was not delivered, and nothing is said of them there", () => {
    const refuted = looked("1.4.2", NOON + 11 * MINUTE);
    const then = givenEnvironment(...out).when(refuted);
    expect(then.all("askMeasures")).toEqual([]);
    expect(then.only("comment").view).toMatchObject({ template: "failure" });
  });

  it("nowhere else: without them a receipt says nothing of them", () => {
    const plain = requested({ plan: planOf("prod", PROD.replace(/, measure: .*$/, " } }")) });
    const then = givenEnvironment(
      plain,
      prepared("c101", [stepPlan("shop")]),
      ...goes("shop", NOON + 2_000),
    ).when(seen);
    expect(then.only("keepReceipt").receipt).not.toHaveProperty("performance");
  });
});

test.each([
  ["42", { value: 42 }],
  ["-0.5e3", { value: -500 }],
  ["12.", { value: 12 }],
  ["NaN", { missing: "the answer is no number" }],
  ["+Inf", { missing: "the answer is no number" }],
  ["1e999", { missing: "the answer is no number" }],
  ["0x10", { missing: "the answer is no number" }],
  ["12 ms", { missing: "the answer is no number" }],
  ["", { missing: "the answer is no number" }],
])("`%s` is read as %j", (text, value) => expect(readMeasure(text)).toEqual(value));

describe("in the config", () => {
  const read = (number: string) =>
    parseConfig(`environments:\n  prod:\n    measure: { numbers: [${number}] }\n`, {
      path: "waybill.yml",
      repositoryName: "shop",
    });

  it("Prometheus is asked for an instant, and its first number counts", () => {
    const reading = read(
      '{ name: errors, prometheus: "https://prom.example/", query: "sum(rate(a[5m])) > 0" }',
    );
    expect(reading.ok ? reading.config.environments[0]?.measure : reading.problems).toEqual({
      afterMs: 0,
      numbers: [
        {
          name: "errors",
          unit: "",
          url: "https://prom.example/api/v1/query?query=sum(rate(a%5B5m%5D))%20%3E%200",
          json: "$.data.result[0].value[1]",
          timeoutMs: 10_000,
        },
      ],
    });
  });

  it.each([
    ['{ name: a, url: "https://a.example" }', "either by `url` and `json`, or by `prometheus` and `query`"],
    ['{ name: a, prometheus: "https://a.example" }', "either by `url` and `json`"],
    ['{ name: a, url: "https://a.example", json: "$.a", query: "up" }', "either by `url` and `json`"],
    ['{ name: "a|b", url: "https://a.example", json: "$.a" }', "no name of up to 40"],
    [
      '{ name: a, url: "https://a.example", json: "$.a" }, { name: a, url: "https://a.example", json: "$.b" }',
      "another number here is called `a`",
    ],
    [
      '{ name: a, url: "http://a.example", json: "$.a", headers: { Authorization: { secret: TOKEN } } }',
      "a secret is sent by https alone",
    ],
  ])("%s is refused", (number, message) => {
    const reading = read(number);
    expect(reading.ok ? "" : reading.problems.map((one) => one.message).join()).toContain(message);
  });
});
