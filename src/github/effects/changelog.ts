/**
 * Keeping `CHANGELOG.md` up to date by one pull request. All is worked out anew from what GitHub shows: the file on the release branch, the pull request's
 * branch, the releases. So it may be done again at any time, and what people have written meanwhile is met where it stands.
 */
import semver from "semver";
import { withBlock } from "../../core/block.ts";
import { sectionOf, versionsIn, withSections, type NewSection } from "../../core/changelog/file.ts";
import { CHANGELOG_BRANCH, type ChangelogKept } from "../../core/changelog/keeping.ts";
import { commitSha, type CommitSha } from "../../core/ids.ts";
import { tagOfVersion } from "../../core/notes/index.ts";
import type { Problem } from "../../core/problem.ts";
import { isOvertaken, writeBranch } from "../changelog/branch.ts";
import { fileAtCommit, LARGEST_MEGABYTES, type StandingFile } from "../changelog/file.ts";
import { sectionOfRelease } from "../changelog/sections.ts";
import type { RepositoryClient } from "../client.ts";
import { readConfig, type FoundConfig } from "../config.ts";
import { webUrl } from "../addresses.ts";
import { headOf } from "../history.ts";
import { place, type EffectContext, type Performer } from "./effect.ts";

type Keep = Parameters<typeof keepChangelog>[1];
type Pull = Awaited<ReturnType<RepositoryClient["octokit"]["rest"]["pulls"]["list"]>>["data"][number];
type Fit = Exclude<StandingFile, { kind: "unfit" }>;

/** A refusal stands for days: it is believed when it was said for some seconds. */
const BELIEVED_AFTER_MS = 5_000;
const PULLS_SEEN = 30;
/** Ours at its beginning: a title that people have changed is theirs. */
const OWN_TITLE = /^chore\(changelog\): add /;

export const keepChangelog: Performer<"keepChangelog"> = async (context, effect) => {
  const kept = await keep(context, effect);
  return [{ type: "ChangelogKept", at: context.clock.now(), path: effect.path, ...kept }];
};

type Kept = Omit<ChangelogKept, "type" | "at" | "path">;
const NOTHING: Kept = { written: [], declined: [], proposed: null };

/** What stands at GitHub. */
interface Scene {
  readonly base: CommitSha;
  readonly file: Fit;
  readonly open: Pull | null;
  /** The branch's head with its file; null where there is no branch, or nothing fit on it. */
  readonly tip: CommitSha | null;
  readonly branch: Fit | null;
}

async function keep(context: EffectContext, effect: Keep): Promise<Kept> {
  const { client } = context;
  const { path, releases } = effect;
  const [base, config] = [await headOf(client, effect.branch), await configOf(client, path)];
  // Without a branch or a config that asks for it there is nothing to do now; what comes next is looked at then.
  if (base === null || config === null) return NOTHING;
  const file = await fileAtCommit(client, base, path);
  if (file.kind === "unfit") return { ...NOTHING, problem: unfit(path, file.why) };
  const there = new Set(versionsIn(textOf(file)));
  const written = releases.flatMap(({ version }) => (there.has(version) ? [version] : []));
  if (written.length === releases.length) return { ...NOTHING, written };
  const pulls = await pullsOf(client, effect);
  const open = pulls.find(({ state }) => state === "open") ?? null;
  const tip = await headOf(client, CHANGELOG_BRANCH);
  const branch = tip === null ? null : await fileAtCommit(client, tip, path);
  const scene: Scene = { base, file, open, tip, branch: branch?.kind === "unfit" ? null : branch };
  const unwanted = await unwantedVersions(client, pulls, scene, effect);
  const wanted = releases.filter(({ version }) => !there.has(version) && !unwanted.has(version));
  const source = { ...context, config, unreleased: effect.unreleased, hotfixes: effect.hotfixes };
  const sections = keptSections(scene, there);
  const missing = wanted.filter(({ version }) => sections.every((one) => one.version !== version));
  for (const release of missing) {
    const section = await sectionOfRelease(source, release);
    if (section === null) unwanted.add(release.version);
    else sections.push(section);
  }
  const declined = releases.flatMap(({ version }) =>
    !there.has(version) && unwanted.has(version) ? [version] : [],
  );
  const done = { written, declined };
  if (sections.length === 0) return { ...done, proposed: null };
  return { ...done, ...(await propose(context, { ...effect, config }, scene, sections)) };
}

/** The config, as long as it asks for this very file. */
async function configOf(client: RepositoryClient, path: string): Promise<FoundConfig | null> {
  const config = await readConfig(client, client.defaultBranch);
  return config.kind === "found" && config.config.release.changelog === path ? config : null;
}

function textOf(file: Fit): string {
  return file.kind === "file" ? file.text : "";
}

/** What stands on the branch of an open pull request, and not on the release branch: as people may have left it. */
function keptSections({ open, branch }: Scene, there: ReadonlySet<string>): NewSection[] {
  if (open === null || branch === null) return [];
  const text = textOf(branch);
  return versionsIn(text)
    .filter((version) => !there.has(version))
    .map((version) => ({ version, text: sectionOf(text, version) ?? "" }));
}

