/** The stories of `/hold`: who may object, what a hold stops and what it lets pass, and how what was held goes on. */
import { describe, expect, it } from "vitest";
import type { CommandFacts, CommandRequest } from "../../src/core/commands/command.ts";
import { readCommands } from "../../src/core/commands/grammar.ts";
import { commandNamed, commands } from "../../src/core/commands/index.ts";
import { parseConfig } from "../../src/core/config/index.ts";
import type { EnvironmentEvent, RepositoryEvent } from "../../src/core/events.ts";
import { judge } from "../../src/core/gates/index.ts";
import type { VersionHold } from "../../src/core/hold.ts";
import {
  active,
  ana,
  byCommand,
  givenEnvironment,
  givenRepository,
  NOON,
  notes,
  plansFor,
  requested,
  sha,
  tagged,
  wes,
} from "./given.ts";

const hold = (version = "1.5.0"): VersionHold => ({
  version,
  by: "wes",
  at: NOON,
  reason: "it loses vouchers",
});
const told = (nr: number, ...holds: VersionHold[]): EnvironmentEvent => ({
  type: "HoldsTold",
  at: NOON,
  nr,
  holds,
});

describe("a version that is held", () => {
  it("waits, says who holds it and why, and goes when it is let go", () => {
    const asked = givenEnvironment(told(1, hold())).when(requested());
    expect(asked.lane.active).toBeNull();
    expect(asked.lane.waiting).toMatchObject([
      { held: { hold: { gate: "on-hold", by: "wes", reason: "it loses vouchers" } } },
    ]);
    const gone = givenEnvironment(told(1, hold()), requested()).when(told(2));
    expect(active(gone.lane)).toMatchObject({ cargo: { version: "1.5.0" } });
  });

  it("lets others pass", () => {
    const then = givenEnvironment(told(1, hold()), requested()).when(
      requested({ id: "c102" as never, cargo: tagged("1.5.1", sha("a2")), cause: byCommand(102) }),
    );
    expect(active(then.lane).cargo.version).toBe("1.5.1");
  });

  it("does not stop what has begun, nor a rollback to it", () => {
    const begun = givenEnvironment(requested()).when(told(1, hold()));
    expect(active(begun.lane).cargo.version).toBe("1.5.0");
    const facts = { at: NOON, freeze: null, approvals: [], holds: [hold()] };
    const waitsOf = (kind: "normal" | "rollback") =>
      judge({ ...facts, promotion: { ...active(begun.lane), class: kind } }).waits.map(
        ({ hold: { gate } }) => gate,
      );
    expect(waitsOf("rollback")).toEqual([]);
    expect(waitsOf("normal")).toEqual(["on-hold"]);
    const fix = givenEnvironment(told(1, hold())).when(requested({ class: "hotfix" }));
    expect(fix.lane.waiting).toMatchObject([{ held: { hold: { gate: "on-hold" } } }]);
  });

  it("an older telling that comes late says nothing", () => {
    expect(givenEnvironment(told(2), told(1, hold())).when(requested()).lane.active).not.toBeNull();
  });
});

