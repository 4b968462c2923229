/**
 * Who may command what: every command, by every role, in each kind of environment, by whoever is listed by number, and about what is one's own. A command without
 * a row here fails.
 */
import { describe, expect, it } from "vitest";
import { isProblem, type CommandFacts, type CommandRequest } from "../../../src/core/commands/command.ts";
import { readCommands } from "../../../src/core/commands/grammar.ts";
import { commandNamed, commands } from "../../../src/core/commands/index.ts";
import { parseConfig, type Role } from "../../../src/core/config/index.ts";
import type { PromotionId } from "../../../src/core/ids.ts";
import { isStranger } from "../../../src/core/permission.ts";
import { plansOf } from "../../../src/core/plans.ts";
import type { Person } from "../../../src/core/promotion.ts";
import { ana, NOON, sha, wes } from "../given.ts";

const ROLES: readonly (Role | null)[] = [null, "triage", "write", "maintain", "admin"];

/** `staging` as by default, `prod` the last one, `lab` for those who triage, `vault` for wes and nobody else; releases are for `maintain`. */
const CONFIG = `environments:
  staging: {}
  lab: { after: staging }
  vault: { after: staging }
  prod: { after: lab, gates: { approvals: { count: 1, role: maintain, users: [12] } } }
permissions:
  promote:
    lab: triage
    vault: { users: [12] }
`;

/** What was found out for a plan: nothing would come of it, which is as good as anything here. */
const AHEAD = {
  prepared: {
    type: "RolloutRefused",
    at: NOON,
    promotionId: "c77" as PromotionId,
    problem: { code: "workflow-missing", detail: {} },
  },
  findings: {},
  took: [],
} as const;

/** What comes of a command: it is done (or fails over something else than the right), it is refused for want of the right, or nobody answers at all. */
type Answer = "may" | "may not" | "nobody answers";

function factsFor(role: Role | null): CommandFacts {
  const reading = parseConfig(CONFIG, { path: "waybill.yml", repositoryName: "shop" });
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return {
    config: reading.config,
    plans: plansOf(reading.config, sha("c0"), "main"),
    role,
    now: NOON,
    environments: ["staging", "lab", "vault", "prod"].map((name) => ({
      name,
      running: null,
      delivered: [],
      active: null,
      freeze: null,
      waiting: [],
    })),
    tags: ["1.6.0", "1.5.0"].map((version) => ({ version, tag: `v${version}` })),
    upcoming: null,
    unreleased: [],
    coming: { branch: "main", tip: sha("a1"), base: "1.6.0", shown: null, heldBy: null },
    released: [],
    memberOf: [],
  };
}

/** As it goes for a comment: strangers first, then what the command wants to know, then the command itself. */
function answerTo(line: string, by: Person, role: Role | null): Answer {
  const facts = factsFor(role);
  const rules = [
    facts.config.release.permission,
    ...facts.config.environments.map(({ permission }) => permission),
  ];
  if (isStranger(rules, by, role)) return "nobody answers";
  const [read] = readCommands(line, commands);
  const definition = read?.kind === "command" ? commandNamed(read.name) : null;
  if (read?.kind !== "command" || definition === null) throw new Error(`no command: ${line}`);
  const request: CommandRequest = { ...read, ordinal: 1, commentId: 77, issue: 9, by };
  const wanted = definition.wants(request, facts);
  if (wanted !== null && isProblem(wanted)) return answerOf(wanted.code);
  const release =
    wanted === null
      ? null
      : { ...wanted, sha: sha("a1"), onBranch: true, carriedBy: ["staging", "lab", "vault"], ahead: AHEAD };
  const result = definition.run(request, facts, release);
  return result.kind === "answer" && result.answer.kind === "refusal"
    ? answerOf(result.answer.problem.code)
    : "may";
}

const answerOf = (code: string): Answer => (/(^|-)not-allowed$/.test(code) ? "may not" : "may");

interface Row {
  readonly line: string;
  /** From which role on one may; the others are refused, and whoever has none is a stranger. */
  readonly from: Role;
  /** Whether wes may, whom the config lists by number, whatever his role. */
  readonly listed?: true;
}

const inEach = (write: (environment: string) => string): readonly Row[] => [
  { line: write("staging"), from: "write" },
  { line: write("lab"), from: "triage" },
  { line: write("prod"), from: "maintain" },
];

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  promote: inEach((name) => `/promote ${name} 1.6.0`),
  cancel: inEach((name) => `/cancel ${name}`),
  retry: inEach((name) => `/retry ${name}`),
  rollback: inEach((name) => `/rollback ${name} 1.5.0`),
  unpin: inEach((name) => `/unpin ${name}`),
  unquarantine: inEach((name) => `/unquarantine ${name} 1.5.0`),
  freeze: inEach((name) => `/freeze ${name}`),
  unfreeze: inEach((name) => `/unfreeze ${name}`),
  resolve: inEach((name) => `/resolve ${name} failed`),
  approve: [{ line: "/approve prod 1.6.0", from: "maintain", listed: true }],
  reject: [{ line: "/reject prod 1.6.0 --reason no", from: "maintain", listed: true }],
  unapprove: [{ line: "/unapprove prod", from: "triage", listed: true }],
  release: [{ line: "/release", from: "maintain" }],
  hotfix: [{ line: "/hotfix settle 1.6.1", from: "maintain" }],
  notes: [{ line: "/notes 1.6.0", from: "maintain" }],
  hold: [{ line: "/hold 1.6.0", from: "write" }],
  unhold: [{ line: "/unhold 1.6.0", from: "write" }],
  status: [{ line: "/status", from: "triage", listed: true }],
  why: ["/why", "/why prod"].map((line) => ({ line, from: "triage", listed: true })),
  plan: [{ line: "/plan prod 1.6.0", from: "triage", listed: true }],
  help: [{ line: "/help", from: "triage", listed: true }],
};

const rank = (role: Role | null): number => ROLES.indexOf(role);

describe("who may command what", () => {
  it("has a row for every command", () => {
    expect(Object.keys(ROWS).toSorted()).toEqual(commands.map(({ name }) => name).toSorted());
  });

  const cells = Object.values(ROWS).flatMap((rows) =>
    rows.flatMap(({ line, from }) =>
      ROLES.map((role): [string, Role | null, Answer] => {
        const may = rank(role) >= rank(from) ? "may" : "may not";
        return [line, role, role === null ? "nobody answers" : may];
      }),
    ),
  );

  it.each(cells)("%s, by somebody with the role %s: %s", (line, role, wanted) => {
    expect(answerTo(line, ana, role)).toBe(wanted);
  });

  it.each(Object.values(ROWS).flatMap((rows) => rows.map((row) => [row.line, row.listed === true] as const)))(
    "%s, by somebody without a role who is listed for something: %s",
    (line, may) => {
      expect(answerTo(line, wes, null)).toBe(may ? "may" : "may not");
    },
  );

  it.each(["/promote vault 1.6.0", "/rollback vault 1.5.0", "/freeze vault", "/cancel vault"])(
    "%s, where only wes is listed: he may without a role, and no role is enough",
    (line) => {
      expect(answerTo(line, wes, null)).toBe("may");
      for (const role of ROLES.slice(1)) expect(answerTo(line, ana, role)).toBe("may not");
    },
  );

  it("/freeze all takes the right to every environment", () => {
    expect(answerTo("/freeze all", ana, "admin")).toBe("may not");
    expect(answerTo("/freeze all", wes, "maintain")).toBe("may");
    expect(answerTo("/freeze all", wes, "write")).toBe("may not");
  });
});
