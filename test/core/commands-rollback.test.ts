/** `/rollback` and `/unpin`: which release is meant, and what is refused before anything is asked of the environment. */
import { describe, expect, it } from "vitest";
import {
  isProblem,
  type CommandFacts,
  type CommandRequest,
  type ReleaseFacts,
} from "../../src/core/commands/command.ts";
import { readCommands } from "../../src/core/commands/grammar.ts";
import { commandNamed, commands } from "../../src/core/commands/index.ts";
import { parseConfig, type Config } from "../../src/core/config/index.ts";
import type { Disturbed } from "../../src/core/disturbed.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import { plansOf } from "../../src/core/plans.ts";
import type { Pin } from "../../src/core/rollback/pin.ts";
import type { EnvironmentSummary } from "../../src/core/summary.ts";
import { shaOf } from "./given-rollback.ts";
import { ana, NOON, sha } from "./given.ts";

const TAGS = ["1.7.0", "1.6.0", "1.5.0", "1.4.2", "1.4.1"];

function prod(versions: readonly string[], more: Partial<EnvironmentSummary> = {}): EnvironmentSummary {
  const delivered = versions.map((version) => ({
    version,
    sha: shaOf(version),
    tag: version.includes("-") ? null : `v${version}`,
    at: NOON,
    promotionId: "c1" as PromotionId,
  }));
  const running = delivered.at(-1) ?? null;
  return { name: "prod", running, delivered, active: null, waiting: [], freeze: null, ...more };
}

const failed = (version: string): { readonly disturbed: Disturbed } => ({
  disturbed: { kind: "failed", version, sha: shaOf(version), promotionId: "c9" as PromotionId, at: NOON },
});
const pinned = (good: string, ...bad: readonly string[]): { readonly pin: Pin } => ({
  pin: {
    version: good,
    sha: shaOf(good),
    by: "ana",
    at: NOON,
    word: { commentId: 1, ordinal: 1 },
    promotionId: "c1" as PromotionId,
    environment: "prod",
    reason: null,
    bad: bad.map((version) => ({ version, sha: shaOf(version) })),
  },
});
const under = (version: string, as: "normal" | "rollback") => ({
  active: {
    id: "c9" as PromotionId,
    version,
    class: as,
    stage: "rolling" as const,
    requestedBy: "ana",
    startedAt: NOON,
  },
});

function plainConfig(): Config {
  const reading = parseConfig("environments: { prod: {} }", {
    path: "waybill.yml",
    repositoryName: "shop",
  });
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.config;
}

/** What the line comes to: the version that it goes to, the refusal, or the events. */
function outcome(
  line: string,
  environment: EnvironmentSummary,
  release: Partial<ReleaseFacts> = {},
  role: CommandFacts["role"] = "maintain",
  config = plainConfig(),
): unknown {
  const [written] = readCommands(line, commands);
  if (written?.kind !== "command") return written;
  const { name, args, flags, text } = written;
  const request: CommandRequest = { name, args, flags, text, ordinal: 1, commentId: 77, issue: 7, by: ana };
  const facts: CommandFacts = {
    now: NOON,
    config,
    plans: plansOf(config, sha("c0"), "main"),
    role,
    environments: [environment],
    tags: TAGS.map((version) => ({ version, tag: `v${version}` })),
    unreleased: [],
    released: [],
    upcoming: null,
    coming: null,
  };
  const definition = commandNamed(name);
  const wanted = definition?.wants(request, facts) ?? null;
  if (wanted !== null && isProblem(wanted)) return { code: wanted.code, ...wanted.detail };
  const found = wanted && {
    ...wanted,
    sha: shaOf(wanted.version),
    onBranch: true,
    carriedBy: [],
    ...release,
  };
  const result = definition?.run(request, facts, found);
  if (result?.kind === "events") return result.events.map(({ event }) => event);
  if (result?.kind === "promotion") return result.request;
  if (result?.answer.kind !== "refusal") return result;
  return { code: result.answer.problem.code, ...result.answer.problem.detail };
}

