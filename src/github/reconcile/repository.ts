/** One repository as GitHub shows it, against what its lane knows: lost merges, tags, commands and runs. */
import type { WaybillEvent } from "../../core/events.ts";
import type { CommitSha } from "../../core/ids.ts";
import type { RepositoryKey, Look } from "../../core/ports.ts";
import type { RepositoryLane } from "../../core/repository.ts";
import type { RepositoryClient } from "../client.ts";
import { defaultTip, readConfigAt } from "../config.ts";
import { headOf } from "../history.ts";
import { push } from "../webhooks/push.ts";
import type { AddressedEvent, WebhookContext } from "../webhooks/webhook.ts";
import { lostCommands, type CommentsSeen } from "./comments.ts";
import { lostHotfixNews } from "./hotfixes.ts";
import type { ReconcilerOptions } from "./index.ts";
import { runsOfOthers, type OthersSeen } from "./out-of-band.ts";
import { strayRuns } from "./runs.ts";
import { isAtWork, type Scene } from "./scene.ts";
import { lookAtTags, type TagsSeen } from "./tags.ts";

/** What is remembered of a repository. At the first look everything that is there already is taken as told. */
export interface RepositorySeen {
  readonly config: "none" | "broken" | "found";
  /** The default branch's tip: while it stays, the config does. */
  readonly configHead: string | null;
  /** Of the config when it was last whole. */
  readonly branch: string | null;
  readonly pattern: string | null;
  readonly head: string | null;
  readonly tags: TagsSeen | null;
  readonly comments: CommentsSeen | null;
  /** The blob of the owner's defaults; null for none, absent in what an earlier Waybill remembered. */
  readonly defaults?: string | null;
  /** Runs and deployments of others; absent in what an earlier Waybill remembered. */
  readonly others?: OthersSeen | null;
}

const NOTHING_SEEN: RepositorySeen = {
  config: "none",
  configHead: null,
  branch: null,
  pattern: null,
  head: null,
  tags: null,
  comments: null,
};

export async function lookAtRepository(
  options: ReconcilerOptions,
  key: RepositoryKey,
  memory: unknown,
): Promise<Look> {
  const reached = await options.github.forRepository(key.installation, key.repository, true);
  const tip = await defaultTip(reached, reached.defaultBranch);
  const client = tip === null ? reached : { ...reached, defaultBranch: tip.branch };
  const scene = {
    client,
    context: contextOf(options, client),
    lane: await options.lanes.repository(key.installation, key.repository),
  };
  const seen = memory as RepositorySeen | null;
  const now = await readNow(client, seen, tip?.sha ?? null);
  const { events, next } = await compared(scene, seen, now);
  return {
    events: events.map(({ environment, ...event }) => ({ lane: { ...key, environment }, ...event })),
    memory: next,
    found: [],
    idle: now.config === "none",
  };
}

function contextOf({ lanes, now, github }: ReconcilerOptions, client: RepositoryClient): WebhookContext {
  const { installation, repository, defaultBranch } = client;
  const forgetDefaults = (): void => github.forgetDefaults(installation);
  const about = { defaultBranch, lanes, installation, repository, now, forgetDefaults };
  return { connect: () => Promise.resolve(client), ...about };
}

type Now = Pick<RepositorySeen, "config" | "configHead" | "branch" | "pattern" | "head" | "defaults">;

/** The config and the branches as they are now; of the config nothing is read again while the branch that it is on stays where it is. */
async function readNow(
  client: RepositoryClient,
  seen: RepositorySeen | null,
  configHead: CommitSha | null,
): Promise<Now> {
  if (configHead === null) return { ...NOTHING_SEEN };
  // A repository without a config has none to lay them under.
  const isKnown =
    seen?.configHead === configHead && (seen.config === "none" || !(await hasOtherDefaults(client, seen)));
  const { config, branch, pattern } = isKnown
    ? seen
    : await configNow(client, seen ?? NOTHING_SEEN, configHead);
  const defaults = config === "none" ? null : ((await client.defaults())?.blob ?? null);
  const about = { config, configHead, branch, pattern, defaults };
  if (config !== "found" || branch === null) return { ...about, head: seen?.head ?? null };
  const head = branch === client.defaultBranch ? configHead : await headOf(client, branch);
  return { ...about, head };
}

