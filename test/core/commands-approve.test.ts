/** `/approve` and `/unapprove`: what each comes to, given the facts. */
import { describe, expect, it } from "vitest";
import {
  isProblem,
  type CommandFacts,
  type CommandRequest,
  type CommandResult,
  type ReleaseFacts,
} from "../../src/core/commands/command.ts";
import { readCommands } from "../../src/core/commands/grammar.ts";
import { commandNamed, commands } from "../../src/core/commands/index.ts";
import { parseConfig } from "../../src/core/config/index.ts";
import type { Held } from "../../src/core/gates/gate.ts";
import { plansOf } from "../../src/core/plans.ts";
import { ana, NOON, sha } from "./given.ts";

const config = (approvals: string) =>
  `environments: { dev: {}, prod: { gates: { approvals: ${approvals} } } }`;
const HELD = { since: NOON, hold: { gate: "approvals", wanted: 1 } } as unknown as Held;

function facts(approvals: string, more: Partial<CommandFacts> = {}): CommandFacts {
  const reading = parseConfig(config(approvals), { path: "waybill.yml", repositoryName: "shop" });
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return {
    config: reading.config,
    plans: plansOf(reading.config, sha("c0"), "main"),
    role: "write",
    now: NOON,
    environments: [],
    tags: ["1.6.0", "1.5.0"].map((version) => ({ version, tag: `v${version}` })),
    upcoming: null,
    unreleased: [],
    coming: null,
    released: [],
    memberOf: [],
    ...more,
  };
}

function come(line: string, given: CommandFacts, found: Partial<ReleaseFacts> = {}): CommandResult {
  const [read] = readCommands(line, commands);
  const definition = read?.kind === "command" ? commandNamed(read.name) : null;
  if (read?.kind !== "command" || definition === null) throw new Error(`no command: ${line}`);
  const request: CommandRequest = { ...read, ordinal: 1, commentId: 77, issue: 9, by: ana };
  const wanted = definition.wants(request, given);
  if (wanted !== null && isProblem(wanted))
    return { kind: "answer", answer: { kind: "refusal", command: read.text, problem: wanted } };
  const release =
    wanted === null ? null : { ...wanted, sha: sha("a1"), onBranch: true, carriedBy: [], ...found };
  return definition.run(request, given, release);
}

function eventOf(result: CommandResult) {
  if (result.kind !== "events") throw new Error(JSON.stringify(result));
  return result.events[0];
}

function problemOf(result: CommandResult) {
  if (result.kind !== "answer" || result.answer.kind !== "refusal") throw new Error(JSON.stringify(result));
  return result.answer.problem;
}

const waiting = (version: string, held: Held | null) => ({ version, held, requestedBy: "wes" });
const prod = (...all: ReturnType<typeof waiting>[]) =>
  [{ name: "prod", running: null, delivered: [], active: null, freeze: null, waiting: all }] as const;

