/** Waybill as a process of its own, as `npm start` starts it, so that it can be killed at any moment. */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { LAST_WORDS, VARIABLE, type GoOn, type Orders, type Word } from "./orders.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const BEGIN = pathToFileURL(join(import.meta.dirname, "life", "begin.ts")).href;
/** Longer than the slowest start on a busy machine. */
const STARTS_WITHIN_MS = 60_000;

/** One life of a server: from its start to its end. */
export class Life {
  /** What it logged, line by line. */
  readonly log: string[] = [];
  alive = true;
  /** Where it listens; null before. */
  url: string | null = null;
  /** The boundary at which it died, by its name; null where it did not, or not there. */
  diedAt: string | null = null;
  /** Files of its bug that it has not loaded; null before it has loaded everything. */
  unloaded: readonly string[] | null = null;
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #listening = Promise.withResolvers<void>();
  #wentOn: (() => void)[] = [];

  /** Starts it with these variables and nothing else of the environment but what a process needs. */
  constructor(environment: Readonly<Record<string, string>>, orders: Orders) {
    this.#child = spawn(process.execPath, ["--import", BEGIN, "bin/guard.mjs", "src/main.ts"], {
      cwd: ROOT,
      env: {
        PATH: process.env["PATH"] ?? "",
        LOG_LEVEL: "info",
        ...environment,
        [VARIABLE]: JSON.stringify(orders),
      },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on("line", (line) => this.#hear(line));
    }
    this.#child.on("message", (word: Word) => this.#told(word));
    this.#child.once("exit", () => {
      this.alive = false;
    });
    this.ended = new Promise((resolve) => {
      this.#child.once("close", (code) => {
        this.#listening.resolve();
        for (const hear of this.#wentOn.splice(0)) hear();
        resolve(code);
      });
    });
  }

  #hear(line: string): void {
    this.log.push(line);
    if (line.startsWith(LAST_WORDS)) this.diedAt = line.slice(LAST_WORDS.length);
    const port = /Waybill listens on .*:(\d+)"/.exec(line)?.[1];
    if (port === undefined) return;
    this.url = `http://127.0.0.1:${port}`;
    this.#listening.resolve();
  }

  #told(word: Word): void {
    if ("opened" in word) this.unloaded = word.opened;
    else this.#wentOn.shift()?.();
  }

  /** Whether it listens and lives. */
  get listens(): boolean {
    return this.alive && this.url !== null;
  }

  /** Waits until it listens, or has ended before it did. @throws with its log if it takes too long */
  async listening(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`the server does not listen:\n${this.log.join("\n")}`)),
        STARTS_WITHIN_MS,
      );
    });
    await Promise.race([this.#listening.promise, late]).finally(() => clearTimeout(timer));
  }

  /**
   * Lets its time go on, and has it look for work. Resolves when it has and has renewed its leases, or is dead; of one that still starts, at once: it
   * hears of it before it takes any work.
   */
  goOn(ms: number): Promise<void> {
    if (!this.alive || !this.#child.connected) return Promise.resolve();
    return new Promise((resolve) => {
      if (!this.listens) resolve();
      this.#wentOn.push(resolve);
      // What fails because it has just died is answered by its end.
      this.#child.send({ goOnMs: ms } satisfies GoOn, () => {});
    });
  }

  /** kill -9, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }

  /** Asks it to stop. Answers its exit code, null if a signal ended it. */
  async stop(): Promise<number | null> {
    this.#child.kill("SIGTERM");
    return this.ended;
  }
}
