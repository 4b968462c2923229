/** How the system performed, for the receipt's comment. */
import type { MeasuredRow, MeasuredValue, MeasurePhase } from "../core/measures.ts";

const WHEN: Readonly<Record<MeasurePhase, string>> = {
  before: "before",
  during: "when all was out",
  after: "after",
};
/** More digits tell nobody more. */
const DIGITS = 6;

/** What `performance.hbs` shows. */
export function performancePage(rows: readonly MeasuredRow[] | undefined): object {
  const phases = Object.keys(WHEN) as MeasurePhase[];
  return {
    performance: (rows ?? []).map((row) => ({
      name: row.name,
      before: shown(row.before, row.unit),
      during: shown(row.during, row.unit),
      after: shown(row.after, row.unit),
    })),
    unmeasured: (rows ?? []).flatMap((row) =>
      phases.flatMap((phase) => {
        const value = row[phase];
        return value !== null && "missing" in value
          ? [{ name: row.name, when: WHEN[phase], why: value.missing }]
          : [];
      }),
    ),
  };
}

function shown(value: MeasuredValue | null, unit: string): string {
  if (value === null || "missing" in value) return "–";
  const number = String(Number(value.value.toPrecision(DIGITS)));
  return unit === "" ? number : `${number} ${unit}`;
}