describe("the repository's lane", () => {
  const plans = plansFor();
  const head = sha("b1");
  const merged: RepositoryEvent = {
    type: "BranchMoved",
    at: NOON,
    head,
    notes: notes(head, 1),
    version: "1.5.0",
    plans,
  };
  const word = (commentId: number) => ({ by: wes, commentId, ordinal: 1, issue: 7, name: `o${commentId}` });
  const held = (commentId: number, version = "1.5.0"): RepositoryEvent => ({
    type: "VersionHeld",
    at: NOON + commentId,
    version,
    reason: "it loses vouchers",
    word: word(commentId),
  });
  const letGo = (commentId: number): RepositoryEvent => ({
    type: "VersionLetGo",
    at: NOON + commentId,
    version: "1.5.0",
    word: word(commentId),
  });

  it("tells every environment, says it on the notice, and writes it down", () => {
    const then = givenRepository(merged).when(held(50));
    expect(then.all("react").map(({ content }) => content)).toEqual(["eyes", "rocket"]);
    expect(
      then
        .all("tellLane")
        .map(({ environment, event }) => [environment, event.type === "HoldsTold" && event.holds.length]),
    ).toEqual(plans.map(({ environment }) => [environment.name, 1]));
    expect(then.only("drawNotice").view.hold).toMatchObject({ by: "wes", reason: "it loses vouchers" });
    expect(then.audit).toMatchObject([{ actor: "user:12", type: "version.held", ref: "1.5.0" }]);
    const after = givenRepository(merged, held(50)).when(letGo(51));
    expect(after.only("drawNotice").view.hold).toBeUndefined();
    expect(after.all("tellLane")[0]?.event).toMatchObject({ nr: 2, holds: [] });
  });

  it("hears a word once, and believes the one that was written last", () => {
    expect(givenRepository(merged, held(50)).when(held(50)).effects).toEqual([]);
    const late = givenRepository(merged, letGo(51)).when(held(50));
    expect(late.all("tellLane")).toEqual([]);
    expect(late.all("react")).toHaveLength(2);
    expect(late.audit).toMatchObject([{ type: "hold.overtaken" }]);
  });

  it("tells an environment that the config names later", () => {
    const [first, ...rest] = plans;
    if (first === undefined) throw new Error("no plan");
    const then = givenRepository({ ...merged, plans: rest }, held(50)).when({ ...merged, at: NOON + 60 });
    const news = then.all("tellLane").filter(({ event }) => event.type === "HoldsTold");
    expect(news.map(({ environment }) => environment)).toEqual([first.environment.name]);
  });
});

describe("/hold and /unhold", () => {
  const reading = parseConfig("environments: { prod: {} }", { path: "waybill.yml", repositoryName: "shop" });
  if (!reading.ok) throw new Error("no config");
  const { config } = reading;

  function outcome(line: string, more: Partial<CommandFacts> = {}): unknown {
    const facts: CommandFacts = {
      now: NOON,
      config,
      plans: [],
      role: "write",
      environments: [],
      tags: [{ version: "1.4.2", tag: "v1.4.2" }],
      unreleased: [],
      released: [],
      upcoming: { version: "1.5.0", commitCount: 1 },
      coming: null,
      ...more,
    };
    const [written] = readCommands(line, commands);
    if (written?.kind !== "command") return written;
    const { name, args, flags, text } = written;
    const request: CommandRequest = { name, args, flags, text, ordinal: 1, commentId: 77, issue: 7, by: ana };
    const result = commandNamed(name)?.run(request, facts, null);
    if (result?.kind === "events")
      return result.events.map(({ environment, event }) => ({ environment, ...event }));
    return result?.kind === "answer" && result.answer.kind === "refusal" ? result.answer.problem : result;
  }

  it("mean the coming version, or a released one by its number or its tag", () => {
    const word = { by: ana, commentId: 77, ordinal: 1, issue: 7, name: "o77" };
    const event = { environment: "", type: "VersionHeld", at: NOON, reason: "no", word };
    expect(outcome('/hold 1.5.0 --reason "no"')).toEqual([{ ...event, version: "1.5.0" }]);
    expect(outcome('/hold v1.4.2 --reason "no"')).toEqual([{ ...event, version: "1.4.2" }]);
    expect(outcome("/hold 1.4.2")).toMatchObject([{ version: "1.4.2", reason: null }]);
    expect(outcome("/unhold v1.4.2", { holds: [hold("1.4.2")] })).toMatchObject([
      { type: "VersionLetGo", version: "1.4.2" },
    ]);
  });

  it.each([
    ["/hold 1.5.0", { role: "triage" as const }, { code: "hold-not-allowed", detail: { role: "triage" } }],
    ["/hold 1.5.0", { role: null }, { code: "hold-not-allowed" }],
    ["/hold 1.5.1", {}, { code: "unknown-version", detail: { suggestion: "1.5.0" } }],
    ["/unhold 1.5.0", {}, { code: "not-held", detail: { held: "" } }],
    ["/unhold 1.5.0", { holds: [hold("1.4.2")] }, { code: "not-held", detail: { held: "1.4.2" } }],
    ["/unhold 1.4.2", { holds: [hold("1.4.2")], role: "triage" as const }, { code: "hold-not-allowed" }],
  ])("%s is refused (%j)", (line, more, problem) => {
    expect(outcome(line, more)).toMatchObject(problem);
  });
});
