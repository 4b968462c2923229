import { storableText } from "../text.ts";
import { EXPORT_AGAIN, shown, TransferError } from "./format.ts";
import type { ColumnKind, TransferRow, TransferTable } from "./tables.ts";

const STATES = ["waiting", "ready", "running", "dead"];
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A line's value as a row of the table; throws TransferError naming the column and the value that cannot be there. */
export function checkRow(table: TransferTable, value: unknown, line: number): TransferRow {
  const refuse = (column: string, problem: string): never => {
    throw new TransferError(`${table.name}.${column}: ${problem}`, EXPORT_AGAIN, line);
  };
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TransferError(`${table.name}: ${shown(value)} is no row.`, EXPORT_AGAIN, line);
  const row = value as Record<string, unknown>;
  for (const [column, kind] of Object.entries(table.columns)) {
    if (!Object.hasOwn(row, column)) refuse(column, "it is missing.");
    const problem = problemOf(kind, row[column]);
    if (problem !== null) refuse(column, `${shownAs(kind, row[column])} ${problem}`);
  }
  const unknown = Object.keys(row).find((column) => !Object.hasOwn(table.columns, column));
  if (unknown !== undefined) refuse(shown(unknown), "there is no such column.");
  if (table.name === "job" && !STATES.includes(String(row["state"])))
    refuse("state", `${shown(row["state"])} is none of ${STATES.join(", ")}.`);
  return row as TransferRow;
}

/** What was written by people or by GitHub is not repeated on a terminal. */
function shownAs(kind: ColumnKind, value: unknown): string {
  return kind === "json" || kind === "bytes" ? "the value" : shown(value);
}

function problemOf(kind: ColumnKind, value: unknown): string | null {
  if (value === null) return kind.endsWith("?") ? null : "may not be empty.";
  switch (kind) {
    case "integer":
    case "integer?":
      return Number.isSafeInteger(value) ? null : "is no whole number below 2^53.";
    case "text":
    case "text?":
      return isStorable(value) ? null : "is no text that both databases can hold.";
    case "json":
      return isStorable(value) && isJson(value) ? null : "is no JSON.";
    case "bytes":
      return typeof value === "string" && BASE64.test(value) ? null : "is no base64.";
  }
}

function isStorable(value: unknown): value is string {
  return typeof value === "string" && storableText(value) === value;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
