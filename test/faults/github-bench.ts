/**
 * A bench for single effects: the real performers against the stand-in over real HTTP, each case in a repository of its own, tried again as the
 * engine tries again, by a clock that is moved by hand. What was brought about is read from the stand-in.
 */
import { vi } from "vitest";
import { deployWorkflow } from "../../src/cli/demo/shop.ts";
import type { Effect } from "../../src/core/effects.ts";
import type { WaybillEvent } from "../../src/core/events.ts";
import { commitSha, type CommitSha, type InstallationId, type RepositoryId } from "../../src/core/ids.ts";
import { RetryLaterError, type LaneKey } from "../../src/core/ports.ts";
import type { KeepReceipt } from "../../src/core/receipt/ports.ts";
import { pauseAfter } from "../../src/engine/job.ts";
import { connectGitHub, type GitHub } from "../../src/github/client.ts";
import { createGitHubPerformer } from "../../src/github/effects/index.ts";
import { createLogger } from "../../src/logging.ts";
import { createTextRenderer } from "../../src/render/text.ts";
import type { FaultKind } from "../../src/sandbox/faults.ts";
import { startSandbox, type Sandbox, type SandboxRepository } from "../../src/sandbox/index.ts";
import type { CallRecord } from "../../src/sandbox/record.ts";
import { appKey } from "../support/app-key.ts";
import { NO_LANES } from "../support/no-lanes.ts";

/** More than most performers need to make up their mind; the engine gives 30. */
const ATTEMPTS = 4;
/** A limit is no attempt; so often one after the other would be hammering. */
const PATIENCE = 6;

/** How something that is tried again and again ended. */
export type End<Result> =
  | { readonly kind: "done"; readonly result: Result; readonly attempts: number }
  | { readonly kind: "given up"; readonly error: string }
  | { readonly kind: "waiting" };

export interface Bench {
  readonly sandbox: Sandbox;
  now(): number;
  later(ms: number): void;
  /** A fresh shop with the releases 1.4.2 and 1.5.0. */
  openShop(): Shop;
  close(): Promise<void>;
}

export interface Shop {
  readonly repository: SandboxRepository;
  readonly lane: LaneKey;
  /** A server that has just started: it knows no token, no name, no limit. */
  readonly connect: () => GitHub;
  sha(name: string): CommitSha;
  /** Has an effect performed by a server that is long up, to arrange what stands in the shop before. */
  arrange(effect: Effect): Promise<End<readonly WaybillEvent[]>>;
  /** Performs an effect until it is done or given up, beginning with this attempt. */
  perform(
    github: GitHub,
    effect: Effect,
    attempt: number,
    attempts?: number,
  ): Promise<End<readonly WaybillEvent[]>>;
  /** Tries something as the engine does, so many times (default 4). */
  tryOn<Result>(
    attempt: number,
    act: (attempt: number) => Promise<Result>,
    attempts?: number,
  ): Promise<End<Result>>;
  /** What Waybill asked of GitHub since it was last asked here, in order. */
  calls(): CallRecord[];
}

/** Time as the servers see it: it is moved by hand. */
interface MovedClock {
  now(): number;
  later(ms: number): void;
}

export async function openBench(): Promise<Bench> {
  // Thousands of servers start here, and each of them signs for itself.
  const { privateKey, publicKey } = appKey(1024);
  const sandbox = await startSandbox({ appPublicKeyPem: publicKey, runnerDelayMs: 0 });
  // What all the cases ask together is no limit of one of them.
  sandbox.setLimits({ requestsPerHour: 1_000_000 });
  let offset = 0;
  const clock = { now: () => Date.now() + offset, later: (ms: number) => void (offset += ms) };
  const silence = cutShortWhatIsNeverAnswered(sandbox);
  const log = createLogger({ level: "silent", secrets: [] }).child({});
  const connect = (): GitHub =>
    connectGitHub({
      appId: sandbox.app.id,
      privateKey,
      webhookSecret: "not of any importance here",
      baseUrl: `http://${sandbox.host}/api/v3`,
      clock,
      writesPerMinute: 0,
      log,
    });
  const longUp = connect();
  let shops = 0;
  let former: SandboxRepository | null = null;
  return {
    sandbox,
    ...clock,
    openShop() {
      shops += 1;
      // No case is listed among those before it.
      former?.leaveInstallation();
      const repository = stockedShop(sandbox, `acme/shop-${shops}`);
      former = repository;
      return shopOf(sandbox, clock, repository, { connect, longUp });
    },
    async close() {
      silence();
      await sandbox.close();
    },
  };
}

