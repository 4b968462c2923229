import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { addComment } from "../domain/issues.ts";
import type { FaultRule, RunListLag, WebhookFault } from "../faults.ts";
import { readBody } from "../http/body.ts";
import type { Grants, ImportOptions, Limits, RepositoryOptions, Sandbox, TeamSetup } from "../index.ts";
import type { SandboxRepository } from "../sandbox-repository.ts";
import { fullName } from "../state.ts";
import { issuePage } from "../views/issues.ts";
import type { WebhookTarget } from "../webhooks/deliveries.ts";
import type { World } from "../world.ts";
import { accountOf, findRepository, movedRepository } from "../world.ts";
import { maySteer } from "./guard.ts";
import { REPOSITORY_METHODS } from "./methods.ts";

const BODY_MAXIMUM = 32 * 1024 * 1024;
const COMMENT_MAXIMUM = 65_536;

const callSchema = z.object({
  repository: z.string().optional(),
  method: z.string(),
  arguments: z.array(z.unknown()).default([]),
});

type Method = (...values: never[]) => unknown;

/**
 * The admin API: `POST /_sandbox/rpc` with `{repository?, method, arguments}` answers `{result}` or `{error}`;
 * `GET /_sandbox/record` and `/_sandbox/deliveries` show what happened; `POST /_sandbox/comments` is the watch page's form.
 */
export async function handleAdmin(
  sandbox: Sandbox,
  world: World,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  if (!maySteer(world, incoming)) return sendJson(outgoing, 403, { error: "Only from this machine." });
  const path = new URL(incoming.url ?? "/", world.url).pathname;
  if (incoming.method === "GET") {
    if (path === "/_sandbox/record") return sendJson(outgoing, 200, world.record);
    if (path === "/_sandbox/deliveries") return sendJson(outgoing, 200, world.deliveries.all);
    return sendJson(outgoing, 404, { error: "There is no such view." });
  }
  const body = (await readBody(incoming, BODY_MAXIMUM)).toString("utf8");
  if (path === "/_sandbox/comments") return postComment(world, body, incoming, outgoing);
  // JSON only: a page of another site cannot send that without asking first.
  const json = (incoming.headers["content-type"] ?? "").startsWith("application/json");
  if (path !== "/_sandbox/rpc" || incoming.method !== "POST" || !json) {
    return sendJson(outgoing, 404, { error: "POST JSON to /_sandbox/rpc." });
  }
  try {
    const result = await perform(sandbox, world, callSchema.parse(JSON.parse(body)));
    return sendJson(outgoing, 200, { result: result ?? null });
  } catch (error) {
    return sendJson(outgoing, 400, { error: error instanceof Error ? error.message : String(error) });
  }
}

async function perform(sandbox: Sandbox, world: World, call: z.infer<typeof callSchema>): Promise<unknown> {
  const { repository: name, method } = call;
  // JSON turns an argument that is left out into null.
  const values = call.arguments.map((value) => value ?? undefined);
  if (name === undefined) return invoke(sandboxMethods(sandbox), method, values);
  const repository = repositoryAt(sandbox, world, name);
  const named = REPOSITORY_METHODS.find((candidate) => candidate === method);
  if (named !== undefined) return Reflect.apply(repository[named], repository, values);
  return invoke(targetMethods(repository), method, values);
}

/** The repository of this name, or of this old name; made plain if there never was one. */
function repositoryAt(sandbox: Sandbox, world: World, name: string): SandboxRepository {
  const [owner = "", repo = ""] = name.split("/");
  const moved = findRepository(world, owner, repo) ? null : movedRepository(world, owner, repo);
  return sandbox.repository(moved ? fullName(moved) : name, { install: false });
}

function invoke(methods: Readonly<Record<string, Method>>, name: string, values: unknown[]): unknown {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (!method) throw new Error(`There is no method ${name}.`);
  return Reflect.apply(method, undefined, values);
}

