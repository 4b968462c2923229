/** The log: JSON lines on standard output, with secrets crossed out of the finished line, wherever in it they stand. */
import { AsyncLocalStorage } from "node:async_hooks";
import { destination as fileDestination, pino, stdSerializers, stdTimeFunctions } from "pino";
import type { DestinationStream, Logger } from "pino";
import { crossOutCredentials, REDACTED } from "./core/secrets.ts";

export type { Logger } from "pino";

export interface LoggerOptions {
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
  /** Texts that must never appear: see `secretsOf` in environment. Those under 6 characters are too common to cross out. */
  readonly secrets: readonly string[];
  /** Where finished lines go. Default: standard output, written at once, so that the last line before an exit is there. */
  readonly destination?: DestinationStream;
}

const MIN_SECRET_LENGTH = 6;
const MAX_LINE_LENGTH = 256 * 1_024;

/** The fields of the job that is being done: each of its steps runs in an asynchronous context of its own. */
const fieldsAround = new AsyncLocalStorage<Readonly<Record<string, unknown>>>();

/** Runs `work` so that every line written meanwhile, by whatever part and however deep, carries these fields. */
export function withLogFields<Result>(
  fields: Readonly<Record<string, unknown>>,
  work: () => Promise<Result>,
): Promise<Result> {
  return fieldsAround.run(fields, work);
}

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
    // A copy: pino writes the line's own fields into what it is given.
    mixin: () => ({ ...fieldsAround.getStore() }),
    timestamp: stdTimeFunctions.epochTime,
    serializers: { err: stdSerializers.err, error: stdSerializers.err },
  };
  return pino(settings, guarded);
}

/**
 * Makes a function that crosses out of a finished JSON line: the given secrets (as they are, and as JSON or a URL writes them), GitHub's
 * tokens, private keys, JWTs, authorization headers, and passwords in URLs (core/secrets). A valid JSON line stays valid.
 */
export function createRedactor(secrets: readonly string[]): (line: string) => string {
  const spellings = spellingsOf(secrets);
  return (line) => {
    if (line.length > MAX_LINE_LENGTH) {
      return `{"level":40,"time":${Date.now()},"msg":"a log line of ${line.length} characters was left out"}\n`;
    }
    let text = line;
    for (const spelling of spellings) text = text.replaceAll(spelling, REDACTED);
    return crossOutCredentials(text);
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
