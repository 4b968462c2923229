/** `/why`: what holds up what waits, and why nothing waits, by the very decisions of the lanes. */
import { describe, expect, it } from "vitest";
import type { CommandFacts } from "../../../src/core/commands/command.ts";
import type { EnvironmentLane } from "../../../src/core/environment.ts";
import type { EnvironmentEvent } from "../../../src/core/events.ts";
import type { Nothing, WhyIn } from "../../../src/core/foresight/why.ts";
import { givenEnvironment, NOON, sha, wes } from "../given.ts";
import { delivers, goes, promoted, rolledBack, shaOf } from "../given-rollback.ts";
import { come, factsFor, shopConfig } from "./given-foresight.ts";

const frozen = (until: number | null): EnvironmentEvent => ({
  type: "EnvironmentFrozen",
  at: NOON,
  environment: "prod",
  until,
  reason: "the sale",
  word: { by: wes, commentId: 3, ordinal: 1, issue: 7, name: "f3", answers: true },
});

const prodLane = (...events: EnvironmentEvent[]): EnvironmentLane => {
  const [last, ...before] = events.toReversed();
  if (last === undefined) throw new Error("nothing has happened");
  return givenEnvironment(...before.toReversed()).when(last).lane;
};

function answer(line: string, facts: CommandFacts) {
  const result = come(line, facts);
  if (result.kind !== "answer" || result.answer.kind !== "why") throw new Error(JSON.stringify(result));
  return result.answer;
}

function inProd(facts: CommandFacts): WhyIn {
  const [found] = answer("/why prod", facts).environments;
  if (found === undefined) throw new Error("no answer");
  return found;
}

const nothing = (facts: CommandFacts): Nothing | null => inProd(facts).nothing;

describe("/why, where something waits", () => {
  const lane = prodLane(...delivers(1, "1.4.2"), frozen(NOON + 2_000_000), promoted(8, "1.5.0"));

  it("says what holds it, as its own comment does", () => {
    const { version, waiting, nothing: none } = inProd(factsFor({ lanes: { prod: lane } }));
    expect([version, none]).toEqual(["1.4.2", null]);
    expect(waiting).toMatchObject([
      { version: "1.5.0", position: 1, held: { hold: { gate: "freeze", by: "wes", reason: "the sale" } } },
    ]);
  });

  it("judges at the moment of the question, whatever was true when last something happened there", () => {
    const after = factsFor({ lanes: { prod: lane }, now: NOON + 2_000_001 });
    expect(inProd(after)).toMatchObject({ waiting: [], active: { version: "1.5.0", stage: "preparing" } });
  });

  it("shows what is under way, and what is behind it", () => {
    const [, , ...unfinished] = goes("c8", "1.5.0").toReversed();
    const busy = prodLane(promoted(8, "1.5.0"), ...unfinished.toReversed(), promoted(9, "1.6.0"));
    expect(inProd(factsFor({ lanes: { prod: busy } }))).toMatchObject({
      active: { version: "1.5.0", stage: "rolling" },
      waiting: [{ version: "1.6.0", behind: "1.5.0", held: null }],
    });
  });

  it("about all environments shows those in which something waits, and names the others", () => {
    const { environments, quiet } = answer("/why", factsFor({ lanes: { prod: lane } }));
    expect(environments.map(({ name }) => name)).toEqual(["prod"]);
    expect(quiet).toEqual(["dev", "staging"]);
  });

  it("changes nothing and orders nothing", () => {
    const facts = factsFor({ lanes: { prod: lane } });
    const before = JSON.stringify(facts);
    expect(come("/why", facts).kind).toBe("answer");
    expect(JSON.stringify(facts)).toBe(before);
  });
});

describe("/why and /plan of a release that somebody has rejected", () => {
  const prod = "{ gates: { approvals: { role: write } } }";
  const no: EnvironmentEvent = {
    type: "ReleaseRejected",
    at: NOON,
    environment: "prod",
    version: "1.5.0",
    sha: shaOf("1.5.0"),
    reason: "the checkout fails",
    word: { by: wes, commentId: 3, ordinal: 1, issue: 7, name: "v3" },
  };
  const lanes = { staging: prodLane(...delivers(2, "1.5.0")), prod: prodLane(...delivers(1, "1.4.2"), no) };
  const facts = factsFor({ text: shopConfig(prod), lanes });
  const problem = { code: "rejected", detail: { login: "wes", reason: "the checkout fails" } };

  it("say who has, and why, as /promote would", () => {
    expect(nothing(facts)).toMatchObject({ why: "refused", version: "1.5.0", problem });
    expect(come("/plan prod", facts, { ahead: { took: [] } as never })).toMatchObject({
      answer: { kind: "plan", plan: { problem } },
    });
  });
});

