/** What one look proves, and when the asking ends. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ProbeConfig } from "../../src/core/config/index.ts";
import { afterLook, beginProof, judgeLook, proofVerdict, type Look } from "../../src/core/proof.ts";
import type { ProbeState } from "../../src/core/promotion.ts";
import {
  evidence,
  givenEnvironment,
  NOON,
  planOf,
  prepared,
  requested,
  sha,
  stepPlan,
  tagged,
} from "./given.ts";
import { goes, looked } from "./given-road.ts";

const config = (more: Partial<ProbeConfig> = {}): ProbeConfig => ({
  url: "https://shop.example/version",
  json: "$.version",
  header: null,
  expect: "either",
  confirmations: 3,
  intervalMs: 1_000,
  deadlineMs: 60_000,
  timeoutMs: 1_000,
  ...more,
});

describe("one look", () => {
  const cargo = tagged("1.5.0");
  it.each<[string, ProbeConfig["expect"], string, boolean]>([
    ["the version proves it", "version", "1.5.0", true],
    ["so does the version with a v", "version", "v1.5.0", true],
    ["the commit proves it where either will do", "either", sha("a1"), true],
    ["the commit proves it where it is wanted", "sha", sha("a1"), true],
    ["the commit proves nothing where the version is wanted", "version", sha("a1"), false],
    ["the version proves nothing where the commit is wanted", "sha", "1.5.0", false],
    ["a short commit proves nothing", "either", sha("a1").slice(0, 12), false],
    ["another version proves nothing", "either", "1.5.1", false],
    ["a longer version proves nothing", "either", "1.5.0-rc.1", false],
    ["another spelling proves nothing", "either", "V1.5.0", false],
    ["an empty answer proves nothing", "either", "", false],
  ])("%s", (_what, wanted, value, proves) => {
    const found = judgeLook({ kind: "observed", value }, config({ expect: wanted }), cargo, NOON);
    expect(found).toMatchObject({
      outcome: proves ? "confirmed" : "other-version",
      observed: value,
      at: NOON,
    });
  });

  it.each<[Look["kind"], string]>([
    ["unreachable", "no-answer"],
    ["refused", "no-answer"],
    ["unreadable", "other-version"],
  ])("%s is %s", (kind, outcome) => {
    const look = { kind, reason: "why" } as Look;
    expect(judgeLook(look, config(), cargo, NOON)).toMatchObject({ outcome, observed: null, detail: "why" });
  });
});

/** After looks a second apart: `y` right, `n` another version, `-` silence. */
function after(looks: string, probe = config()): ProbeState {
  const answers: Readonly<Record<string, string | null>> = { y: "1.5.0", n: "1.4.2", "-": null };
  const [state] = beginProof([probe], NOON);
  if (state === undefined) throw new Error("no probe");
  return looks
    .split("")
    .reduce(
      (now, look, index) =>
        afterLook(now, probe, evidence(answers[look] ?? null, NOON + (index + 1) * 1_000)),
      state,
    );
}

describe("the asking", () => {
  it.each([
    ["yyy", "confirmed", 3],
    ["yy", "asking", 2],
    ["yynyy", "asking", 2],
    ["yy-yy", "asking", 2],
    ["n-nyyy", "confirmed", 3],
  ])("%s: %s", (looks, result, confirmations) => {
    expect(after(looks)).toMatchObject({ result, confirmations, looks: looks.length });
  });

  const soon = config({ deadlineMs: 3_000 });
  it.each([
    ["nnn", "refuted"],
    ["---", "unknown"],
    ["nn-", "unknown"],
    ["--n", "refuted"],
    ["nny", "refuted"],
    ["yyy", "confirmed"],
  ])("at the deadline, after %s: %s", (looks, result) => {
    expect(after(looks, soon).result).toBe(result);
  });

  it("keeps the last twenty answers, which decide", () => {
    expect(after("n".repeat(30)).evidence).toHaveLength(20);
    expect(after("n".repeat(30)).evidence.at(-1)?.at).toBe(NOON + 30_000);
  });

  it("confirms only on that many right answers in a row, whatever came before", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("y", "n", "-"), { maxLength: 20 }), (looks) => {
        const text = looks.join("");
        const first = text.indexOf("yyy");
        const expected = first === -1 ? "asking" : "confirmed";
        const read = first === -1 ? text : text.slice(0, first + 3);
        expect(after(read).result).toBe(expected);
      }),
    );
  });
});

describe("time to settle", () => {
  const prod = planOf(
    "prod",
    `environments: { prod: { verify: { url: "https://shop.example/v", settle: 30s, deadline: 1m, confirmations: 1 } } }`,
  );
  const story = [
    requested({ plan: prod }),
    prepared("c101", [stepPlan("shop")]),
    ...goes("shop", NOON + 2_000),
  ];

  it("is given before the first look", () => {
    const then = givenEnvironment(...story.slice(0, -1)).when(...story.slice(-1));
    const first = then.effects.find(({ effect }) => effect.type === "askVersion");
    expect(first?.delayMs).toBe(30_000);
  });

  it.each([
    [61_000, "proving"],
    [93_000, "failed"],
  ])("is not counted in the deadline: %s ms after the run it is %s", (after, stage) => {
    const then = givenEnvironment(...story).when(looked("1.4.2", NOON + 2_000 + after));
    expect((then.lane.active ?? then.lane.ended[0])?.stage).toBe(stage);
  });
});

describe("the verdict over several probes", () => {
  const CONFIGS = [config(), config()];
  const none: ProbeState[] = [];
  it("no probe, nothing to prove", () => {
    expect(proofVerdict(none, [])).toEqual({ done: true, problem: null });
  });
  it("all must confirm", () => {
    expect(proofVerdict([after("yyy"), after("yy")], CONFIGS)).toEqual({ done: false });
    expect(proofVerdict([after("yyy"), after("yyy")], CONFIGS)).toEqual({ done: true, problem: null });
  });
  it("the first that did not says why, though others are still being asked", () => {
    const refuted = after("n", config({ deadlineMs: 1 }));
    expect(proofVerdict([after("yy"), refuted], CONFIGS)).toMatchObject({
      done: true,
      problem: { code: "reported-other-version", detail: { observed: "1.4.2", looks: 1 } },
    });
    expect(proofVerdict([after("-", config({ deadlineMs: 1 }))], CONFIGS)).toMatchObject({
      problem: { code: "no-answer", detail: { detail: "connection refused" } },
    });
  });
});
