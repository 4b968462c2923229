import { createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import type { SandboxClock } from "./clock.ts";
import type { FaultBox } from "./faults.ts";
import type { Ids } from "./ids.ts";
import type { RateLimiter } from "./limits.ts";
import type { RecordBook } from "./record.ts";
import type {
  Account,
  AccountType,
  App,
  Installation,
  PermissionLevel,
  Permissions,
  Repository,
  Role,
  Team,
  Token,
} from "./state.ts";
import { fullName } from "./state.ts";
import type { Deliveries } from "./webhooks/deliveries.ts";

/** Permissions of the App, the list of GITHUB.md ("Permissions"). */
export const APP_PERMISSIONS: Permissions = {
  actions: "write",
  checks: "write",
  contents: "write",
  deployments: "write",
  issues: "write",
  members: "read",
  metadata: "read",
  pull_requests: "write",
  statuses: "read",
};

/** Events that the App subscribes to. `installation` and its like are sent without a subscription. */
export const APP_EVENTS: readonly string[] = [
  "check_run",
  "create",
  "delete",
  "deployment",
  "deployment_status",
  "issue_comment",
  "issues",
  "pull_request",
  "push",
  "release",
  "repository",
  "workflow_dispatch",
  "workflow_run",
];

/** The account that GitHub's own workflow token acts as. Source: https://api.github.com/users/github-actions[bot] */
const ACTIONS_BOT_ID = 41_898_282;
const ACTIONS_APP_ID = 15_368;

/** All state of the stand-in, and the few services that everything needs. */
export interface World {
  clock: SandboxClock;
  ids: Ids;
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  url: string;
  accounts: Map<string, Account>;
  /** Accounts by the addresses that they commit with, in lower case. */
  emails: Map<string, Account>;
  /** Ids of people who are only known from imported histories. */
  pastAuthors: Set<number>;
  app: App;
  appPrivateKeyPem: string;
  appBot: Account;
  actionsApp: App;
  actionsBot: Account;
  installations: Map<number, Installation>;
  /** By organization's id and slug. */
  teams: Map<string, Team>;
  repositories: Map<number, Repository>;
  /** Names that repositories had before (`owner/name`, lower case), to their ids. */
  redirects: Map<string, number>;
  /** Repositories that are gone; their deployed systems may still be up. */
  deleted: Repository[];
  tokens: Map<string, Token>;
  limiter: RateLimiter;
  deliveries: Deliveries;
  record: RecordBook;
  /** Whether the record keeps what was answered, too. */
  recordsAnswers: boolean;
  faults: FaultBox;
  legacyDispatch: boolean;
  /** The version of an Enterprise Server that this behaves like (`3.17.3`); null for github.com. */
  ghes: string | null;
  runnerDelayMs: number;
  /** Work under way that `settled` waits for. */
  busy: Set<Promise<unknown>>;
  /** Of that work, how much hangs until it is told. */
  parked: number;
  /** What waits for a time of the stand-in's clock. */
  waits: Set<{ at: number; over(): void }>;
  /** Whether anything of it listens on a socket. */
  listens: boolean;
  /** Ends when the stand-in closes. */
  closing: AbortSignal;
  /** Told to the watch page: something changed. */
  changed(): void;
}

/** Keys and identity of the App. Its private key is made here unless the caller keeps it and hands in the public one. */
export interface AppIdentity {
  id: number;
  publicKeyPem: string | undefined;
}

/** Adds accounts, the App and GitHub's own Actions app to an otherwise empty world. */
export function makeApps(
  identity: AppIdentity,
  now: number,
  ids: Ids,
): Pick<World, "app" | "appPrivateKeyPem" | "appBot" | "actionsApp" | "actionsBot"> {
  const pair =
    identity.publicKeyPem === undefined ? generateKeyPairSync("rsa", { modulusLength: 2048 }) : null;
  const publicKey = pair?.publicKey ?? createPublicKey(identity.publicKeyPem ?? "");
  // GitHub hands out PKCS#1 ("BEGIN RSA PRIVATE KEY").
  const privateKeyPem = pair?.privateKey.export({ type: "pkcs1", format: "pem" }).toString() ?? "";
  const account = (id: number, login: string, type: AccountType): Account => {
    return { id, login, type, name: null, email: null, createdAt: now };
  };
  const owner = account(ids.next("account"), "waybill-makers", "Organization");
  const github = account(9919, "github", "Organization");
  const app = { publicKey, createdAt: now };
  return {
    appPrivateKeyPem: privateKeyPem,
    app: {
      ...app,
      id: identity.id,
      slug: "waybill",
      name: "Waybill",
      clientId: `Iv23li${randomBytes(7).toString("hex")}`,
      owner,
      permissions: { ...APP_PERMISSIONS },
      events: [...APP_EVENTS],
    },
    appBot: account(ids.next("account"), "waybill[bot]", "Bot"),
    actionsApp: {
      ...app,
      id: ACTIONS_APP_ID,
      slug: "github-actions",
      name: "GitHub Actions",
      clientId: "Iv1.05c79e9ad1f6bdfa",
      owner: github,
      permissions: {},
      events: [],
    },
    actionsBot: account(ACTIONS_BOT_ID, "github-actions[bot]", "Bot"),
  };
}

/** The account of this login, made if there is none. Logins are compared without case, as GitHub does. */
export function accountOf(
  world: World,
  login: string,
  options: { id?: number; type?: AccountType; name?: string } = {},
): Account {
  const key = login.toLowerCase();
  const known = world.accounts.get(key);
  if (known) return known;
  const type = options.type ?? (login.endsWith("[bot]") ? "Bot" : "User");
  const account: Account = {
    id: options.id ?? world.ids.next("account"),
    login,
    type,
    name: options.name ?? null,
    email: type === "User" ? `${key}@users.noreply.sandbox.example` : null,
    createdAt: world.clock.now(),
  };
  world.accounts.set(key, account);
  if (account.email !== null) world.emails.set(account.email, account);
  return account;
}

/** The repository `owner/name`, or null. */
export function findRepository(world: World, owner: string, name: string): Repository | null {
  const wanted = `${owner}/${name}`.toLowerCase();
  for (const repository of world.repositories.values()) {
    if (fullName(repository).toLowerCase() === wanted) return repository;
  }
  return null;
}

/** The repository that had this name before and was renamed or transferred, or null. */
export function movedRepository(world: World, owner: string, name: string): Repository | null {
  const id = world.redirects.get(`${owner}/${name}`.toLowerCase());
  return id === undefined ? null : (world.repositories.get(id) ?? null);
}

/** The installation that reaches a repository, or null. */
export function installationOf(world: World, repository: Repository): Installation | null {
  for (const installation of world.installations.values()) {
    if (installation.repositories.has(repository.id)) return installation;
  }
  return null;
}

/** A person's role: the highest of their own, of their custom role's base, and of their teams'; the account's owner is an admin. */
export function roleOf(repository: Repository, account: Account): Role {
  if (account.id === repository.owner.id) return "admin";
  let highest = repository.collaborators.get(account.id) ?? "none";
  const custom = repository.customRoles.get(account.id)?.base ?? "none";
  if (roleAtLeast(custom, highest)) highest = custom;
  for (const [team, role] of repository.teams) {
    if (team.members.has(account.id) && roleAtLeast(role, highest)) highest = role;
  }
  return highest;
}

/** What `role_name` says: a custom role by its own name. */
export function roleNameOf(repository: Repository, account: Account): string {
  return repository.customRoles.get(account.id)?.name ?? roleOf(repository, account);
}

const RANK: Record<Role, number> = { none: 0, read: 1, triage: 2, write: 3, maintain: 4, admin: 5 };

/** Whether a role reaches at least another. */
export function roleAtLeast(role: Role, least: Role): boolean {
  return RANK[role] >= RANK[least];
}

const LEVELS: Record<PermissionLevel, number> = { read: 1, write: 2, admin: 3 };

/** Whether a granted permission reaches at least a level. */
export function permissionAtLeast(granted: PermissionLevel | undefined, least: PermissionLevel): boolean {
  return granted !== undefined && LEVELS[granted] >= LEVELS[least];
}

/** Keeps a promise among those that `settled` waits for. Its failure is a bug of the stand-in, so it is not swallowed. */
export function track(world: World, work: Promise<unknown>): void {
  world.busy.add(work);
  // Without a catch: a failure ends the process by Node's rule for rejections that nobody handles.
  void work.finally(() => world.busy.delete(work));
}

/** Rests for real milliseconds; ends early when the stand-in closes. */
export function pause(world: World, milliseconds: number): Promise<void> {
  if (world.closing.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      world.closing.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    world.closing.addEventListener("abort", done);
  });
}

/** How often a wait looks at the clock, in real milliseconds: nobody says when it was moved. */
const LOOK_EVERY_MS = 20;

/** Waits for a time of the stand-in's clock, or until the stand-in closes. */
export async function waitUntil(world: World, at: number): Promise<void> {
  const over = Promise.withResolvers<void>();
  const wait = { at, over: over.resolve };
  world.waits.add(wait);
  while (world.clock.now() < at && !world.closing.aborted) {
    await Promise.race([pause(world, LOOK_EVERY_MS), over.promise]);
  }
  world.waits.delete(wait);
}