describe("/why, where nothing waits", () => {
  const staging = prodLane(...delivers(1, "1.4.2"), ...delivers(2, "1.5.0"));
  const old = prodLane(...delivers(1, "1.4.2"));

  it("shows every environment, so that silence has its reason everywhere", () => {
    const { environments, quiet } = answer("/why", factsFor({ lanes: { staging, prod: old } }));
    expect(environments.map(({ name, nothing: why }) => [name, why?.why])).toEqual([
      ["dev", "build"],
      ["staging", "newest"],
      ["prod", "unasked"],
    ]);
    expect(quiet).toEqual([]);
  });

  it("the environment before has nothing", () => {
    expect(nothing(factsFor())).toEqual({ why: "none", before: "staging" });
  });

  it("what runs there is the newest that may come", () => {
    expect(nothing(factsFor({ lanes: { staging, prod: staging } }))).toEqual({ why: "newest" });
    // A newer release is of no use as long as staging lacks it.
    expect(nothing(factsFor({ lanes: { staging: old, prod: old } }))).toEqual({ why: "newest" });
  });

  it("nobody has asked for it; what would be looked at is named", () => {
    const gates = shopConfig("{ gates: { checks: [e2e], soak: 2h } }");
    expect(nothing(factsFor({ lanes: { staging, prod: old }, text: gates }))).toEqual({
      why: "unasked",
      version: "1.5.0",
      looks: ["soak", "checks"],
    });
  });

  it("what comes next would be held", () => {
    const gates = shopConfig("{ gates: { approvals: { count: 1, role: write }, checks: [e2e] } }");
    const prod = prodLane(...delivers(1, "1.4.2"), frozen(null));
    expect(nothing(factsFor({ lanes: { staging, prod }, text: gates }))).toMatchObject({
      why: "held",
      version: "1.5.0",
      held: { hold: { gate: "freeze" }, also: [{ gate: "approvals", wanted: 1, given: [] }] },
      looks: ["checks"],
    });
  });

  it("what comes next is in quarantine", () => {
    const prod = prodLane(
      ...delivers(1, "1.4.2"),
      ...delivers(2, "1.5.0"),
      rolledBack(5, "1.4.2"),
      ...goes("c5", "1.4.2"),
    );
    expect(nothing(factsFor({ lanes: { staging, prod } }))).toMatchObject({
      why: "refused",
      version: "1.5.0",
      problem: { code: "quarantined" },
    });
  });

  it("its tag was moved, so that it would be refused before its lane hears of it", () => {
    const facts = factsFor({ lanes: { staging, prod: old } });
    const result = come("/why prod", facts, { sha: sha("bad") });
    expect(result).toMatchObject({
      answer: { environments: [{ nothing: { why: "refused", problem: { code: "tag-moved" } } }] },
    });
  });

  it("its last rollout was not delivered", () => {
    const prod = prodLane(...delivers(1, "1.4.2"), promoted(2, "1.5.0"), ...goes("c2", "1.5.0", "failure"));
    expect(inProd(factsFor({ lanes: { staging, prod } }))).toMatchObject({
      failed: "1.5.0",
      nothing: { why: "unasked", version: "1.5.0" },
    });
  });

  it("an environment that takes every merge has the newest, or has it not", () => {
    const head = shaOf("1.4.2");
    const upcoming = { version: "1.6.0", commitCount: 2 };
    const dev = (at: typeof head) => {
      const facts = factsFor({ lanes: { dev: old }, upcoming: { ...upcoming, head: at } });
      return answer("/why dev", facts).environments[0]?.nothing;
    };
    expect([dev(head), dev(sha("b1"))]).toEqual([{ why: "newest" }, { why: "build" }]);
  });

  it("says who may change that, and whether this person may", () => {
    const facts = factsFor({ lanes: { staging, prod: old }, role: "write" });
    expect(inProd(facts)).toMatchObject({ needs: { role: "maintain", users: 0 }, may: false });
  });

  it("names an environment that there is not", () => {
    expect(come("/why prd", factsFor())).toMatchObject({
      answer: { kind: "refusal", problem: { code: "unknown-environment", detail: { suggestion: "prod" } } },
    });
  });
});
