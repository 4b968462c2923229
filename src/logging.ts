/** The log: JSON lines on standard output, with secrets crossed out of the finished line, wherever in it they stand. */
import { destination as fileDestination, pino, stdSerializers, stdTimeFunctions } from "pino";
import type { DestinationStream, Logger } from "pino";

export type { Logger } from "pino";

export interface LoggerOptions {
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
  /** Texts that must never appear: see `secretsOf` in environment. Those under 6 characters are too common to cross out. */
  readonly secrets: readonly string[];
  /** Where finished lines go. Default: standard output, written at once, so that the last line before an exit is there. */
  readonly destination?: DestinationStream;
}

const REDACTED = "[redacted]";
const MIN_SECRET_LENGTH = 6;
const MAX_LINE_LENGTH = 256 * 1_024;

/**
 * Makes the logger. All lines go through `createRedactor` as finished text, so no field, message, error or child logger gets around it.
 * A line over 256 KiB is replaced by one that says so.
 */
export function createLogger(options: LoggerOptions): Logger {
  const redact = createRedactor(options.secrets);
  const target = options.destination ?? fileDestination({ dest: 1, sync: true });
  const guarded: DestinationStream = { write: (line) => target.write(redact(line)) };
  const settings = {
    level: options.level,
    base: null,
    timestamp: stdTimeFunctions.epochTime,
    serializers: { err: stdSerializers.err, error: stdSerializers.err },
  };
  return pino(settings, guarded);
}

/**
 * Makes a function that crosses out of a finished JSON line: the given secrets (as they are, and as JSON or a URL writes them), GitHub's
 * tokens, private keys, JWTs, authorization headers, and passwords in URLs. A valid JSON line stays valid.
 *
 * Every pattern runs in time linear in the line, because payloads of strangers may end up in it.
 *
 * @see https://docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
 */
export function createRedactor(secrets: readonly string[]): (line: string) => string {
  const spellings = spellingsOf(secrets);
  return (line) => {
    if (line.length > MAX_LINE_LENGTH) {
      return `{"level":40,"time":${Date.now()},"msg":"a log line of ${line.length} characters was left out"}\n`;
    }
    let text = line;
    for (const spelling of spellings) text = text.replaceAll(spelling, REDACTED);
    return crossOutPatterns(text);
  };
}

/** A secret inside a string inside a JSON line may be escaped once or twice; longest first, so that no part is left over. */
function spellingsOf(secrets: readonly string[]): readonly string[] {
  const spellings = new Set<string>();
  for (const secret of secrets) {
    for (const text of [secret, secret.trim()]) {
      if (text.length < MIN_SECRET_LENGTH) continue;
      const once = JSON.stringify(text).slice(1, -1);
      spellings.add(once).add(JSON.stringify(once).slice(1, -1)).add(encodeURIComponent(text));
    }
  }
  return [...spellings].sort((a, b) => b.length - a.length);
}

// A key's body: base64 and line breaks, which the line shows as backslashes and a letter, or as a URL writes them. A lone backslash is
// left alone: it may escape the quote that ends the string.
const PRIVATE_KEY =
  /-----BEGIN(?:[A-Z +]|%20){1,60}PRIVATE(?:[ +]|%20)KEY-----(?:[A-Za-z0-9+/=%\s:,-]|\\+[nr])*/g;
// "-----BEGIN " in base64: a whole PEM file as deployment tools pass it around.
const ENCODED_PRIVATE_KEY = /LS0tLS1CRUdJTi[A-Za-z0-9+/_=-]*/g;
// Installation tokens of the newer kind continue as a JWT, so dots belong to them.
const GITHUB_TOKEN = /(?:gh[pousr]_|github_pat_)[A-Za-z0-9_]{10}[A-Za-z0-9_.-]*/g;
// Not where the `e` is the last digit of an escape such as \u001e: the line would no longer be JSON.
const JWT = /eyJ(?<!\\u[0-9a-f]{3}eyJ)[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*)*/g;
// A header's name, then its value to the end of the string: as an object's member, in an array of raw headers, or in plain text. Both
// quotes are escaped alike, or the second one is the end of the whole string.
const CREDENTIAL_HEADER =
  /(authorization|x-hub-signature(?:-256)?|cookie)((\\*)["']\s?[:,]\s?\[?\3["']|\s?[:=]\s?)[^"\\]+/gi;
const SCHEME = /\b(bearer|basic)\s[A-Za-z0-9._~+/=-]{12,}/gi;
const URL_PASSWORD = /(:\/\/[^\s/:@"'\\]{0,128}:)[^\s/@"'\\]{1,256}@/g;

function crossOutPatterns(line: string): string {
  return line
    .replaceAll(PRIVATE_KEY, REDACTED)
    .replaceAll(ENCODED_PRIVATE_KEY, REDACTED)
    .replaceAll(GITHUB_TOKEN, REDACTED)
    .replaceAll(JWT, (match) => (match.includes(".") && match.length > 16 ? REDACTED : match))
    .replaceAll(CREDENTIAL_HEADER, `$1$2${REDACTED}`)
    .replaceAll(SCHEME, `$1 ${REDACTED}`)
    .replaceAll(URL_PASSWORD, `$1${REDACTED}@`);
}
