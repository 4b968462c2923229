/**
 * Making a hotfix's branch. One call, which GitHub refuses where the name is taken: whatever stands there at another commit is somebody's own, and is
 * left alone. https://docs.github.com/en/rest/git/refs#create-a-reference
 */
import { isAllowed } from "../../core/permission.ts";
import type { Problem } from "../../core/promotion.ts";
import type { RepositoryClient } from "../client.ts";
import { readConfig } from "../config.ts";
import { roleOf } from "../facts.ts";
import { commitOfTag, headOf } from "../history.ts";
import { hotfixEvents } from "../hotfix.ts";
import { place, type EffectContext, type Performer } from "./effect.ts";

type Wanted = Parameters<typeof openHotfix>[1]["hotfix"];

export const openHotfix: Performer<"openHotfix"> = async (context, { hotfix, late }) => {
  const { client, clock, attempt } = context;
  const { branch, base } = hotfix;
  // An earlier attempt may have made it although nobody heard the answer.
  const mayBeMade = attempt > 1 || late !== undefined;
  const isMade = mayBeMade && (await headOf(client, branch)) === base.sha;
  const problem = isMade
    ? null
    : (late ?? (await objectionTo(client, hotfix)) ?? (await create(context, hotfix)));
  return problem === null
    ? [{ type: "HotfixOpened", at: clock.now(), branch }]
    : [{ type: "HotfixRefused", at: clock.now(), branch, problem }];
};

/** What must still hold right before: the person's right, and the commit behind the release's tag. */
async function objectionTo(
  client: RepositoryClient,
  { asked, base, branch }: Wanted,
): Promise<Problem | null> {
  const { by, permission } = asked;
  const role = await roleOf(client, by);
  if (!isAllowed(permission, by, role))
    return {
      code: "release-not-allowed-any-more",
      detail: { login: by.login, needs: permission.role, role, branch },
    };
  const now = await commitOfTag(client, base.tag);
  if (now === base.sha) return null;
  return { code: "ref-moved", detail: { tag: base.tag, before: base.sha, now } };
}

/** Makes the branch; null where it stands at this very commit, whoever made it. */
async function create(
  { client, refusals }: EffectContext,
  { branch, base }: Wanted,
): Promise<Problem | null> {
  try {
    await client.octokit.rest.git.createRef({ ...place(client), ref: `refs/heads/${branch}`, sha: base.sha });
    return null;
  } catch (error) {
    const refusal = refusals.heard(error);
    if (refusal === null) throw error;
    const standing = await headOf(client, branch);
    if (standing === base.sha) return null;
    if (standing !== null)
      return { code: "hotfix-branch-taken", detail: { branch, sha: standing, base: base.version } };
    if (!refusal.isBelieved) throw error;
    return { code: "branch-refused", detail: { branch, status: refusal.status, message: refusal.message } };
  }
}

/** What the push of the branch would have told. */
export const lookAtHotfix: Performer<"lookAtHotfix"> = async ({ client }, { hotfix, ...known }) => {
  const config = await readConfig(client, client.defaultBranch);
  return config.kind === "found" ? hotfixEvents(client, config, hotfix, known) : [];
};
