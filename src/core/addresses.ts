/**
 * A probe of several addresses: of regions, of nodes. All of them are asked in each look, each has its own count of right answers in a row, and so many of
 * them are enough. A probe of one address is the same with one of one.
 */
import type { ProbeConfig } from "./config/index.ts";
import { isGood, type AddressEvidence, type Evidence, type ProbeState } from "./evidence.ts";

/** The addresses that a probe asks, in the config's order. */
export function addressesOf({ url, urls }: Pick<ProbeConfig, "url" | "urls">): readonly string[] {
  return urls ?? [url];
}

/** How many of its addresses have to say it. */
export function neededOf(config: Pick<ProbeConfig, "url" | "urls" | "atLeast">): number {
  return config.atLeast ?? addressesOf(config).length;
}

/** How many of the addresses have said it in a look. */
export function goodOf({ addresses = [] }: Evidence): number {
  return addresses.filter(isGood).length;
}

/**
 * One look at all addresses as one: good where enough of them are; unknown (`no-answer`) where those that are silent could have made it enough.
 * What it names is what decided: a right answer, or the first that stands in the way.
 *
 * @param looks one of each address
 */
export function together(looks: readonly Evidence[], config: ProbeConfig, at: number): Evidence {
  const [only, ...others] = looks;
  if (only !== undefined && others.length === 0) return only;
  const good = looks.find(isGood);
  const isEnough = looks.filter(isGood).length >= neededOf(config);
  const outcome = good !== undefined && isEnough ? good.outcome : shortOf(looks, neededOf(config));
  const decisive = looks.find((look) => look.outcome === outcome) ?? only;
  return {
    at,
    url: decisive?.url ?? config.url,
    outcome,
    observed: decisive?.observed ?? null,
    detail: decisive?.detail ?? "",
    addresses: looks.map(({ at: _at, addresses: _none, ...said }) => said),
  };
}

function shortOf(looks: readonly Pick<Evidence, "outcome">[], needed: number): "no-answer" | "other-version" {
  const possible = looks.filter((look) => isGood(look) || look.outcome === "no-answer").length;
  return possible >= needed ? "no-answer" : "other-version";
}

/** How often in a row each address has said it, after one more look. */
export function countsAfter(state: ProbeState, config: ProbeConfig, evidence: Evidence): readonly number[] {
  const before = state.counts ?? [state.confirmations];
  return saidBy(config, evidence).map((said, index) => (isGood(said) ? (before[index] ?? 0) + 1 : 0));
}

/** How often in a row enough of them have. */
export function enoughOf(counts: readonly number[], config: ProbeConfig): number {
  return counts.toSorted((one, other) => other - one)[neededOf(config) - 1] ?? 0;
}

/** What a probe knows when the time is over, and not enough have said it often enough: `unknown` where silence alone kept it from that. */
export function resultAtDeadline(
  counts: readonly number[],
  config: ProbeConfig,
  evidence: Evidence,
): "unknown" | "refuted" {
  const said = saidBy(config, evidence);
  const looks = said.map(({ outcome }, index) => {
    // Right at last, but not often enough: no proof, and no silence either.
    const isProven = (counts[index] ?? 0) >= config.confirmations;
    return { outcome: isProven || outcome === "no-answer" ? outcome : ("other-version" as const) };
  });
  return shortOf(looks, neededOf(config)) === "no-answer" ? "unknown" : "refuted";
}

/** What each address has said; where they could not be asked at all, the same for each. */
function saidBy(
  config: ProbeConfig,
  { addresses, outcome, observed, detail }: Evidence,
): readonly AddressEvidence[] {
  return addresses ?? addressesOf(config).map((url) => ({ url, outcome, observed, detail }));
}
