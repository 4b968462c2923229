/** A workflow that fails in production: the rollout stops before the next component, and says so. */
import {
  begun,
  COMPONENTS,
  deploymentStates,
  ownComment,
  ownReactions,
  readable,
  reportedVersion,
  runsOf,
} from "../look.ts";
import { hold, must, until } from "../patience.ts";
import type { Scene } from "../scene.ts";
import type { Announced } from "./announce.ts";
import { givePromote } from "./prod.ts";
import { playRelease, playStaging, type Released } from "./release.ts";

/** Brings what is announced as far as staging, then fails in production. `before` is what runs there. */
export async function playFailure(
  scene: Scene,
  before: Released,
  announced: Announced,
): Promise<{ failed: Released; detail: string; look: string }> {
  const [, plan] = scene.pulls;
  const { released } = await playRelease(scene, announced, plan);
  await playStaging(scene, released);
  scene.repository.script({
    component: "api",
    environment: "prod",
    version: released.version,
    outcome: "fail",
    times: 1,
  });
  const { commandId } = await givePromote(scene, released);
  const end = await until(scene, "a comment that says that it was not delivered", () =>
    ownComment(scene, `failure-c${commandId}`),
  );
  const text = readable(end.body);
  hold(
    text.includes("was not delivered") && text.includes("api") && text.includes(before.version),
    `the component that failed, and that ${before.version} counts as running`,
    end.body,
  );
  await until(scene, "👎 on the command, and the live comment at its end", () => {
    const seen = ownReactions(scene, commandId).join(", ");
    must(seen === "eyes, -1", seen || "no reaction");
    must(readable(ownComment(scene, `c${commandId}`).body).includes("not delivered"), "it not ended");
  });
  // The comment may go out before the deployment's last status: each waits for its turn at GitHub's limits.
  await until(scene, "the deployment of api ended in failure", () => {
    const states = deploymentStates(scene, "api", { environment: "prod", sha: released.sha });
    must(states.at(-1) === "failure", states.join(", ") || "no status");
  });
  await holdStopped(scene, released, before.version);
  const { version, notice } = released;
  return {
    failed: released,
    detail: `api of ${version} failed in prod, web was not started, and prod still runs ${before.version}`,
    look: scene.link(`/issues/${notice}`),
  };
}

async function holdStopped(scene: Scene, { version, sha }: Released, running: string): Promise<void> {
  const began = begun(scene, "prod", version).map((one) => `${one.component} ${one.outcome}`);
  hold(began.join() === "api fail", "api alone begun, and failed", began.join(", "));
  const runs = runsOf(scene, "prod", version).map((run) => run.inputs["component"]);
  hold(runs.join() === "api", "no run of web", runs.join(", "));
  const web = deploymentStates(scene, "web", { environment: "prod", sha });
  hold(!web.includes("success"), "no successful deployment of web", web.join(", "));
  for (const component of COMPONENTS) {
    const reported = await reportedVersion(scene, component, "prod");
    hold(reported === running, `${component} in prod still on ${running}`, reported ?? "no answer");
  }
}
