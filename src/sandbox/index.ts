import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { handleAdmin } from "./admin/handle.ts";
import type { SandboxClock } from "./clock.ts";
import { realClock } from "./clock.ts";
import { addRepository, install, makeToken, setSuspended } from "./domain/repositories.ts";
import { commitFiles, resolveCommit } from "./domain/commits.ts";
import { FaultBox } from "./faults.ts";
import { readClone } from "./git/clone.ts";
import { commitsBetween } from "./git/graph.ts";
import { answerApi } from "./http/api.ts";
import { Ids } from "./ids.ts";
import { handlePage } from "./page/handle.ts";
import type { RecordBook } from "./record.ts";
import { SandboxRepository } from "./sandbox-repository.ts";
import type { Repository, Role } from "./state.ts";
import { Deliveries } from "./webhooks/deliveries.ts";
import type { Delivery, WebhookTarget } from "./webhooks/deliveries.ts";
import type { World } from "./world.ts";
import { accountOf, findRepository, installationOf, makeApps } from "./world.ts";

export type { Delivery } from "./webhooks/deliveries.ts";
export type { DeployRecord } from "./record.ts";
export type { ShownComment, ShownIssue, ShownRun } from "./sandbox-shapes.ts";
export { CloneUnreadable } from "./git/clone.ts";
export { SandboxRepository } from "./sandbox-repository.ts";

export interface SandboxOptions {
  port?: number;
  clock?: SandboxClock;
  /** The App's public key (PEM), if the caller keeps the private one; otherwise a pair is made. */
  appPublicKeyPem?: string;
  appId?: number;
  webhook?: WebhookTarget;
  /** Behaves like an older GHES: dispatch knows no `return_run_details` and at most 10 inputs. */
  legacyDispatch?: boolean;
  /** Rest before each stage of a workflow run, in milliseconds; default 1. */
  runnerDelayMs?: number;
}

export interface SandboxUser {
  id: number;
  login: string;
  type: "User" | "Bot" | "Organization";
  /** A personal token of this user. */
  token(): string;
}

export interface RepositoryOptions {
  files?: Record<string, string>;
  defaultBranch?: string;
  collaborators?: Record<string, Role>;
  /** Whether the App is installed; default true. */
  install?: boolean;
}

export interface ImportOptions extends Omit<RepositoryOptions, "defaultBranch"> {
  /** Message of the commit that adds `files` on top of the imported history. */
  message?: string;
  author?: string;
}

/** A running stand-in for GitHub. */
export interface Sandbox {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** `127.0.0.1:PORT`, for `GHE_HOST`. */
  readonly host: string;
  /** `privateKeyPem` is empty when the caller handed in a public key. */
  readonly app: { id: number; slug: string; clientId: string; privateKeyPem: string };
  readonly clock: SandboxClock;
  readonly faults: FaultBox;
  readonly record: RecordBook;
  /** Every webhook attempt, oldest first. */
  readonly deliveries: readonly Delivery[];
  setWebhook(target: WebhookTarget): void;
  setRunnerDelay(milliseconds: number): void;
  user(login: string, options?: { id?: number; type?: "User" | "Bot"; name?: string }): SandboxUser;
  /** Creates a repository or returns the one of this name. */
  repository(fullName: string, options?: RepositoryOptions): SandboxRepository;
  /** Loads a local clone with its history and tags. @throws CloneUnreadable */
  importClone(fullName: string, path: string, options?: ImportOptions): Promise<SandboxRepository>;
  /** Suspends or unsuspends the installation that reaches a repository. */
  suspend(fullName: string, suspended?: boolean): void;
  /** Sends a webhook again, by GUID or delivery id. */
  redeliver(guid: string | number): boolean;
  /** Sends again all that never reached the receiver; returns how many. */
  redeliverFailed(): number;
  /** Until all webhooks are sent and answered and no runner step is under way (hanging runs aside). */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a stand-in on 127.0.0.1. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const closing = new AbortController();
  const listeners = new Set<() => void>();
  const world = makeWorld(options, closing.signal, listeners);
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? "/";
    const work = /^\/api\/(v3|graphql)(\/|\?|$)/.test(path)
      ? answerApi(world, incoming, outgoing)
      : path.startsWith("/_sandbox/")
        ? handleAdmin(sandbox, world, incoming, outgoing)
        : handlePage(world, listeners, incoming, outgoing);
    work.catch((error: unknown) => {
      if (!outgoing.headersSent) outgoing.writeHead(500, { "content-type": "text/plain" });
      outgoing.end(error instanceof Error ? error.stack : String(error));
    });
  });
  // Longer than any pause of a caller between two calls: a connection closed under a request would look like a fault on demand.
  server.keepAliveTimeout = 75_000;
  await listen(server, options.port ?? 0);
  world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sandbox = makeSandbox(world, server, closing);
  return sandbox;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}

function makeWorld(options: SandboxOptions, closing: AbortSignal, listeners: ReadonlySet<() => void>): World {
  const clock = options.clock ?? realClock();
  const ids = new Ids();
  const faults = new FaultBox();
  const identity = { id: options.appId ?? 1_010_101, publicKeyPem: options.appPublicKeyPem };
  const apps = makeApps(identity, clock.now(), ids);
  const deliveries = new Deliveries({ appId: apps.app.id, clock, ids, faults });
  deliveries.target = options.webhook ?? null;
  const world: World = {
    ...apps,
    clock,
    ids,
    url: "",
    accounts: new Map(),
    installations: new Map(),
    repositories: new Map(),
    tokens: new Map(),
    rateUsed: new Map(),
    deliveries,
    record: { calls: [], runs: [], deployments: [] },
    faults,
    legacyDispatch: options.legacyDispatch ?? false,
    runnerDelayMs: options.runnerDelayMs ?? 1,
    busy: new Set(),
    parked: 0,
    closing,
    changed: () => {
      for (const listener of listeners) listener();
    },
  };
  for (const account of [apps.appBot, apps.actionsBot]) world.accounts.set(account.login, account);
  return world;
}

