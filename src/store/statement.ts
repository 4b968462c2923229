/**
 * Statements whose text never changes: put together and compiled once for each kind of database, and run with values of their own. For what is run
 * with every job, putting the statement together costs more than the database does (measured).
 */
import { CompiledQuery, sql } from "kysely";
import type { Kysely, RawBuilder } from "kysely";
import type { Dialect, Tables } from "./database.ts";

type Value = string | number | null;

/** Stands in the compiled statement for a value that comes with each run. */
class Slot {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Runs the statement with these values, on a connection of this kind of database. */
type Statement<Values, Row> = (
  dialect: Dialect,
  on: Kysely<Tables>,
  values: Readonly<Values>,
) => Promise<readonly Row[]>;

/**
 * A statement of constant text.
 *
 * @param write puts it together once, of the places for its values; what else it binds is the same in each run
 */
export function statement<Values extends Readonly<Record<keyof Values, Value>>, Row>(
  write: (
    slot: <Name extends keyof Values & string>(name: Name) => RawBuilder<Values[Name]>,
    dialect: Dialect,
  ) => RawBuilder<Row>,
): Statement<Values, Row> {
  const compiled = new Map<Dialect, CompiledQuery>();
  return async (dialect, on, values) => {
    let query = compiled.get(dialect);
    if (query === undefined) {
      query = write((name) => sql.val(new Slot(name)) as unknown as RawBuilder<never>, dialect).compile(on);
      compiled.set(dialect, query);
    }
    const bound = query.parameters.map((one) =>
      one instanceof Slot ? values[one.name as keyof Values] : one,
    );
    return (await on.executeQuery<Row>(CompiledQuery.raw(query.sql, bound))).rows;
  };
}
