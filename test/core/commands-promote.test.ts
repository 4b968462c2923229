/** `/promote`, `/resolve`, `/status` and `/help`: what each comes to, given the facts. */
import { describe, expect, it } from "vitest";
import {
  isProblem,
  type CommandFacts,
  type CommandRequest,
  type CommandResult,
  type ReleaseFacts,
} from "../../src/core/commands/command.ts";
import { commandNamed, commands } from "../../src/core/commands/index.ts";
import { readCommands } from "../../src/core/commands/grammar.ts";
import { parseConfig } from "../../src/core/config/index.ts";
import type { Delivered } from "../../src/core/environment.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import { plansOf } from "../../src/core/plans.ts";
import type { EnvironmentSummary } from "../../src/core/summary.ts";
import { ana, NOON, sha } from "./given.ts";

const CONFIG = `
environments:
  dev: { promote: merge }
  staging: { promote: auto }
  prod: {}
`;

function factsFor(more: Partial<CommandFacts> & { text?: string } = {}): CommandFacts {
  const reading = parseConfig(more.text ?? CONFIG, { path: "waybill.yml", repositoryName: "shop" });
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return {
    config: reading.config,
    plans: plansOf(reading.config, sha("c0"), "main"),
    role: "maintain",
    now: NOON,
    environments: ["dev", "staging", "prod"].map((name) => summary(name)),
    tags: ["1.6.0-rc.1", "1.5.0", "1.4.2"].map((version) => ({ version, tag: `v${version}` })),
    upcoming: { version: "1.6.0", commitCount: 3 },
    unreleased: [],
    coming: null,
    released: [],
    ...more,
  };
}

function summary(
  name: string,
  delivered: readonly string[] = [],
  more: Partial<EnvironmentSummary> = {},
): EnvironmentSummary {
  const all: Delivered[] = delivered.map((version) => ({
    version,
    sha: shaOf(version),
    tag: `v${version}`,
    at: NOON,
    promotionId: "a1" as PromotionId,
  }));
  return {
    name,
    running: all.at(-1) ?? null,
    delivered: all,
    active: null,
    waiting: [],
    freeze: null,
    ...more,
  };
}

const shaOf = (version: string) => sha(version.replaceAll(/\D/g, ""));

function release(version: string, more: Partial<ReleaseFacts> = {}): ReleaseFacts {
  return { version, tag: `v${version}`, sha: shaOf(version), onBranch: true, carriedBy: ["dev"], ...more };
}

/** What the line comes to: as the way from webhook to lane goes, with the facts on the release that it asks for. */
function come(
  line: string,
  facts: CommandFacts,
  found: Partial<ReleaseFacts> = {},
  ordinal = 1,
): CommandResult {
  const [read] = readCommands(line, commands);
  if (read?.kind !== "command") throw new Error(`no command: ${line}`);
  const definition = commandNamed(read.name);
  const request: CommandRequest = { ...read, ordinal, commentId: 77, issue: 9, by: ana };
  const wanted = definition?.wants(request, facts) ?? null;
  if (definition === null) throw new Error("no such command");
  if (wanted !== null && isProblem(wanted))
    return { kind: "answer", answer: { kind: "refusal", command: read.text, problem: wanted } };
  return definition.run(request, facts, wanted === null ? null : release(wanted.version, found));
}

function problemOf(result: CommandResult) {
  if (result.kind !== "answer" || result.answer.kind !== "refusal")
    throw new Error(`not refused: ${JSON.stringify(result)}`);
  return result.answer.problem;
}

const inStaging = (...versions: readonly string[]) =>
  factsFor({ environments: [summary("dev"), summary("staging", versions), summary("prod")] });

