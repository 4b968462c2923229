/** A merge: the advance shipping notice is drawn, and dev gets the change at once. */
import { developmentVersion } from "../../../core/notes/index.ts";
import { notices, ownComments, readable, seeRollout, textOf } from "../look.ts";
import { hold, must, until } from "../patience.ts";
import type { Counted } from "../project.ts";
import { type PullPlan, type Scene } from "../scene.ts";

/** What is announced: by whose merge, where, and as what. */
export interface Announced {
  readonly pull: number;
  /** The number of the notice issue. */
  readonly notice: number;
  readonly version: string;
  readonly baseTag: string | null;
  readonly commits: number;
  readonly draftId: number;
  /** The commit on the release branch. */
  readonly sha: string;
}

/** Opens a pull request as wes. @returns its number. */
export function open({ repository }: Scene, { title, body, files }: PullPlan): number {
  return repository.openPullRequest({ title, body, author: "wes", files });
}

/** Merges a pull request as ana. @returns its number and the commit on the release branch. */
export function mergeOpened(
  { repository }: Scene,
  pull: number,
  plan: PullPlan,
): { pull: number; sha: string } {
  const message = plan.message === undefined ? {} : { message: plan.message };
  return { pull, sha: repository.mergePullRequest(pull, { by: "ana", method: "squash", ...message }) };
}

/** Opens a pull request as wes and merges it as ana. @returns its number and the commit on the release branch. */
export function merge(scene: Scene, plan: PullPlan): { pull: number; sha: string } {
  return mergeOpened(scene, open(scene, plan), plan);
}

/** Waits for the notice issue and the draft release of a merge. */
export async function seeNotice(
  scene: Scene,
  merged: { pull: number; sha: string },
  plan: PullPlan,
): Promise<Announced> {
  const before = scene.repository.releases().filter((release) => !release.draft).length;
  const { issue, version } = await until(scene, "a notice issue that announces the next version", () => {
    const open = notices(scene).filter((one) => one.body.includes("comes next"));
    const [issue] = open;
    must(issue !== undefined, `these issues: ${titles(scene)}`);
    hold(open.length === 1, "one notice of what comes next", `${open.length}: ${titles(scene)}`);
    const version = /(\d+\.\d+\.\d+\S*)$/.exec(issue.title)?.[1];
    must(version !== undefined, `no version in the title “${issue.title}”`);
    const base = baseIn(issue.body);
    // Without a release to count from nothing is listed: the whole history is nobody's notice.
    const complete = base === null || readable(issue.body).includes(textOf(plan.title));
    must(complete, `a notice that does not list “${textOf(plan.title)}”`);
    return { issue, version };
  });
  const draft = await until(scene, `a draft release of ${version}`, () => {
    const found = scene.repository.releases().filter((release) => release.draft);
    const [draft] = found;
    must(draft !== undefined, `${before} releases, none of them a draft`);
    hold(found.length === 1, "one draft", `${found.length}`);
    must(draft.name.includes(version), `a draft named “${draft.name}”`);
    const complete = baseIn(issue.body) === null || readable(draft.body).includes(textOf(plan.title));
    must(complete, "a draft that does not list the change");
    return draft;
  });
  return {
    ...merged,
    notice: issue.number,
    version,
    baseTag: baseIn(issue.body),
    commits: commitsIn(issue.body),
    draftId: draft.id,
  };
}

/** Waits until the notice of one more merge says so. The draft release, which nobody reads yet, may take longer. */
export async function seeNoticeAgain(
  scene: Scene,
  before: Announced,
  merged: { readonly pull: number; readonly sha: string },
  isDrawn: (text: string) => boolean,
): Promise<Announced> {
  const body = await until(scene, "a notice of what was merged besides", () => {
    const found = scene.repository.issues().find(({ number }) => number === before.notice)?.body ?? "";
    must(commitsIn(found) > before.commits && isDrawn(readable(found)), readable(found));
    return found;
  });
  return { ...before, ...merged, commits: commitsIn(body) };
}

function commitsIn(body: string): number {
  return Number(/ (\d+) commits?\b/.exec(readable(body))?.[1] ?? 0);
}

/** The release that a notice counts from. */
function baseIn(body: string): string | null {
  return /since `([^`]+)`/.exec(body)?.[1] ?? null;
}

function titles(scene: Scene): string {
  return notices(scene)
    .map((one) => `“${one.title}”`)
    .join(", ");
}

/** The first merge: what the notice says is compared with the history itself. @returns the facts in one line. */
export async function playNotice(
  scene: Scene,
): Promise<{ announced: Announced; detail: string; look: string }> {
  const [plan] = scene.pulls;
  const announced = await seeNotice(scene, merge(scene, plan), plan);
  const { version, commits, baseTag, notice } = announced;
  const body = scene.repository.issues().find((issue) => issue.number === notice)?.body ?? "";
  const breaking = body.split("\n").filter((line) => line.startsWith("> - ")).length;
  const counted = await scene.count(baseTag);
  if (counted !== null) holdCounts({ commits, breaking, entries: entriesOf(body) }, counted, body.length);
  const since = baseTag === null ? "in all, with no release before" : `since ${baseTag}`;
  return {
    announced,
    detail: `${version}: ${commits} ${commits === 1 ? "commit" : "commits"} ${since}, ${breaking} breaking`,
    look: scene.link(`/issues/${notice}`),
  };
}

/** Lines of the lists outside the folded part and outside the alert. */
export function entriesOf(body: string): number {
  const open = body.replaceAll(/<details>[\s\S]*?<\/details>/g, "");
  return open.split("\n").filter((line) => line.startsWith("- ")).length;
}

/** A notice of more than this may have been cut to GitHub's limit; then only the number of commits is compared. */
const WHOLE = 60_000;

function holdCounts(told: Counted, counted: Counted, length: number): void {
  const whole = length < WHOLE && counted.commits <= 2_000;
  const same =
    told.commits === counted.commits &&
    (!whole || (told.entries === counted.entries && told.breaking === counted.breaking));
  const words = ({ commits, entries, breaking }: Counted): string =>
    `${commits} commits, ${entries} entries, ${breaking} breaking`;
  hold(same, `what the history has: ${words(counted)}`, `a notice of ${words(told)}`);
}

/** dev takes every merge as a build of the coming version, and the notice says where it can be tried. */
export async function playDev(scene: Scene, announced: Announced): Promise<{ detail: string; look: string }> {
  const { version, commits, notice, sha } = announced;
  const build = developmentVersion(version, commits);
  await seeRollout(scene, { environment: "dev", version: build, sha, inputs: {} });
  await until(scene, `a notice that says that ${build} can be tried in dev`, () => {
    const body = scene.repository.issues().find((issue) => issue.number === notice)?.body ?? "";
    must(readable(body).includes(build), "a notice without that version");
  });
  const said = ownComments(scene, notice);
  hold(
    said.length === 0,
    "no comment about a rollout to dev",
    said.map((one) => one.marker ?? "one").join(", "),
  );
  return {
    detail: `${build} runs in dev: api, then web, both asked over HTTP`,
    look: scene.link("/deployments"),
  };
}
