/**
 * Making a release's tag. It is a lightweight one: a ref on the commit itself, made by one call that GitHub refuses where the name is
 * taken, so two of them can never be made. An annotated tag would take two calls, and a tag object that the second one never named
 * would be left behind by each failure; who asked for the release stands in the audit log and in the release.
 * https://docs.github.com/en/rest/git/refs#create-a-reference
 */
import semver from "semver";
import { isAllowed } from "../../core/permission.ts";
import type { Problem } from "../../core/promotion.ts";
import type { RepositoryClient } from "../client.ts";
import { failureOf } from "../failure.ts";
import { isOnBranch, roleOf } from "../facts.ts";
import { commitOfTag, relationOf } from "../history.ts";
import { eventsOfTag } from "../tagged.ts";
import { place, type EffectContext, type Performer } from "./effect.ts";

type CutTag = Parameters<typeof cutTag>[1];

export const cutTag: Performer<"cutTag"> = async (context, effect) => {
  const { client, clock, attempt } = context;
  const { cut } = effect;
  // An earlier attempt may have made it although nobody heard the answer.
  const made = attempt > 1 && (await commitOfTag(client, cut.tag)) === cut.sha;
  const problem = made ? null : ((await objectionTo(client, effect)) ?? (await create(context, effect)));
  return problem === null
    ? [{ type: "TagCut", at: clock.now(), cut }]
    : [{ type: "CutRefused", at: clock.now(), cut, problem, unsure: false }];
};

/** The very events that GitHub's webhook for the tag comes to, should that never arrive. */
export const lookAtTag: Performer<"lookAtTag"> = ({ client }, { tag, own, unreleased }) =>
  eventsOfTag(client, client.defaultBranch, tag, { own, unreleased });

/** What must still hold right before: the person's right, the commit's place on the branch, and the order of releases. */
async function objectionTo(client: RepositoryClient, { cut, after }: CutTag): Promise<Problem | null> {
  const { cause, sha, branch, tag, version } = cut;
  if (cause.kind === "command") {
    const { by, permission } = cause;
    const role = await roleOf(client, by);
    if (!isAllowed(permission, by, role))
      return {
        code: "release-not-allowed-any-more",
        detail: { login: by.login, needs: permission.role, role },
      };
  }
  if (!(await isOnBranch(client, sha, branch)))
    return { code: "release-off-branch", detail: { tag, sha, branch } };
  const stands = after === null ? null : await relationOf(client, after.sha, sha);
  const isPast = stands?.relation === "behind";
  // The same commit again is right only where a pre-release becomes the stable one.
  const isAgain = stands?.relation === "identical" && semver.prerelease(version) !== null;
  return isPast || isAgain
    ? { code: "release-out-of-order", detail: { tag, sha, newer: after?.tag ?? null } }
    : null;
}

/** Makes the tag; null where it stands at this commit now, whoever made it. */
async function create({ client, clock }: EffectContext, { cut }: CutTag): Promise<Problem | null> {
  const { tag, sha } = cut;
  try {
    await client.octokit.rest.git.createRef({ ...place(client), ref: `refs/tags/${tag}`, sha });
    return null;
  } catch (error) {
    const failure = failureOf(error, clock.now());
    if (failure.kind !== "refused") throw error;
    const standing = await commitOfTag(client, tag);
    if (standing === sha) return null;
    if (standing !== null || /already exists/i.test(failure.message))
      return {
        code: "version-tagged",
        detail: { version: cut.version, tag, sha: standing, next: semver.inc(cut.version, "patch") },
      };
    return { code: "cut-refused", detail: { tag, status: failure.status, message: failure.message } };
  }
}
