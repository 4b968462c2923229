/** `/promote prod` by somebody who may: from the command to the receipt. */
import {
  COMPONENTS,
  deploymentStates,
  ownComment,
  ownComments,
  ownReactions,
  readable,
  seeRollout,
} from "../look.ts";
import { hold, must, until } from "../patience.ts";
import type { Scene } from "../scene.ts";
import type { Released } from "./release.ts";

/** A command that was given, and the live comment as it looked first. */
export interface Promoted {
  readonly commandId: number;
  readonly firstLook: string;
}

const CONFIRMATIONS = 3;

/** Comments the command, and waits for 👀 and for a live comment that names what was understood. */
export async function givePromote(scene: Scene, released: Released): Promise<Promoted> {
  const commandId = scene.repository.comment(released.notice, "/promote prod", "ana");
  await until(scene, "👀 on the command", () => {
    const seen = ownReactions(scene, commandId);
    must(seen[0] === "eyes", seen.length === 0 ? "no reaction" : `first ${seen[0]}`);
  });
  const live = await until(scene, "a live comment about the promotion", () =>
    ownComment(scene, `c${commandId}`),
  );
  hold(live.issueNumber === released.notice, `it on #${released.notice}`, `it on #${live.issueNumber}`);
  const text = readable(live.body);
  const named = [released.version, "prod", "ana", released.sha.slice(0, 7)];
  const missing = named.filter((word) => !text.includes(word));
  hold(
    missing.length === 0,
    `a live comment that names ${named.join(", ")}`,
    `none of ${missing.join(", ")}`,
  );
  return { commandId, firstLook: live.body };
}

/** The rollout to production, and the proof by asking the running system. */
export async function playProd(
  scene: Scene,
  released: Released,
): Promise<{ promoted: Promoted; detail: string; look: string }> {
  const { version, sha, notice } = released;
  const before = scene.timesAsked();
  const promoted = await givePromote(scene, released);
  await seeRollout(scene, { environment: "prod", version, sha, inputs: { region: "us-east-1" } });
  for (const component of COMPONENTS) {
    const states = deploymentStates(scene, component, { environment: "prod", sha });
    hold(
      states.includes("in_progress"),
      `the deployment of ${component} in progress first`,
      states.join(", "),
    );
  }
  const asked = await until(scene, `production asked ${CONFIRMATIONS} times for its version`, () => {
    const times = scene.timesAsked() - before;
    must(times >= CONFIRMATIONS, `it asked ${times} times`);
    return times;
  });
  return {
    promoted,
    detail: `${version} runs in prod: 2 deployments succeeded, and the running system was asked ${asked} times over HTTP`,
    look: scene.link(`/issues/${notice}`),
  };
}

/** The end of it: one receipt, 🚀, and everybody whose change is in it told once. */
export async function playReceipt(
  scene: Scene,
  released: Released,
  { commandId, firstLook }: Promoted,
): Promise<{ told: number; detail: string; look: string }> {
  const { version, sha, notice, pull } = released;
  const receipt = await until(scene, "a receipt", () => ownComment(scene, `receipt-c${commandId}`));
  hold(receipt.issueNumber === notice, `the receipt on #${notice}`, `it on #${receipt.issueNumber}`);
  const text = readable(receipt.body);
  const rows = text
    .split("\n")
    .filter((line) => line.includes("/version") && line.includes(`\`${version}\``)).length;
  hold(
    text.includes(`prod runs ${version}`) && text.includes(sha) && rows >= CONFIRMATIONS,
    `a receipt for ${version}, ${sha} with ${CONFIRMATIONS} answers as its evidence`,
    receipt.body,
  );
  await until(scene, "👀, then 🚀 on the command", () => {
    const seen = ownReactions(scene, commandId).join(", ");
    must(seen === "eyes, rocket", seen || "no reaction");
  });
  await until(scene, "the live comment edited to its end", () => {
    const live = ownComment(scene, `c${commandId}`);
    must(live.body !== firstLook && readable(live.body).includes("delivered"), "it not ended");
  });
  // Without a release to count from nobody can say whose changes are in this one.
  const { baseTag } = released;
  const before = baseTag === null ? { people: [], bots: [] } : scene.waiting(baseTag);
  const told = baseTag === null ? [] : [...before.people, pull];
  await seeTold(scene, told, before.bots);
  const many =
    told.length === 0
      ? "nobody is told, as there is no release to count from"
      : `${told.length} pull ${told.length === 1 ? "request was" : "requests were"} told once`;
  return {
    told: told.length,
    detail: `the receipt has ${rows} answers as evidence; ${many}; 👀 and 🚀 on the command`,
    look: scene.link(`/issues/${notice}#issuecomment-${receipt.id}`),
  };
}

async function seeTold(scene: Scene, told: readonly number[], botsPulls: readonly number[]): Promise<void> {
  await until(scene, `one word on each of ${told.map((one) => `#${one}`).join(", ")}`, () => {
    for (const number of told) {
      const said = ownComments(scene, number).map((one) => one.marker ?? "no marker");
      must(said.join() === "told-prod", `on #${number}: ${said.join(", ") || "nothing"}`);
    }
  });
  const bots = botsPulls.flatMap((number) => ownComments(scene, number));
  hold(bots.length === 0, "nothing on the pull requests of bots", `${bots.length} comments`);
}
