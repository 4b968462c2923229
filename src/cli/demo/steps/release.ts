/** A pushed version tag: the notes are published, and staging rolls out by itself. */
import { tagOfVersion } from "../../../core/notes/index.ts";
import { notices, ownComment, ownComments, readable, seeRollout, textOf } from "../look.ts";
import { hold, must, until } from "../patience.ts";
import type { PullPlan, Scene } from "../scene.ts";
import { entriesOf, type Announced } from "./announce.ts";

export interface Released extends Announced {
  readonly tag: string;
}

/** Pushes the tag of the version that the notice announces, and waits for the published notes. */
export async function playRelease(
  scene: Scene,
  announced: Announced,
  plan: PullPlan,
): Promise<{ released: Released; detail: string; look: string }> {
  const { repository } = scene;
  const { version, notice, draftId } = announced;
  const tag = tagOfVersion(scene.tagPattern, version);
  hold(repository.sha(tag) === null, `no tag ${tag} yet`, "one, on a commit that is not on this branch");
  repository.tag(tag, { by: "ana", annotated: true, message: `Release ${version}` });
  const release = await until(scene, `published notes of ${tag}`, () => {
    const found = repository.releases().filter((one) => one.tagName === tag);
    const [release] = found;
    must(
      release !== undefined && !release.draft,
      release === undefined ? "no such release" : "still a draft",
    );
    hold(found.length === 1, `one release of ${tag}`, `${found.length}`);
    return release;
  });
  hold(
    release.id === draftId,
    "the announced draft, published",
    `another release (${release.id}, not ${draftId})`,
  );
  hold(
    announced.baseTag === null || readable(release.body).includes(textOf(plan.title)),
    `notes that list “${textOf(plan.title)}”`,
    release.body,
  );
  await until(scene, "a notice that says that it is released", () => {
    const issue = notices(scene).find((one) => one.number === notice);
    must(
      readable(issue?.body ?? "").includes(`is released as \`${tag}\``),
      `a notice titled “${issue?.title}”`,
    );
  });
  const entries = entriesOf(release.body);
  return {
    released: { ...announced, tag },
    detail: `${tag}: the draft is published with ${entries} ${entries === 1 ? "entry" : "entries"}`,
    look: scene.link("/releases"),
  };
}

/** Nobody asks: staging takes the release because dev has it. */
export async function playStaging(
  scene: Scene,
  released: Released,
): Promise<{ detail: string; look: string }> {
  const { version, sha, notice } = released;
  const region = "eu-west-1";
  await seeRollout(scene, { environment: "staging", version, sha, inputs: { region } });
  await until(scene, `a receipt for staging on #${notice}, and a live comment at its end`, () => {
    const receipt = ownComments(scene, notice).find((one) => one.marker?.startsWith("receipt-a"));
    must(receipt !== undefined, "no receipt");
    const live = ownComment(scene, (receipt.marker ?? "").replace("receipt-", ""));
    must(readable(live.body).includes("delivered"), "a live comment that has not ended");
    hold(
      readable(receipt.body).includes(`staging runs ${version}`),
      `a receipt for ${version}`,
      receipt.body,
    );
  });
  return {
    detail: `${version} runs in staging: api before web, each by workflow_dispatch with region ${region}`,
    look: scene.link(`/issues/${notice}`),
  };
}
