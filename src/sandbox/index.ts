import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { handleAdmin } from "./admin/handle.ts";
import type { SandboxClock } from "./clock.ts";
import { realClock } from "./clock.ts";
import type { Grants } from "./domain/installations.ts";
import {
  acceptPermissions,
  editApp,
  editInstallation,
  setSuspended,
  uninstall,
} from "./domain/installations.ts";
import { renameAccount } from "./domain/lifecycle.ts";
import { makeToken } from "./domain/repositories.ts";
import type { TeamOptions } from "./domain/teams.ts";
import { putTeam } from "./domain/teams.ts";
import { FaultBox } from "./faults.ts";
import { answerApi, answerRequest, type ApiAnswer, type ApiRequest } from "./http/api.ts";
import { Ids } from "./ids.ts";
import type { Limits } from "./limits.ts";
import { RateLimiter } from "./limits.ts";
import { handlePage } from "./page/handle.ts";
import type { RecordBook } from "./record.ts";
import type { ImportOptions, RepositoryOptions } from "./open-repository.ts";
import { importRepository, makeRepository, ownerAndName } from "./open-repository.ts";
import type { SandboxRepository } from "./sandbox-repository.ts";
import type { Installation, Role } from "./state.ts";
import { Deliveries } from "./webhooks/deliveries.ts";
import type { Delivery, Post, WebhookTarget } from "./webhooks/deliveries.ts";
import type { World } from "./world.ts";
import { accountOf, findRepository, installationOf, makeApps } from "./world.ts";

export type { ApiAnswer, ApiRequest } from "./http/api.ts";
export type { Delivery, Post } from "./webhooks/deliveries.ts";
export type { DeployRecord } from "./record.ts";
export type { ShownComment, ShownIssue, ShownRun } from "./sandbox-shapes.ts";
export { CloneUnreadable } from "./git/clone.ts";
export type { Limits } from "./limits.ts";
export type { Grants } from "./domain/installations.ts";
export type { ImportOptions, RepositoryOptions } from "./open-repository.ts";
export { SandboxRepository } from "./sandbox-repository.ts";