describe("/approve", () => {
  it("says which version at which commit, why, and who", () => {
    expect(eventOf(come('/approve prod v1.5.0 --reason "tried it"', facts("{ role: write }")))).toMatchObject(
      {
        environment: "prod",
        event: {
          type: "ReleaseApproved",
          version: "1.5.0",
          sha: sha("a1"),
          reason: "tried it",
          word: { by: ana, commentId: 77, ordinal: 1, issue: 9, name: "v77" },
        },
      },
    );
  });

  it("without a version means what waits for approvals, else what waits, else what /promote would take", () => {
    const version = (...all: ReturnType<typeof waiting>[]) =>
      eventOf(come("/approve prod", facts("{ role: write }", { environments: prod(...all) })))?.event;
    expect(version(waiting("1.6.0", null), waiting("1.5.0", HELD))).toMatchObject({ version: "1.5.0" });
    expect(version(waiting("1.5.0", null))).toMatchObject({ version: "1.5.0" });
    const delivered = [
      { version: "1.5.0", sha: sha("a1"), tag: "v1.5.0", at: NOON, promotionId: "a1" as never },
    ];
    const dev = { name: "dev", running: null, delivered, active: null, freeze: null, waiting: [] } as const;
    const given = facts("{ role: write }", { environments: [dev, ...prod()] });
    expect(eventOf(come("/approve prod", given))?.event).toMatchObject({ version: "1.5.0" });
  });

  it.each([
    ["by role", "{ role: write }", {}],
    ["by numeric id", "{ users: [11] }", { role: null }],
    ["as a member of a team", "{ teams: [ops, qa] }", { role: null, memberOf: ["qa"] }],
  ])("counts %s", (_how, approvals, more) => {
    expect(
      eventOf(come("/approve prod 1.5.0", facts(approvals, more as Partial<CommandFacts>))),
    ).toBeDefined();
  });

  it.each([
    ["without the role", "{ role: maintain }", {}, { needs: "maintain", role: "write", unseen: false }],
    ["outside of the team", "{ teams: [ops] }", { memberOf: ["qa"] }, { teams: "ops", unseen: false }],
    [
      "where nobody may ask for teams",
      "{ teams: [ops] }",
      { memberOf: null },
      { teams: "ops", unseen: true },
    ],
  ])("is refused %s", (_how, approvals, more, detail) => {
    const problem = problemOf(come("/approve prod 1.5.0", facts(approvals, more)));
    expect(problem).toMatchObject({ code: "approval-not-allowed", detail });
  });

  it("is refused where nothing asks for it, for a commit off the branch, and for a tag that was moved", () => {
    expect(problemOf(come("/approve dev 1.5.0", facts("{ role: write }"))).code).toBe("approvals-not-asked");
    const off = come("/approve prod 1.5.0", facts("{ role: write }"), { onBranch: false });
    expect(problemOf(off).code).toBe("off-branch");
    const moved = facts("{ role: write }", { released: [{ version: "1.5.0", sha: sha("b2") }] });
    expect(problemOf(come("/approve prod 1.5.0", moved))).toMatchObject({
      code: "tag-moved",
      detail: { before: sha("b2"), now: sha("a1") },
    });
  });
});

describe("/reject", () => {
  const reject = (line: string, approvals: string, more: Partial<CommandFacts> = {}) =>
    come(line, facts(approvals, more));

  it("says which version at which commit, why, and who", () => {
    expect(
      eventOf(reject('/reject prod v1.5.0 --reason "the checkout fails"', "{ role: write }")),
    ).toMatchObject({
      environment: "prod",
      event: {
        type: "ReleaseRejected",
        version: "1.5.0",
        sha: sha("a1"),
        reason: "the checkout fails",
        word: { by: ana, name: "v77" },
      },
    });
  });

  it("without a version means what waits, as /approve does", () => {
    const environments = prod(waiting("1.6.0", null), waiting("1.5.0", HELD));
    const result = reject("/reject prod --reason no", "{ role: write }", { environments });
    expect(eventOf(result)?.event).toMatchObject({ version: "1.5.0" });
  });

  it("is for those whose approval would count, and takes a reason", () => {
    const team = { role: null, memberOf: ["qa"] };
    expect(eventOf(reject("/reject prod 1.5.0 --reason no", "{ teams: [qa] }", team))).toBeDefined();
    expect(problemOf(reject("/reject prod 1.5.0 --reason no", "{ role: maintain }")).code).toBe(
      "approval-not-allowed",
    );
    expect(problemOf(reject("/reject dev --reason no", "{ role: write }")).code).toBe("approvals-not-asked");
    expect(problemOf(reject("/reject prod 1.5.0", "{ role: write }"))).toEqual({
      code: "reject-without-reason",
      detail: { written: "/reject prod 1.5.0" },
    });
  });
});

describe("/unapprove", () => {
  it("takes back one's word for a version, by number or tag, or for all; also without any right to it", () => {
    const given = facts("{ role: admin }", { role: "triage" });
    expect(eventOf(come("/unapprove prod v1.5.0", given))?.event).toMatchObject({
      type: "ApprovalWithdrawn",
      version: "1.5.0",
      word: { by: ana, name: "v77" },
    });
    expect(eventOf(come("/unapprove prod", given))?.event).toMatchObject({ version: null });
    expect(problemOf(come("/unapprove prd", given)).code).toBe("unknown-environment");
  });
});
