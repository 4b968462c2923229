import { describe, expect, it } from "vitest";
import type { CommandResult } from "../../../src/core/commands/command.ts";
import { ageOf, ifInTime, isHeard, lateAfterParking, lateToBegin } from "../../../src/core/commands/late.ts";
import type { PromotionId } from "../../../src/core/ids.ts";
import { newEnvironmentLane } from "../../../src/core/environment.ts";
import { newRepositoryLane } from "../../../src/core/repository.ts";

const MINUTE_MS = 60_000;
const DONE = { kind: "promotion", request: {} } as unknown as CommandResult;

describe("a command's age", () => {
  it("is taken by one clock, and a comment of the future or without a time is new", () => {
    const now = Date.parse("2026-11-20T12:00:00Z");
    expect(ageOf("2026-11-20T11:44:00Z", now)).toBe(16 * MINUTE_MS);
    expect(ageOf("2026-11-21T11:44:00Z", now)).toBe(0);
    expect(ageOf("", now)).toBe(0);
  });

  it("of a quarter of an hour is the last at which it is run", () => {
    expect(ifInTime(DONE, "/promote prod", 15 * MINUTE_MS)).toBe(DONE);
    expect(ifInTime(DONE, "/promote prod", 15 * MINUTE_MS + 1)).toMatchObject({
      kind: "answer",
      answer: {
        problem: { code: "command-late", detail: { again: "/promote prod", age: 15, unit: "minutes" } },
      },
    });
  });

  it.each([
    [119, { age: 119, unit: "minutes" }],
    [120, { age: 2, unit: "hours" }],
    [48 * 60, { age: 2, unit: "days" }],
  ])("of %i minutes is said as people say it", (minutes, detail) => {
    expect(ifInTime(DONE, "/promote prod", minutes * MINUTE_MS)).toMatchObject({
      answer: { problem: { detail } },
    });
  });

  it("matters not for words", () => {
    const words = { kind: "answer", answer: { kind: "refusal" } } as unknown as CommandResult;
    expect(ifInTime(words, "/status", 1_000 * MINUTE_MS)).toBe(words);
  });
});

describe("a command whose work was held", () => {
  const held = (minutes: number) =>
    lateAfterParking("/promote prod", 0, { since: 0, at: minutes * MINUTE_MS });

  it("by its repository for more than a quarter of an hour is late, and only the parked time counts", () => {
    expect(held(15)).toBeNull();
    expect(held(16)).toMatchObject({ code: "command-late", detail: { age: 16, parked: true } });
    const waited = { since: 600 * MINUTE_MS, at: 610 * MINUTE_MS };
    expect(lateAfterParking("/promote prod", 0, waited)).toBeNull();
  });

  it("by anything at all for more than two hours does not begin", () => {
    const times = { heardAt: 0, orderedAt: 60 * MINUTE_MS };
    expect(lateToBegin("/promote prod", times, 180 * MINUTE_MS)).toBeNull();
    expect(lateToBegin("/promote prod", times, 181 * MINUTE_MS)).toMatchObject({
      detail: { again: "/promote prod", age: 3, unit: "hours" },
    });
  });
});

describe("a comment is heard", () => {
  const repository = newRepositoryLane();
  const environment = newEnvironmentLane();

  it.each(["c77", "c77.2", "r77"])("where an environment knows %s", (name) => {
    expect(isHeard(77, repository, [{ ...environment, known: [name as PromotionId] }])).toBe(true);
  });

  it.each(["answers-77", "r77", "r77.3"])("where %s was said", (name) => {
    expect(isHeard(77, { ...repository, said: [name] }, [])).toBe(true);
  });

  it("where it was a stranger's, and not where another one's number only begins or ends alike", () => {
    expect(isHeard(77, { ...repository, ignored: [77] }, [])).toBe(true);
    const others = ["c771", "c177", "answers-7", "a77"] as PromotionId[];
    expect(isHeard(77, { ...repository, said: others }, [null, { ...environment, known: others }])).toBe(
      false,
    );
  });
});
