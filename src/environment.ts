/**
 * The operator's settings, from environment variables. Everything is checked before anything starts, and everything that is
 * wrong is said at once. No message repeats a value: a secret put into the wrong variable must not reach a log.
 */
import { createPrivateKey } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";
import { resolve } from "node:path";
import type { MailSettings } from "./channels/index.ts";
import { MAIL_VARIABLES, mailSecrets, readMail } from "./environment-mail.ts";
import { pemBody, pemOf } from "./environment-pem.ts";
import { readGateKeys, readSecrets, type Reader } from "./environment-secrets.ts";
import { readSigningKey, SIGNING_VARIABLES } from "./environment-signing.ts";
import { readAllowedRanges } from "./probe/addresses.ts";
import type { AllowedRange } from "./probe/addresses.ts";
import { readNamedSecrets, SECRET_PREFIX, textsOf, type NamedSecret } from "./secrets.ts";
import { parseDatabaseUrl, StoreConfigError } from "./store/config.ts";

type LogLevel = (typeof LOG_LEVELS)[number];

export interface Settings {
  /** The GitHub App's numeric id. */
  readonly appId: number;
  /** The App's RSA key as PKCS#8 PEM, the form that needs no conversion in @octokit/auth-app. */
  readonly privateKey: string;
  /** Secrets a webhook may be signed with, newest first by convention; at least one. */
  readonly webhookSecrets: readonly string[];
  /** Keys by which questions to services are signed, newest first by convention; none: no service is asked. */
  readonly gateKeys: readonly Uint8Array[];
  /** What configs may name: tokens, signing keys, addresses that are secret themselves. */
  readonly namedSecrets: readonly NamedSecret[];
  /** The server by which mail is sent; null: none is. */
  readonly mail: MailSettings | null;
  /** The Ed25519 key by which receipts are signed, as PKCS#8 PEM; null: they are unsigned. */
  readonly signingKey: string | null;
  /** `host` or `host:port` of a GitHub Enterprise Server, or null for github.com. */
  readonly gitHubHost: string | null;
  readonly gitHubProtocol: "http" | "https";
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Where metrics are served, apart from webhooks; null: nowhere. Port 0: any free port. */
  readonly metrics: { readonly host: string; readonly port: number } | null;
  readonly logLevel: LogLevel;
  /** As the store takes it: `sqlite:PATH`, relative to the working directory, or `postgres://…`. */
  readonly databaseUrl: string;
  readonly allowPrivate: readonly AllowedRange[];
  /** How long to look for a run whose dispatch's answer was lost, in milliseconds. */
  readonly lostAnswerWaitMs: number;
  /** How often GitHub is asked about what webhooks may have missed, in milliseconds. */
  readonly pollMs: number;
  /** How often each repository is compared with GitHub, in milliseconds; 0: never. */
  readonly reconcileMs: number;
  /** How many writes GitHub is sent a minute, for each installation; 0: without a limit. */
  readonly writesPerMinute: number;
}

/** Something wrong with one variable, and how to mend it. Both are sentences without values. */
export interface EnvironmentProblem {
  readonly variable: string;
  readonly problem: string;
  readonly mend: string;
}

export type EnvironmentReading =
  | { readonly ok: true; readonly settings: Settings; readonly warnings: readonly EnvironmentProblem[] }
  | {
      readonly ok: false;
      readonly problems: readonly EnvironmentProblem[];
      readonly warnings: readonly EnvironmentProblem[];
      /** For looking at what is wrong, never for running: what a problem's variable sets is empty or the default here. */
      readonly incomplete: Settings;
    };