/** Whether the owner's defaults are others than those that were seen; what an earlier Waybill has seen knew of none. */
async function hasOtherDefaults(
  client: RepositoryClient,
  { defaults: before = null }: Pick<RepositorySeen, "defaults">,
): Promise<boolean> {
  return ((await client.defaults())?.blob ?? null) !== before;
}

async function configNow(
  client: RepositoryClient,
  seen: RepositorySeen,
  configHead: CommitSha,
): Promise<Pick<RepositorySeen, "config" | "branch" | "pattern">> {
  const facts = await readConfigAt(client, client.defaultBranch, configHead);
  if (facts.kind !== "found") return { config: facts.kind, branch: seen.branch, pattern: seen.pattern };
  return { config: "found", branch: facts.branch, pattern: facts.config.release.tag };
}

interface Compared {
  readonly events: readonly AddressedEvent[];
  readonly next: RepositorySeen;
}

async function compared(scene: Scene, seen: RepositorySeen | null, now: Now): Promise<Compared> {
  if (now.config === "none") {
    const isNews = (scene.lane?.brokenConfig ?? null) !== null;
    const gone = isNews ? await pushed(scene, `refs/heads/${scene.client.defaultBranch}`) : [];
    return { events: gone, next: { ...NOTHING_SEEN, configHead: now.configHead } };
  }
  const commands = await lostCommands(scene, seen?.comments ?? null);
  if (now.config === "broken" || now.pattern === null) {
    const broken = isBrokenAnew(scene, seen, now)
      ? await pushed(scene, `refs/heads/${scene.client.defaultBranch}`)
      : [];
    const next = { ...now, tags: seen?.tags ?? null, comments: commands.seen, others: seen?.others ?? null };
    return { events: [...broken, ...commands.events], next };
  }
  const known = seen?.pattern === now.pattern ? seen.tags : null;
  const tags = await lookAtTags(scene, now.pattern, now.head, known);
  const released = await eventsOfTags(scene, tags.lost);
  const isMoved =
    tags.lost.length > 0 || isHeadLost(scene.lane, seen, now.head) || areDefaultsOthers(seen, now);
  const moved = isMoved ? await pushed(scene, `refs/heads/${now.branch}`) : [];
  const hotfixes = await lostHotfixNews(scene);
  const runs = await strayRuns(scene);
  const others = await runsOfOthers(scene, seen?.others ?? null);
  return {
    // Releases before commands: what a person asked for may be the release that nobody had heard of.
    events: [...released, ...moved, ...hotfixes, ...commands.events, ...runs, ...others.events],
    next: { ...now, tags: tags.seen, comments: commands.seen, others: others.seen },
  };
}

/**
 * Tags as their pushes would have told them, the highest version first: so only that one goes on to environments that take what is newest.
 * The branch is told once, after them: told in between, its notice would be taken over by an older release.
 */
async function eventsOfTags(scene: Scene, tags: readonly string[]): Promise<AddressedEvent[]> {
  const events: AddressedEvent[] = [];
  for (const tag of tags) events.push(...(await pushed(scene, `refs/tags/${tag}`)));
  return events.filter(({ event }) => !isAboutBranch(event));
}

function isAboutBranch({ type }: WaybillEvent): boolean {
  return type === "BranchMoved";
}

async function pushed({ context }: Scene, ref: string): Promise<readonly AddressedEvent[]> {
  return push({ ref, deleted: false }, context);
}

/** A head that was not there at the last look and that no webhook has told. At the first look only what a lane shows to be newer counts. */
function isHeadLost(lane: RepositoryLane | null, seen: RepositorySeen | null, head: string | null): boolean {
  if (head === null || isKnownHead(lane, head)) return false;
  return seen === null ? isAtWork(lane) : seen.head !== head;
}

function isKnownHead(lane: RepositoryLane | null, head: string): boolean {
  if (lane === null) return false;
  if (lane.upcoming !== null) return lane.upcoming.head === head;
  return lane.releases.some(({ sha }) => sha === head);
}

/** They may change what the config means without a push here. */
function areDefaultsOthers(seen: RepositorySeen | null, { defaults }: Now): boolean {
  return seen !== null && (seen.defaults ?? null) !== (defaults ?? null);
}

function isBrokenAnew({ lane }: Scene, seen: RepositorySeen | null, now: Now): boolean {
  const { configHead } = now;
  if (areDefaultsOthers(seen, now)) return true;
  const isNew = seen === null ? isAtWork(lane) : seen.configHead !== configHead;
  return isNew && lane?.said.includes(`config-${configHead ?? ""}`) !== true;
}