/** What a test or the demo can do to the stand-in as a whole, over HTTP. */
function sandboxMethods(sandbox: Sandbox): Record<string, Method> {
  return {
    app: () => sandbox.app,
    now: () => sandbox.clock.now(),
    advance: (milliseconds: number) => sandbox.clock.advance(milliseconds),
    setWebhook: (target?: WebhookTarget) => sandbox.setWebhook(target ?? null),
    setRunnerDelay: (milliseconds: number) => sandbox.setRunnerDelay(milliseconds),
    setLimits: (limits: Limits) => sandbox.setLimits(limits),
    user: (login: string, options?: { id?: number; type?: "User" | "Bot"; name?: string }) => {
      const { id, type } = sandbox.user(login, options);
      return { id, login, type };
    },
    userToken: (login: string) => sandbox.user(login).token(),
    renameAccount: (login: string, to: string) => sandbox.renameAccount(login, to),
    team: (fullSlug: string, options?: TeamSetup) => sandbox.team(fullSlug, options),
    createRepository: (name: string, options?: RepositoryOptions) =>
      summary(sandbox.repository(name, options)),
    importClone: async (name: string, path: string, options?: ImportOptions) =>
      summary(await sandbox.importClone(name, path, options)),
    suspend: (name: string, suspended?: boolean) => sandbox.suspend(name, suspended),
    uninstall: (name: string) => sandbox.uninstall(name),
    setApp: (grants: Grants) => sandbox.setApp(grants),
    acceptPermissions: (name: string) => sandbox.acceptPermissions(name),
    setInstallation: (name: string, grants: Grants) => sandbox.setInstallation(name, grants),
    redeliver: (guid: string | number) => sandbox.redeliver(guid),
    redeliverFailed: () => sandbox.redeliverFailed(),
    addFault: (rule: FaultRule) => sandbox.faults.add(rule),
    addWebhookFault: (rule: WebhookFault) => sandbox.faults.webhooks(rule),
    lagRuns: (lag: RunListLag) => sandbox.faults.lagRuns(lag),
    clearFaults: () => sandbox.faults.clear(),
    record: () => sandbox.record,
    deliveries: () => sandbox.deliveries,
    settled: () => sandbox.settled(),
  };
}

function summary(repository: SandboxRepository): Record<string, unknown> {
  const { id, fullName, defaultBranch } = repository;
  return { id, fullName, defaultBranch };
}

function targetMethods(repository: SandboxRepository): Record<string, Method> {
  return {
    target: async (component: string, environment: string) => {
      const { url, version, sha } = await repository.target(component, environment);
      return { url, version, sha };
    },
    setTargetVersion: async (component: string, environment: string, version?: string, sha?: string) => {
      (await repository.target(component, environment)).setVersion(version ?? null, sha);
    },
  };
}

function postComment(world: World, body: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  // A browser always says where a form came from; nothing else needs this door.
  if (incoming.headers.origin === undefined) return sendJson(outgoing, 403, { error: "Only from the page." });
  const form = new URLSearchParams(body);
  const [owner = "", name = ""] = (form.get("repository") ?? "").split("/");
  const repository = findRepository(world, owner, name);
  const issue = repository?.issues.get(Number(form.get("number")));
  const by = form.get("by") ?? "";
  const text = (form.get("body") ?? "").replaceAll("\r\n", "\n").trim();
  const known = world.accounts.get(by.toLowerCase());
  if (!repository || !issue || known?.type !== "User" || text === "" || text.length > COMMENT_MAXIMUM) {
    return sendJson(outgoing, 422, { error: "A comment needs an issue, a person and a text." });
  }
  const comment = addComment(world, repository, issue, text, { account: accountOf(world, by), app: null });
  const page = new URL(issuePage(world, repository, issue)).pathname;
  outgoing.writeHead(303, { location: `${page}#issuecomment-${comment.id}` }).end();
}

function sendJson(outgoing: ServerResponse, status: number, value: unknown): void {
  outgoing.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
  });
  outgoing.end(JSON.stringify(value));
}
