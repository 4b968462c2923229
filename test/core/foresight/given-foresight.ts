/** What commands that look ahead are asked in: a shop with dev, staging and prod, whose lanes are given as what has happened in them. */
import type { CommandFacts, CommandRequest, CommandResult } from "../../../src/core/commands/command.ts";
import { isProblem, type ReleaseFacts } from "../../../src/core/commands/command.ts";
import { readCommands } from "../../../src/core/commands/grammar.ts";
import { commandNamed, commands } from "../../../src/core/commands/index.ts";
import { parseConfig } from "../../../src/core/config/index.ts";
import type { EnvironmentLane } from "../../../src/core/environment.ts";
import { plansOf } from "../../../src/core/plans.ts";
import { summariseEnvironment } from "../../../src/core/summary.ts";
import { ana, NOON, sha } from "../given.ts";
import { shaOf } from "../given-rollback.ts";

/** One component; dev takes every merge, staging every release, prod what it is asked for. */
export const shopConfig = (prod = "{}") =>
  `components: { shop: {} }\nenvironments:\n  dev: { promote: merge }\n  staging: { promote: auto, after: [] }\n  prod: ${prod}\n`;

interface Given extends Partial<CommandFacts> {
  readonly text?: string;
  readonly lanes?: Readonly<Record<string, EnvironmentLane>>;
}

/** The facts for a command, with 1.5.0 and 1.4.2 tagged. */
export function factsFor({ text = shopConfig(), lanes = {}, ...more }: Given = {}): CommandFacts {
  const reading = parseConfig(text, { path: "waybill.yml", repositoryName: "shop" });
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  const { config } = reading;
  return {
    config,
    plans: plansOf(config, sha("c0"), "main"),
    role: "maintain",
    now: NOON + 1_000_000,
    environments: config.environments.map(({ name }) => summariseEnvironment(name, lanes[name] ?? null)),
    lanes,
    tags: ["1.5.0", "1.4.2"].map((version) => ({ version, tag: `v${version}` })),
    upcoming: null,
    unreleased: [],
    coming: null,
    released: ["1.5.0", "1.4.2"].map((version) => ({ version, sha: shaOf(version) })),
    ...more,
  };
}

/** What a line comes to, in comment 999 by ana: the release that it asks for is looked up as `found`. */
export function come(line: string, facts: CommandFacts, found: Partial<ReleaseFacts> = {}): CommandResult {
  const [read] = readCommands(line, commands);
  if (read?.kind !== "command") throw new Error(`no command: ${line}`);
  const definition = commandNamed(read.name);
  if (definition === null) throw new Error("no such command");
  const request: CommandRequest = { ...read, ordinal: 1, commentId: 999, issue: 9, by: ana };
  const wanted = definition.wants(request, facts);
  if (wanted !== null && isProblem(wanted))
    return { kind: "answer", answer: { kind: "refusal", command: read.text, problem: wanted } };
  const release =
    wanted === null
      ? null
      : { ...wanted, sha: shaOf(wanted.version), onBranch: true, carriedBy: ["dev"], ...found };
  return definition.run(request, facts, release);
}
