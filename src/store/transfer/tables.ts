/**
 * The tables as a file carries them from one database to another: the names of columns and what they hold. The compiler asks here for
 * each table and column of the newest schema, so that none is forgotten when a migration adds one.
 */
import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import type { Tables } from "../database.ts";

/** What a column holds: `json` is JSON as text; bytes travel in base64. With `?` it may be null. */
export type ColumnKind = "integer" | "integer?" | "text" | "text?" | "json" | "bytes";

/** The name of a table that travels. */
export type TableName = keyof Tables;

/** How a table travels. */
export interface TransferTable {
  readonly name: TableName;
  readonly columns: Readonly<Record<string, ColumnKind>>;
  /** The primary key, by which rows are read piece by piece. */
  readonly key: readonly string[];
  /** Rows that are read at once: few where one may be large. */
  readonly atOnce: number;
  /** The column that the database numbers itself. */
  readonly numbered: string | null;
  /** Which rows travel; null for all. */
  readonly only: RawBuilder<boolean> | null;
}

type Definition<Name extends TableName> = {
  readonly columns: { readonly [Column in keyof Tables[Name]]: ColumnKind };
  readonly key: readonly (keyof Tables[Name] & string)[];
  readonly atOnce: number;
  readonly numbered?: keyof Tables[Name] & string;
  readonly only?: RawBuilder<boolean>;
};

/** In the order in which they stand in a file: what is small first, the heads of the audit log before the log. */
const DEFINITIONS: { readonly [Name in TableName]: Definition<Name> } = {
  lane: {
    columns: {
      installation: "integer",
      repository: "integer",
      environment: "text",
      rev: "integer",
      state: "json",
    },
    key: ["installation", "repository", "environment"],
    atOnce: 20,
  },
  promotion: {
    columns: {
      installation: "integer",
      repository: "integer",
      id: "text",
      environment: "text",
      rev: "integer",
      open: "integer",
      data: "json",
    },
    key: ["installation", "repository", "id"],
    atOnce: 100,
  },
  parked: {
    columns: { installation: "integer", repository: "integer", lost: "integer" },
    key: ["installation", "repository"],
    atOnce: 1_000,
  },
  look: {
    columns: {
      kind: "text",
      installation: "integer",
      repository: "integer",
      looked_at: "integer",
      pause: "integer",
      failures: "integer",
      memory: "json",
    },
    key: ["kind", "installation", "repository"],
    atOnce: 100,
  },
  heard: {
    columns: { installation: "integer", repository: "integer", comment: "integer" },
    key: ["installation", "repository", "comment"],
    atOnce: 1_000,
  },
  receipt: {
    columns: {
      installation: "integer",
      repository: "integer",
      promotion: "text",
      environment: "text",
      at: "integer",
      key_id: "text?",
      document: "text",
    },
    key: ["installation", "repository", "promotion"],
    atOnce: 50,
  },
  pack: {
    columns: { id: "integer", received_at: "integer", data: "bytes" },
    key: ["id"],
    // A single one may hold 25 MiB.
    atOnce: 1,
    numbered: "id",
  },
  inbox: {
    columns: {
      seq: "integer",
      delivery_id: "text",
      event: "text",
      installation: "integer?",
      repository: "integer?",
      pack: "integer?",
      pack_start: "integer?",
      pack_length: "integer?",
      received_at: "integer",
    },
    key: ["seq"],
    atOnce: 1_000,
    numbered: "seq",
  },
  job: {
    columns: {
      id: "integer",
      kind: "text",
      key: "text?",
      dedupe: "text?",
      coalesces: "integer",
      priority: "integer",
      run_at: "integer",
      state: "text",
      timer: "integer",
      attempts: "integer",
      max_attempts: "integer",
      owner: "text?",
      lease_until: "integer?",
      payload: "json",
      error: "text?",
      finished_at: "integer?",
      held: "text?",
    },
    key: ["id"],
    atOnce: 200,
    numbered: "id",
    // What is done is kept for a week to be looked at, and decides nothing.
    only: sql<boolean>`state <> 'done'`,
  },
  audit_head: {
    columns: { installation: "integer", seq: "integer", hash: "text" },
    key: ["installation"],
    atOnce: 1_000,
  },
  audit: {
    columns: {
      installation: "integer",
      seq: "integer",
      at: "integer",
      actor: "text",
      scope: "text",
      type: "text",
      ref: "text",
      data: "json",
      prev_hash: "text",
      hash: "text",
    },
    key: ["installation", "seq"],
    atOnce: 1_000,
  },
};

/** Every table that travels, in the order in which they stand in a file. */
export const TRANSFER_TABLES: readonly TransferTable[] = Object.entries(DEFINITIONS).map(
  ([name, definition]) => ({ numbered: null, only: null, ...definition, name: name as TableName }),
);

/** A row as it stands in a file. */
export type TransferRow = Readonly<Record<string, string | number | null>>;

/** How many rows of each table. */
export type RowCounts = Record<TableName, number>;

/** A count of zero for each table. */
export function noRows(): RowCounts {
  return Object.fromEntries(TRANSFER_TABLES.map(({ name }) => [name, 0])) as RowCounts;
}