describe("/promote with a version", () => {
  it.each(["1.5.0", "v1.5.0"])(
    "%s: becomes a promotion with that commit, by that person, from that comment",
    (version) => {
      expect(come(`/promote prod ${version}`, inStaging("1.5.0"))).toMatchObject({
        kind: "promotion",
        request: {
          id: "c77",
          environment: "prod",
          cargo: { version: "1.5.0", sha: shaOf("1.5.0"), tag: "v1.5.0", ref: "v1.5.0" },
          cause: { kind: "command", by: ana, commentId: 77, issue: 9 },
          reportOn: 9,
          plan: { environment: { name: "prod" }, last: true },
        },
      });
    },
  );
  it("the second command of a comment has an id of its own", () => {
    expect(come("/promote prod 1.5.0", inStaging("1.5.0"), {}, 2)).toMatchObject({
      request: { id: "c77.2" },
    });
  });
  it("that there is not is refused, with the nearest", () => {
    expect(problemOf(come("/promote prod 1.5.1", factsFor()))).toMatchObject({
      code: "unknown-version",
      detail: { suggestion: "1.5.0" },
    });
    expect(problemOf(come("/promote prod 1.5.1", factsFor({ tags: [] })))).toMatchObject({
      detail: { suggestion: null, newest: null },
    });
  });
  it.each([
    ["its commit is not on the release branch", { onBranch: false }],
    ["its tag is on no commit", { sha: null }],
  ])("is refused where %s", (_what, found) => {
    expect(problemOf(come("/promote prod 1.5.0", inStaging("1.5.0"), found)).code).toBe("off-branch");
  });
  it("is refused where the tag was moved since it was released: a version means one commit for ever", () => {
    const released = [{ version: "1.5.0", sha: sha("f1") }];
    expect(problemOf(come("/promote prod 1.5.0", { ...inStaging("1.5.0"), released }))).toMatchObject({
      code: "tag-moved",
      detail: { tag: "v1.5.0", before: sha("f1"), now: shaOf("1.5.0") },
    });
  });
  it("is refused where the environment before lacks it, naming what comes first", () => {
    expect(problemOf(come("/promote prod 1.5.0", factsFor()))).toMatchObject({
      code: "previous-lacks-it",
      detail: { missing: "staging", next: "staging" },
    });
  });
  it("passes where the environment before runs a build that carries its commit", () => {
    expect(come("/promote staging 1.5.0", factsFor()).kind).toBe("promotion");
    expect(problemOf(come("/promote staging 1.5.0", factsFor(), { carriedBy: [] })).code).toBe(
      "previous-lacks-it",
    );
  });
  it("goes by the commit that the environment before delivered, not by the version's name", () => {
    expect(problemOf(come("/promote prod 1.5.0", inStaging("1.5.0"), { sha: sha("bad") })).code).toBe(
      "previous-lacks-it",
    );
  });
});

describe("/promote without a version", () => {
  const chosen = (result: CommandResult) =>
    result.kind === "promotion" ? result.request.cargo.version : result.kind;

  it("takes the newest that the environment before has delivered, however old the delivery", () => {
    expect(chosen(come("/promote prod", inStaging("1.5.0", "1.4.2")))).toBe("1.5.0");
  });
  it("where the environment before takes every merge, the newest release that is no pre-release", () => {
    expect(chosen(come("/promote staging", factsFor()))).toBe("1.5.0");
  });
  it("is refused where nothing has come that far", () => {
    expect(problemOf(come("/promote prod", factsFor()))).toMatchObject({
      code: "no-version-yet",
      detail: { environment: "prod", before: "staging" },
    });
    expect(problemOf(come("/promote staging", factsFor({ tags: [] }))).code).toBe("no-version-yet");
  });
});

describe("/promote to an environment for which some of those before are enough", () => {
  const regions = (after: string, delivered: Readonly<Record<string, readonly string[]>>) =>
    factsFor({
      text: `environments: { east: {}, west: {after: []}, south: {after: []}, dev: {promote: merge}, prod: {after: ${after}} }`,
      environments: ["east", "west", "south", "dev", "prod"].map((name) => summary(name, delivered[name])),
    });
  const chosen = (result: CommandResult) =>
    result.kind === "promotion" ? result.request.cargo.version : problemOf(result);

  it("passes as soon as so many have delivered it, and says else how many are wanting, and of which", () => {
    const any = "{any: [east, west]}";
    expect(chosen(come("/promote prod 1.5.0", regions(any, { west: ["1.5.0"] })))).toBe("1.5.0");
    const two = regions("{atLeast: 2, of: [east, west, south]}", { west: ["1.5.0"] });
    expect(chosen(come("/promote prod 1.5.0", two))).toMatchObject({
      code: "previous-lacks-it",
      detail: { missing: "east, south", next: "east", more: 1 },
    });
    const all = regions("[east, west]", { west: ["1.5.0"] });
    expect(problemOf(come("/promote prod 1.5.0", all)).detail).not.toHaveProperty("more");
  });
  it("takes by default the newest that so many have", () => {
    const delivered = { east: ["1.4.2", "1.5.0"], west: ["1.4.2"], south: ["1.4.2"] };
    expect(chosen(come("/promote prod", regions("{any: [east, west]}", delivered)))).toBe("1.5.0");
    const two = "{atLeast: 2, of: [east, west, south]}";
    expect(chosen(come("/promote prod", regions(two, delivered)))).toBe("1.4.2");
    expect(chosen(come("/promote prod", regions("[east, west]", delivered)))).toBe("1.4.2");
  });
  it("counts one that takes every merge as one that may have it, and asks about it when the release is known", () => {
    const two = regions("{atLeast: 2, of: [east, west, dev]}", { east: ["1.5.0"] });
    expect(chosen(come("/promote prod", two))).toBe("1.5.0");
    expect(chosen(come("/promote prod", two, { carriedBy: [] }))).toMatchObject({ detail: { more: 1 } });
    expect(chosen(come("/promote prod", regions("{any: [east, dev]}", {})))).toBe("1.5.0");
  });
});