export type Environment = Readonly<Record<string, string | undefined>>;
/** Reads a key file. `mode` holds its permission bits, or is null where the platform has none. Throws as node:fs does. */
export type ReadKeyFile = (path: string) => { readonly text: string; readonly mode: number | null };

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
const KNOWN = [
  "WAYBILL_ALLOW_PRIVATE",
  "WAYBILL_GATE_SECRET",
  "WAYBILL_LOST_ANSWER_WAIT_SECONDS",
  "WAYBILL_POLL_SECONDS",
  "WAYBILL_RECONCILE_SECONDS",
  ...SIGNING_VARIABLES,
  ...MAIL_VARIABLES,
  "WAYBILL_WRITES_PER_MINUTE",
];
const MAX_KEY_BYTES = 65_536;
const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,62})(\.[A-Za-z0-9]([A-Za-z0-9-]{0,62}))*$/;

/**
 * Reads and checks all settings.
 *
 * @param cwd the directory that relative paths start from.
 * @returns the settings with what is doubtful but works, or every problem at once. The variables are described in docs/operate.md.
 */
export function readEnvironment(
  env: Environment,
  cwd: string,
  readFile: ReadKeyFile = readKeyFile,
): EnvironmentReading {
  const problems: EnvironmentProblem[] = [];
  const warnings: EnvironmentProblem[] = [];
  const reader: Reader = {
    get: (variable) => env[variable]?.trim() || null,
    wrong: (variable, problem, mend) => void problems.push({ variable, problem, mend }),
    warn: (variable, problem, mend) => void warnings.push({ variable, problem, mend }),
    cwd,
    readFile,
  };
  const gitHubHost = readGitHubHost(reader);
  const settings: Settings = {
    appId: readAppId(reader),
    privateKey: readPrivateKey(reader),
    webhookSecrets: readSecrets(reader),
    gateKeys: readGateKeys(reader),
    namedSecrets: readNamedSecrets(Object.keys(env), reader),
    mail: readMail(reader),
    signingKey: readSigningKey(reader),
    gitHubHost,
    gitHubProtocol: readGitHubProtocol(reader, gitHubHost),
    host: readHost(reader, "HOST"),
    port: readWhole(reader, "PORT", 3000, 0, 65_535),
    metrics: readMetrics(reader),
    logLevel: readLogLevel(reader),
    databaseUrl: readDatabaseUrl(reader),
    allowPrivate: readAllowPrivate(reader),
    lostAnswerWaitMs: readWhole(reader, "WAYBILL_LOST_ANSWER_WAIT_SECONDS", 120, 1, 3_600) * 1_000,
    pollMs: readWhole(reader, "WAYBILL_POLL_SECONDS", 30, 1, 3_600) * 1_000,
    reconcileMs: readWhole(reader, "WAYBILL_RECONCILE_SECONDS", 300, 0, 86_400) * 1_000,
    writesPerMinute: readWhole(reader, "WAYBILL_WRITES_PER_MINUTE", 60, 0, 6_000),
  };
  for (const name of Object.keys(env)) {
    if (name.startsWith("WAYBILL_") && !name.startsWith(SECRET_PREFIX) && !KNOWN.includes(name)) {
      reader.warn(
        name,
        "It is no setting of Waybill.",
        `Settings of this kind are ${[...KNOWN, `${SECRET_PREFIX}…`].join(", ")}.`,
      );
    }
  }
  if (problems.length > 0) return { ok: false, problems, warnings, incomplete: settings };
  return { ok: true, settings, warnings };
}

/** The problems (or warnings) as lines for a terminal: `VARIABLE: what is wrong. How to mend it.` */
export function describeProblems(problems: readonly EnvironmentProblem[]): string {
  return problems.map(({ variable, problem, mend }) => `${variable}: ${problem} ${mend}\n`).join("");
}

