import type { Migration } from "kysely/migration";

/** One step of the schema. */
export interface StoreMigration extends Migration {
  /**
   * Whether a process that does not know it may go on reading and writing: it only adds tables, indexes, or columns that are null or have a
   * default, and nothing of what is stored afterwards would be decided wrongly by older code. Absent: older processes stop, which is also
   * what a migration is for that changes no table.
   */
  readonly compatible?: true;
}
