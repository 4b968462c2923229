/** What the running system said, as rows of a table. */
import { goodOf } from "../core/addresses.ts";
import { isGood } from "../core/evidence.ts";
import type { Evidence } from "../core/promotion.ts";
import { timeText } from "./times.ts";

/** The looks of a receipt, all of which found what was wanted. */
export function evidencePage(looks: readonly Evidence[]): object[] {
  return looks.map(rowOf);
}

/** The looks of a failure; of several addresses also what those said of the last look that did not say it. */
export function failedEvidencePage(looks: readonly Evidence[]): object[] {
  const last = looks.findLast(({ addresses }) => addresses !== undefined);
  return looks.flatMap((look) => {
    const rest = look === last ? (look.addresses ?? []).filter((said) => !isGood(said)) : [];
    return [rowOf(look), ...rest.map((said) => rowOf({ ...said, at: look.at }))];
  });
}

/** `of` is 0 where there is one address, which needs no counting; `right` is what was named where that was right. */
function rowOf(look: Evidence): object {
  const { at, url, outcome, observed, detail, addresses = [] } = look;
  return {
    at: timeText(at),
    url,
    of: addresses.length,
    good: goodOf(look),
    reached: outcome === "answers" || addresses.some((said) => said.outcome === "answers"),
    right: outcome === "confirmed" ? observed : null,
    answer: observed ?? detail,
  };
}
