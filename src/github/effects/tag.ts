/**
 * Making a release's tag. It is a lightweight one: a ref on the commit itself, made by one call that GitHub refuses where the name is
 * taken, so two of them can never be made. An annotated tag would take two calls, and a tag object that the second one never named
 * would be left behind by each failure; who asked for the release stands in the audit log and in the release.
 * https://docs.github.com/en/rest/git/refs#create-a-reference
 */
import semver from "semver";
import { versionOfTag } from "../../core/notes/index.ts";
import { isAllowed } from "../../core/permission.ts";
import type { CommitSha } from "../../core/ids.ts";
import type { Problem } from "../../core/promotion.ts";
import type { Cut } from "../../core/release.ts";
import type { RepositoryClient } from "../client.ts";
import { isOnBranch, roleOf } from "../facts.ts";
import { commitOfTag, findBase, headOf, relationOf, releaseTags, type Base } from "../history.ts";
import { eventsOfTag } from "../tagged.ts";
import { place, type EffectContext, type Performer } from "./effect.ts";

type CutTag = Parameters<typeof cutTag>[1];

export const cutTag: Performer<"cutTag"> = async (context, effect) => {
  const { client, clock, attempt } = context;
  const { cut, late } = effect;
  // An earlier attempt may have made it although nobody heard the answer.
  const mayBeMade = attempt > 1 || late !== undefined;
  const made = mayBeMade && (await commitOfTag(client, cut.tag)) === cut.sha;
  const problem = made
    ? null
    : (late ?? (await objectionTo(client, effect)) ?? (await create(context, effect)));
  return problem === null
    ? [{ type: "TagCut", at: clock.now(), cut }]
    : [{ type: "CutRefused", at: clock.now(), cut, problem, unsure: false }];
};

/** The very events that GitHub's webhook for the tag comes to, should that never arrive. */
export const lookAtTag: Performer<"lookAtTag"> = ({ client }, { tag, ...known }) =>
  eventsOfTag(client, client.defaultBranch, tag, known);

/** What must still hold right before: the person's right, the commit's place on the branch, and the order of releases. */
async function objectionTo(client: RepositoryClient, effect: CutTag): Promise<Problem | null> {
  const { cut, after } = effect;
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
  if (isPast || isAgain)
    return { code: "release-out-of-order", detail: { tag, sha, newer: after?.tag ?? null } };
  return overtaken(client, effect);
}

/** Whether another release was made since this one was ordered, which may be long ago, by whomever: lower ones never come after it. */
async function overtaken(client: RepositoryClient, effect: CutTag): Promise<Problem | null> {
  const { tag, sha, version } = effect.cut;
  const newer = await releaseSince(client, effect);
  if (newer === null) return null;
  if (semver.gt(newer.version, version)) {
    return { code: "version-not-higher", detail: { version, highest: newer.version, newer: newer.tag } };
  }
  const stands = await relationOf(client, newer.sha, sha);
  const isStableOf = semver.prerelease(newer.version) !== null && semver.prerelease(version) === null;
  const isWithin = stands?.relation === "behind" || (stands?.relation === "identical" && !isStableOf);
  return isWithin ? { code: "release-out-of-order", detail: { tag, sha, newer: newer.tag } } : null;
}

/**
 * The nearest release on the branch that is higher than the one before this, and not older by the commit graph. Almost always there is no
 * tag at all that is higher, and this takes one call.
 */
async function releaseSince(
  client: RepositoryClient,
  { cut, after, unreleased = [] }: CutTag,
): Promise<Base | null> {
  const pattern = patternOf(cut);
  const before = after === null ? null : versionOfTag(pattern, after.tag);
  const others = (await releaseTags(client, pattern)).filter(
    ({ tag, version }) =>
      tag !== cut.tag && !unreleased.includes(tag) && (before === null || semver.gt(version, before)),
  );
  const head = others.length === 0 ? null : await headOf(client, cut.branch);
  const nearest = head === null ? null : await findBase(client, others, head);
  if (nearest === null || after === null) return nearest;
  const stands = await relationOf(client, nearest.sha, after.sha);
  // What lies before the last release is older than it, whatever its version says.
  return stands?.relation === "ahead" || stands?.relation === "identical" ? null : nearest;
}

/** How the tag was named: `v{version}`. */
function patternOf({ tag, version }: CutTag["cut"]): string {
  const place = tag.lastIndexOf(version);
  return `${tag.slice(0, place)}{version}${tag.slice(place + version.length)}`;
}

/** Makes the tag; null where it stands at this commit now, whoever made it. */
async function create(context: EffectContext, { cut }: CutTag): Promise<Problem | null> {
  const { tag, version } = cut;
  const made = await makeTag(context, cut);
  switch (made.kind) {
    case "stands":
      return null;
    case "taken":
      return {
        code: "version-tagged",
        detail: { version, tag, sha: made.at, next: semver.inc(version, "patch") },
      };
    case "refused":
      return { code: "cut-refused", detail: { tag, status: made.status, message: made.message } };
  }
  return made satisfies never;
}

/** What became of a tag that was to be made. `taken`: it stands at another commit, or at what is none (null). */
export type MadeTag =
  | { readonly kind: "stands" }
  | { readonly kind: "taken"; readonly at: CommitSha | null }
  | { readonly kind: "refused"; readonly status: number; readonly message: string };

/** Makes a tag on a commit, where it is not there yet. Throws what is no answer. */
export async function makeTag(
  { client, refusals }: Pick<EffectContext, "client" | "refusals">,
  { tag, sha }: Pick<Cut, "tag" | "sha">,
): Promise<MadeTag> {
  try {
    await client.octokit.rest.git.createRef({ ...place(client), ref: `refs/tags/${tag}`, sha });
    return { kind: "stands" };
  } catch (error) {
    const refusal = refusals.heard(error);
    if (refusal === null) throw error;
    const standing = await commitOfTag(client, tag);
    if (standing === sha) return { kind: "stands" };
    if (standing !== null || /already exists/i.test(refusal.message)) return { kind: "taken", at: standing };
    if (!refusal.isBelieved) throw error;
    return { kind: "refused", status: refusal.status, message: refusal.message };
  }
}
