/** Inputs of workflows, from the config. */
import type { Findings } from "./findings.ts";
import type { Path } from "./located.ts";
import { MOST_CONFIGURED_INPUTS, OWN_INPUTS } from "./names.ts";

/** Refuses more inputs than GitHub takes besides Waybill's own. */
export function checkInputCount(inputs: Readonly<Record<string, unknown>>, at: Path, found: Findings): void {
  if (Object.keys(inputs).length <= MOST_CONFIGURED_INPUTS) return;
  found.refuse(
    at,
    `more than ${MOST_CONFIGURED_INPUTS} inputs`,
    `GitHub takes 25, and ${OWN_INPUTS.length} are Waybill's own: keep the others in the workflow`,
  );
}
