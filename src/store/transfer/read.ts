import { createHash } from "node:crypto";
import { AuditLogCheck, describeFlaw } from "../audit-log.ts";
import type { AuditFlaw, AuditRow } from "../audit-log.ts";
import { checkRow } from "./check-row.ts";
import { asHeader, asTrailer, EXPORT_AGAIN, FORMAT, shown, TransferError } from "./format.ts";
import type { Header, Trailer } from "./format.ts";
import { linesOf } from "./lines.ts";
import type { Line } from "./lines.ts";
import { noRows, TRANSFER_TABLES } from "./tables.ts";
import type { TableName, TransferRow, TransferTable } from "./tables.ts";

/** Rows of one table, as many as fit into one statement. */
export interface Batch {
  readonly table: TransferTable;
  readonly rows: readonly TransferRow[];
  readonly firstLine: number;
  readonly lastLine: number;
}

const MOST_ROWS = 500;
const MOST_BYTES = 2 * 1_024 * 1_024;
const FOREIGN = "This is no export of a Waybill store.";
const NAME_IT = "Name the file that `waybill export` has written.";

/**
 * Reads a file of `exportStore` and checks everything about it: each value, the order, the audit log, and at the end the counts and the
 * checksum. Only when `batches` has come to its end is all that it gave known to be right.
 */
export class TransferReader {
  readonly #schema: string;
  readonly #hash = createHash("sha256");
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  readonly #audit = new AuditLogCheck();
  readonly #rows = noRows();
  #header: Header | null = null;
  #trailer: Trailer | null = null;
  #table = 0;
  #lastKey: readonly number[] | null = null;
  #open: TableName | null = null;
  #batch: { rows: TransferRow[]; firstLine: number; lastLine: number; bytes: number } | null = null;

  /** @param schema the newest migration that is known */
  constructor(schema: string) {
    this.#schema = schema;
  }