const to = (environment: EnvironmentSummary, line = "/rollback prod") =>
  outcome(line, environment) as { cargo?: { version: string }; code?: string };

describe("/rollback without a version", () => {
  it("goes to the last one delivered before the one that runs", () => {
    expect(to(prod(["1.4.2", "1.5.0"])).cargo?.version).toBe("1.4.2");
    expect(to(prod(["1.5.0", "1.4.2", "1.6.0"])).cargo?.version).toBe("1.4.2");
  });
  it("goes to the one delivered last where a newer one was left half done, or is under way", () => {
    expect(to(prod(["1.4.2", "1.5.0"], failed("1.6.0"))).cargo?.version).toBe("1.5.0");
    expect(to(prod(["1.4.2", "1.5.0"], under("1.6.0", "normal"))).cargo?.version).toBe("1.5.0");
  });
  it("goes further back the second time, and never to what is in quarantine", () => {
    expect(to(prod(["1.4.1", "1.4.2", "1.5.0", "1.4.2"], pinned("1.4.2", "1.5.0"))).cargo?.version).toBe(
      "1.4.1",
    );
    const halfway = { ...failed("1.4.2"), ...pinned("1.4.2", "1.5.0") };
    expect(to(prod(["1.4.2", "1.5.0"], halfway)).cargo?.version).toBe("1.4.2");
  });
  it("passes by builds, of which there is no tag", () => {
    expect(to(prod(["1.4.2", "1.5.0-dev.1", "1.5.0-dev.2"])).cargo?.version).toBe("1.4.2");
  });
  it("is refused where nothing is known to come before, or one is on its way", () => {
    expect(to(prod(["1.4.2"])).code).toBe("no-release-before");
    expect(to(prod([])).code).toBe("no-release-before");
    expect(to(prod(["1.4.2", "1.5.0"], under("1.4.2", "rollback"))).code).toBe("already-on-its-way");
  });
});

describe("/rollback with a version", () => {
  const running = prod(["1.5.0"]);

  it("takes any earlier release, also from before Waybill, with its reason", () => {
    expect(outcome('/rollback prod v1.4.1 --reason "checkout fails"', running)).toMatchObject({
      id: "c77",
      class: "rollback",
      rollback: { reason: "checkout fails" },
      cargo: { version: "1.4.1", sha: shaOf("1.4.1"), tag: "v1.4.1", ref: "v1.4.1" },
      cause: { kind: "command", by: ana, commentId: 77, issue: 7 },
    });
  });
  it("refuses what does not go back, and says how to go there", () => {
    expect(to(running, "/rollback prod 1.6.0")).toEqual({
      code: "rollback-not-lower",
      version: "1.6.0",
      environment: "prod",
      running: "1.5.0",
    });
    expect(to(running, "/rollback prod 1.5.0").code).toBe("already-delivered");
    expect(to(prod([]), "/rollback prod 1.5.0").code).toBe("nothing-to-roll-back");
    expect(to(running, "/rollback prod 9.9.9").code).toBe("unknown-version");
  });
  it("refuses what is in quarantine, and a tag that does not mean what was delivered, or is off the branch", () => {
    expect(to(prod(["1.5.0", "1.7.0"], pinned("1.4.2", "1.5.0")), "/rollback prod 1.5.0").code).toBe(
      "quarantined",
    );
    const twice = prod(["1.4.2", "1.5.0"]);
    expect(outcome("/rollback prod", twice, { sha: sha("bad") })).toMatchObject({
      code: "tag-moved",
      before: shaOf("1.4.2"),
    });
    expect(outcome("/rollback prod", twice, { sha: null })).toMatchObject({ code: "tag-moved", now: null });
    expect(outcome("/rollback prod 1.4.1", twice, { onBranch: false })).toMatchObject({ code: "off-branch" });
  });
  it("says at once which workflows are today's, and refuses where there is none to go back with", () => {
    const todays = [{ component: "shop", workflow: "deploy.yml", why: "missing", lacks: [] }] as const;
    expect(outcome("/rollback prod 1.4.2", running, { workflows: { todays, problem: null } })).toMatchObject({
      rollback: { reason: null, todays },
    });
    const problem = { code: "rollback-workflow", detail: { path: "deploy.yml" } } as const;
    expect(outcome("/rollback prod 1.4.2", running, { workflows: { todays: [], problem } })).toMatchObject({
      code: "rollback-workflow",
    });
  });
  it("takes the right to promote there", () => {
    expect(outcome("/rollback prod 1.4.2", running, {}, "write")).toMatchObject({ code: "not-allowed" });
    expect(to(running, "/rollback prd").code).toBe("unknown-environment");
  });
});

