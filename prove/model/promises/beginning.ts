/** How a scene begins: what was delivered to prod before, and how GitHub stands. */
import type { Delivered } from "../../../src/core/environment.ts";
import type { CommitSha, PromotionId } from "../../../src/core/ids.ts";
import type { PlanSnapshot } from "../../../src/core/promotion.ts";
import { commitOf, HOTFIX } from "./commits.ts";
import { NEW_GITHUB, placeOf, type GitHub } from "./github.ts";
import { ENVIRONMENTS, type Scene } from "./scene.ts";
import { NEW_ROWS, type Rows } from "./shell.ts";
import { NOON } from "./times.ts";

/** The rows of each environment, and GitHub, before anything happens. */
export function beginningOf(
  { delivered = [], checked, words }: Scene,
  plans: readonly PlanSnapshot[],
): { readonly lanes: readonly Rows[]; readonly github: GitHub } {
  const last = delivered.at(-1);
  const components = plans[0]?.components ?? [];
  const landed = components.map(({ name }) => [placeOf("prod", name), last ?? ""] as const);
  // The pull request that brings the hotfix's fix to the release branch is known from the time on at which it was opened.
  const ports = [{ fix: commitOf(HOTFIX.version) as CommitSha, pull: HOTFIX.pull, port: null }];
  const hasHotfix = words.some((word) => "version" in word && word.version === HOTFIX.version);
  const prod = {
    ...(NEW_ROWS.state as object),
    delivered: delivered.map(deliveredBefore),
    ...(hasHotfix ? { fixes: { delivered: [], ports } } : {}),
  };
  return {
    lanes: ENVIRONMENTS.map((name) => (name === "prod" ? { ...NEW_ROWS, state: prod } : NEW_ROWS)),
    github: {
      ...NEW_GITHUB,
      landed: last === undefined ? {} : Object.fromEntries(landed),
      failing: checked === undefined ? [] : [commitOf(checked)],
    },
  };
}

function deliveredBefore(version: string, index: number): Delivered {
  const sha = commitOf(version) as CommitSha;
  return {
    version,
    sha,
    tag: `v${version}`,
    at: NOON,
    promotionId: `c${90 + index}` as PromotionId,
    by: "wes",
  };
}