/** Every secret text in the settings, for the logger to cross out. */
export function secretsOf(settings: Settings): readonly string[] {
  const keys = [settings.privateKey, settings.signingKey ?? ""].flatMap((pem) => [pem, pemBody(pem)]);
  const gateSecrets = settings.gateKeys.map((key) => Buffer.from(key).toString("base64").replace(/=+$/, ""));
  const secrets = [
    ...settings.webhookSecrets,
    ...gateSecrets,
    ...keys,
    ...textsOf(settings.namedSecrets),
    ...mailSecrets(settings.mail),
  ];
  if (/^postgres/i.test(settings.databaseUrl)) {
    const url = new URL(settings.databaseUrl);
    secrets.push(settings.databaseUrl, url.password, decoded(url.password));
    secrets.push(url.searchParams.get("password") ?? "");
  }
  return [...new Set(secrets)].filter((secret) => secret !== "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readAppId({ get, wrong }: Reader): number {
  const text = get("APP_ID");
  const mend = "Set it to the App ID shown on the App's settings page on GitHub.";
  if (text === null) wrong("APP_ID", "It is not set.", mend);
  else if (!/^[1-9][0-9]{0,14}$/.test(text)) wrong("APP_ID", "It is not a positive whole number.", mend);
  return Number(text);
}

function readPrivateKey(reader: Reader): string {
  const given = reader.get("PRIVATE_KEY");
  const path = reader.get("PRIVATE_KEY_PATH");
  if (given !== null && path !== null) {
    reader.wrong("PRIVATE_KEY", "PRIVATE_KEY_PATH is set too.", "Set only one of the two.");
  } else if (given !== null) {
    return checkedKey(reader, "PRIVATE_KEY", given);
  } else if (path !== null) {
    return keyFromFile(reader, path);
  } else {
    const mend =
      "Set it, or PRIVATE_KEY_PATH, to the private key generated on the App's settings page on GitHub.";
    reader.wrong("PRIVATE_KEY", "It is not set.", mend);
  }
  return "";
}

function keyFromFile(reader: Reader, path: string): string {
  const variable = "PRIVATE_KEY_PATH";
  if (path.includes("-----BEGIN")) {
    reader.wrong(variable, "It holds a key, not a path.", "Put the key itself into PRIVATE_KEY.");
    return "";
  }
  try {
    const { text, mode } = reader.readFile(resolve(reader.cwd, path));
    // 0o077: what group and others may do with it.
    if (mode !== null && (mode & 0o077) !== 0) {
      reader.warn(variable, "Others on this machine can read the key's file.", "Run `chmod 600` on it.");
    }
    return checkedKey(reader, variable, text);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    reader.wrong(
      variable,
      `The file cannot be read (${code}).`,
      "Name a readable file with the App's private key.",
    );
    return "";
  }
}

function checkedKey({ wrong }: Reader, variable: string, raw: string): string {
  const mend =
    "Use the .pem file from the App's settings page on GitHub as it is, with line breaks as \\n, or in base64.";
  const pem = pemOf(raw);
  if (pem === null) {
    wrong(variable, "It holds no PEM private key.", mend);
    return "";
  }
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType !== "rsa") {
      wrong(variable, "The key is not an RSA key.", mend);
    } else if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < 2_048) {
      wrong(variable, "The RSA key is shorter than 2048 bits.", mend);
    } else {
      return key.export({ type: "pkcs8", format: "pem" }).toString();
    }
  } catch {
    // OpenSSL's message may quote the input, so it is not passed on.
    wrong(variable, "The private key cannot be read (damaged, cut off, or with a passphrase).", mend);
  }
  return "";
}

function readGitHubHost({ get, wrong }: Reader): string | null {
  const text = get("GHE_HOST");
  if (text === null) return null;
  const match = /^(\[[0-9A-Fa-f:.]+\]|[^:[\]]+)(?::([0-9]{1,5}))?$/.exec(text);
  const name = match?.[1] ?? "";
  const port = Number(match?.[2] ?? 443);
  const fits = HOST_NAME.test(name) || isIP(name.replaceAll(/[[\]]/g, "")) !== 0;
  if (fits && port >= 1 && port <= 65_535) return text.toLowerCase();
  const mend =
    "Write only the host, with a port if it is not the usual one: github.example.com or github.example.com:8443.";
  wrong("GHE_HOST", "It is not a host.", mend);
  return null;
}