/** What people have taken out of the pull request that was last seen, or have closed it with. */
async function unwantedVersions(
  client: RepositoryClient,
  pulls: readonly Pull[],
  { open, branch }: Scene,
  { proposed, path }: Keep,
): Promise<Set<string>> {
  const { pull = null, versions = [] } = proposed ?? {};
  if (open === null) {
    // A list may lag behind: only a pull request that it shows as closed is over.
    const isOver = pulls.some(({ number }) => number === pull);
    return new Set([...(isOver ? versions : []), ...(await closedVersions(client, pulls, path))]);
  }
  if (open.number !== pull || branch === null) return new Set();
  const standing = new Set(versionsIn(textOf(branch)));
  return new Set(versions.filter((version) => !standing.has(version)));
}

/** Versions of a pull request that was closed without having been merged, since the last one that was: also where nobody heard of its opening. */
async function closedVersions(
  client: RepositoryClient,
  pulls: readonly Pull[],
  path: string,
): Promise<Set<string>> {
  const merged = pulls.findIndex(({ merged_at: at }) => at !== null);
  const [closed] = merged < 0 ? pulls : pulls.slice(0, merged);
  const head = closed === undefined ? null : commitSha(closed.head.sha);
  const file = head === null ? null : await fileAtCommit(client, head, path);
  return new Set(file?.kind === "file" ? versionsIn(file.text) : []);
}

async function pullsOf(client: RepositoryClient, { branch }: Keep): Promise<Pull[]> {
  const { data } = await client.octokit.rest.pulls.list({
    ...place(client),
    state: "all",
    head: `${client.owner}:${CHANGELOG_BRANCH}`,
    base: branch,
    sort: "created",
    direction: "desc",
    per_page: PULLS_SEEN,
  });
  return data;
}

/** Writes the branch where it lacks something, and sees to it that a pull request is open. */
async function propose(
  context: EffectContext,
  { path, branch: to, config }: Keep & { readonly config: FoundConfig },
  scene: Scene,
  sections: readonly NewSection[],
): Promise<Pick<Kept, "proposed" | "problem">> {
  const { client, text } = context;
  const { base, file, open, tip, branch } = scene;
  const whole = withSections(file.kind === "file" ? file.text : null, sections);
  const versions = new Set(versionsIn(whole));
  if (sections.some(({ version }) => !versions.has(version)))
    return { proposed: null, problem: unfit(path, "open-end") };
  const brought = sections.map(({ version }) => version).toSorted(semver.rcompare);
  const releases = brought.map((version) => ({
    version,
    url: `${webUrl(client)}/releases/tag/${encodeURIComponent(tagOfVersion(config.config.release.tag, version))}`,
  }));
  const page = text.changelog({ path, branch: to, releases });
  const isWritten = branch?.kind === "file" && branch.text === whole;
  const mode = file.kind === "file" ? file.mode : "100644";
  const written = { path, text: whole, mode, message: page.title, base, tip, isOpen: open !== null };
  try {
    if (!isWritten) await writeBranch(client, written);
    const pull = open?.number ?? (await openPull(client, to, page));
    if (open !== null) await redraw(client, open, page);
    return { proposed: { pull, versions: brought } };
  } catch (error) {
    return { proposed: null, problem: refusedBy(context, error, to) };
  }
}

type Page = ReturnType<EffectContext["text"]["changelog"]>;

async function openPull(client: RepositoryClient, base: string, { title, body }: Page): Promise<number> {
  const wanted = { ...place(client), title, body: body.text, head: CHANGELOG_BRANCH, base };
  return (await client.octokit.rest.pulls.create(wanted)).data.number;
}

/** What Waybill wrote itself names all versions; what people have put there is theirs. */
async function redraw(client: RepositoryClient, pull: Pull, { title, body }: Page): Promise<void> {
  if (pull.user?.login !== client.botLogin) return;
  const now = {
    title: OWN_TITLE.test(pull.title) ? title : pull.title,
    body: withBlock(pull.body ?? "", body),
  };
  if (now.title === pull.title && now.body === (pull.body ?? "").replaceAll("\r\n", "\n")) return;
  await client.octokit.rest.pulls.update({ ...place(client), pull_number: pull.number, ...now });
}

/** @throws the error, where it may be gone at the next try */
function refusedBy({ refusals }: EffectContext, error: unknown, to: string): Problem {
  const refusal = refusals.heard(error, { forMs: BELIEVED_AFTER_MS });
  if (refusal?.isBelieved !== true || isOvertaken(refusal.message)) throw error;
  const { status, message } = refusal;
  const isOfPull =
    error instanceof Error &&
    "request" in error &&
    /\/pulls/.test(String((error.request as { url?: string }).url));
  return {
    code: "changelog-refused",
    detail: { branch: CHANGELOG_BRANCH, to: isOfPull ? to : null, status, message },
  };
}

function unfit(path: string, why: string): Problem {
  return { code: "changelog-unfit", detail: { path, why, limit: LARGEST_MEGABYTES } };
}
