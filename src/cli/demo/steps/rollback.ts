/** A release that arrives whole and does not work: its smoke test fails, and production goes back. */
import {
  begun,
  COMPONENTS,
  firstWords,
  ownComment,
  ownReactions,
  readable,
  reportedVersion,
  seeRollout,
  textOf,
} from "../look.ts";
import { hold, must, until } from "../patience.ts";
import type { Scene } from "../scene.ts";
import { playDev, seeNoticeAgain } from "./announce.ts";
import type { Hotfixed } from "./hotfix.ts";
import { givePromote } from "./prod.ts";
import { playRelease, playStaging, type Released } from "./release.ts";

/** Releases what the release branch holds after the forward-port, and brings it to production, where its smoke test fails. */
export async function playSmoke(
  scene: Scene,
  { port, version: before, next }: Hotfixed,
): Promise<{ smoked: Released; detail: string; look: string }> {
  const { repository, fix } = scene;
  const sha = repository.sha() ?? "";
  const isListed = (text: string): boolean => text.includes(textOf(fix.title));
  const announced = await seeNoticeAgain(scene, next, { pull: port, sha }, isListed);
  await playDev(scene, announced);
  const { released } = await playRelease(scene, announced, fix);
  await playStaging(scene, released);
  repository.script({ workflow: "smoke.yml", environment: "prod", outcome: "fail", times: 1 });
  const { commandId } = await givePromote(scene, released);
  const end = await until(scene, "a comment that says that it was not delivered", () =>
    ownComment(scene, `failure-c${commandId}`),
  );
  const text = readable(end.body);
  hold(
    text.includes("was not delivered") && text.includes("smoke.yml") && text.includes(`/rollback prod`),
    "that the smoke test failed, and how to go back",
    text,
  );
  await seeEnd(scene, `c${commandId}`, "not delivered");
  const { version, notice } = released;
  const ran = begun(scene, "prod", version).map((one) => `${one.component} ${one.outcome}`);
  hold(ran.join() === "api succeed,web succeed", "both components deployed", ran.join(", "));
  return {
    smoked: released,
    detail: `${version} is deployed in prod, its smoke test failed, and ${before} still counts as delivered`,
    look: scene.link(`/issues/${notice}`),
  };
}

/** ana takes it back with one word. */
export async function playRollback(
  scene: Scene,
  bad: Released,
  good: Hotfixed,
): Promise<{ detail: string; look: string }> {
  const { notice } = bad;
  const { version, sha } = good;
  const commandId = scene.repository.comment(notice, '/rollback prod --reason "nobody can buy"', "ana");
  const promotion = `c${commandId}`;
  await seeRollout(scene, { environment: "prod", version, sha, inputs: { region: "us-east-1" }, promotion });
  await until(scene, "a receipt for what production went back to, and 🚀 on the command", () => {
    const receipt = readable(ownComment(scene, `receipt-${promotion}`).body);
    must(receipt.includes(`prod runs ${version}`), receipt);
    const seen = ownReactions(scene, commandId).join(", ");
    must(seen === "eyes, rocket", seen || "no reaction");
  });
  await seeEnd(scene, promotion, "delivered");
  await seeRetired(scene);
  const reported = await reportedVersion(scene, "web", "prod");
  hold(reported === version, `web in prod on ${version}`, reported ?? "no answer");
  const incident = await until(scene, "an incident with its timeline", () => {
    const found = scene.repository.issues().find((one) => one.title.includes("rolled back to"));
    must(found !== undefined, "no issue about it");
    const text = readable(found.body);
    must(text.includes("nobody can buy") && text.includes(`\`${bad.version}\``), text);
    must(text.includes("in quarantine") && text.includes(`\`${version}\` was delivered`), text);
    return found;
  });
  return {
    detail: `prod runs ${version} again; ${bad.version} is in quarantine, and #${incident.number} keeps the timeline`,
    look: scene.link(`/issues/${incident.number}`),
  };
}

/** Live comments are edited some seconds after what they show. */
async function seeEnd(scene: Scene, promotion: string, words: string): Promise<void> {
  await until(scene, `a live comment that ends with “${words}”`, () => {
    const headline = firstWords(ownComment(scene, promotion).body);
    must(headline.endsWith(`, ${words}`), headline);
  });
}

/** GitHub shows what runs now, and what ran before as inactive. */
async function seeRetired(scene: Scene): Promise<void> {
  await until(scene, "one deployment of each component that counts as the one that runs in prod", () => {
    for (const component of COMPONENTS) {
      const states = scene.repository
        .deployments()
        .filter((one) => one.environment === "prod" && one.task === `deploy:${component}`)
        .map(({ state }) => state ?? "none");
      must(
        states.filter((state) => state === "success").length === 1,
        `of ${component}: ${states.join(", ")}`,
      );
    }
  });
}
