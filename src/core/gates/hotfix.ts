/**
 * Gate: no hotfix is lost by it. A release without the fix of a hotfix that is on its way here waits for the end of that; without one of what runs here
 * it never begins. Which fixes it has is found out when it is prepared, so what nobody has looked through may be prepared, and no more.
 * Looks at the hotfixes of the environment's lane (`hotfix-guard.ts`); looked at again when one comes, ends, or is brought to the release branch.
 */
import { PASS, type GateFacts, type Verdict } from "./gate.ts";

/** Passes with every fix; waits without that of a hotfix on its way, and fails without that of what runs here. */
export function losesNoHotfix({ promotion, fixes = [] }: GateFacts): Verdict {
  const { has, lacks } = promotion.fixes ?? { has: [], lacks: [] };
  const lost = fixes.filter(({ sha }) => lacks.includes(sha));
  const gone = lost.find(({ delivered }) => delivered);
  if (gone !== undefined) {
    const { version } = promotion.cargo;
    const detail = { version, environment: promotion.environment, fix: gone.version, pull: gone.pull };
    return { verdict: "fail", problem: { code: "lacks-hotfix", detail } };
  }
  const isPrepared = promotion.stage === "preparing";
  const unknown = fixes.find(({ sha }) => isPrepared && !has.includes(sha) && !lacks.includes(sha));
  const first = lost[0] ?? unknown;
  if (first === undefined) return PASS;
  return { verdict: "wait", hold: { gate: "hotfix", version: first.version, pull: first.pull } };
}