  /** The header; there once the first batch is, or the end. */
  get header(): Header {
    if (this.#header === null) throw new Error("the header was not read yet");
    return this.#header;
  }

  /** The trailer; there at the end. */
  get trailer(): Trailer {
    if (this.#trailer === null) throw new Error("the trailer was not read yet");
    return this.#trailer;
  }

  /** The rows, in order. Throws TransferError at whatever is wrong. */
  async *batches(source: AsyncIterable<Uint8Array>): AsyncGenerator<Batch> {
    let last = 0;
    for await (const lines of linesOf(source)) {
      for (const line of lines) {
        last = line.number;
        const full = this.#take(line);
        if (full !== null) yield full;
      }
    }
    if (last === 0) throw new TransferError("The file is empty.", NAME_IT);
    if (this.#trailer === null) throw cutOff(last);
  }

  /** Takes a line; answers the batch that is complete with it. */
  #take(line: Line): Batch | null {
    if (this.#trailer !== null)
      throw new TransferError("Something follows the last line.", EXPORT_AGAIN, line.number);
    const value = this.#valueOf(line);
    if (this.#header === null) {
      this.#header = headerOf(value, this.#schema);
      this.#digest(line);
      return null;
    }
    if (typeof value !== "object" || value === null)
      throw new TransferError(`${shown(value)} is no row.`, EXPORT_AGAIN, line.number);
    if ("end" in value) return this.#end(value, line);
    const [table, row] = this.#rowOf(value, line);
    this.#digest(line);
    return this.#gather(table, row, line);
  }

  #digest({ bytes }: Line): void {
    this.#hash.update(bytes);
    this.#hash.update("\n");
  }

  #valueOf({ bytes, number, ended }: Line): unknown {
    if (number === 1 && bytes[0] === 0x1f && bytes[1] === 0x8b)
      throw new TransferError(
        "The file is compressed.",
        "Unpack it first: `gunzip -c FILE | waybill import -`.",
      );
    try {
      return JSON.parse(this.#decoder.decode(bytes));
    } catch {
      if (number === 1) throw new TransferError(FOREIGN, NAME_IT, 1);
      if (!ended) throw cutOff(number);
      throw new TransferError("This line is no JSON.", EXPORT_AGAIN, number);
    }
  }

  #rowOf(value: object, { number }: Line): [TransferTable, TransferRow] {
    const { table: name, row: given } = value as { table?: unknown; row?: unknown };
    const index = TRANSFER_TABLES.findIndex((table) => table.name === name);
    const table = TRANSFER_TABLES[index];
    if (table === undefined)
      throw new TransferError(`${shown(name)} is no table of a store.`, EXPORT_AGAIN, number);
    if (index < this.#table)
      throw new TransferError(`A row of ${table.name} stands behind the table's end.`, EXPORT_AGAIN, number);
    if (index > this.#table) this.#lastKey = null;
    this.#table = index;
    const row = checkRow(table, given, number);
    this.#checkOrder(table, row, number);
    this.#checkAudit(table, row, number);
    return [table, row];
  }

  /** Only where keys are numbers: each database orders texts in its own way. */
  #checkOrder(table: TransferTable, row: TransferRow, line: number): void {
    const key = table.key.map((name) => row[name]);
    if (!key.every((value) => typeof value === "number")) return;
    const last = this.#lastKey;
    this.#lastKey = key;
    if (last === null) return;
    const differing = key.findIndex((value, index) => value !== last[index]);
    if (differing !== -1 && (key[differing] ?? 0) > (last[differing] ?? 0)) return;
    throw new TransferError(
      `${table.name} ${key.join("/")} comes after ${last.join("/")}: the rows are out of order, or there twice.`,
      EXPORT_AGAIN,
      line,
    );
  }

  #checkAudit({ name }: TransferTable, row: TransferRow, line: number): void {
    // Their columns were just checked.
    if (name === "audit_head") {
      const { installation, seq, hash } = row as { installation: number; seq: number; hash: string };
      this.#audit.expect(installation, { seq, hash });
    } else if (name === "audit") refuseFlaw(this.#audit.add(row as unknown as AuditRow), line);
  }

  #gather(table: TransferTable, row: TransferRow, { number, bytes }: Line): Batch | null {
    this.#rows[table.name] += 1;
    const before = this.#batch !== null && this.#open !== table.name ? this.#flush() : null;
    this.#open = table.name;
    this.#batch ??= { rows: [], firstLine: number, lastLine: number, bytes: 0 };
    this.#batch.rows.push(row);
    this.#batch.lastLine = number;
    this.#batch.bytes += bytes.length;
    if (before !== null) return before;
    return this.#batch.rows.length >= MOST_ROWS || this.#batch.bytes >= MOST_BYTES ? this.#flush() : null;
  }

  #flush(): Batch | null {
    const batch = this.#batch;
    const table = TRANSFER_TABLES.find(({ name }) => name === this.#open);
    this.#batch = null;
    if (batch === null || table === undefined) return null;
    return { table, rows: batch.rows, firstLine: batch.firstLine, lastLine: batch.lastLine };
  }

  #end(value: object, { number }: Line): Batch | null {
    const trailer = asTrailer(value);
    if (trailer === null) throw new TransferError("The last line is damaged.", EXPORT_AGAIN, number);
    if (trailer.sha256 !== this.#hash.digest("hex")) {
      const problem = "The checksum does not fit: the file is not as it was written.";
      throw new TransferError(problem, `${EXPORT_AGAIN} A file is never mended by hand.`, number);
    }
    for (const { name } of TRANSFER_TABLES) {
      if (trailer.rows[name] === this.#rows[name]) continue;
      const problem = `${name}: ${trailer.rows[name]} rows are announced and ${this.#rows[name]} are there.`;
      throw new TransferError(problem, EXPORT_AGAIN, number);
    }
    refuseFlaw(this.#audit.end(), number);
    this.#trailer = trailer;
    return this.#flush();
  }
}

function headerOf(value: unknown, schema: string): Header {
  if (typeof value !== "object" || value === null || !("waybill" in value) || value.waybill !== "store")
    throw new TransferError(FOREIGN, NAME_IT, 1);
  // The format first: what else a newer header holds is not known here.
  const format = "format" in value ? value.format : undefined;
  if (typeof format === "number" && format > FORMAT) {
    const problem = `The file has format ${shown(format)}, and this version of Waybill reads format ${FORMAT}.`;
    throw new TransferError(problem, "Import it with the version that has exported it, or a newer one.", 1);
  }
  const header = asHeader(value);
  if (header === null) throw new TransferError("The header is damaged.", EXPORT_AGAIN, 1);
  if (header.schema === schema) return header;
  const isNewer = header.schema > schema;
  throw new TransferError(
    `The file comes from a store with the tables of ${shown(header.schema)}, and this version of Waybill has those of ${shown(schema)}.`,
    isNewer
      ? "Import it with the version that has exported it."
      : "Start this version on the old store once, which brings its tables up to date, and export again.",
    1,
  );
}

function cutOff(line: number): TransferError {
  return new TransferError(
    "The file is cut off here: its end is missing.",
    "Export again, or copy the whole file.",
    line,
  );
}

function refuseFlaw(flaw: AuditFlaw | null, line: number): void {
  if (flaw === null) return;
  const text = describeFlaw(flaw);
  throw new TransferError(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`, EXPORT_AGAIN, line);
}