describe("/unpin", () => {
  it("tells the environment that a person lifts its pin", () => {
    expect(outcome("/unpin prod", prod(["1.5.0"]))).toEqual([
      {
        type: "EnvironmentUnpinned",
        at: NOON,
        environment: "prod",
        word: { by: ana, commentId: 77, ordinal: 1, issue: 7, name: "p77" },
      },
    ]);
  });
  it("takes the right to promote there", () => {
    expect(outcome("/unpin prod", prod([]), {}, "write")).toMatchObject({ code: "not-allowed" });
  });
});

describe("/rollback past migrations", () => {
  const past: ReleaseFacts["past"] = {
    known: true,
    seen: [
      { component: "api", kind: "contract", version: "1.5.0" },
      { component: "jobs", kind: "irreversible", version: "1.5.0" },
    ],
  };

  it.each(["/rollback prod 1.4.2", '/rollback prod 1.4.2 --reason "…"'])("is refused: %s", (line) => {
    expect(outcome(line, prod(["1.4.2", "1.5.0"]), { past })).toEqual({
      code: "past-migrations",
      environment: "prod",
      version: "1.4.2",
      known: true,
      contract: "api with 1.5.0",
      irreversible: "jobs with 1.5.0",
    });
  });
  it("goes with a reason, and carries what it goes past", () => {
    const line = '/rollback prod --reason "checkout fails"';
    expect(outcome(line, prod(["1.4.2", "1.5.0"]), { past })).toMatchObject({
      class: "rollback",
      cargo: { version: "1.4.2" },
      rollback: { reason: "checkout fails", past },
    });
  });
  it("says first what no reason would help against", () => {
    const problem = { code: "rollback-workflow", detail: {} } as const;
    expect(
      outcome("/rollback prod 1.4.2", prod(["1.5.0"]), { past, workflows: { todays: [], problem } }),
    ).toMatchObject({ code: "rollback-workflow" });
  });
});

describe("/rollback --restore", () => {
  const reading = parseConfig("environments: { prod: { database: { backup: b.yml, restore: r.yml } } }", {
    path: "waybill.yml",
    repositoryName: "shop",
  });
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  const point = {
    point: NOON,
    version: "1.4.2",
    sha: shaOf("1.4.2"),
    promotionId: "c1" as PromotionId,
    runId: 5,
  };
  const running = prod(["1.4.2", "1.5.0"], { recoveryPoints: [point] });
  const past: ReleaseFacts["past"] = {
    known: true,
    seen: [{ component: "api", kind: "contract", version: "1.5.0" }],
  };
  const come = (line: string) => outcome(line, running, { past }, "maintain", reading.config);

  it("carries the point of the release that it goes to", () => {
    expect(come('/rollback prod --restore --reason "names are gone"')).toMatchObject({
      cargo: { version: "1.4.2" },
      rollback: { restore: { point: NOON, runId: 5 } },
    });
    expect(come('/rollback prod --reason "names are gone"')).not.toHaveProperty("rollback.restore");
  });
  it("is offered where a rollback past migrations is refused", () => {
    expect(come("/rollback prod")).toMatchObject({ code: "past-migrations", restore: "r.yml", point: NOON });
  });
  it("is refused where there is nothing to put back, or nothing that does", () => {
    expect(come('/rollback prod 1.4.1 --restore --reason "old"')).toMatchObject({
      code: "restore-refused",
      why: "no-point",
    });
    expect(outcome('/rollback prod --restore --reason "old"', running)).toMatchObject({ why: "no-workflow" });
  });
});