export interface SandboxOptions {
  port?: number;
  clock?: SandboxClock;
  /** The App's public key (PEM), if the caller keeps the private one; otherwise a pair is made. */
  appPublicKeyPem?: string;
  appId?: number;
  /** What the App's registration asks for; by default more than Waybill needs. */
  grants?: Grants;
  webhook?: WebhookTarget;
  /** Dispatches as an older GHES does: no `return_run_details`, and at most 10 inputs. */
  legacyDispatch?: boolean;
  /** Behaves like an older Enterprise Server of this version (`3.17.3`): its dispatch, its header, one API version only. */
  ghes?: string;
  /** Whether the record keeps the bodies of answers; default true. */
  recordsAnswers?: boolean;
  /** Added to the first id of each kind, where several stand-ins are served by one database; default 0. */
  idOffset?: number;
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

export interface TeamSetup extends Omit<TeamOptions, "repositories"> {
  repositories?: Readonly<Record<string, Role>>;
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
  /** Where the App's webhooks go; null for nowhere (an App whose hook has no URL). */
  setWebhook(target: WebhookTarget | null): void;
  setRunnerDelay(milliseconds: number): void;
  /** Switches rate limits on (each that is given) and all others off. */
  setLimits(limits: Limits): void;
  user(login: string, options?: { id?: number; type?: "User" | "Bot"; name?: string }): SandboxUser;
  /** Renames a person or organization with all their repositories (`installation_target.renamed`, if the App subscribes to it). */
  renameAccount(login: string, to: string): void;
  /** Makes a team (`acme/releasers`), or changes it; `repositories` are roles by full names. */
  team(fullSlug: string, options?: TeamSetup): void;
  /** Creates a repository or returns the one of this name. */
  repository(fullName: string, options?: RepositoryOptions): SandboxRepository;
  /** Loads a local clone with its history and tags. @throws CloneUnreadable */
  importClone(fullName: string, path: string, options?: ImportOptions): Promise<SandboxRepository>;
  /** Suspends or unsuspends the installation that reaches a repository. */
  suspend(fullName: string, suspended?: boolean): void;
  /** Removes the installation that reaches a repository; `install()` of a repository makes one with a new id. */
  uninstall(fullName: string): void;
  /** Changes the App's registration. An installation follows unless that asks for more than it granted. */
  setApp(grants: Grants): void;
  /** The account accepts what the App asks for by now (`installation.new_permissions_accepted`). */
  acceptPermissions(fullName: string): void;
  /** Plants what the installation granted, silently: fewer permissions or events than the App asks for, say. */
  setInstallation(fullName: string, grants: Grants): void;
  /** Sends a webhook again, by GUID or delivery id. */
  redeliver(guid: string | number): boolean;
  /** Sends again all that never reached the receiver; returns how many. */
  redeliverFailed(): number;
  /** Until all webhooks are sent and answered and no runner step is under way (hanging runs aside). */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** A stand-in of which nothing listens. Its runs call `fetch` at its address; whoever made it leads that to `answer`. */
export interface OfflineSandbox extends Sandbox {
  /** Answers a call of the API, by its path below the address. */
  answer(request: ApiRequest): Promise<ApiAnswer>;
}

/** Makes a stand-in without any socket, at an address of the caller's own; its webhooks are brought to their receiver by `post`. */
export function makeOfflineSandbox(
  options: Omit<SandboxOptions, "port">,
  url: string,
  post: Post,
): OfflineSandbox {
  const closing = new AbortController();
  const world = makeWorld(options, closing.signal, new Set(), post);
  world.url = url;
  return {
    ...makeSandbox(world, null, closing),
    answer: (request) => answerRequest(world, request),
  };
}

/** Starts a stand-in on 127.0.0.1. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const closing = new AbortController();
  const listeners = new Set<() => void>();
  const world = makeWorld(options, closing.signal, listeners);
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? "/";
    const work = /^\/api\/(v3|uploads|graphql)(\/|\?|$)/.test(path)
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

function makeWorld(
  options: SandboxOptions,
  closing: AbortSignal,
  listeners: ReadonlySet<() => void>,
  post?: Post,
): World {
  const clock = options.clock ?? realClock();
  const ids = new Ids(options.idOffset);
  const faults = new FaultBox();
  const identity = { id: options.appId ?? 1_010_101, publicKeyPem: options.appPublicKeyPem };
  const apps = makeApps(identity, clock.now(), ids);
  const deliveries = new Deliveries({ appId: apps.app.id, clock, ids, faults, post });
  deliveries.target = options.webhook ?? null;
  const world: World = {
    ...apps,
    clock,
    ids,
    url: "",
    accounts: new Map(),
    emails: new Map(),
    pastAuthors: new Set(),
    installations: new Map(),
    teams: new Map(),
    repositories: new Map(),
    redirects: new Map(),
    deleted: [],
    tokens: new Map(),
    limiter: new RateLimiter(),
    deliveries,
    record: { calls: [], runs: [], deployments: [] },
    recordsAnswers: options.recordsAnswers ?? true,
    faults,
    legacyDispatch: options.legacyDispatch ?? options.ghes !== undefined,
    ghes: options.ghes ?? null,
    runnerDelayMs: options.runnerDelayMs ?? 1,
    busy: new Set(),
    parked: 0,
    waits: new Set(),
    listens: post === undefined,
    closing,
    changed: () => {
      for (const listener of listeners) listener();
    },
  };
  for (const account of [apps.appBot, apps.actionsBot]) world.accounts.set(account.login, account);
  editApp(world, options.grants ?? {});
  return world;
}

function makeSandbox(world: World, server: Server | null, closing: AbortController): Sandbox {
  const { app } = world;
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
    setLimits: (limits) => {
      world.limiter.limits = limits;
    },
    user: (login, options) => {
      const { id, type } = accountOf(world, login, options);
      return { id, login, type, token: () => userToken(world, login) };
    },
    renameAccount: (login, to) => renameAccount(world, accountOf(world, login), to),
    team: (fullSlug, options) => setUpTeam(world, fullSlug, options ?? {}),
    repository: (name, options) => makeRepository(world, name, options ?? {}),
    importClone: (name, path, options) => importRepository(world, name, path, options ?? {}),
    suspend: (name, suspended = true) => setSuspended(world, installationAt(world, name), suspended),
    uninstall: (name) => uninstall(world, installationAt(world, name)),
    setApp: (grants) => editApp(world, grants),
    acceptPermissions: (name) => acceptPermissions(world, installationAt(world, name)),
    setInstallation: (name, grants) => editInstallation(world, installationAt(world, name), grants),
    redeliver: (guid) => world.deliveries.redeliver(guid) !== null,
    redeliverFailed: () => world.deliveries.redeliverFailed(),
    settled: () => settled(world),
    close: () => close(world, server, closing),
  };
}

function installationAt(world: World, fullName: string): Installation {
  const [owner = "", name = ""] = fullName.split("/");
  const repository = findRepository(world, owner, name);
  const installation = repository && installationOf(world, repository);
  if (!installation) throw new Error(`The App is not installed on ${fullName}.`);
  return installation;
}

function setUpTeam(world: World, fullSlug: string, { repositories = {}, ...options }: TeamSetup): void {
  const [owner, slug] = ownerAndName(fullSlug);
  const roles = Object.entries(repositories).map(([fullName, role]) => {
    const repository = findRepository(world, ...ownerAndName(fullName));
    if (!repository) throw new Error(`There is no repository ${fullName}.`);
    return [repository, role] as const;
  });
  const organization = accountOf(world, owner, { type: "Organization" });
  putTeam(world, organization, slug, { ...options, repositories: new Map(roles) });
}

function userToken(world: World, login: string): string {
  return makeToken(world, { kind: "user", user: accountOf(world, login), expiresAt: null });
}

async function settled(world: World): Promise<void> {
  for (let quiet = 0; quiet < 2;) {
    for (const wait of world.waits) if (wait.at <= world.clock.now()) wait.over();
    await world.deliveries.drain();
    // What a webhook or a run sets off begins in a later turn.
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
    quiet = world.deliveries.idle && world.busy.size <= world.parked ? quiet + 1 : 0;
  }
}

async function close(world: World, server: Server | null, closing: AbortController): Promise<void> {
  closing.abort();
  world.deliveries.stop();
  if (server === null) return;
  const repositories = [...world.repositories.values(), ...world.deleted];
  const targets = repositories.flatMap((repository) => [...repository.targets.values()]);
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
