/**
 * `waybill doctor [--json] [--installation ID] [--ping]`: looks at an installation of Waybill with the server's own settings and says
 * what is wrong and how to mend it. Exit codes: 0 nothing is wrong (there may be warnings), 1 a problem, 2 usage.
 */
import { parseArgs } from "node:util";
import { crossOutCredentials, REDACTED } from "../core/secrets.ts";
import { type Environment, readEnvironment, secretsOf } from "../environment.ts";
import type { Check, CheckStatus } from "./doctor/check.ts";
import { counted } from "./doctor/check.ts";
import { freeSpace } from "./doctor/database.ts";
import { examine } from "./doctor/examine.ts";
import type { CommandIo } from "./main.ts";

const USAGE = "usage: waybill doctor [--json] [--installation ID] [--ping]\n";

const WORDS: Readonly<Record<CheckStatus, string>> = {
  ok: "ok",
  warning: "warning",
  problem: "problem",
  unknown: "not checked",
};

interface Request {
  readonly json: boolean;
  readonly ping: boolean;
  readonly installation: number | null;
}

/**
 * Runs `waybill doctor` with the settings of this process's environment.
 *
 * @param argv what follows the word `doctor`
 * @returns the exit code
 */
export async function doctor(argv: readonly string[], io: CommandIo): Promise<number> {
  const request = requestIn(argv);
  if (typeof request === "string") {
    io.stderr(`${request}\n${USAGE}`);
    return 2;
  }
  const env = process.env;
  const cwd = process.cwd();
  const found = await examine({ env, cwd, freeSpace, ...request });
  const tidy = tidier(env, cwd);
  const checks = found.map((check) => ({
    ...check,
    found: tidy(check.found),
    mend: check.mend === null ? null : tidy(check.mend),
  }));
  const failed = checks.some(({ status }) => status === "problem");
  io.stdout(request.json ? `${JSON.stringify({ ok: !failed, checks }, null, 2)}\n` : textOf(checks));
  return failed ? 1 : 0;
}

function requestIn(argv: readonly string[]): Request | string {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        json: { type: "boolean" },
        ping: { type: "boolean" },
        installation: { type: "string" },
      },
    });
    const { json = false, ping = false, installation } = values;
    if (installation !== undefined && !/^[1-9][0-9]{0,14}$/.test(installation)) {
      return "An installation is named by its number, which is at the end of its address on GitHub.";
    }
    return { json, ping, installation: installation === undefined ? null : Number(installation) };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** No check says a secret; this is for the one that is changed some day, and for what moves a terminal's cursor. */
function tidier(env: Environment, cwd: string): (text: string) => string {
  const reading = readEnvironment(env, cwd);
  const given = [env["WEBHOOK_SECRET"], env["PRIVATE_KEY"], env["DATABASE_URL"]];
  const secrets = [...(reading.ok ? secretsOf(reading.settings) : []), ...given];
  return (text) => {
    let clean = crossOutCredentials(text).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
    for (const secret of secrets) if (isLong(secret)) clean = clean.replaceAll(secret, REDACTED);
    return clean;
  };
}

/** Short ones are words of our own sentences (`development`), and refused by their length anyway. */
function isLong(secret: string | undefined): secret is string {
  return secret !== undefined && secret.length >= 16;
}

function textOf(checks: readonly Check[]): string {
  const wide = (texts: readonly string[]): number => Math.max(...texts.map(({ length }) => length));
  const first = wide(Object.values(WORDS));
  const second = wide(checks.map(({ check }) => check));
  const lines = checks.map(({ check, status, found, mend }) => {
    const line = `${WORDS[status].padEnd(first)}  ${check.padEnd(second)}  ${found}\n`;
    return mend === null ? line : `${line}${" ".repeat(first + second + 4)}mend: ${mend}\n`;
  });
  const count = (status: CheckStatus): number => checks.filter((each) => each.status === status).length;
  const counts = [
    `${count("ok")} ok`,
    counted(count("warning"), "warning"),
    counted(count("problem"), "problem"),
    `${count("unknown")} not checked`,
  ];
  return `${lines.join("")}${counts.join(", ")}.\n`;
}
