/**
 * Octokit as Waybill uses it: Probot's, with its own retries and throttling off (a retried dispatch would deploy twice: GITHUB.md),
 * a time limit on every call, writes paced, and tokens for one repository only.
 */
import { createAppAuth } from "@octokit/auth-app";
import { request as octokitRequest } from "@octokit/request";
import { Probot, ProbotOctokit } from "probot";
import type { InstallationId, RepositoryId } from "../core/ids.ts";
import type { Clock } from "../core/ports.ts";
import { createPace, type Pace } from "./pace.ts";
import { createBotLogin, createNameBook } from "./repositories.ts";

export type Octokit = InstanceType<typeof ProbotOctokit>;

/** One repository as seen by a token that is good for it alone. */
export interface RepositoryClient {
  readonly octokit: Octokit;
  readonly installation: InstallationId;
  readonly repository: RepositoryId;
  readonly owner: string;
  readonly repo: string;
  /** The login under which the App writes: `waybill[bot]`. */
  readonly botLogin: string;
  readonly appId: number;
  readonly clock: Clock;
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
}

type ProbotLog = NonNullable<NonNullable<ConstructorParameters<typeof Probot>[0]>["log"]>;

export interface GitHub {
  readonly probot: Probot;
  forRepository(installation: InstallationId, repository: RepositoryId): Promise<RepositoryClient>;
}

/** The least that Waybill needs for its work in one repository; each is explained in docs/permissions.md. */
const TOKEN_PERMISSIONS = {
  actions: "write",
  contents: "write",
  deployments: "write",
  issues: "write",
  metadata: "read",
  pull_requests: "write",
} as const;

const CALL_LIMIT_MS = 15_000;

/** Connects to GitHub as the App. Nothing is asked before the first use, so an unreachable GitHub does not stop the start. */
export function connectGitHub(options: GitHubOptions): GitHub {
  const { appId, privateKey, clock, log } = options;
  const pace = createPace(clock, options.writesPerMinute);
  const base = options.baseUrl === undefined ? {} : { baseUrl: options.baseUrl };
  const request = { fetch: fetchWithin };
  const Octokit = ProbotOctokit.defaults({
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
  // Probot's own authentication cannot narrow a token, and asks github.com for one where the host is another.
  const appAuth = createAppAuth({
    appId,
    privateKey,
    request: octokitRequest.defaults({ request, ...base }),
  });
  const nameOf = createNameBook(clock);
  const botLogin = createBotLogin(() => probot.auth());
  return {
    probot,
    async forRepository(installation, repository) {
      const scope = {
        installationId: installation,
        repositoryIds: [repository],
        permissions: TOKEN_PERMISSIONS,
      };
      const { token } = await appAuth({ type: "installation", ...scope });
      const octokit = new Octokit({ auth: { token }, log });
      paceWrites(octokit, pace, installation);
      const name = await nameOf(octokit, repository);
      return { octokit, installation, repository, ...name, botLogin: await botLogin(), appId, clock };
    },
  };
}

function paceWrites(octokit: Octokit, pace: Pace, installation: number): void {
  octokit.hook.before("request", async (request) => {
    const isRead = request.method === "GET" || request.method === "HEAD" || request.url.endsWith("/graphql");
    if (!isRead) await pace.beforeWrite(installation);
  });
}

/** Without a limit a call that is never answered would hold its lane for ever. */
async function fetchWithin(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  return fetch(url, { ...init, signal: AbortSignal.timeout(CALL_LIMIT_MS) });
}
