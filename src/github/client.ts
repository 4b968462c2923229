/**
 * Octokit as Waybill uses it: Probot's, with its own retries and throttling off (a retried dispatch would deploy twice: GITHUB.md),
 * a time limit on every call, writes paced, and tokens for one repository only.
 */
import { createAppAuth, type InstallationAuthOptions } from "@octokit/auth-app";
import { request as octokitRequest } from "@octokit/request";
import { Probot, ProbotOctokit } from "probot";
import type { InstallationId, RepositoryId } from "../core/ids.ts";
import type { Clock, RepositoryKey } from "../core/ports.ts";
import type { ParkReason, Standing } from "../core/standing.ts";
import { watchCall, watchCalls, type OnCall } from "./calls.ts";
import {
  createDefaultsBook,
  DEFAULTS_REPOSITORY,
  isInstalledOnDefaults,
  type OwnersDefaults,
} from "./defaults.ts";
import { guardCalls, heeded, readable, type Guards } from "./guard.ts";
import { createJwts, isClockOff } from "./jwt.ts";
import { createLimits } from "./limits.ts";
import { createMemories, type RepositoryMemory } from "./memory.ts";
import { createPace } from "./pace.ts";
import { outOfReach } from "./reach.ts";
import { createBotLogin, createNameBook } from "./repositories.ts";
import { readStanding } from "./standing.ts";
import { bearing, createTokens, type TokenScope } from "./tokens.ts";

export type Octokit = InstanceType<typeof ProbotOctokit>;

/** One repository as seen by a token that is good for it alone. */
export interface RepositoryClient {
  readonly octokit: Octokit;
  readonly installation: InstallationId;
  readonly repository: RepositoryId;
  readonly owner: string;
  readonly repo: string;
  readonly defaultBranch: string;
  /** The login under which the App writes: `waybill[bot]`. */
  readonly botLogin: string;
  readonly appId: number;
  readonly clock: Clock;
  /**
   * By a token that reads who is in the organisation and its teams, and nothing else. @throws GitHub's refusal where the installation has not
   * granted that
   */
  readonly asOrganization: () => Promise<Octokit>;
  /** What the owner's `.github` holds for all of its repositories; null for none. It costs no call where it is known. */
  readonly defaults: () => Promise<OwnersDefaults | null>;
  /** What this process remembers of the repository, to save calls. */
  readonly memory: RepositoryMemory;
  /** The time of GitHub's last answer to this client, by GitHub's clock (its `Date`), in epoch ms; null before the first. */
  readonly gitHubTime: () => number | null;
}

export interface GitHubOptions {
  readonly appId: number;
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** `https://github.example/api/v3`; absent for github.com. */
  readonly baseUrl?: string;
  readonly clock: Clock;
  readonly log: ProbotLog;
  /** For each installation; 0: without a limit. */
  readonly writesPerMinute: number;
  /** Hears of each call, for the log and the metrics. Must not throw. */
  readonly onCall?: OnCall;
}

type ProbotLog = NonNullable<NonNullable<ConstructorParameters<typeof Probot>[0]>["log"]>;

export interface GitHub {
  readonly probot: Probot;
  /** As the App itself: its deliveries and installations, nothing of any repository. */
  readonly app: Octokit;
  /**
   * @param background whether it is for work that yields to promotions where little is left of GitHub's limits
   * @throws RetryLaterError while the installation is limited
   */
  forRepository(
    installation: InstallationId,
    repository: RepositoryId,
    background?: boolean,
  ): Promise<RepositoryClient>;
  /** How a repository stands now; `hint` is what a webhook called it. Asked as the App, and nothing of it is remembered. */
  standingOf(repository: RepositoryKey, hint: ParkReason | null): Promise<Standing>;
  /** An installation as a whole, by a token that can only read what there is: which repositories it has. */
  forInstallation(installation: InstallationId): Promise<Octokit>;
  /** An owner's defaults have changed, or may be there or gone. */
  forgetDefaults(installation: InstallationId): void;
  /** Something of a repository has changed: its name, its owner, its default branch, or what was granted to us. */
  forget(repository: RepositoryKey): void;
}

/** The least that Waybill needs for its work in one repository; each is explained in docs/permissions.md. */
export const TOKEN_PERMISSIONS = {
  actions: "write",
  checks: "write",
  contents: "write",
  deployments: "write",
  issues: "write",
  metadata: "read",
  pull_requests: "write",
  statuses: "read",
} as const;

