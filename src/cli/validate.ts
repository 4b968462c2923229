import { asSpoken } from "../core/spoken.ts";
/**
 * `waybill validate FILE [--defaults FILE] [--effective] [--json]`: what Waybill will make of a config and the templates beside it, or of one template, before it is merged. Exit codes: 0 valid, 1 invalid,
 * 2 usage (also a file that cannot be read).
 */
import { readFileSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { neededOf } from "../core/after.ts";
import {
  LARGEST_CONFIG,
  pipelineOrder,
  rolloutOrder,
  type Config,
  type ConfigProblem,
  type PermissionRule,
} from "../core/config/index.ts";

import { parsePlaced, type ConfigReading } from "../core/config/parse.ts";
import type { DefaultsFile } from "../core/config/defaults.ts";
import type { EffectiveSetting } from "../core/config/effective.ts";
import { channelsText } from "./validate-channels.ts";
import { effectiveText } from "./validate-effective.ts";
import { notesText, presets } from "./validate-notes.ts";
import { problemsOfTemplate, templateProblems } from "./validate-templates.ts";
import { workflowProblems } from "./validate-workflows.ts";
import { timesText, withCalendarsBeside } from "./validate-times.ts";

/** Where a command writes; `process` fits. */
export interface CommandOutput {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

const USAGE = "usage: waybill validate FILE [--defaults FILE] [--effective] [--json]\n";

/**
 * Runs `waybill validate`.
 *
 * @param argv what follows the word `validate`
 * @returns the exit code
 */
export async function validate(argv: readonly string[], io: CommandOutput): Promise<number> {
  const request = requestIn(argv);
  if (typeof request === "string") {
    io.stderr.write(`${request}\n${USAGE}`);
    return 2;
  }
  const { file, json, effective } = request;
  const under = request.defaults === null ? null : textOf(request.defaults);
  if (request.defaults !== null && under?.ok === false) {
    io.stderr.write(`${printable(request.defaults)}: ${under.problem}\n`);
    return 2;
  }
  const text = textOf(file);
  if (!text.ok) {
    io.stderr.write(`${printable(file)}: ${text.problem}\n`);
    return 2;
  }
  const defaults = under?.ok === true ? { path: request.defaults ?? "", text: under.text } : null;
  const { reading, settings } = file.endsWith(".hbs")
    ? { reading: await templateReading(file), settings: [] }
    : await configReading(file, text.text, defaults);
  if (json) {
    const answer =
      reading.ok && "config" in reading
        ? {
            ...reading,
            ...orderOf(reading.config),
            types: (await presets()).typesFor(reading.config.release),
            ...(effective ? { effective: settings } : {}),
          }
        : reading;
    io.stdout.write(`${JSON.stringify({ file, ...answer }, null, 2)}\n`);
    return reading.ok ? 0 : 1;
  }
  const linesIn = (whole: string): readonly string[] => whole.split(/\r\n|[\r\n]/);
  const ownLines = linesIn(text.text);
  // A calendar's problem names its line, and shows what stands there.
  const linesFor = ({ path, line, value }: ConfigProblem): readonly string[] =>
    path === file
      ? ownLines
      : path === defaults?.path
        ? linesIn(defaults.text)
        : [...Array<string>(line - 1).fill(""), value];
  if (!reading.ok) {
    io.stdout.write(reading.problems.map((problem) => problemText(problem, linesFor(problem))).join("\n"));
    io.stdout.write(
      `\n${reading.problems.length === 1 ? "1 problem" : `${reading.problems.length} problems`}.\n`,
    );
    return 1;
  }
  if (!("config" in reading)) {
    io.stdout.write(`${printable(file)} is valid.\n`);
    return 0;
  }
  for (const warning of reading.warnings)
    io.stdout.write(`Warning: ${problemText(warning, linesFor(warning))}\n`);
  io.stdout.write(effective ? printableLines(effectiveText(settings)) : await summary(file, reading.config));
  return 0;
}

/** The config with its calendars, and with the workflows and templates beside it. */
async function configReading(
  file: string,
  text: string,
  defaults: DefaultsFile | null,
): Promise<{ readonly reading: ConfigReading; readonly settings: readonly EffectiveSetting[] }> {
  const about = { path: file, repositoryName: repositoryNameFor(file) };
  const placed = parsePlaced(text, defaults === null ? about : { ...about, defaults });
  const settings = placed.effective();
  const reading = withCalendarsBeside(file, placed.reading, Date.now());
  const problems = [...workflowProblems(file, placed), ...(await templateProblems(file))];
  if (problems.length === 0) return { reading, settings };
  const all = reading.ok ? problems : [...reading.problems, ...problems];
  return { reading: { ok: false, problems: all }, settings };
}

async function templateReading(file: string) {
  const problems = await problemsOfTemplate(file);
  return problems.length === 0 ? ({ ok: true } as const) : ({ ok: false, problems } as const);
}

interface Request {
  readonly file: string;
  readonly json: boolean;
  readonly effective: boolean;
  /** The file of an owner's defaults; null for none. */
  readonly defaults: string | null;
}

function requestIn(argv: readonly string[]): Request | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: {
        json: { type: "boolean" },
        effective: { type: "boolean" },
        defaults: { type: "string" },
      },
      allowPositionals: true,
    });
    const [file, ...others] = positionals;
    if (file === undefined || file === "") return "Name the file to validate.";
    const { json = false, effective = false, defaults = null } = values;
    return others.length > 0 ? "Name one file only." : { file, json, effective, defaults };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

