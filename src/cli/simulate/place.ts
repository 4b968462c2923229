/**
 * Where a simulated webhook comes from: a stand-in for GitHub in this process, with a repository that is made of the payload and of a clone, or of a config.
 * What the payload tells of (who commented, what was pushed, which pull request) is there, too, since Waybill believes GitHub and not the payload.
 */
import { startSandbox, type Sandbox, type SandboxRepository } from "../../sandbox/index.ts";
import type { Role } from "../../core/config/index.ts";
import { readManifest } from "../doctor/manifest.ts";
import { isObject, type Json, type SimulatedWebhook } from "./payload.ts";

export interface PlaceOptions {
  /** A local clone; null for a repository that has nothing but a config. */
  readonly clone: string | null;
  /** The text of `.github/waybill.yml` in place of the clone's; null for that. */
  readonly config: string | null;
  /** The repository role of whoever sent it. */
  readonly role: Role | "read";
}

export interface Place {
  readonly sandbox: Sandbox;
  readonly shop: SandboxRepository;
  /** By the payload, in epoch milliseconds. */
  readonly at: number;
  /** Who sent it, and what they may do there: whoever owns the repository may do everything. */
  readonly sender: { readonly login: string; readonly role: Role | "read" };
  /** What GitHub had told before: that the default branch was pushed. */
  readonly before: SimulatedWebhook;
  /** Has happen what the payload tells of; answers the webhook as the stand-in would send it, with its own numbers. */
  readonly happen: () => Promise<SimulatedWebhook>;
}

const NAMED = /^[A-Za-z0-9-]{1,39}\/[\w.-]{1,100}$/;
const LOGIN = /^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/;
const BRANCH = /^refs\/heads\/([\w./-]{1,200})$/;
const TAG = /^refs\/tags\/([\w./+@-]{1,200})$/;
/** So many commits of a push are written down at most, the newest ones. */
const MOST_COMMITS = 100;
const MOST_OF_NUMBERS = 1_000_000_000;