/** What is only asked for where an environment's gates count the approvals of teams; nobody else has to grant it. */
export const ORGANIZATION_PERMISSIONS = { members: "read" } as const;

const CALL_LIMIT_MS = 15_000;

/** Connects to GitHub as the App. Nothing is asked before the first use, so an unreachable GitHub does not stop the start. */
export function connectGitHub(options: GitHubOptions): GitHub {
  const { appId, clock, log } = options;
  const limits = createLimits(clock);
  const guards: Guards = { clock, limits, pace: createPace(clock, options.writesPerMinute) };
  const connection = connectApp(options);
  const { Octokit, probot, app, appAuth } = connection;
  const tokens = createTokens(appAuth, clock);
  const names = createNameBook(clock);
  const memoryOf = createMemories();
  const defaultsBook = createDefaultsBook(clock, (installation, owner) =>
    defaultsClient(connection, guards, installation, owner),
  );
  const botLogin = createBotLogin(() => Promise.resolve(app));
  return {
    probot,
    app,
    async forRepository(installation, repository, background = false) {
      limits.beforeCall(installation, background);
      const reached = (error: unknown) =>
        outOfReach(error, { installation, repository }, clock.now()) ?? error;
      const scope = {
        installationId: installation,
        repositoryIds: [repository],
        permissions: TOKEN_PERMISSIONS,
      };
      const askToken = (isRefused: boolean) =>
        tokens.tokenOf(scope, isRefused).catch((error: unknown) => {
          throw heeded(reached(error), limits, installation, clock.now());
        });
      let { token } = await askToken(false);
      const octokit = new Octokit({ ...bearing(() => token), log, installation });
      const renewToken = async (): Promise<void> => void ({ token } = await askToken(true));
      // Before the guards, and so inside of them: what they see is what it comes to.
      octokit.hook.error("request", (error) => {
        throw reached(error);
      });
      guardCalls(octokit, guards, { installation, background, renewToken });
      const gitHubTime = watchTime(octokit);
      const name = await names.nameOf(octokit, installation, repository);
      const learned = { ...name, memory: memoryOf(installation, repository), botLogin: await botLogin() };
      const asOrganization = () => organizationClient(connection, guards, scope, background);
      const defaults = () => defaultsBook.of(installation, name.owner);
      const own = { octokit, installation, repository, appId, clock, gitHubTime };
      return { ...own, asOrganization, defaults, ...learned };
    },
    forInstallation: (installation) => clientOfInstallation(connection, guards, installation),
    standingOf(key, hint) {
      names.forget(key);
      const repository = (): Promise<Octokit> => readingClient(connection, key.installation, key.repository);
      return readStanding({ app: () => Promise.resolve(app), repository, now: clock.now() }, key, hint);
    },
    forgetDefaults: (installation) => defaultsBook.forget(installation),
    forget(repository) {
      names.forget(repository);
      tokens.forget(repository.installation);
      defaultsBook.forget(repository.installation);
    },
  };
}

/** The App and its ways to ask: Octokit as all parts use it, Probot for its app function, the App itself, and the door to tokens. */
function connectApp(options: GitHubOptions) {
  const { appId, privateKey, log } = options;
  const base = options.baseUrl === undefined ? {} : { baseUrl: options.baseUrl };
  const request = { fetch: fetchWithin };
  const onCall: OnCall = options.onCall ?? (() => {});
  const Octokit = ProbotOctokit.plugin(watchCalls(onCall)).defaults({
    retry: { enabled: false },
    throttle: { enabled: false },
    request,
    ...base,
  });
  const probot = new Probot({
    appId,
    privateKey,
    secret: options.webhookSecret,
    log,
    request,
    Octokit,
    ...base,
  });
  // Probot's own authentication cannot narrow a token, and asks github.com for one where the host is another; its own Octokit for the App
  // waits out rate limits and tries failed reads again.
  const tokens = octokitRequest.defaults({ request: { ...request, hook: tokenRequest(onCall) }, ...base });
  const identity = { appId, createJwt: createJwts(privateKey), request: tokens };
  const app = new Octokit({ authStrategy: createAppAuth, auth: identity, log });
  app.hook.wrap("request", async (send, call) => readable(await send(call)));
  const appAuth = inGitHubsTime(createAppAuth(identity), app);
  return { Octokit, probot, app, appAuth, log };
}

type Connection = ReturnType<typeof connectApp>;

