/**
 * Many rows in one statement of constant text: the rows travel as one JSON parameter. A statement with a placeholder for every value is
 * written, compiled and parsed anew for each size of batch, which cost more than the inserting itself (measured).
 */
import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import type { Database } from "./database.ts";

export type ColumnType = "text" | "integer";
type Row = Readonly<Record<string, string | number | null>>;

/**
 * A `from` source named `r` with the given columns, one row for each of `rows`, in their order. Texts must be storable: PostgreSQL refuses NUL in JSON.
 *
 * @see https://www.sqlite.org/json1.html#jeach
 * @see https://www.postgresql.org/docs/current/functions-json.html#FUNCTIONS-JSON-PROCESSING
 */
export function rowsOf(
  dialect: Database["dialect"],
  columns: Readonly<Record<string, ColumnType>>,
  rows: readonly Row[],
): RawBuilder<unknown> {
  const names = Object.entries(columns);
  const json = JSON.stringify(rows);
  if (dialect === "sqlite") {
    const fields = names.map(([name]) => sql`value ->> ${sql.lit(name)} as ${sql.ref(name)}`);
    return sql`(select ${sql.join(fields)} from json_each(${json})) as r`;
  }
  const fields = names.map(
    ([name, type]) => sql`${sql.ref(name)} ${sql.raw(type === "text" ? "text" : "bigint")}`,
  );
  return sql`json_to_recordset(${json}::json) as r(${sql.join(fields)})`;
}
