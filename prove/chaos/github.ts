/** The stand-in for GitHub without sockets: calls come by `fetch`, webhooks go to whoever is alive. Each of both passes a gate. */
import type { FaultKind } from "../../src/sandbox/faults.ts";
import {
  makeOfflineSandbox,
  type ApiAnswer,
  type Delivery,
  type OfflineSandbox,
} from "../../src/sandbox/index.ts";
import { readManifest } from "../../src/cli/doctor/manifest.ts";
import type { Gates } from "./gates.ts";
import { as, being, type Surroundings } from "./surroundings.ts";

const ADDRESS = "http://github.invalid";
/** `host` for GHE_HOST. */
export const HOST = "github.invalid";

/** How a webhook fares: it arrives at a process (once or twice), nobody hears of it, or it fails and GitHub says so. */
export type Fare = "arrives" | "twice" | "lost" | "fails";

/** Brings a webhook to a process that is alive; answers the status. */
export type Bring = (delivery: Readonly<Delivery>, body: Buffer) => Promise<number>;

const TIMED_OUT = "timed out";

interface Options {
  readonly gates: Gates;
  readonly surroundings: Surroundings;
  readonly appPublicKeyPem: string;
  readonly bring: Bring;
  readonly idOffset: number;
  /** Whether the App gets the webhooks of what it has done itself. */
  readonly hearsItself: boolean;
}

/** What the App does that is said by webhooks, and is no news to it. */
const OWN_EVENTS: ReadonlySet<string> = new Set(["issue_comment", "deployment", "deployment_status"]);

export class GitHub {
  readonly sandbox: OfflineSandbox;
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
    const clock = { now: () => options.surroundings.now, advance: () => {} };
    this.sandbox = makeOfflineSandbox(
      {
        appPublicKeyPem: options.appPublicKeyPem,
        runnerDelayMs: 1,
        grants: readManifest(),
        clock,
        idOffset: options.idOffset,
        recordsAnswers: false,
      },
      ADDRESS,
      (delivery, body) => this.#post(delivery, body),
    );
  }

  /** In the place of `fetch`. */
  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { gates } = this.#options;
    const { method = "GET" } = init;
    const address = input instanceof Request ? input.url : String(input);
    const who = being();
    const what = `${method} ${address.slice(ADDRESS.length).replace(/^\/api\/v3/, "")}`;
    const fault = await gates.pass<FaultKind | undefined>(who === null ? "job" : "call", who, what);
    if (fault !== undefined) this.sandbox.faults.add({ route: "*", kind: fault, actor: "any" });
    const answer = await as(null, () => this.#answered(method, address, init));
    if (who !== null) await gates.pass("answer", who, what);
    return responseOf(answer, address);
  };

  /** Redirects are followed, as by any `fetch`: to a repository's new name. */
  async #answered(method: string, address: string, init: RequestInit): Promise<ApiAnswer> {
    const answer = await this.#answer(method, address, init);
    const target = answer.kind === "answer" ? answer.headers["location"] : undefined;
    const isMoved = answer.kind === "answer" && [301, 307].includes(answer.status);
    return isMoved && target !== undefined ? this.#answer(method, target, init) : answer;
  }

  #answer(method: string, address: string, { headers, body }: RequestInit): Promise<ApiAnswer> {
    const data = typeof body === "string" ? Buffer.from(body) : Buffer.alloc(0);
    return this.sandbox.answer({
      method,
      url: address.slice(ADDRESS.length),
      headers: Object.fromEntries(
        Object.entries(headers as Record<string, string>).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      body: () => Promise.resolve(data),
      isGone: () => false,
    });
  }

  async #post(delivery: Readonly<Delivery>, body: Buffer) {
    const nothing = { headers: {}, body: "" };
    if (!this.#options.hearsItself && isOwn(delivery)) return { ...nothing, status: "lost", statusCode: 0 };
    const fare = await this.#options.gates.pass<Fare>("webhook", null, nameOf(delivery));
    if (fare === "lost") return { ...nothing, status: "lost", statusCode: 0 };
    if (fare === "fails") return { ...nothing, status: "failed to connect to host", statusCode: 502 };
    const statusCode = await this.#options.bring(delivery, body);
    if (fare === "twice") {
      await this.#options.gates.pass("webhook", null, `${nameOf(delivery)} again`);
      await this.#options.bring(delivery, body);
    }
    return { ...nothing, status: statusCode === 202 ? "OK" : "failed", statusCode };
  }
}

/** Whether it says what the App has done itself. Its payload is not read for that: it is large, and who sent it stands near its end. */
function isOwn({ event, payload }: Readonly<Delivery>): boolean {
  if (!OWN_EVENTS.has(event)) return false;
  return payload.slice(payload.lastIndexOf('"sender":')).startsWith('"sender":{"login":"waybill[bot]"');
}

function nameOf({ event, action }: Readonly<Delivery>): string {
  return action === null ? event : `${event}.${action}`;
}

/** What `fetch` answers, as far as Octokit and the stand-in's runs look at it. */
function responseOf(answer: ApiAnswer, url: string): Response {
  if (answer.kind === "reset") {
    const cause = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    throw new TypeError("fetch failed", { cause });
  }
  if (answer.kind === "silence") throw new DOMException(TIMED_OUT, "TimeoutError");
  const { status, headers, data } = answer;
  const text = data === null ? "" : data.toString("utf8");
  const response = {
    status,
    ok: status >= 200 && status < 300,
    url,
    statusText: "",
    headers: new Map(Object.entries(headers)),
    text: () => Promise.resolve(text),
    json: () => Promise.resolve(JSON.parse(text) as unknown),
    arrayBuffer: () => Promise.resolve(new Uint8Array(data ?? []).buffer),
  };
  return response as unknown as Response;
}