function shopOf(
  sandbox: Sandbox,
  clock: MovedClock,
  repository: SandboxRepository,
  servers: { connect: () => GitHub; longUp: GitHub },
): Shop {
  const lane = laneOf(repository);
  const text = createTextRenderer();
  let seen = sandbox.record.calls.length;
  const perform: Shop["perform"] = (github, effect, attempt, attempts) => {
    const parts = {
      github,
      lanes: NO_LANES,
      text,
      clock,
      keepReceipt: signedAlready,
      lostAnswerWaitMs: 60_000,
    };
    const performer = createGitHubPerformer(parts);
    return tryOn(clock, attempt, (now) => performer.perform(lane, effect, now), attempts);
  };
  return {
    repository,
    lane,
    connect: servers.connect,
    tryOn: (attempt, act, attempts) => tryOn(clock, attempt, act, attempts),
    sha: (name) => commitSha(repository.sha(name) ?? "") ?? raise(`no commit ${name}`),
    arrange: (effect) => perform(servers.longUp, effect, 1),
    perform,
    calls() {
      const calls = sandbox.record.calls.slice(seen);
      seen = sandbox.record.calls.length;
      return calls.filter((call) => call.actor === "app" || call.actor.startsWith("installation:"));
    },
  };
}

async function tryOn<Result>(
  clock: MovedClock,
  first: number,
  act: (attempt: number) => Promise<Result>,
  attempts = ATTEMPTS,
): Promise<End<Result>> {
  let attempt = first;
  for (let waits = 0; waits < PATIENCE;) {
    try {
      return { kind: "done", result: await act(attempt), attempts: attempt };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error instanceof RetryLaterError) {
        clock.later(Math.max(0, error.retryAt - clock.now()) + 1);
        waits += 1;
        continue;
      }
      if (attempt - first + 1 >= attempts) return { kind: "given up", error: error.message };
      clock.later(pauseAfter(attempt));
      attempt += 1;
    }
  }
  return { kind: "waiting" };
}

/** Stands for the store, which has the receipt already. */
const signedAlready: KeepReceipt = ({ installation, repository, environment }, { promotion }) =>
  Promise.resolve({
    installation,
    repository,
    promotion,
    environment,
    at: 0,
    keyId: "a key",
    document: '{"payload":"","payloadType":"","signatures":[]}\n',
  });

function raise(message: string): never {
  throw new Error(message);
}

function laneOf(repository: SandboxRepository): LaneKey {
  return {
    installation: repository.install() as InstallationId,
    repository: repository.id as RepositoryId,
    environment: "prod",
  };
}

const CONFIG = `components:
  api: { workflow: deploy.yml, paths: ["api/**"] }
environments:
  prod: { inputs: { region: us-east-1 } }
`;

/** A pull request was merged between the two releases, and another one after them; all is quiet, and no run ever begins. */
function stockedShop(sandbox: Sandbox, name: string): SandboxRepository {
  const repository = sandbox.repository(name, {
    collaborators: { ana: "maintain", wes: "write" },
    // Of all this the App is told nothing: it is installed when the shop stands.
    install: false,
  });
  repository.script({ outcome: "never-start" });
  const files = { ".github/waybill.yml": CONFIG, ".github/workflows/deploy.yml": deployWorkflow() };
  repository.commit({ message: "chore: begin", author: "ana", files });
  repository.tag("v1.4.2", { by: "ana", annotated: true });
  for (const [subject, tag] of [
    ["feat(api): accept vouchers", "v1.5.0"],
    ["fix(api): round down", null],
  ] as const) {
    const pull = repository.openPullRequest({
      title: subject,
      author: "wes",
      files: { "api/a.txt": subject },
    });
    repository.mergePullRequest(pull, { by: "ana", method: "squash" });
    if (tag !== null) repository.tag(tag, { by: "ana", annotated: true });
  }
  return repository;
}

