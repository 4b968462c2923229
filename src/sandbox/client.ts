import type { RepositoryMethod } from "./admin/methods.ts";
import { REPOSITORY_METHODS } from "./admin/methods.ts";
import type { FaultRule, RunListLag, WebhookFault } from "./faults.ts";
import type {
  Grants,
  ImportOptions,
  Limits,
  RepositoryOptions,
  Sandbox,
  SandboxUser,
  TeamSetup,
} from "./index.ts";
import type { RecordBook } from "./record.ts";
import type { SandboxRepository } from "./sandbox-repository.ts";
import type { Delivery, WebhookTarget } from "./webhooks/deliveries.ts";

type Remote<T> = T extends (...values: infer Values) => infer Result
  ? (...values: Values) => Promise<Awaited<Result>>
  : never;

/** A repository of a stand-in in another process: the same methods, each a promise. */
export type RemoteRepository = { readonly [Name in RepositoryMethod]: Remote<SandboxRepository[Name]> } & {
  readonly fullName: string;
  target(
    component: string,
    environment: string,
  ): Promise<{ url: string; version: string | null; sha: string | null }>;
  setTargetVersion(
    component: string,
    environment: string,
    version: string | null,
    sha?: string,
  ): Promise<void>;
};

/** A stand-in in another process, steered over its admin API. */
export interface RemoteSandbox {
  readonly url: string;
  app(): Promise<Sandbox["app"]>;
  now(): Promise<number>;
  advance(milliseconds: number): Promise<void>;
  setWebhook(target: WebhookTarget | null): Promise<void>;
  setRunnerDelay(milliseconds: number): Promise<void>;
  setLimits(limits: Limits): Promise<void>;
  user(
    login: string,
    options?: { id?: number; type?: "User" | "Bot"; name?: string },
  ): Promise<Omit<SandboxUser, "token">>;
  userToken(login: string): Promise<string>;
  renameAccount(login: string, to: string): Promise<void>;
  team(fullSlug: string, options?: TeamSetup): Promise<void>;
  createRepository(fullName: string, options?: RepositoryOptions): Promise<RemoteRepository>;
  importClone(fullName: string, path: string, options?: ImportOptions): Promise<RemoteRepository>;
  suspend(fullName: string, suspended?: boolean): Promise<void>;
  uninstall(fullName: string): Promise<void>;
  setApp(grants: Grants): Promise<void>;
  acceptPermissions(fullName: string): Promise<void>;
  setInstallation(fullName: string, grants: Grants): Promise<void>;
  redeliver(guid: string | number): Promise<boolean>;
  redeliverFailed(): Promise<number>;
  addFault(rule: FaultRule): Promise<void>;
  addWebhookFault(rule: WebhookFault): Promise<void>;
  lagRuns(lag: RunListLag): Promise<void>;
  clearFaults(): Promise<void>;
  record(): Promise<RecordBook>;
  deliveries(): Promise<Delivery[]>;
  settled(): Promise<void>;
  /** A repository that exists, or is made plain. */
  repository(fullName: string): RemoteRepository;
}

/** Steers the stand-in at an address (`http://127.0.0.1:PORT`). Every method rejects with the stand-in's own words. */
export function connectSandbox(url: string): RemoteSandbox {
  const call = (method: string, values: readonly unknown[], repository?: string): Promise<unknown> =>
    rpc(url, { method, arguments: values, ...(repository === undefined ? {} : { repository }) });
  const simple =
    <Result>(method: string) =>
    (...values: readonly unknown[]): Promise<Result> =>
      call(method, values) as Promise<Result>;
  const repository = (fullName: string): RemoteRepository => {
    const names = [...REPOSITORY_METHODS, "target", "setTargetVersion"];
    const methods = names.map((name) => [name, (...values: unknown[]) => call(name, values, fullName)]);
    return { ...(Object.fromEntries(methods) as RemoteRepository), fullName };
  };
  return {
    url,
    app: simple("app"),
    now: simple("now"),
    advance: simple("advance"),
    setWebhook: simple("setWebhook"),
    setRunnerDelay: simple("setRunnerDelay"),
    setLimits: simple("setLimits"),
    user: simple("user"),
    userToken: simple("userToken"),
    renameAccount: simple("renameAccount"),
    team: simple("team"),
    createRepository: async (fullName, options) => {
      await call("createRepository", [fullName, options]);
      return repository(fullName);
    },
    importClone: async (fullName, path, options) => {
      await call("importClone", [fullName, path, options]);
      return repository(fullName);
    },
    suspend: simple("suspend"),
    uninstall: simple("uninstall"),
    setApp: simple("setApp"),
    acceptPermissions: simple("acceptPermissions"),
    setInstallation: simple("setInstallation"),
    redeliver: simple("redeliver"),
    redeliverFailed: simple("redeliverFailed"),
    addFault: simple("addFault"),
    addWebhookFault: simple("addWebhookFault"),
    lagRuns: simple("lagRuns"),
    clearFaults: simple("clearFaults"),
    record: simple("record"),
    deliveries: simple("deliveries"),
    settled: simple("settled"),
    repository,
  };
}

async function rpc(url: string, body: unknown): Promise<unknown> {
  const answer = await fetch(`${url}/_sandbox/rpc`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const { result, error } = (await answer.json()) as { result?: unknown; error?: string };
  if (error !== undefined) throw new Error(error);
  return result;
}
