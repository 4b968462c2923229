/** The notice of what comes next stays true and whole: what people write on it, what is taken back, and what is released past it. */
import { PREVIEW_CHECK } from "../../../core/preview/preview.ts";
import { readable, textOf } from "../look.ts";
import { hold, must, until } from "../patience.ts";
import type { PullPlan, Scene } from "../scene.ts";
import { merge, mergeOpened, open, playDev, seeNotice, seeNoticeAgain, type Announced } from "./announce.ts";
import type { Released } from "./release.ts";

/** What a pull request's check foretells. */
export interface Previewed {
  readonly pull: number;
  readonly summary: string;
}

/** A pull request is opened: its check says what merging it does to the version, and with which entry. */
export async function playPreview(
  scene: Scene,
): Promise<{ previewed: Previewed; detail: string; look: string }> {
  const { repository } = scene;
  const [, plan] = scene.pulls;
  const pull = open(scene, plan);
  const check = await until(scene, "a check that foretells what merging does", () => {
    const found = repository.checkRuns().find(({ name }) => name === PREVIEW_CHECK);
    must(found !== undefined, "no such check");
    must(found.conclusion === "success", found.conclusion ?? found.status);
    return found;
  });
  const summary = check.summary ?? "";
  hold(readable(summary).includes(textOf(plan.title)), "the entry that the notes will have", summary);
  return {
    previewed: { pull, summary },
    detail: `#${pull}: ${check.title ?? "no title"}`,
    look: scene.link(`/pull/${pull}`),
  };
}

/** What ana writes under Waybill's part of the notice. */
const HER_WORDS = "Support: the shop is closed from 14:00 to 14:15 on the day.";

/** The second pull request is merged and announced, ana adds a line of hers, and something is merged and taken back again. */
export async function playDraft(
  scene: Scene,
  before: Released,
  { pull, summary }: Previewed,
): Promise<{ announced: Announced; detail: string; look: string }> {
  const [, plan] = scene.pulls;
  const first = await seeNotice(scene, mergeOpened(scene, pull, plan), plan);
  hold(summary.includes(`\`${first.version}\``), "the version that the preview foretold", first.version);
  hold(first.version !== before.version, "a version of its own for the second change", first.version);
  await playDev(scene, first);
  await write(scene, first.notice, HER_WORDS);
  const { slip } = scene;
  const slipText = textOf(slip.title);
  const slipped = await announcedWith(scene, slip, first, (text) => text.includes(slipText));
  const undo: PullPlan = {
    title: `Revert "${slip.title}"`,
    body: `Reverts ${scene.repository.fullName}#${slipped.pull}`,
    message: `This reverts commit ${slipped.sha}.`,
    files: Object.fromEntries(Object.keys(slip.files).map((path) => [path, "as it was\n"])),
  };
  const announced = await announcedWith(scene, undo, slipped, (text) => !text.includes(slipText));
  const body = readable(bodyOf(scene, announced.notice));
  hold(body.includes(HER_WORDS), "ana's own words, as she wrote them", "they are gone");
  return {
    announced,
    detail: `${announced.version} lists what it will bring, and not what was taken back; what ana wrote on the notice stands`,
    look: scene.link(`/issues/${announced.notice}`),
  };
}

/** Merges, and waits until the notice counts that, and lists it or not, and dev has it. */
async function announcedWith(
  scene: Scene,
  plan: PullPlan,
  before: Announced,
  isDrawn: (text: string) => boolean,
): Promise<Announced> {
  const announced = await seeNoticeAgain(scene, before, merge(scene, plan), isDrawn);
  await playDev(scene, announced);
  return announced;
}

/** Appends a line to an issue, as ana does on GitHub's page. */
async function write({ sandbox, repository }: Scene, issue: number, words: string): Promise<void> {
  const before = repository.issues().find(({ number }) => number === issue)?.body ?? "";
  const answer = await fetch(`${sandbox.url}/api/v3/repos/${repository.fullName}/issues/${issue}`, {
    method: "PATCH",
    headers: {
      authorization: `Bearer ${sandbox.user("ana").token()}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ body: `${before}\n\n${words}\n` }),
  });
  hold(answer.ok, "ana's edit of the notice accepted", `${answer.status} ${await answer.text()}`);
}

/** Merges what comes after a release, before a hotfix passes it. */
export async function announceNext(scene: Scene): Promise<Announced> {
  const { next } = scene;
  const announced = await seeNotice(scene, merge(scene, next), next);
  await playDev(scene, announced);
  return announced;
}

/** A release on a line of its own changes nothing of what comes next: the same notice, with the same version, commits and entry. */
export function holdWhole(scene: Scene, { notice, version, commits }: Announced): void {
  const text = readable(bodyOf(scene, notice));
  const wanted = [`\`${version}\` comes next`, ` ${commits} commit`, textOf(scene.next.title)];
  const missing = wanted.filter((words) => !text.includes(words));
  hold(
    missing.length === 0,
    `the notice of ${version} as it was`,
    `none of “${missing.join("”, “")}”: ${text}`,
  );
}

function bodyOf({ repository }: Scene, issue: number): string {
  return repository.issues().find(({ number }) => number === issue)?.body ?? "";
}