type FileText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string };

function textOf(file: string): FileText {
  try {
    const about = statSync(file);
    if (!about.isFile()) return { ok: false, problem: "this is not a file." };
    // A larger file is refused by its size alone; its content is not needed for that.
    if (about.size > LARGEST_CONFIG) return { ok: true, text: " ".repeat(LARGEST_CONFIG + 1) };
    return { ok: true, text: readFileSync(file, "utf8") };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ENOENT" || code === "ENOTDIR") return { ok: false, problem: "there is no such file." };
    if (code === "EACCES")
      return { ok: false, problem: "this file may not be read: its permissions forbid it." };
    return { ok: false, problem: `it cannot be read (${String(code ?? error)}).` };
  }
}

/** On GitHub the repository's name is known; here the folder that holds `.github` is the best guess. */
function repositoryNameFor(file: string): string {
  const folder = dirname(resolve(file));
  return basename(basename(folder) === ".github" ? dirname(folder) : folder);
}

function problemText(problem: ConfigProblem, lines: readonly string[]): string {
  const where = `${printable(problem.path)}:${problem.line}:${problem.column}`;
  const at = problem.at === "" ? "" : `  ${problem.at}`;
  return `${where}${at}  ${problem.message}\n${excerpt(lines[problem.line - 1] ?? "", problem)}    mend: ${problem.mend}\n`;
}

const WIDEST_EXCERPT = 100;

/** The line with a caret below the column; of a long line the part around it. */
function excerpt(line: string, problem: ConfigProblem): string {
  if (line.trim() === "") return "";
  const index = Math.min(problem.column - 1, line.length);
  const from = Math.max(0, index - WIDEST_EXCERPT / 2);
  const part = printable(line.slice(from, from + WIDEST_EXCERPT));
  const gutter = String(problem.line).padStart(4);
  return `${gutter} | ${part}\n${" ".repeat(gutter.length)} | ${" ".repeat(printable(line.slice(from, index)).length)}^\n`;
}

/** A file's text may hold what moves a terminal's cursor. One space for each such character keeps the columns. */
function printable(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ")
    .replaceAll(/\/\/[^/\s@]*@/g, (found) => `//${"*".repeat(found.length - 3)}@`);
}

function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

function orderOf(config: Config): { pipeline: string[][]; rollout: string[][] } {
  return { pipeline: pipelineOrder(config), rollout: rolloutOrder(config) };
}

async function summary(file: string, config: Config): Promise<string> {
  const { pipeline, rollout } = orderOf(config);
  const width = Math.max(...config.environments.map((environment) => environment.name.length));
  const rows = config.environments.map((environment) => {
    const after = environment.after.length === 0 ? "" : `, after ${afterText(environment)}`;
    const may = `\`${asSpoken("/promote", config.prefix)}\` by ${permissionText(environment.permission)}`;
    return `  ${environment.name.padEnd(width)}  ${promotionText(environment.promote, environment.after)}${after}; ${may}\n`;
  });
  return `${printable(file)} is valid.\npipeline  ${layersText(pipeline)}\nrollout   ${layersText(rollout)}\nreleases  ${releaseText(config)}\n${printableLines(await notesText(config.release))}${rows.join("")}${printableLines(timesText(config))}${channelsText(config)}`;
}

function afterText(environment: Config["environments"][number]): string {
  const { after } = environment;
  const needed = neededOf(environment);
  if (needed === after.length) return after.join(" and ");
  return needed === 1 ? `any of ${after.join(", ")}` : `at least ${needed} of ${after.join(", ")}`;
}

function layersText(layers: readonly (readonly string[])[]): string {
  return layers.map((layer) => (layer.length === 1 ? layer[0] : `(${layer.join(", ")})`)).join(" → ");
}

function releaseText({ release, prefix }: Config): string {
  const command = `\`${asSpoken("/release", prefix)}\``;
  const how = {
    tag: `a pushed tag, or ${command}`,
    merge: `every merge that bumps the version, a pushed tag, or ${command}`,
    command: `${command} alone`,
  }[release.on];
  return `${how}; ${command} by ${permissionText(release.permission)}`;
}

function promotionText(mode: Config["environments"][number]["promote"], after: readonly string[]): string {
  switch (mode) {
    case "merge":
      return "every merge";
    case "auto":
      return after.length === 0 ? "every release by itself" : "by itself";
    case "manual":
      return "on command";
  }
}

function permissionText(rule: PermissionRule): string {
  const listed = rule.users.length === 0 ? [] : [`user ${rule.users.join(", ")}`];
  return [...(rule.role === null ? [] : [rule.role]), ...listed].join(" or ");
}
