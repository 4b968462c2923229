/** Services that are asked whether something may begin: what they are asked, what of their answers is taken, and what that comes to. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent } from "../../../src/core/events.ts";
import {
  externalServicesAgree,
  questionTo,
  readReply,
  type ExternalAnswer,
} from "../../../src/core/gates/external.ts";
import type { GateFindings } from "../../../src/core/gates/findings.ts";
import { judge } from "../../../src/core/gates/index.ts";
import type { PromotionId } from "../../../src/core/ids.ts";
import { gateFacts } from "../../../src/core/looks.ts";
import { newPromotion, type NewPromotion, type PromotionClass } from "../../../src/core/promotion.ts";
import {
  active,
  givenEnvironment,
  NOON,
  planOf,
  prepared,
  request,
  requested,
  sha,
  stepPlan,
  wes,
  byCommand,
} from "../given.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SERVICES =
  "external: [{ name: budget, url: 'https://slo.acme.example:8443/ask' }, { name: change-window, url: 'https://changes.acme.example/ask', timeout: 5s }]";
const CONFIG = `environments:\n  prod: { gates: { ${SERVICES} } }\n`;
const plan = planOf("prod", CONFIG);

const said = (
  name: string,
  verdict: ExternalAnswer["verdict"],
  more: Partial<ExternalAnswer> = {},
): ExternalAnswer => ({ name, verdict, reason: null, retryAt: null, ...more });

const found = (at: number, ...answers: readonly ExternalAnswer[]): GateFindings => ({
  external: { kind: "seen", at, facts: { answers } },
});

function verdictOf(...answers: readonly ExternalAnswer[]) {
  const promotion = { ...newPromotion(request({ plan }), NOON), findings: found(NOON, ...answers) };
  return externalServicesAgree({ at: NOON, promotion, freeze: null, approvals: [] });
}

describe("the gate of services", () => {
  it("passes when all of them let it begin", () => {
    expect(verdictOf(said("budget", "pass"), said("change-window", "pass")).verdict).toBe("pass");
  });

  it("waits for the others, by name, host and reason, and knows when one wants to be asked again", () => {
    const waits = said("change-window", "wait", { reason: "CHG-17 waits", retryAt: NOON + HOUR });
    expect(verdictOf(said("budget", "pass"), waits)).toEqual({
      verdict: "wait",
      look: "external",
      next: NOON + HOUR,
      hold: {
        gate: "external",
        services: [
          {
            name: "change-window",
            host: "changes.acme.example",
            state: "waits",
            reason: "CHG-17 waits",
            retryAt: NOON + HOUR,
          },
        ],
      },
    });
  });

  it.each([
    ["that could not be asked", [said("budget", "unseen", { reason: "status 503" })], "status 503"],
    ["of which no answer is there", [], null],
    ["that is none of the config's", [said("budgets", "pass")], null],
  ])("one %s has not let it begin", (_what, answers, reason) => {
    expect(verdictOf(...answers, said("change-window", "pass"))).toMatchObject({
      verdict: "wait",
      hold: { services: [{ name: "budget", host: "slo.acme.example:8443", state: "silent", reason }] },
    });
  });

  it("fails where one refuses it, whatever the others say", () => {
    const refuses = said("change-window", "fail", { reason: "CHG-17 was rejected" });
    expect(verdictOf(said("budget", "unseen"), refuses)).toEqual({
      verdict: "fail",
      problem: {
        code: "external-refused",
        detail: {
          environment: "prod",
          service: "change-window",
          host: "changes.acme.example",
          reason: "CHG-17 was rejected",
        },
      },
    });
  });

  it.each([
    ["normal", "", 1],
    ["hotfix", "", 1],
    ["hotfix", "hotfix: { external: skip }, ", 0],
    ["rollback", "", 0],
    ["rollback", "hotfix: { external: keep }, ", 0],
  ] as const)("asks a %s with `%s`: %d", (as, hotfix, waits) => {
    expect(asksFor(as, planOf("prod", CONFIG.replace("gates:", `${hotfix}gates:`)))).toBe(waits);
  });

  it("asks a hotfix, too, where an earlier Waybill has stored what that passes by", () => {
    const { external: _none, ...earlier } = planOf("prod", CONFIG.replace("gates:", "hotfix: {}, gates:"))
      .environment.hotfix as Record<string, string>;
    const stored = { ...plan, environment: { ...plan.environment, hotfix: earlier as never } };
    expect(asksFor("hotfix", stored)).toBe(1);
  });
});

function asksFor(as: PromotionClass, itsPlan: NewPromotion["plan"]): number {
  const held = givenEnvironment().when(requested({ plan })).lane;
  const promotion = { ...newPromotion(request({ plan: itsPlan, class: as }), NOON) };
  return judge(gateFacts(held, promotion, NOON)).waits.length;
}

const reply = (value: unknown) =>
  readReply(
    "budget",
    { kind: "answered", text: typeof value === "string" ? value : JSON.stringify(value) },
    NOON,
  );

describe("what a service answers", () => {
  it("is its verdict, its reason, and when it wants to be asked again; what else it says is left alone", () => {
    const answer = {
      verdict: "wait",
      reason: "CHG-17 waits.",
      retryAt: "2026-11-20T14:00:00+01:00",
      ticket: 17,
    };
    expect(reply(answer)).toEqual({
      name: "budget",
      verdict: "wait",
      reason: "CHG-17 waits",
      retryAt: NOON + HOUR,
    });
    expect(reply({ verdict: "pass" })).toEqual(said("budget", "pass"));
    expect(reply({ verdict: "fail", reason: null, retryAt: null })).toEqual(said("budget", "fail"));
  });

  it.each([
    ["nothing", "", "not a JSON object"],
    ["prose", "pass", "not a JSON object"],
    ["a list", ["pass"], "not a JSON object"],
    ["a verdict alone", '"pass"', "not a JSON object"],
    ["null", "null", "not a JSON object"],
    ["no verdict", {}, "no `verdict` out of pass, wait, fail"],
    ["a verdict in capitals", { verdict: "PASS" }, "no `verdict`"],
    ["a verdict that is true", { verdict: true }, "no `verdict`"],
    ["a verdict in a list", { verdict: ["pass"] }, "no `verdict`"],
    ["a verdict that only its prototype would have", '{"__proto__":{"verdict":"pass"}}', "no `verdict`"],
    ["our own word for no answer", { verdict: "unseen" }, "no `verdict`"],
    ["a reason that is no text", { verdict: "pass", reason: {} }, "the `reason` in its answer is not a text"],
    ["a time in seconds", { verdict: "wait", retryAt: 1_800_000_000 }, "the `retryAt`"],
    ["a time without a zone", { verdict: "wait", retryAt: "2026-12-01T09:00:00" }, "the `retryAt`"],
    ["a day that does not exist", { verdict: "wait", retryAt: "2026-13-41T09:00:00Z" }, "the `retryAt`"],
  ])("is not taken where it is %s: that is no pass", (_what, answer, why) => {
    const then = reply(answer);
    expect(then.verdict).toBe("unseen");
    expect(then.reason).toContain(why);
  });

  it("is not repeated where it could not be read: it may be anything", () => {
    const canary = "cAnArY";
    for (const answer of [canary, { verdict: canary }, { verdict: "wait", retryAt: canary }])
      expect(JSON.stringify(reply(answer))).not.toContain(canary);
  });

  it.each([
    ["lines become one", "one\r\n\n\ttwo\u2028three", "one two three"],
    ["what nobody sees is left out", "a\u0000b\u202Ec\u200Bd", "a b c d"],
    ["half of a character is none", "a\uD83D", "a"],
    ["a token is crossed out", `ask ghp_${"a".repeat(36)}`, "ask [redacted]"],
    ["there is none where nothing is left", " \n. ", null],
    ["it ends without a full stop", "Ask ops...", "Ask ops"],
    ["Markdown is text, which is made inert where it is written", "**@ops** <b>", "**@ops** <b>"],
  ])("of its reason: %s", (_what, reason, shown) => {
    expect(reply({ verdict: "wait", reason }).reason).toBe(shown);
  });

  it("of its reason the first 300 characters are kept", () => {
    const then = reply({ verdict: "wait", reason: "long ".repeat(3_000) });
    expect(then.reason?.length).toBeLessThanOrEqual(300);
    expect(then.reason).toMatch(/^long long .*…$/);
  });

  it.each([
    ["past is no time", -HOUR, null],
    ["is more than a year ahead is no time", 367 * 24 * HOUR, null],
    ["is now is no time", 0, null],
    ["is in a second is in a minute", 1_000, MINUTE],
    ["is tomorrow is tomorrow", 24 * HOUR, 24 * HOUR],
  ])("a time to ask again that %s", (_what, ahead, kept) => {
    const retryAt = new Date(NOON + ahead).toISOString();
    expect(reply({ verdict: "wait", retryAt }).retryAt).toBe(kept === null ? null : NOON + kept);
  });

  it.each(["silent", "barred"] as const)("is no pass where it is %s", (kind) => {
    expect(readReply("budget", { kind, reason: "why" }, NOON)).toEqual(
      said("budget", "unseen", { reason: "why" }),
    );
  });
});

describe("the question to a service", () => {
  const [, service] = plan.environment.gates?.external ?? [];
  if (service === undefined) throw new Error("no service");
  const subject = {
    promotionId: "c101" as PromotionId,
    cargo: request().cargo,
    cause: byCommand(101, wes),
    plan,
    replaces: { version: "1.4.2", sha: sha("142") },
  };
  const asking = { place: "1 2", repository: "acme/shop" };

  it("says what is to begin where, who asked for it, and what it replaces", () => {
    const { body, ...way } = questionTo(service, subject, asking);
    expect(way).toEqual({
      key: "1 2 prod c101 change-window",
      url: "https://changes.acme.example/ask",
      timeoutMs: 5_000,
    });
    expect(JSON.parse(body)).toEqual({
      gate: "change-window",
      moment: "waiting",
      promotion: "c101",
      repository: "acme/shop",
      environment: "prod",
      version: "1.5.0",
      sha: sha("a1"),
      tag: "v1.5.0",
      class: "normal",
      cause: "command",
      requester: { id: 12, login: "wes" },
      replaces: { version: "1.4.2", sha: sha("142") },
    });
  });

  it("says when it is the last one, and bears the same key then", () => {
    const waiting = questionTo(service, subject, asking);
    const last = questionTo(service, { ...subject, beginning: true }, asking);
    expect(JSON.parse(last.body)).toMatchObject({ moment: "beginning" });
    expect(last.key).toBe(waiting.key);
  });

  it("of what goes by itself, for the first time, has no requester and replaces nothing", () => {
    const auto = { ...subject, cause: { kind: "auto" } as const, class: "hotfix" as const, replaces: null };
    expect(JSON.parse(questionTo(service, auto, asking).body)).toMatchObject({
      cause: "auto",
      class: "hotfix",
      requester: null,
      replaces: null,
    });
  });
});

describe("a promotion that waits for services", () => {
  const ask = requested({ plan });
  const seen = (nr: number, at: number, ...answers: readonly ExternalAnswer[]): EnvironmentEvent => ({
    type: "GatesSeen",
    at,
    promotionId: "c101" as PromotionId,
    nr,
    findings: found(at, ...answers),
  });
  const both = (verdict: ExternalAnswer["verdict"], more: Partial<ExternalAnswer> = {}) => [
    said("budget", "pass"),
    said("change-window", verdict, more),
  ];
  const preparedWith = (at: number, ...answers: readonly ExternalAnswer[]): EnvironmentEvent => ({
    ...(prepared("c101", [stepPlan("api")], at) as Extract<EnvironmentEvent, { type: "RolloutPrepared" }>),
    findings: found(at, ...answers),
  });
  const due = (at: number): EnvironmentEvent => ({ type: "GatesDue", at });

  it("has them asked when it comes to wait, begins when they let it, and not before the last look says so again", () => {
    const first = givenEnvironment().when(ask);
    expect(first.only("lookAtGates")).toMatchObject({ names: ["external"] });
    const passed = givenEnvironment(ask, seen(1, NOON + 1, ...both("pass")));
    expect(passed.when(preparedWith(NOON + 2, ...both("pass"))).only("recordDeployment")).toBeDefined();
    const back = passed.when(preparedWith(NOON + 2, ...both("wait", { reason: "not now" })));
    expect(back.all("recordDeployment")).toEqual([]);
    expect(back.lane.waiting).toMatchObject([
      { held: { hold: { gate: "external", services: [{ reason: "not now" }] } } },
    ]);
    const unasked = passed.when(prepared("c101", [stepPlan("api")], NOON + 2));
    expect(unasked.all("recordDeployment")).toEqual([]);
  });

  it("is turned away by a refusal, also by one in the last moment", () => {
    const refusal = { reason: "CHG-17 was rejected" };
    const early = givenEnvironment(ask).when(seen(1, NOON + 1, ...both("fail", refusal)));
    expect(early.lane.waiting).toEqual([]);
    expect(early.audit).toMatchObject([
      { type: "gate.answered", data: { service: "budget", verdict: "pass" } },
      { type: "gate.answered", data: { service: "change-window", verdict: "fail" } },
      { type: "promotion.refused", data: { code: "external-refused" } },
    ]);
    const passed = givenEnvironment(ask, seen(1, NOON + 1, ...both("pass")));
    const late = passed.when(preparedWith(NOON + 2, ...both("fail", refusal)));
    expect(late.lane.active).toBeNull();
    expect(late.all("recordDeployment")).toEqual([]);
    expect(late.only("comment").view).toMatchObject({ problem: { code: "external-refused" } });
  });

  it("has them asked again after some minutes, and exactly when one has named a time", () => {
    const waits = both("wait", { retryAt: NOON + 3 * MINUTE });
    const named = givenEnvironment(ask).when(seen(1, NOON + 1, ...waits));
    expect(named.ordered).toContain(`wake:gates:${NOON + 3 * MINUTE}`);
    const story = givenEnvironment(ask, seen(1, NOON + 1, ...waits));
    expect(story.when(due(NOON + 3 * MINUTE - 1)).all("lookAtGates")).toEqual([]);
    expect(story.when(due(NOON + 3 * MINUTE)).only("lookAtGates").nr).toBe(2);
    // It has named a time far ahead: it is asked now and then all the same.
    const far = givenEnvironment(ask).when(seen(1, NOON + 1, ...both("wait", { retryAt: NOON + 30 * HOUR })));
    expect(far.ordered).toContain(`wake:gates:${NOON + 1 + 10 * MINUTE}`);
  });

  it("writes each verdict down once, not at each look", () => {
    const story = givenEnvironment(ask, seen(1, NOON + 1, ...both("wait")), due(NOON + 1 + 10 * MINUTE));
    expect(story.when(seen(2, NOON + 11 * MINUTE, ...both("wait"))).audit).toEqual([]);
    expect(story.when(seen(2, NOON + 11 * MINUTE, ...both("unseen"))).audit).toMatchObject([
      { type: "gate.answered", data: { service: "change-window", verdict: "unseen" } },
    ]);
    const then = story.when(seen(2, NOON + 11 * MINUTE, ...both("pass")));
    expect(active(then.lane).stage).toBe("preparing");
    expect(then.audit[0]).toMatchObject({
      type: "gate.answered",
      data: { service: "change-window", verdict: "pass" },
    });
  });
});