/** Calls have 15 s to be answered. Where the stand-in stays silent on purpose, the wait is over as soon as it has taken the call. */
function cutShortWhatIsNeverAnswered(sandbox: Sandbox): () => void {
  const waiting = new Set<AbortController>();
  const spy = vi.spyOn(AbortSignal, "timeout").mockImplementation(() => {
    const controller = new AbortController();
    // Of calls that are answered nothing is left to cut; only one is under way at a time.
    waiting.clear();
    waiting.add(controller);
    return controller.signal;
  });
  let seen = sandbox.record.calls.length;
  const look = setInterval(() => {
    const silent = sandbox.record.calls.slice(seen).some((call) => call.fault?.includes("timeout"));
    seen = sandbox.record.calls.length;
    if (!silent) return;
    for (const controller of waiting) controller.abort(new DOMException("It timed out", "TimeoutError"));
  }, 1);
  return () => {
    clearInterval(look);
    spy.mockRestore();
  };
}

/** Every way in which a call can fail. */
export const FAULTS = {
  "401": { status: 401 },
  "403": { status: 403 },
  "404": { status: 404 },
  "409": { status: 409 },
  "422": { status: 422 },
  "429": { status: 429 },
  "500": { status: 500 },
  "502": { status: 502 },
  "timeout before": "timeout-before",
  "timeout after": "timeout-after",
  "reset before": "reset-before",
  "reset after": "reset-after",
  "malformed JSON": "malformed-answer",
  "empty 200": "empty-answer",
} as const satisfies Record<string, FaultKind>;

export type FaultName = keyof typeof FAULTS;

/** Something that stands in a repository: what it is, and how it is now. */
export interface Thing {
  readonly what: string;
  readonly how: string;
}

/** Everything that stands in a repository: what two ends are compared by. */
export function standing(repository: SandboxRepository): Thing[] {
  const plain = (text: string) =>
    text
      .replaceAll(repository.fullName, "acme/shop")
      .replaceAll(/\b[0-9a-f]{7,40}\b/g, "SHA")
      .replaceAll(/\b\d{4,}\b/g, "N");
  const thing = (what: string, how: unknown): Thing => ({ what: plain(what), how: plain(String(how)) });
  const comments = repository
    .comments()
    .flatMap((one) => [
      thing(`comment #${one.issueNumber} ${one.body.split("\n", 1)[0]}`, one.body),
      ...repository.reactions(one.id).map((it) => thing(`reaction ${it.content} to ${one.body}`, "")),
    ]);
  const issues = repository.issues().map((one) => thing("issue", `${one.title} ${one.state} ${one.body}`));
  const releases = repository
    .releases()
    .map((one) => thing("release", `${one.tagName} ${one.name} ${one.draft} ${one.body}`));
  const deployments = repository
    .deployments()
    .map((one) => thing(`deployment ${one.task}`, one.statuses.map((it) => it.state).join()));
  const runs = repository.runs().map((one) => thing(`run ${one.title}`, one.conclusion));
  const checks = repository
    .checkRuns()
    .map((one) => thing(`check ${one.name}`, `${one.conclusion} ${one.title} ${one.summary}`));
  const refs = Object.keys(repository.refs()).map((one) => thing(`ref ${one}`, ""));
  const order = (one: Thing, other: Thing) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);
  return [...comments, ...issues, ...releases, ...deployments, ...runs, ...checks, ...refs].sort(order);
}
