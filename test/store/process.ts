/** Starts and kills processes that have a store open. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import type { KnownSchema } from "./newer.ts";

/** What a child says; see child.ts. */
export interface Said {
  readonly opened?: number;
  readonly refused?: string;
  readonly message?: string;
  readonly acknowledged?: readonly string[];
  readonly round?: string;
}

/** A running child, all it has said so far, and ways to wait for it. */
export class StoreProcess {
  readonly said: Said[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #wake: () => void = () => {};

  constructor(task: "hold" | "write", address: string, tag = "t", known: KnownSchema = "today") {
    const script = new URL("child.ts", import.meta.url).pathname;
    this.#child = spawn(process.execPath, [script, task, address, tag, known], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: this.#child.stdout ?? process.stdin });
    lines.on("line", (line) => {
      this.said.push(JSON.parse(line) as Said);
      this.#wake();
    });
    this.#ended = new Promise((resolve) => {
      lines.once("close", () => {
        resolve();
        this.#wake();
      });
    });
    onTestFinished(() => this.kill());
  }

  /** Waits until it has said `count` things, and answers the last of them. */
  async hears(count: number): Promise<Said> {
    for (;;) {
      const said = this.said[count - 1];
      if (said !== undefined) return said;
      let over = false;
      void this.#ended.then(() => {
        over = true;
      });
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        void this.#ended.then(resolve);
      });
      if (over && this.said.length < count)
        throw new Error(`it ended after saying ${this.said.length} things`);
    }
  }

  /** kill -9, and waits until nothing more can be heard of it. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}
