/** What is answered without anything being run: a refusal, silence for strangers, a near miss, the state of things. */
import { begun, firstWords, ownComment, ownComments, ownReactions, readable } from "../look.ts";
import { hold, must, until } from "../patience.ts";
import { STRANGER, type Scene } from "../scene.ts";
import type { Released } from "./release.ts";

/** The body of the answer to a command. */
async function answerTo(scene: Scene, released: Released, command: string, by: string): Promise<string> {
  const id = scene.repository.comment(released.notice, command, by);
  const { body } = await until(scene, `an answer to “${command}” of ${by}`, () =>
    ownComment(scene, `answers-${id}`),
  );
  return readable(body);
}

/** A stranger and somebody who only writes both ask for production. */
export async function playRefusal(
  scene: Scene,
  released: Released,
): Promise<{ detail: string; look: string }> {
  const { notice, version } = released;
  const before = begun(scene, "prod", version).length;
  const stranger = scene.repository.comment(notice, "/promote prod", STRANGER);
  const commentsBefore = ownComments(scene).length;
  const command = scene.repository.comment(notice, "/promote prod", "wes");
  const answer = await until(scene, "a refusal with its reason", () =>
    ownComment(scene, `answers-${command}`),
  );
  const text = readable(answer.body);
  hold(text.includes("`maintain`") && text.includes("`write`"), "the roles in the refusal", answer.body);
  await until(scene, "👀, then 👎 on the command", () => {
    const seen = ownReactions(scene, command).join(", ");
    must(seen === "eyes, -1", seen || "no reaction");
  });
  // The stranger's webhook went out first, and commands of one repository are worked on in their order.
  hold(ownReactions(scene, stranger).length === 0, "no reaction to a stranger", "a reaction");
  const answers = ownComments(scene).length - commentsBefore;
  hold(answers === 1, "an answer to wes alone", `${answers} answers`);
  hold(begun(scene, "prod", version).length === before, "nothing run", "a run");
  return {
    detail: `wes is refused (${reasonIn(text)}); ${STRANGER} gets no answer`,
    look: scene.link(`/issues/${notice}`),
  };
}

/** The sentence after the first line, which only repeats the command. */
function reasonIn(answer: string): string {
  const [, ...rest] = answer.trim().split("\n");
  return firstWords(rest.join("\n")).replaceAll(/[*`]/g, "").replace(/\.$/, "");
}

/** A slip of the finger. */
export async function playTypo(scene: Scene, released: Released): Promise<{ detail: string; look: string }> {
  const text = await answerTo(scene, released, "/promote prd", "ana");
  hold(/Did you mean `prod`/.test(text), "“Did you mean `prod`”", text);
  return {
    detail: "/promote prd is answered with “Did you mean `prod`?”",
    look: scene.link(`/issues/${released.notice}`),
  };
}

/** What runs where. */
export async function playStatus(
  scene: Scene,
  released: Released,
): Promise<{ detail: string; look: string }> {
  const { version, notice } = released;
  const text = await answerTo(scene, released, "/status", "wes");
  const row = (name: string): string =>
    text.split("\n").find((line) => line.replaceAll(/[|*`\s]+/g, " ").startsWith(` ${name} `)) ?? "";
  for (const environment of ["staging", "prod"]) {
    hold(row(environment).includes(version), `${environment} running ${version}`, text);
  }
  hold(row("dev").includes(`${version}-`) || row("dev").includes(version), `dev running ${version}`, text);
  return {
    detail: `/status names dev, staging and prod with ${version}`,
    look: scene.link(`/issues/${notice}`),
  };
}