describe("/promote where it may not be", () => {
  it("an unknown environment, with the one that was meant", () => {
    expect(problemOf(come("/promote prd", factsFor()))).toMatchObject({
      code: "unknown-environment",
      detail: { suggestion: "prod", known: "dev, staging, prod" },
    });
  });
  it("by somebody without the right, with what it takes", () => {
    expect(problemOf(come("/promote prod 1.5.0", { ...inStaging("1.5.0"), role: "write" }))).toMatchObject({
      code: "not-allowed",
      detail: { needs: "maintain", role: "write" },
    });
  });
  it("the right is asked for before anything is said about versions", () => {
    expect(problemOf(come("/promote prod 9.9.9", factsFor({ role: "triage" }))).code).toBe("not-allowed");
  });
});

describe("/resolve", () => {
  const stuck = (stage: "needs-human" | "rolling") =>
    factsFor({
      environments: [
        summary("prod", [], {
          active: { id: "c7" as PromotionId, version: "1.5.0", stage, requestedBy: "ana", startedAt: NOON },
        }),
      ],
    });
  it("gives free an environment that waits for a person", () => {
    expect(come("/resolve prod", stuck("needs-human"))).toMatchObject({
      kind: "events",
      events: [
        {
          environment: "prod",
          event: { type: "PersonResolved", environment: "prod", promotionId: "c7", by: ana, commentId: 77 },
        },
      ],
    });
  });
  it.each(["delivered", "failed"])("and says on the person's word that it is %s", (outcome) => {
    expect(come(`/resolve prod ${outcome}`, stuck("needs-human"))).toMatchObject({
      events: [{ event: { type: "PersonResolved", outcome } }],
    });
  });
  it("but takes no third word for it", () => {
    expect(problemOf(come("/resolve prod done", stuck("needs-human")))).toEqual({
      code: "not-an-outcome",
      detail: { written: "done" },
    });
  });
  it("and no other", () => {
    expect(problemOf(come("/resolve prod", stuck("rolling"))).code).toBe("nothing-to-resolve");
    expect(problemOf(come("/resolve prod", factsFor())).code).toBe("nothing-to-resolve");
  });
  it("takes the right to promote there", () => {
    expect(problemOf(come("/resolve prod", { ...stuck("needs-human"), role: "write" })).code).toBe(
      "not-allowed",
    );
    expect(problemOf(come("/resolve prd", factsFor())).code).toBe("unknown-environment");
  });
});

describe("/status and /help", () => {
  it("/status shows the facts as they are", () => {
    const facts = inStaging("1.5.0");
    expect(come("/status", facts)).toEqual({
      kind: "answer",
      answer: {
        kind: "status",
        command: "/status",
        environments: facts.environments,
        upcoming: facts.upcoming,
      },
    });
  });
  it("/help lists every command, and what this very person may do", () => {
    const result = come("/help", factsFor({ role: "write" }));
    expect(result).toMatchObject({ answer: { kind: "help", topic: null } });
    if (result.kind !== "answer" || result.answer.kind !== "help") throw new Error("no help");
    expect(result.answer.commands.map((one) => one.usage)).toEqual(
      commands.map((one) => expect.stringContaining(`/${one.name}`)),
    );
    expect(result.answer.environments.map((one) => [one.name, one.mayPromote, one.needs])).toEqual([
      ["dev", true, "write"],
      ["staging", true, "write"],
      ["prod", false, "maintain"],
    ]);
  });
  it("/help promote shows the one; of what it does not know, all", () => {
    const listed = (line: string) => {
      const result = come(line, factsFor());
      return result.kind === "answer" && result.answer.kind === "help" ? result.answer.commands.length : 0;
    };
    expect([listed("/help promote"), listed("/help dance")]).toEqual([1, commands.length]);
  });
});
