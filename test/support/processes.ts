/** Waybill as a process of its own, as `npm start` starts it, so that tests can kill it at any moment. */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..");
const STARTS_WITHIN_MS = 30_000;

/** One life of a server: from its start to its end. */
export class ServerProcess {
  /** What it logged, line by line. */
  readonly log: string[] = [];
  readonly #child: ChildProcess;
  readonly #listening = Promise.withResolvers<number>();
  readonly #ended: Promise<number | null>;

  /** Starts it with these variables and nothing else of the environment but what a process needs. */
  constructor(environment: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, ["bin/guard.mjs", "src/main.ts"], {
      cwd: ROOT,
      env: { PATH: process.env["PATH"] ?? "", LOG_LEVEL: "info", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on("line", (line) => this.#hear(line));
    }
    this.#ended = new Promise((resolve) => {
      this.#child.once("close", (code) => {
        this.#listening.reject(new Error(`the server ended before it listened:\n${this.log.join("\n")}`));
        resolve(code);
      });
    });
    // Whoever kills it during its start does not wait for it to listen.
    this.#listening.promise.catch(() => {});
  }

  #hear(line: string): void {
    this.log.push(line);
    const port = /Waybill listens on .*:(\d+)"/.exec(line)?.[1];
    if (port !== undefined) this.#listening.resolve(Number(port));
  }

  /** The address that it listens on, once it does. @throws with its log if it ended instead, or takes too long */
  async url(): Promise<string> {
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => {
        reject(new Error(`the server does not listen:\n${this.log.join("\n")}`));
      }, STARTS_WITHIN_MS).unref();
    });
    return `http://127.0.0.1:${await Promise.race([this.#listening.promise, late])}`;
  }

  /** The process id of what was started; the guard starts no other. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** kill -9, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  /** Asks it to stop. Answers its exit code, null if a signal ended it. */
  async stop(): Promise<number | null> {
    this.#child.kill("SIGTERM");
    return this.#ended;
  }
}
