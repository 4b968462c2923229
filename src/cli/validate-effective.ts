/** What `waybill validate --effective` prints: every setting as it holds, and where it comes from. */
import type { EffectiveSetting } from "../core/config/effective.ts";

/** A line for each setting: its name, its value as JSON, and its file and line. */
export function effectiveText(settings: readonly EffectiveSetting[]): string {
  const rows = settings.map(({ at, value, from }) => [
    at,
    JSON.stringify(value) ?? "",
    from === null ? "built in" : `${from.path}:${from.line}`,
  ]);
  const wide = (column: number): number =>
    Math.min(WIDEST, Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const [name, shown] = [wide(0), wide(1)];
  return rows
    .map(([at = "", value = "", from = ""]) => `${at.padEnd(name)}  ${value.padEnd(shown)}  ${from}\n`)
    .join("");
}

const WIDEST = 60;
