/** The story from the first merge to the failed promotion, one step after the other. */
import type { Narrator } from "./narrator.ts";
import { plain } from "./narrator.ts";
import { Interrupted, rest, StepFailed } from "./patience.ts";
import { type Scene, STRANGER } from "./scene.ts";
import { playDev, playNotice } from "./steps/announce.ts";
import { playRefusal, playStatus, playTypo } from "./steps/answers.ts";
import { playDraft, playPreview } from "./steps/draft.ts";
import { playFailure } from "./steps/failure.ts";
import { playHotfix } from "./steps/hotfix.ts";
import { playProof } from "./steps/proof.ts";
import { playProd, playReceipt } from "./steps/prod.ts";
import { playQuiet } from "./steps/quiet.ts";
import { playRelease, playStaging, type Released } from "./steps/release.ts";
import { playRollback, playSmoke } from "./steps/rollback.ts";

interface Told {
  readonly detail: string;
  readonly look: string;
}

/** Between two steps, where somebody watches. */
const PAUSE_MS = 2_500;

class Stopped extends Error {}

/**
 * Plays all steps; stops at the first that does not hold, because each stands on those before it.
 * @returns whether every step held.
 * @throws Interrupted
 */
export async function playStory(scene: Scene, narrator: Narrator, once: boolean): Promise<boolean> {
  const step = async <T extends Told>(
    name: string,
    title: string,
    text: string,
    play: () => Promise<T>,
  ): Promise<T> => {
    narrator.begin(title, text);
    const result = await attempt(scene, narrator, name, play);
    narrator.end({ step: name, ok: true, detail: plain(result.detail) }, result.look);
    if (!once) await rest(scene, PAUSE_MS);
    return result;
  };
  try {
    await playSteps(scene, step);
    return true;
  } catch (error) {
    if (error instanceof Stopped) return false;
    throw error;
  }
}

async function attempt<T>(
  scene: Scene,
  narrator: Narrator,
  name: string,
  play: () => Promise<T>,
): Promise<T> {
  try {
    return await play();
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const what = error instanceof StepFailed ? error.message : `the demo stumbled: ${String(error)}`;
    const words = scene.server.lastWords();
    const detail = plain(`${what}${words === "" ? "" : `; the server's last words: ${words}`}`, 2_000);
    narrator.end({ step: name, ok: false, detail: detail.replaceAll("\n", " ") });
    throw new Stopped();
  }
}

type Step = <T extends Told>(name: string, title: string, text: string, play: () => Promise<T>) => Promise<T>;

async function playSteps(scene: Scene, step: Step): Promise<void> {
  const [plan] = scene.pulls;
  const { announced } = await step(
    "notice",
    "A pull request is merged",
    `wes wrote “${plan.title}”, ana merges it.\nWaybill draws a draft release and a notice issue: what comes next, what breaks, where it can be tried.`,
    () => playNotice(scene),
  );
  await step(
    "dev",
    "dev takes every merge",
    "Without a word to anybody, dev gets it as a pre-release of the coming version.",
    () => playDev(scene, announced),
  );
  const { released } = await step(
    "release",
    "A version tag is pushed",
    `ana pushes the tag of ${announced.version}. The draft becomes the published release notes.`,
    () => playRelease(scene, announced, plan),
  );
  await step(
    "staging",
    "staging rolls out by itself",
    "The release goes to staging, api before web, because web needs api. A live comment on the notice follows it.",
    () => playStaging(scene, released),
  );
  const told = await promoteToProd(scene, step, released);
  const { previewed } = await step(
    "preview",
    "A pull request is opened",
    `wes wrote “${scene.pulls[1].title}”. A check on it says what merging it does to the version, and the very entry that the notes will have.`,
    () => playPreview(scene),
  );
  const { announced: next } = await step(
    "draft",
    "The notice stays true, and whole",
    "It is merged. ana adds a line to the notice. Then something is merged and taken back: it is not listed, and her line stands.",
    () => playDraft(scene, released, previewed),
  );
  const { failed } = await step(
    "failure",
    "A rollout fails",
    "It is tagged, and reaches staging. In production its first workflow fails.",
    () => playFailure(scene, released, next),
  );
  await goWrong(scene, step, failed);
  await step("quiet", "And nothing else", "Everything that was written and started is counted.", () =>
    // And one on the hotfix's pull request.
    playQuiet(scene, told + 1),
  );
  await step(
    "proof",
    "Anybody can verify it",
    "waybill verify, by the public key alone, and waybill audit verify. Then one byte of the receipt is changed, and one of the log.",
    () => playProof(scene),
  );
}

/** Production is mended past what waits for it, and then taken back from a release that does not work. */
async function goWrong(scene: Scene, step: Step, failed: Released): Promise<void> {
  const { hotfixed } = await step(
    "hotfix",
    "A hotfix overtakes the queue",
    "ana freezes prod, asks for the failed release once more, and comments /hotfix: a branch from exactly what prod runs. The fix goes first, and what comes next is announced as before.",
    () => playHotfix(scene, failed),
  );
  const { smoked } = await step(
    "smoke",
    "A smoke test fails",
    "The next release has the fix, and arrives whole in prod. But nobody can buy anything: its smoke test says so.",
    () => playSmoke(scene, hotfixed),
  );
  await step(
    "rollback",
    "ana comments: /rollback prod",
    "prod goes back to what was delivered before. The bad release is in quarantine, and an incident keeps the timeline.",
    () => playRollback(scene, smoked, hotfixed),
  );
}

/** @returns on how many pull requests a word was left. */
async function promoteToProd(scene: Scene, step: Step, released: Released): Promise<number> {
  const { promoted } = await step(
    "prod",
    "ana comments: /promote prod",
    "Waybill reacts with 👀, says what it understood, rolls out, and asks the running system for its version.",
    () => playProd(scene, released),
  );
  const { told } = await step(
    "receipt",
    "The receipt",
    "It has arrived: a final comment with the evidence, 🚀 on the command, and one word to everybody whose change is in it.",
    () => playReceipt(scene, released, promoted),
  );
  await step(
    "refusal",
    "Others try",
    `wes only has the role write: he is refused, with the reason. ${STRANGER} has no role here: no answer, no reaction.`,
    () => playRefusal(scene, released),
  );
  await step("typo", "A slip of the finger", "ana comments: /promote prd", () => playTypo(scene, released));
  await step("status", "What runs where", "wes comments: /status", () => playStatus(scene, released));
  return told;
}
