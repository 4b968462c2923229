/** Waybill installed as docs/install.md says, and what can be done to it so that the doctor has something to find. */
import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach } from "vitest";
import type { Check, CheckStatus } from "../../src/cli/doctor/check.ts";
import { examine } from "../../src/cli/doctor/examine.ts";
import { readManifest } from "../../src/cli/doctor/manifest.ts";
import { startStory, type Story } from "../support/story.ts";

export const MIB = 1_048_576;

export interface Installed {
  readonly story: Story;
  /** The environment of the server, as the doctor is given it. */
  readonly env: Record<string, string>;
  readonly folder: string;
  /** What is stopped at the end. */
  readonly closing: (() => unknown)[];
  freeBytes: number;
  installation: number | null;
  ping: boolean;
}

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A server and GitHub as docs/install.md says: the App as in app.yml, one delivery behind it. Whoever opens it ends it. */
export async function openStory(): Promise<Story> {
  const story = await startStory();
  const { permissions, events } = readManifest();
  story.sandbox.setApp({ permissions: { ...permissions }, events });
  story.shop.commit({ message: "docs: a word", author: "ana", files: { "README.md": "# The shop\n" } });
  await story.settle();
  return story;
}

/** Waybill in order, its key in a file of the operator's own. @param shared a story that the test leaves as it is */
export async function install(shared?: Story): Promise<Installed> {
  const story = shared ?? (await openStory());
  const folder = mkdtempSync(join(tmpdir(), "waybill-doctor-"));
  const { PRIVATE_KEY = "", ...rest } = story.environment;
  const PRIVATE_KEY_PATH = join(folder, "app.pem");
  writeFileSync(PRIVATE_KEY_PATH, PRIVATE_KEY, { mode: 0o600 });
  const closing: (() => unknown)[] = [];
  ends.push(async () => {
    for (const close of closing) await close();
    if (shared === undefined) await story.end();
    rmSync(folder, { recursive: true, force: true });
  });
  const env = { ...rest, PRIVATE_KEY_PATH, PORT: new URL(story.waybillUrl).port };
  return { story, env, folder, closing, freeBytes: 5_000 * MIB, installation: null, ping: false };
}

export function examined({
  env,
  folder,
  freeBytes,
  installation,
  ping,
}: Installed): Promise<readonly Check[]> {
  return examine({ env, cwd: folder, installation, ping, freeSpace: () => Promise.resolve(freeBytes) });
}

/** All checks that are not `ok`, by name. An installation's number is the stand-in's business. */
export function notOk(checks: readonly Check[]): Record<string, CheckStatus> {
  const entries = checks.filter(({ status }) => status !== "ok");
  return Object.fromEntries(entries.map(({ check, status }) => [check.replace(/ \d+$/, ""), status]));
}

export function rsa(modulusLength: number): string {
  return generateKeyPairSync("rsa", { modulusLength })
    .privateKey.export({ type: "pkcs1", format: "pem" })
    .toString();
}

/** A server of some other kind, in place of GitHub or of Waybill. Answers its host with port. */
export async function elsewhere({ closing }: Installed, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  closing.push(
    () => server.closeAllConnections(),
    () => new Promise((resolve) => void server.close(resolve)),
  );
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A port at which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

export function databaseOf({ env }: Installed): string {
  return (env["DATABASE_URL"] ?? "").replace("sqlite:", "");
}

/** A copy of the server's database, after the server has stopped; the doctor is pointed at it. */
export async function ownDatabase(
  installed: Installed,
  change: (database: DatabaseSync) => void,
): Promise<void> {
  const path = join(installed.folder, "copy.db");
  const source = databaseOf(installed);
  const database = new DatabaseSync(source);
  database.exec(`vacuum into '${path}'`);
  database.close();
  chmodSync(path, 0o600);
  const copy = new DatabaseSync(path);
  change(copy);
  copy.close();
  installed.env["DATABASE_URL"] = `sqlite:${path}`;
}

/** A repository whose config has an environment with these gates. */
export function withGates(installed: Installed, gates: object): Promise<void> {
  return withLane(installed, { plans: [{ environment: { gates } }] });
}

/** A repository whose lane has this in it. */
export function withLane(installed: Installed, lane: object): Promise<void> {
  const state = JSON.stringify(lane);
  const into = "insert or replace into lane (installation, repository, environment, rev, state)";
  return ownDatabase(installed, (database) =>
    database.prepare(`${into} values (?, ?, '', 1, ?)`).run(4_711, 12, state),
  );
}

/** The App's webhook with something changed. */
export function hookWith(installed: Installed, change: Record<string, unknown>): void {
  const { story, env } = installed;
  const url = `${story.waybillUrl}/api/github/webhooks`;
  story.sandbox.setWebhook({ url, secret: env["WEBHOOK_SECRET"] ?? "", ...change });
}

/** A delivery that goes the way the App's webhook leads now. */
export async function deliver({ story }: Installed): Promise<void> {
  story.shop.commit({ message: "docs: another word", author: "ana", files: { "README.md": "# Our shop\n" } });
  await story.sandbox.settled();
}

/** Answers every delivery with this status. */
export async function deliverTo(installed: Installed, status: number): Promise<void> {
  const host = await elsewhere(installed, (request, response) => {
    request.resume();
    request.on("end", () => response.writeHead(status).end());
  });
  hookWith(installed, { url: `http://${host}/api/github/webhooks` });
  await deliver(installed);
}

export const WITHOUT_GITHUB = {
  clock: "unknown",
  app: "unknown",
  permissions: "unknown",
  events: "unknown",
  hook: "unknown",
  installations: "unknown",
  deliveries: "unknown",
} as const;
export const WITHOUT_APP = { ...WITHOUT_GITHUB, clock: undefined };

export interface Defect {
  readonly name: string;
  readonly plant: (installed: Installed) => unknown;
  /** Whether it spoils the server too, not only what the doctor is given. */
  readonly spoilsServer?: true;
  /** The checks that are not `ok` any more: the one that turns red, and those that cannot be made without it. */
  readonly turns: Readonly<Record<string, CheckStatus | undefined>>;
  /** What its line says, with the mend. */
  readonly says: RegExp;
}

export const set =
  (variable: string, value: string) =>
  ({ env }: Installed) =>
    void (env[variable] = value);
