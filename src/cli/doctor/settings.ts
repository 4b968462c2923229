/** The operator's settings: what the server itself would say of them at its start, sorted by what they are for. */
import type { Environment, EnvironmentProblem, EnvironmentReading, Settings } from "../../environment.ts";
import { type Check, counted, ok, problem, unknown, warning } from "./check.ts";

/** What can be relied on of the settings: null where the variable is missing or wrong. */
export interface SoundSettings {
  readonly appId: number | null;
  readonly privateKey: string | null;
  /** `https://api.github.com`, or a GitHub Enterprise Server's, as the server asks it. */
  readonly api: string | null;
  readonly gitHubHost: string | null;
  readonly server: { readonly host: string; readonly port: number } | null;
  readonly databaseUrl: string | null;
  /** Whether there is a key to sign questions to services by. */
  readonly signsQuestions: boolean | null;
}

/** Whose checks these variables are; all others belong to `settings`. */
const CHECK_OF: Readonly<Record<string, string>> = {
  WEBHOOK_SECRET: "webhook-secret",
  PRIVATE_KEY: "private-key",
  PRIVATE_KEY_PATH: "private-key",
  DATABASE_URL: "database",
};

/** What remains of a reading when what is wrong is left out. */
export function soundSettings(reading: EnvironmentReading): SoundSettings {
  const settings = reading.ok ? reading.settings : reading.incomplete;
  const wrong = new Set(reading.ok ? [] : reading.problems.map(({ variable }) => variable));
  const unless = <Value>(value: Value, ...variables: readonly string[]): Value | null =>
    variables.some((variable) => wrong.has(variable)) ? null : value;
  return {
    appId: unless(settings.appId, "APP_ID"),
    privateKey: unless(settings.privateKey, "PRIVATE_KEY", "PRIVATE_KEY_PATH"),
    api: unless(apiOf(settings), "GHE_HOST", "GHE_PROTOCOL"),
    gitHubHost: unless(settings.gitHubHost, "GHE_HOST"),
    server: unless({ host: settings.host, port: settings.port }, "HOST", "PORT"),
    databaseUrl: unless(settings.databaseUrl, "DATABASE_URL"),
    signsQuestions: unless(settings.gateKeys.length > 0, "WAYBILL_GATE_SECRET"),
  };
}

function apiOf({ gitHubProtocol, gitHubHost }: Settings): string {
  return gitHubHost === null ? "https://api.github.com" : `${gitHubProtocol}://${gitHubHost}/api/v3`;
}

/** Checks of what needs nobody else: `settings`, `webhook-secret`, `private-key`, `key-file`. */
export function checkSettings(reading: EnvironmentReading, env: Environment): Check[] {
  const problems = reading.ok ? [] : reading.problems;
  const settings = reading.ok ? reading.settings : reading.incomplete;
  const concerns = (check: string) => (each: EnvironmentProblem) =>
    (CHECK_OF[each.variable] ?? "settings") === check;
  // The only doubt about a key's variable is who may read its file.
  const isKeyFile = ({ variable }: EnvironmentProblem): boolean => variable === "PRIVATE_KEY_PATH";
  const doubts = reading.warnings.filter((each) => !isKeyFile(each));
  const verdict = (check: string, good: string): Check =>
    verdictOf(check, problems.filter(concerns(check)), doubts.filter(concerns(check)), good);
  return [
    verdict("settings", "The other settings are complete and sane."),
    verdict("webhook-secret", `${counted(settings.webhookSecrets.length, "secret")}, long enough.`),
    verdict("private-key", "It is an RSA key of at least 2048 bits."),
    checkKeyFile(env, problems, reading.warnings.filter(isKeyFile)),
  ];
}

function checkKeyFile(
  env: Environment,
  problems: readonly EnvironmentProblem[],
  doubts: readonly EnvironmentProblem[],
): Check {
  if (!env["PRIVATE_KEY_PATH"]?.trim()) return unknown("key-file", "PRIVATE_KEY_PATH is not set.");
  const unread = problems.some(({ variable }) => variable === "PRIVATE_KEY_PATH");
  if (unread && doubts.length === 0) return unknown("key-file", "It holds no key that can be read.");
  return verdictOf("key-file", [], doubts, "Nobody else on this machine can read it.");
}

function verdictOf(
  check: string,
  problems: readonly EnvironmentProblem[],
  doubts: readonly EnvironmentProblem[],
  good: string,
): Check {
  const said = [...problems, ...doubts];
  const found = said.map(({ variable, problem }) => `${variable}: ${problem}`).join(" ");
  const mend = [...new Set(said.map(({ mend }) => mend))].join(" ");
  if (problems.length > 0) return problem(check, found, mend);
  return doubts.length > 0 ? warning(check, found, mend) : ok(check, good);
}

/** What is wrong with DATABASE_URL itself; null if nothing is. */
export function databaseUrlProblem(reading: EnvironmentReading): Check | null {
  const wrong = reading.ok ? [] : reading.problems.filter(({ variable }) => variable === "DATABASE_URL");
  return wrong.length === 0 ? null : verdictOf("database", wrong, [], "");
}
