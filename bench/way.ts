/** The way from a webhook that comes in to a call that goes out, with both ends in this process: GitHub's stand-in is here, too. */
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { performance } from "node:perf_hooks";

const LONGEST_MS = 60_000;

/** From one webhook to one call, milliseconds. */
export interface Way {
  readonly all: number;
  /** Without what GitHub took to answer the calls in between. */
  readonly own: number;
}

/** Our own parts of some ways. */
export function ownTimes(ways: readonly Way[]): number[] {
  return ways.map(({ own }) => own);
}

interface Exchange {
  readonly request: IncomingMessage;
}

/** Watches every server of this process: when the webhook came, how long GitHub took for what, when the call came. */
export class WayWatch {
  readonly #event: string;
  #from = 0;
  #answering = 0;
  readonly #begun = new Map<IncomingMessage, number>();
  #isEnd: (request: IncomingMessage) => boolean = () => false;
  #arrived: ((way: Way) => void) | null = null;

  /** @param event the webhook's name (X-GitHub-Event) */
  constructor(event: string) {
    this.#event = event;
    subscribe("http.server.request.start", (message) => this.#onRequest((message as Exchange).request));
    subscribe("http.server.response.finish", (message) => this.#onAnswer((message as Exchange).request));
  }

  /** The way from the next such webhook on, to the first call for which this is true. Rejects where none comes within a minute. */
  next(isEnd: (request: IncomingMessage) => boolean): Promise<Way> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("the call did not come")), LONGEST_MS);
      this.#from = 0;
      this.#answering = 0;
      this.#isEnd = isEnd;
      this.#arrived = (way) => {
        clearTimeout(late);
        this.#arrived = null;
        resolve(way);
      };
    });
  }

  #onRequest(request: IncomingMessage): void {
    const now = performance.now();
    if (request.headers["x-github-event"] === this.#event) this.#from ||= now;
    if (request.url?.startsWith("/api/v3/") !== true || this.#from === 0) return;
    if (this.#isEnd(request)) {
      const all = now - this.#from;
      this.#arrived?.({ all, own: all - this.#answering });
    } else this.#begun.set(request, now);
  }

  #onAnswer(request: IncomingMessage): void {
    const begun = this.#begun.get(request);
    if (begun !== undefined) this.#answering += performance.now() - begun;
    this.#begun.delete(request);
  }
}
