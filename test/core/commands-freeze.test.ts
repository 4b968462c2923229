/** `/freeze` and `/unfreeze`: whom they reach, when a freeze ends, and what is refused. */
import { describe, expect, it } from "vitest";
import type { CommandFacts, CommandRequest } from "../../src/core/commands/command.ts";
import { readCommands } from "../../src/core/commands/grammar.ts";
import { commandNamed, commands } from "../../src/core/commands/index.ts";
import { parseConfig } from "../../src/core/config/index.ts";
import { ana, NOON } from "./given.ts";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

function factsFor(role: CommandFacts["role"] = "maintain"): CommandFacts {
  const reading = parseConfig("environments: { dev: { promote: merge }, staging: {}, prod: {} }", {
    path: "waybill.yml",
    repositoryName: "shop",
  });
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return {
    now: NOON,
    config: reading.config,
    plans: [],
    role,
    environments: [],
    tags: [],
    unreleased: [],
    released: [],
    upcoming: null,
    coming: null,
  };
}

/** What the line comes to: the events by environment, or the refusal's code with its details. */
function outcome(line: string, role?: CommandFacts["role"], ordinal = 1): unknown {
  const [written] = readCommands(line, commands);
  if (written?.kind !== "command") return written;
  const { name, args, flags, text } = written;
  const request: CommandRequest = { name, args, flags, text, ordinal, commentId: 77, issue: 7, by: ana };
  const result = commandNamed(name)?.run(request, factsFor(role), null);
  if (result?.kind === "events") return result.events.map(({ event }) => event);
  if (result?.kind === "answer" && result.answer.kind === "refusal") {
    const { code, detail } = result.answer.problem;
    return { code, ...detail };
  }
  return result;
}

const untilOf = (line: string): unknown => (outcome(line) as { until: unknown }[])[0]?.until;

describe("/freeze", () => {
  it("tells the environment that it names, with the reason and who gave the word", () => {
    expect(outcome('/freeze prod --for 2h --reason "the sale; $(id)"')).toEqual([
      {
        type: "EnvironmentFrozen",
        at: NOON,
        environment: "prod",
        until: NOON + 2 * HOUR,
        reason: "the sale; $(id)",
        word: { by: ana, commentId: 77, ordinal: 1, issue: 7, name: "f77", answers: true },
      },
    ]);
  });

  it("of all tells each environment, and one of them answers", () => {
    expect(outcome("/freeze all", "maintain", 2)).toMatchObject([
      { environment: "dev", until: null, reason: null, word: { name: "f77.2", answers: true } },
      { environment: "staging", word: { answers: false } },
      { environment: "prod", word: { answers: false } },
    ]);
  });

  it.each([
    ["/freeze prod", null],
    ["/freeze prod --for 90m", NOON + 1.5 * HOUR],
    ["/freeze prod --for 366d", NOON + 366 * DAY],
    ["/freeze prod --until 2026-12-27", Date.UTC(2026, 11, 27)],
    ['/freeze prod --until "2026-12-27 09:30"', Date.UTC(2026, 11, 27, 9, 30)],
    ['/freeze prod --until "2026-12-27 09:30 UTC"', Date.UTC(2026, 11, 27, 9, 30)],
    ['/freeze prod --until "2026-12-27T09:30Z"', Date.UTC(2026, 11, 27, 9, 30)],
    ['/freeze prod --until "2026-12-27 09:30 +01:00"', Date.UTC(2026, 11, 27, 8, 30)],
    ["/freeze prod —until “2026-12-27 09:30”", Date.UTC(2026, 11, 27, 9, 30)],
  ])("ends when it says: %s", (line, until) => {
    expect(untilOf(line)).toBe(until);
  });

  it.each([
    ["/freeze prod --for 2hours", "duration"],
    ["/freeze prod --for 367d", "far"],
    ["/freeze prod --for 0m", "past"],
    ['/freeze prod --until "next week"', "moment"],
    ["/freeze prod --until 2026-02-30", "moment"],
    ["/freeze prod --until 2026-13-01", "moment"],
    ['/freeze prod --until "2026-12-27 25:00"', "moment"],
    ["/freeze prod --until 2026-11-20", "past"],
    ["/freeze prod --until 2028-01-01", "far"],
    ["/freeze prod --for 2h --until 2026-12-27", "both"],
  ])("says what is wrong with an end, and freezes nothing: %s", (line, why) => {
    expect(outcome(line)).toMatchObject({ code: "not-a-time", why });
  });

  it("takes the right to promote there, for all of them in each", () => {
    expect(outcome("/freeze prod", "write")).toMatchObject({ code: "not-allowed", environment: "prod" });
    expect(outcome("/freeze staging", "write")).toMatchObject([{ environment: "staging" }]);
    expect(outcome("/freeze all", "write")).toMatchObject({ code: "not-allowed", environment: "prod" });
    expect(outcome("/unfreeze prod", "write")).toMatchObject({ code: "not-allowed" });
  });

  it("and no environment that is none", () => {
    expect(outcome("/freeze prd")).toMatchObject({ code: "unknown-environment", suggestion: "prod" });
    expect(outcome("/unfreeze everything")).toMatchObject({ code: "unknown-environment" });
  });
});

describe("/unfreeze", () => {
  it("tells the environment that it names, or all of them", () => {
    expect(outcome("/unfreeze prod")).toMatchObject([{ type: "EnvironmentUnfrozen", alone: true }]);
    expect(outcome("/unfreeze all")).toMatchObject([{ alone: false }, { alone: false }, { alone: false }]);
  });
});
