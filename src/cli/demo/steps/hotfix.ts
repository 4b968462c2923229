/** A hotfix of what production runs: it passes what waits there, and nothing that lacks it follows. */
import { tagOfVersion } from "../../../core/notes/index.ts";
import { begun, ownComment, ownComments, ownReactions, readable, seeRollout } from "../look.ts";
import { hold, must, until } from "../patience.ts";
import type { Scene } from "../scene.ts";
import type { Announced } from "./announce.ts";
import { announceNext, holdWhole } from "./draft.ts";
import type { Released } from "./release.ts";

/** What production runs after a hotfix. */
export interface Hotfixed {
  readonly version: string;
  readonly sha: string;
  /** The pull request that brings the fix to the release branch. */
  readonly port: number;
  /** What comes next, as it was announced before the fix was brought there. */
  readonly next: Announced;
}

/** ana begins a hotfix and freezes prod; `waiting`, whose rollout has failed, is asked for once more; then the fix is merged. */
export async function playHotfix(
  scene: Scene,
  waiting: Released,
): Promise<{ hotfixed: Hotfixed; detail: string; look: string }> {
  const { notice } = waiting;
  const announced = await announceNext(scene);
  const branch = await openBranch(scene, notice);
  await said(scene, notice, '/freeze prod --reason "wrong prices"');
  const queued = scene.repository.comment(notice, `/promote prod ${waiting.version}`, "ana");
  await seeHeld(scene, `c${queued}`, 1, ["frozen by ana"]);
  const sha = mergeFix(scene, branch);
  const live = await until(scene, "a live comment on a hotfix that goes first", () => {
    const found = ownComments(scene, notice).find(
      (one) => /^### prod: .*held/m.test(one.body) && isFirst(one),
    );
    must(found !== undefined, "no other promotion in the queue");
    must(found.marker !== `c${queued}`, `${waiting.version} still first in the queue`);
    return found;
  });
  const version = /^### prod: (\S+),/m.exec(readable(live.body))?.[1] ?? "";
  const tag = tagOfVersion(scene.tagPattern, version);
  hold(scene.repository.sha(tag) === sha, `the tag ${tag} at the fix`, scene.repository.sha(tag) ?? "none");
  await seeHeld(scene, `c${queued}`, 2, []);
  hold(begun(scene, "prod", version).length === 0, "nothing begun under a freeze", "a run");
  await said(scene, notice, "/unfreeze prod");
  await seeRollout(scene, { environment: "prod", version, sha, inputs: { region: "us-east-1" } });
  const port = await until(scene, "a pull request that brings the fix to the release branch", () => {
    const found = scene.repository.issues().find((one) => one.title.startsWith(`Forward-port ${version} to`));
    must(found !== undefined, "none");
    return found.number;
  });
  await seeTurnedAway(scene, `c${queued}`, waiting.version, port);
  holdWhole(scene, announced);
  scene.repository.mergePullRequest(port, { by: "ana", method: "merge" });
  return {
    hotfixed: { version, sha, port, next: announced },
    detail: `${version} went to prod ahead of ${waiting.version}, which lacks its fix and was turned away; the notice of ${announced.version} is as it was; #${port} brought the fix to the release branch`,
    look: scene.link(`/pull/${port}`),
  };
}

function isFirst({ body }: { readonly body: string }): boolean {
  return readable(body).includes("number 1 in the queue");
}

/** @returns the hotfix's branch. */
async function openBranch(scene: Scene, notice: number): Promise<string> {
  scene.repository.comment(notice, "/hotfix", "ana");
  return until(scene, "a word that names the hotfix's branch", () => {
    const bodies = ownComments(scene, notice).map((one) => readable(one.body));
    const branch = bodies.map((body) => /against `(hotfix\/[^`]+)`/.exec(body)?.[1]).find((name) => name);
    must(branch !== undefined, bodies.at(-1) ?? "no comment");
    return branch;
  });
}

function mergeFix(scene: Scene, branch: string): string {
  const { repository, fix } = scene;
  const { title, body, files } = fix;
  const pull = repository.openPullRequest({
    title,
    body,
    files,
    author: "wes",
    base: branch,
    branch: "wes/fix",
  });
  return repository.mergePullRequest(pull, { by: "ana", method: "squash" });
}

/** Gives a command that is answered by 🚀. */
async function said(scene: Scene, notice: number, command: string): Promise<void> {
  const id = scene.repository.comment(notice, command, "ana");
  await until(scene, `👀, then 🚀 on “${command}”`, () => {
    const seen = ownReactions(scene, id).join(", ");
    must(seen === "eyes, rocket", seen || "no reaction");
  });
}

async function seeHeld(scene: Scene, marker: string, place: number, words: readonly string[]): Promise<void> {
  await until(scene, `a live comment that says that it waits as number ${place}`, () => {
    const text = readable(ownComment(scene, marker).body);
    const missing = [`number ${place} in the queue`, ...words].filter((word) => !text.includes(word));
    must(missing.length === 0, `one without “${missing.join("”, “")}”: ${text}`);
  });
}

/** What waited is told why it does not go, and how a release may. */
async function seeTurnedAway(scene: Scene, id: string, version: string, port: number): Promise<void> {
  const refusal = await until(scene, "a word on why what waited does not go", () =>
    ownComment(scene, `refusal-${id}`),
  );
  const text = readable(refusal.body);
  hold(
    text.includes("lacks the fix") && text.includes(`#${port}`),
    `that ${version} lacks the fix, and that #${port} brings it`,
    text,
  );
}
