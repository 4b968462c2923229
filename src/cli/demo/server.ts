/** The real server, as `npm start` runs it: a process of its own with a fresh embedded store in a folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { Interrupted } from "./patience.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const START_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 12_000;
const LOOK_EVERY_MS = 20;
/** What a process needs of its surroundings; everything else (an App of the operator's own, for one) stays outside. */
const PASSED_ON = ["PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SystemRoot", "LANG", "TZ"];
const DATABASE_URL = "sqlite:waybill.db";
const WARNING = 40;
const ERROR = 50;

export interface ServerProcess {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly pid: number;
  /** Its own, with its store. */
  readonly folder: string;
  /** Its store, relative to the folder. */
  readonly databaseUrl: string;
  /** How it ended, as words; null while it runs. */
  ended(): string | null;
  /** Its last warnings and errors; empty where it had none. */
  lastWords(): string;
  /** Messages that it logged as errors. */
  errors(): readonly string[];
  /** Stops it and removes its folder. With `keepLog` the log stays. @returns where, or null. */
  stop(keepLog: boolean): Promise<string | null>;
}

/** The server did not come up; the message says why. */
export class ServerNotStarted extends Error {}

/**
 * Starts the server and waits until it listens.
 * @param settings environment variables as in docs/operate.md; the store, the address and the log are settled here.
 * @throws ServerNotStarted, Interrupted
 */
export async function startServer(
  settings: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), "waybill-demo-"));
  const log = join(folder, "server.log");
  const child = spawnServer(folder, log, settings);
  const guard = spawnWatchdog(child, folder);
  const server = describeServer(child, guard, folder, log);
  for (let waited = 0; waited < START_WITHIN_MS && server.ended() === null; waited += LOOK_EVERY_MS) {
    const port = listeningPort(log);
    if (port !== null) return { ...server, url: `http://127.0.0.1:${port}` };
    if (signal.aborted) {
      await server.stop(false);
      throw new Interrupted();
    }
    await sleep(LOOK_EVERY_MS);
  }
  const how = server.ended() ?? "it did not listen in time";
  const words = server.lastWords();
  await server.stop(false);
  throw new ServerNotStarted(`The server did not start: ${how}. ${words}`.trim());
}

function spawnServer(folder: string, log: string, settings: Readonly<Record<string, string>>): ChildProcess {
  const passedOn = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  const output = openSync(log, "a", 0o600);
  const child = spawn(process.execPath, [join(ROOT, "bin", "guard.mjs"), "src/main.ts"], {
    cwd: folder,
    stdio: ["ignore", output, output],
    windowsHide: true,
    env: {
      ...Object.fromEntries(passedOn),
      ...settings,
      HOST: "127.0.0.1",
      PORT: "0",
      DATABASE_URL,
      LOG_LEVEL: "info",
    },
  });
  closeSync(output);
  return child;
}

function spawnWatchdog(child: ChildProcess, folder: string): ChildProcess {
  const script = fileURLToPath(import.meta.resolve("./watchdog.ts"));
  const guard = spawn(process.execPath, [script, String(child.pid ?? 0), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    // In a session of its own, so that what ends a whole group of processes does not end it too.
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  guard.on("error", () => undefined);
  guard.stdin?.on("error", () => undefined);
  return guard;
}

function describeServer(
  child: ChildProcess,
  guard: ChildProcess,
  folder: string,
  log: string,
): Omit<ServerProcess, "url"> {
  let ended: string | null = null;
  const gone = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      ended = error.message;
      resolve();
    });
    child.once("exit", (code, signal) => {
      ended = signal === null ? `it ended with status ${code ?? 0}` : `it was ended by ${signal}`;
      resolve();
    });
  });
  return {
    pid: child.pid ?? 0,
    folder,
    databaseUrl: DATABASE_URL,
    ended: () => ended,
    lastWords: () => lastWords(log),
    errors: () =>
      entries(log)
        .filter((entry) => entry.level >= ERROR)
        .map((entry) => entry.text),
    async stop(keepLog) {
      if (ended === null) {
        child.kill("SIGTERM");
        const patience = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
        await gone;
        clearTimeout(patience);
      }
      const kept = keepLog ? keep(log, folder) : null;
      rmSync(folder, { recursive: true, force: true });
      guard.stdin?.end("bye");
      guard.unref();
      return kept;
    },
  };
}

function keep(log: string, folder: string): string | null {
  const place = `${folder}.log`;
  try {
    renameSync(log, place);
    return place;
  } catch {
    return null;
  }
}

function listeningPort(log: string): number | null {
  return entries(log).find((entry) => entry.port !== null)?.port ?? null;
}

interface LogEntry {
  readonly level: number;
  readonly port: number | null;
  readonly text: string;
}

function entries(log: string): LogEntry[] {
  let text = "";
  try {
    text = readFileSync(log, "utf8");
  } catch {
    // Nothing has been written yet.
  }
  return text.split("\n").filter(Boolean).map(readEntry);
}

/** What is no JSON is what the server says when it refuses to start. */
function readEntry(line: string): LogEntry {
  try {
    const { level, port, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
    delete rest["time"];
    const more = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : "";
    return {
      level: typeof level === "number" ? level : 0,
      port: typeof port === "number" ? port : null,
      text: `${typeof msg === "string" ? msg : ""}${more}`,
    };
  } catch {
    return { level: ERROR, port: null, text: line };
  }
}

function lastWords(log: string): string {
  return entries(log)
    .filter((entry) => entry.level >= WARNING)
    .slice(-3)
    .map((entry) => entry.text.slice(0, 500))
    .join(" | ");
}