/** Makes the place. @throws CloneUnreadable */
export async function makePlace(webhook: SimulatedWebhook, options: PlaceOptions): Promise<Place> {
  const { payload } = webhook;
  const at = timeOf(payload) ?? Date.now();
  const clock = { now: () => at, advance: () => {} };
  const sandbox = await startSandbox({ runnerDelayMs: 0, grants: readManifest(), clock });
  try {
    const shop = await openShop(sandbox, payload, options);
    const login = personOf(sandbox, payload["sender"]);
    const isOwner = shop.fullName.startsWith(`${login}/`);
    const sender = { login, role: isOwner ? "admin" : options.role } as const;
    const happen = async (): Promise<SimulatedWebhook> => ({
      name: webhook.name,
      payload: await tellOf(sandbox, shop, webhook),
    });
    return { sandbox, shop, at, sender, before: pushOf(shop), happen };
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

function pushOf(shop: SandboxRepository): SimulatedWebhook {
  const { id, fullName, defaultBranch } = shop;
  const repository = { id, full_name: fullName, default_branch: defaultBranch };
  const payload = { ref: `refs/heads/${defaultBranch}`, repository, installation: { id: shop.install() } };
  return { name: "push", payload };
}

async function openShop(
  sandbox: Sandbox,
  payload: Json,
  { clone, config, role }: PlaceOptions,
): Promise<SandboxRepository> {
  const sender = personOf(sandbox, payload["sender"]);
  const author = personOf(sandbox, member(payload, "comment", "user"));
  const roles = role === "read" ? {} : Object.fromEntries([sender, author].map((login) => [login, role]));
  const files = config === null ? {} : { files: { ".github/waybill.yml": config } };
  const given = { ...files, collaborators: roles, install: true };
  const fullName = text(payload, "repository", "full_name");
  const name = NAMED.test(fullName) ? fullName : "acme/shop";
  if (clone !== null)
    return sandbox.importClone(name, clone, { ...given, message: "chore: the config that is tried" });
  const branch = text(payload, "repository", "default_branch");
  const defaultBranch = BRANCH.test(`refs/heads/${branch}`) ? { defaultBranch: branch } : {};
  return sandbox.repository(name, { ...given, ...defaultBranch });
}

/** Somebody of the payload, with the number that the config may list. */
function personOf(sandbox: Sandbox, person: unknown): string {
  const { login, id, type } = isObject(person) ? person : {};
  const name = typeof login === "string" && LOGIN.test(login) ? login : "octavia";
  const number = isNumber(id) ? { id } : {};
  return sandbox.user(name, { ...number, type: type === "Bot" ? "Bot" : "User" }).login;
}

/** Has happen what the payload tells of; answers the payload with the stand-in's numbers. */
async function tellOf(sandbox: Sandbox, shop: SandboxRepository, webhook: SimulatedWebhook): Promise<Json> {
  const { name, payload } = webhook;
  const known = payload["repository"];
  const repository = isObject(known)
    ? { ...known, id: shop.id, full_name: shop.fullName, default_branch: shop.defaultBranch }
    : known;
  const installation = { ...(payload["installation"] as object | undefined), id: shop.install() };
  const own: Json = {
    ...payload,
    ...("repository" in payload ? { repository } : {}),
    ...("installation" in payload || "repository" in payload ? { installation } : {}),
  };
  // The default branch may have another name in the clone.
  const branch = text(payload, "repository", "default_branch");
  const told = withBranch(own, branch, shop.defaultBranch);
  if (name === "issue_comment") return withComment(shop, told);
  if (name === "push") tellOfPush(shop, told);
  if (name === "pull_request") tellOfPull(shop, told);
  await sandbox.settled();
  return told;
}

/** A push to the branch, or a pull request for it, by its name here. */
function withBranch(payload: Json, branch: string, name: string): Json {
  const { ref, pull_request: pull } = payload;
  if (ref === `refs/heads/${branch}`) return { ...payload, ref: `refs/heads/${name}` };
  if (!isObject(pull) || !isObject(pull["base"]) || pull["base"]["ref"] !== branch) return payload;
  return { ...payload, pull_request: { ...pull, base: { ...pull["base"], ref: name } } };
}

function withComment(shop: SandboxRepository, payload: Json): Json {
  const { issue, comment } = payload;
  if (!isObject(issue) || !isObject(comment)) return payload;
  const number = issueNumbered(shop, issue["number"], text(payload, "issue", "title"));
  const by = text(payload, "comment", "user", "login");
  const id = shop.comment(number, text(payload, "comment", "body"), LOGIN.test(by) ? by : "octavia");
  return { ...payload, issue: { ...issue, number }, comment: { ...comment, id } };
}

/** An issue of this number, where that is one. */
function issueNumbered(shop: SandboxRepository, number: unknown, title: string): number {
  if (isNumber(number)) shop.numberFrom(number);
  return shop.openIssue({ title: title === "" ? "An issue" : title });
}

/** What was pushed, where the clone does not have it. */
function tellOfPush(shop: SandboxRepository, payload: Json): void {
  const ref = text(payload, "ref");
  const after = text(payload, "after");
  if (payload["deleted"] === true || (after !== "" && shop.sha(after) !== null)) return;
  const [branch, tag] = [BRANCH.exec(ref)?.[1], TAG.exec(ref)?.[1]];
  const commits = Array.isArray(payload["commits"]) ? (payload["commits"] as unknown[]) : [];
  if (branch !== undefined)
    for (const [index, commit] of commits.slice(-MOST_COMMITS).entries())
      if (isObject(commit) && typeof commit["message"] === "string")
        shop.commit({
          message: commit["message"],
          branch,
          files: { [`pushed/${index}.txt`]: `${String(commit["id"])}\n` },
        });
  if (tag !== undefined && shop.sha(tag) === null) shop.tag(tag);
}

function tellOfPull(shop: SandboxRepository, payload: Json): void {
  const { pull_request: pull, number } = payload;
  if (!isObject(pull)) return;
  if (isNumber(number)) shop.numberFrom(number);
  const title = text(payload, "pull_request", "title");
  const body = text(payload, "pull_request", "body");
  const opened = shop.openPullRequest({ title: title === "" ? "A pull request" : title, body });
  if (pull["merged"] === true) shop.mergePullRequest(opened, { method: "squash" });
}

/** When it happened: the newest moment that the payload names of its subject. */
function timeOf(payload: Json): number | null {
  const named = [
    text(payload, "comment", "created_at"),
    text(payload, "head_commit", "timestamp"),
    text(payload, "workflow_run", "updated_at"),
    text(payload, "pull_request", "updated_at"),
  ];
  const times = named.map((one) => Date.parse(one)).filter((one) => !Number.isNaN(one));
  return times.length === 0 ? null : Math.max(...times);
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0 && (value as number) < MOST_OF_NUMBERS;
}

function member(payload: Json, ...path: readonly string[]): unknown {
  let value: unknown = payload;
  for (const name of path) value = isObject(value) ? value[name] : undefined;
  return value;
}

/** The text at a place of the payload; empty where there is none. */
function text(payload: Json, ...path: readonly string[]): string {
  const value = member(payload, ...path);
  return typeof value === "string" ? value : "";
}
