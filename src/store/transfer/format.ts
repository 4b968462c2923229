/**
 * The file that carries a store: JSON, one value a line. First a header, then one line for each row, table after table, last a trailer
 * with the counts and a SHA-256 over every byte before it. docs/operate.md describes it; who changes it raises FORMAT.
 */
import { z } from "zod";
import { crossOutTokens } from "../../core/secrets.ts";
import { migrationsFor } from "../migrations/index.ts";
import { TRANSFER_TABLES } from "./tables.ts";
import type { RowCounts, TableName, TransferRow } from "./tables.ts";

/** The version of the format. */
export const FORMAT = 1;

/** The tables that travel: the newest migration that this version knows. The same on both databases. */
export const NEWEST_SCHEMA = Object.keys(migrationsFor("sqlite")).sort().at(-1) ?? "";

/** No line is longer: a pack of payloads holds at most 32 MiB, which base64 makes a third more. */
export const LONGEST_LINE = 64 * 1_024 * 1_024;

const count = z.int().min(0);
const names = TRANSFER_TABLES.map(({ name }) => name);
const counts = z.strictObject(Object.fromEntries(names.map((name) => [name, count]))) as unknown as z.ZodType<
  Record<TableName, number>
>;

const header = z.strictObject({
  waybill: z.literal("store"),
  format: z.int().min(1),
  /** The newest migration of the store that it was read from. */
  schema: z.string().max(200),
  source: z.enum(["sqlite", "postgres"]),
  /** When it was read, in ISO 8601. */
  at: z.iso.datetime(),
  /** The highest number that each table has given out. */
  numbers: z.strictObject({ pack: count, inbox: count, job: count }),
});

const trailer = z.strictObject({
  end: z.literal(true),
  /** Whether no server worked on the store while it was read, as far as could be seen. */
  final: z.boolean(),
  rows: counts,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** The first line. */
export type Header = Readonly<z.infer<typeof header>>;
/** The last line. */
export interface Trailer {
  readonly end: true;
  readonly final: boolean;
  readonly rows: Readonly<RowCounts>;
  readonly sha256: string;
}

/** A value as a line. */
export function encodeLine(
  value: Header | Trailer | { readonly table: TableName; readonly row: TransferRow },
): string {
  return `${JSON.stringify(value)}\n`;
}

/** The header in a line's value; null if it is none. */
export function asHeader(value: unknown): Header | null {
  return header.safeParse(value).data ?? null;
}

/** The trailer in a line's value; null if it is none. */
export function asTrailer(value: unknown): Trailer | null {
  return trailer.safeParse(value).data ?? null;
}

/** A store could not be moved, and somebody has to do something else first: what is wrong and the mend, each in whole sentences. */
export class TransferError extends Error {
  override readonly name = "TransferError";
  /** The line of the file that is wrong; null where it is no line's fault. */
  readonly line: number | null;
  readonly mend: string;

  constructor(problem: string, mend: string, line: number | null = null) {
    super(problem);
    this.mend = mend;
    this.line = line;
  }
}

/** What to do with a file that is not as it was written. */
export const EXPORT_AGAIN = "Export again, and import the file as it is.";

const LONGEST_SHOWN = 60;

/** A value of the file as it may be shown: short, without what moves a terminal's cursor, without credentials. */
export function shown(value: unknown): string {
  const text = crossOutTokens(JSON.stringify(value) ?? "nothing").replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    " ",
  );
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