async function clientOfInstallation(
  connection: Connection,
  guards: Guards,
  installation: InstallationId,
): Promise<Octokit> {
  const { limits, clock } = guards;
  limits.beforeCall(installation, true);
  const octokit = await readingClient(connection, installation).catch((error: unknown) => {
    throw heeded(error, limits, installation, clock.now());
  });
  // Its token is of this moment: there is no newer one.
  guardCalls(octokit, guards, { installation, background: true, renewToken: () => Promise.resolve() });
  return octokit;
}

/** Asked for apart: a token that names a permission which was not granted is refused altogether. */
async function organizationClient(
  { Octokit, appAuth, log }: Connection,
  guards: Guards,
  { installationId, repositoryIds }: Pick<TokenScope, "installationId" | "repositoryIds">,
  background: boolean,
): Promise<Octokit> {
  const permissions = ORGANIZATION_PERMISSIONS;
  guards.limits.beforeCall(installationId, background);
  const { token } = await appAuth({ type: "installation", installationId, repositoryIds, permissions }).catch(
    (error: unknown) => {
      throw heeded(error, guards.limits, installationId, guards.clock.now());
    },
  );
  const octokit = new Octokit({ auth: { token }, log, installation: installationId });
  // Its token is of this moment: there is no newer one.
  guardCalls(octokit, guards, {
    installation: installationId,
    background,
    renewToken: () => Promise.resolve(),
  });
  return octokit;
}

/** By a token that reads files of the owner's `.github`, and nothing else; null where the App is not installed on that. */
async function defaultsClient(
  { Octokit, app, appAuth, log }: Connection,
  guards: Guards,
  installation: InstallationId,
  owner: string,
): Promise<Octokit | null> {
  const permissions = { contents: "read", metadata: "read" } as const;
  const wanted = { installationId: installation, repositoryNames: [DEFAULTS_REPOSITORY], permissions };
  const ask = async (refresh: boolean): Promise<string> =>
    (await appAuth({ type: "installation", ...wanted, ...(refresh ? { refresh } : {}) })).token;
  try {
    if (!(await isInstalledOnDefaults(app, installation, owner))) return null;
    let token = await ask(false);
    const octokit = new Octokit({ ...bearing(() => token), log, installation });
    guardCalls(octokit, guards, {
      installation,
      background: false,
      renewToken: async () => void (token = await ask(true)),
    });
    return octokit;
  } catch (error) {
    throw heeded(error, guards.limits, installation, guards.clock.now());
  }
}

/** By a fresh token that can only read what there is: in one repository, or in all of the installation. */
async function readingClient(
  { Octokit, appAuth, log }: Connection,
  installation: InstallationId,
  repository?: RepositoryId,
): Promise<Octokit> {
  const permissions = { metadata: "read" } as const;
  const only = repository === undefined ? {} : { repositoryIds: [repository] };
  const scope = { installationId: installation, permissions, ...only };
  const { token } = await appAuth({ type: "installation", ...scope, refresh: true });
  return new Octokit({ auth: { token }, log, installation });
}

type AskToken = (wanted: InstallationAuthOptions) => Promise<{ readonly token: string }>;

/** Tokens also where our clock is off: asked as the App, GitHub tells its time, and from then on JWTs are dated by it. */
function inGitHubsTime(ask: AskToken, app: Octokit): AskToken {
  return async (wanted) => {
    try {
      return await ask(wanted);
    } catch (error) {
      if (!isClockOff(error)) throw error;
      await app.rest.apps.getAuthenticated();
      return ask(wanted);
    }
  };
}

/** Keeps the time of GitHub's newest answer: only GitHub's clock may be compared with what GitHub has dated. */
function watchTime(octokit: Octokit): () => number | null {
  let last: number | null = null;
  octokit.hook.after("request", ({ headers }) => {
    const date = Date.parse(headers.date ?? "");
    if (!Number.isNaN(date)) last = date;
  });
  return () => last;
}

interface TokenRequest {
  readonly method: "POST";
  readonly url: string;
  readonly installation_id?: unknown;
  readonly [parameter: string]: unknown;
}

/** Asks for a token. One that cannot be read must not be kept for an hour. */
function tokenRequest(onCall: OnCall) {
  return async (
    request: typeof octokitRequest,
    options: TokenRequest,
  ): Promise<Awaited<ReturnType<typeof octokitRequest>>> => {
    const { installation_id: id } = options;
    const installation = typeof id === "number" ? id : null;
    return readable(await watchCall(options, installation, onCall, () => request(options)));
  };
}

/** Without a limit a call that is never answered would hold its lane for ever. */
async function fetchWithin(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  return fetch(url, { ...init, signal: AbortSignal.timeout(CALL_LIMIT_MS) });
}