function makeSandbox(world: World, server: Server, closing: AbortController): Sandbox {
  const { app } = world;
  const known = (name: string): Repository => {
    const [owner = "", repo = ""] = name.split("/");
    const found = findRepository(world, owner, repo);
    if (!found) throw new Error(`There is no repository ${name}.`);
    return found;
  };
  return {
    url: world.url,
    host: world.url.replace("http://", ""),
    app: { id: app.id, slug: app.slug, clientId: app.clientId, privateKeyPem: world.appPrivateKeyPem },
    clock: world.clock,
    faults: world.faults,
    record: world.record,
    deliveries: world.deliveries.all,
    setWebhook: (target) => {
      world.deliveries.target = target;
    },
    setRunnerDelay: (milliseconds) => {
      world.runnerDelayMs = milliseconds;
    },
    user: (login, options) => {
      const { id, type } = accountOf(world, login, options);
      return { id, login, type, token: () => userToken(world, login) };
    },
    repository: (name, options) => makeRepository(world, name, options ?? {}),
    importClone: (name, path, options) => importRepository(world, name, path, options ?? {}),
    suspend: (name, suspended = true) => {
      const installation = installationOf(world, known(name));
      if (installation) setSuspended(world, installation, suspended);
    },
    redeliver: (guid) => world.deliveries.redeliver(guid) !== null,
    redeliverFailed: () => world.deliveries.redeliverFailed(),
    settled: () => settled(world),
    close: () => close(world, server, closing),
  };
}

function userToken(world: World, login: string): string {
  return makeToken(world, { kind: "user", user: accountOf(world, login), expiresAt: null });
}

function ownerAndName(fullName: string): [string, string] {
  const match = /^([\w.-]+)\/([\w.-]+)$/.exec(fullName);
  if (!match) throw new Error(`${fullName} is no repository's name: it has to be OWNER/NAME.`);
  return [match[1] ?? "", match[2] ?? ""];
}

function makeRepository(world: World, fullName: string, options: RepositoryOptions): SandboxRepository {
  const [owner, name] = ownerAndName(fullName);
  const known = findRepository(world, owner, name);
  const account = accountOf(world, owner, { type: "Organization" });
  const repository = known ?? addRepository(world, account, name, options.defaultBranch ?? "main");
  const handle = new SandboxRepository(world, repository);
  handle.setCollaborators(options.collaborators ?? {});
  if (options.files || !known) {
    const [first] = Object.keys(options.collaborators ?? {});
    commitFiles(world, repository, {
      message: known ? "chore: update files" : "chore: first commit",
      files: options.files ?? { "README.md": `# ${name}\n` },
      author: accountOf(world, first ?? "octavia"),
    });
  }
  if (options.install !== false) install(world, repository);
  return handle;
}

async function importRepository(
  world: World,
  fullName: string,
  path: string,
  options: ImportOptions,
): Promise<SandboxRepository> {
  const [owner, name] = ownerAndName(fullName);
  if (findRepository(world, owner, name)) throw new Error(`There is a repository ${fullName} already.`);
  const clone = await readClone(path);
  const account = accountOf(world, owner, { type: "Organization" });
  const repository = addRepository(world, account, name, clone.branch, clone.store);
  for (const [ref, sha] of clone.refs) repository.refs.set(ref, sha);
  repository.nextNumber = highestNumber(repository, clone.head) + 1;
  const handle = new SandboxRepository(world, repository);
  handle.setCollaborators(options.collaborators ?? {});
  if (options.files) {
    const [first] = Object.keys(options.collaborators ?? {});
    commitFiles(world, repository, {
      message: options.message ?? "ci: deploy by Waybill",
      files: options.files,
      author: accountOf(world, options.author ?? first ?? "octavia"),
    });
  }
  if (resolveCommit(repository, clone.branch) === null) throw new Error(`${path} has no commit.`);
  if (options.install !== false) install(world, repository);
  return handle;
}

/** The highest pull request that the history speaks of, so that new ones do not take its number. */
function highestNumber(repository: Repository, head: string): number {
  let highest = 0;
  for (const commit of commitsBetween(repository.store, null, head)) {
    const [subject = ""] = commit.message.split("\n");
    const match = /\(#(\d{1,7})\)$|^Merge pull request #(\d{1,7}) /.exec(subject);
    highest = Math.max(highest, Number(match?.[1] ?? match?.[2] ?? 0));
  }
  return highest;
}

async function settled(world: World): Promise<void> {
  for (let quiet = 0; quiet < 2;) {
    await world.deliveries.drain();
    // What a webhook or a run sets off begins in a later turn.
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
    quiet = world.deliveries.idle && world.busy.size <= world.parked ? quiet + 1 : 0;
  }
}

async function close(world: World, server: Server, closing: AbortController): Promise<void> {
  closing.abort();
  world.deliveries.stop();
  const targets = [...world.repositories.values()].flatMap((repository) => [...repository.targets.values()]);
  await Promise.all(targets.map(async (target) => (await target).close()));
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
  // A scripted outcome may never come; closing does not wait for it.
  const patience = new Promise((resolve) => {
    setTimeout(resolve, 1000).unref();
  });
  await Promise.race([Promise.allSettled(world.busy), patience]);
}
