/**
 * Many rows in one statement of constant text: the rows travel as one JSON parameter. A statement with a placeholder for every value is
 * written, compiled and parsed anew for each size of batch, which cost more than the inserting itself (measured); and this text is
 * written once.
 */
import { CompiledQuery, sql } from "kysely";
import type { Kysely, RawBuilder } from "kysely";
import type { Database, Dialect, Tables } from "./database.ts";

type ColumnType = "text" | "integer";
type Columns = Readonly<Record<string, ColumnType>>;
type Row = Readonly<Record<string, string | number | null>>;

/** Runs the statement for these rows. Texts must be storable: PostgreSQL refuses NUL in JSON. */
type RowsStatement<Result> = (
  database: Pick<Database, "dialect">,
  on: Kysely<Tables>,
  rows: readonly Row[],
) => Promise<readonly Result[]>;

/**
 * A statement about many rows.
 *
 * @param write makes it, of the columns' names and of a source named `r` with these columns, one row for each of the rows, in their order;
 * without any parameter of its own, and once for each database
 */
export function rowsStatement<Result = never>(
  columns: Columns,
  write: (names: RawBuilder<unknown>, source: RawBuilder<unknown>, dialect: Dialect) => RawBuilder<Result>,
): RowsStatement<Result> {
  const texts = new Map<Dialect, string>();
  const names = sql.join(Object.keys(columns).map((name) => sql.ref(name)));
  return async ({ dialect }, on, rows) => {
    let text = texts.get(dialect);
    if (text === undefined) {
      text = write(names, sourceOf(dialect, columns), dialect).compile(on).sql;
      texts.set(dialect, text);
    }
    return (await on.executeQuery<Result>(CompiledQuery.raw(text, [JSON.stringify(rows)]))).rows;
  };
}

/**
 * The rows of the statement's one parameter.
 *
 * @see https://www.sqlite.org/json1.html#jeach
 * @see https://www.postgresql.org/docs/current/functions-json.html#FUNCTIONS-JSON-PROCESSING
 */
function sourceOf(dialect: Dialect, columns: Columns): RawBuilder<unknown> {
  const names = Object.entries(columns);
  // Its value comes with each run.
  const json = sql.val("");
  if (dialect === "sqlite") {
    const fields = names.map(([name]) => sql`value ->> ${sql.lit(name)} as ${sql.ref(name)}`);
    return sql`(select ${sql.join(fields)} from json_each(${json})) as r`;
  }
  const fields = names.map(
    ([name, type]) => sql`${sql.ref(name)} ${sql.raw(type === "text" ? "text" : "bigint")}`,
  );
  return sql`json_to_recordset(${json}::json) as r(${sql.join(fields)})`;
}