function readGitHubProtocol({ get, wrong }: Reader, gitHubHost: string | null): "http" | "https" {
  const text = get("GHE_PROTOCOL")?.toLowerCase() ?? "https";
  if (text !== "http" && text !== "https") {
    wrong("GHE_PROTOCOL", "It is neither http nor https.", "Leave it out for https.");
    return "https";
  }
  // Tokens travel on this connection, so plain http must not leave the machine.
  if (text === "http" && !/^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]+)?$/.test(gitHubHost ?? "")) {
    const mend = "Use https, or set GHE_HOST to an address of this machine, as 127.0.0.1:8080.";
    wrong(
      "GHE_PROTOCOL",
      "http is only for a GHE_HOST on this machine, because tokens would be readable on the way.",
      mend,
    );
  }
  return text;
}

function readHost({ get, wrong }: Reader, variable: "HOST" | "METRICS_HOST"): string {
  // Reachable from outside only when the operator says so; in a container that is 0.0.0.0.
  const text = get(variable) ?? "127.0.0.1";
  const address = text.replace(/^\[(.*)\]$/, "$1");
  if (isIP(address) !== 0 || HOST_NAME.test(text)) return address;
  wrong(
    variable,
    "It is neither an address nor a host name.",
    "Set it to 127.0.0.1, or to 0.0.0.0 in a container.",
  );
  return text;
}

/** A port of their own: what GitHub reaches never shows metrics. */
function readMetrics(reader: Reader): Settings["metrics"] {
  const { get, wrong, warn } = reader;
  const host = readHost(reader, "METRICS_HOST");
  if (get("METRICS_PORT") === null) {
    if (get("METRICS_HOST") !== null)
      warn("METRICS_HOST", "Metrics are not served.", "Set METRICS_PORT too.");
    return null;
  }
  const port = readWhole(reader, "METRICS_PORT", 9464, 0, 65_535);
  const isTaken = port !== 0 && String(port) === (get("PORT") ?? "3000");
  if (isTaken) wrong("METRICS_PORT", "GitHub reaches this port (PORT).", "Set it to another one, as 9464.");
  return { host, port };
}

function readWhole(
  { get, wrong }: Reader,
  variable: string,
  byDefault: number,
  least: number,
  most: number,
): number {
  const text = get(variable);
  if (text === null) return byDefault;
  const number = /^(0|[1-9][0-9]{0,8})$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  const mend = `Leave it out for ${byDefault}.`;
  wrong(variable, `It is not a whole number from ${least} to ${most}.`, mend);
  return byDefault;
}

function readLogLevel({ get, wrong }: Reader): LogLevel {
  const text = get("LOG_LEVEL")?.toLowerCase() ?? "info";
  const level = LOG_LEVELS.find((known) => known === text);
  if (level === undefined)
    wrong("LOG_LEVEL", "It is no log level.", `Set it to one of ${LOG_LEVELS.join(", ")}.`);
  return level ?? "info";
}

function readDatabaseUrl({ get, wrong, cwd }: Reader): string {
  const text = get("DATABASE_URL") ?? "sqlite:data/waybill.db";
  try {
    parseDatabaseUrl(text, cwd);
  } catch (error) {
    if (!(error instanceof StoreConfigError)) throw error;
    wrong("DATABASE_URL", error.message, "Leave it out for sqlite:data/waybill.db.");
  }
  return text;
}

function readAllowPrivate({ get, wrong }: Reader): readonly AllowedRange[] {
  const reading = readAllowedRanges(get("WAYBILL_ALLOW_PRIVATE") ?? "");
  if (reading.ok) return reading.ranges;
  const mend =
    "Write addresses or ranges, each with a port if you like: 10.1.2.3, 10.0.0.0/8:8080, [fd00::/8]:443.";
  for (const problem of reading.problems) {
    wrong("WAYBILL_ALLOW_PRIVATE", `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`, mend);
  }
  return [];
}

const readKeyFile: ReadKeyFile = (path) => {
  const { mode, size } = statSync(path);
  if (size > MAX_KEY_BYTES) throw Object.assign(new Error("too large"), { code: "EFBIG" });
  return { text: readFileSync(path, "utf8"), mode: process.platform === "win32" ? null : mode & 0o777 };
};
