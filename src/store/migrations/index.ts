import { PostgresAdapter, sql } from "kysely";
import type { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import { StoreConfigError } from "../config.ts";
import type { Dialect, Tables } from "../database.ts";
import { firstTables } from "./0001_first_tables.ts";
import { packs } from "./0002_packs.ts";
import { parked } from "./0003_parked.ts";
import { looks } from "./0004_looks.ts";
import { WRITERS_FROM, writersFrom } from "./0005_writers_from.ts";
import { heard } from "./0006_heard.ts";
import { externalGate } from "./0007_external_gate.ts";
import { holds } from "./0008_holds.ts";
import { receipts } from "./0009_receipts.ts";
import { rejections } from "./0010_rejections.ts";
import { probes } from "./0012_probes.ts";
import type { StoreMigration } from "./migration.ts";

type StoreMigrations = Readonly<Record<string, StoreMigration>>;

/** Every migration by name, in order; the name is what the database remembers, so it never changes. */
export function migrationsFor(dialect: Dialect): Record<string, StoreMigration> {
  return {
    "0001_first_tables": firstTables(dialect),
    "0002_packs": packs(dialect),
    "0003_parked": parked(dialect),
    "0004_looks": looks(dialect),
    [WRITERS_FROM]: writersFrom(dialect),
    "0006_heard": heard(dialect),
    "0007_external_gate": externalGate(),
    "0008_holds": holds(),
    "0009_receipts": receipts(dialect),
    "0010_rejections": rejections(),
    "0012_probes": probes(),
  };
}

/**
 * Brings the schema up to date, all or nothing. The caller holds the lock under which only one process migrates. Where a newer Waybill has
 * brought it further on, but so that this one may go on writing, it stays as it is.
 * Throws StoreConfigError when it may not, and else what the database threw.
 */
export async function migrate(db: Kysely<Tables>, migrations: StoreMigrations): Promise<void> {
  const schema = await readSchema(db, migrations);
  if (schema.newer.length > 0) return requireOurs(schema);
  const provider = { getMigrations: async () => fenced(db, migrations) };
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error !== undefined) throw error;
}

/**
 * The migrations, each of which first waits until nobody writes and lets nobody begin: every writing transaction holds the table of
 * migrations for reading (`Database.checkSchema`), and finds the newer schema when it comes next. Each also writes down whether those who
 * do not know it may still write.
 */
function fenced(db: Kysely<Tables>, migrations: StoreMigrations): Record<string, StoreMigration> {
  const isShared = db.getExecutor().adapter instanceof PostgresAdapter;
  const fence = (name: string, migration: StoreMigration): StoreMigration => ({
    async up(trx) {
      if (isShared) await sql`lock table kysely_migration in access exclusive mode`.execute(trx);
      await migration.up(trx);
      if (name > WRITERS_FROM && migration.compatible !== true)
        await sql`update writers_from set migration = ${name}`.execute(trx);
    },
  });
  return Object.fromEntries(
    Object.entries(migrations).map(([name, migration]) => [name, fence(name, migration)]),
  );
}

/**
 * Makes sure that the schema is one that this version reads, for a reader, who must not migrate. `exact`: it must be this version's own, so
 * that nothing of a newer one is overlooked.
 * Throws StoreConfigError if it is older, or newer than may be.
 */
export async function requireMigrated(
  db: Kysely<Tables>,
  migrations: StoreMigrations,
  exact: boolean,
): Promise<void> {
  const schema = await readSchema(db, migrations);
  if (exact && schema.newer.length > 0) throw newerSchema(schema.newer);
  requireOurs(schema);
}

/** What a database's schema is to a process that knows certain migrations. */
interface SchemaSeen {
  /** The migrations that the process does not know, and that it may write beside (`open`) or not. */
  readonly newer: readonly string[];
  readonly open: boolean;
  /** Whether it has all that the process knows. */
  readonly whole: boolean;
}

async function readSchema(db: Kysely<Tables>, migrations: StoreMigrations): Promise<SchemaSeen> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  const isThere = (wanted: string): boolean => tables.some(({ name }) => name === wanted);
  const rows = isThere("kysely_migration") ? await schemaRows(db, isThere("writers_from")) : [];
  const known = new Set(Object.keys(migrations));
  const applied = new Set(rows.map(({ name }) => name));
  return {
    newer: newerThan(known, rows),
    open: mayWrite(known, rows),
    whole: [...known].every((name) => applied.has(name)),
  };
}

function requireOurs({ newer, open, whole }: SchemaSeen): void {
  if (newer.length > 0 && !(open && whole)) throw newerSchema(newer);
  if (whole) return;
  throw new StoreConfigError(
    "missing",
    "The database that DATABASE_URL names is not set up for this version of Waybill: start the server on it once.",
  );
}

/** A migration that was applied, and the oldest schema that who writes has to know; null where the database does not say. */
export interface SchemaRow {
  readonly name: string;
  readonly writers: string | null;
}

/** Reads the schema in one statement, which holds the table of migrations for reading until its transaction ends. */
export async function schemaRows(db: Kysely<Tables>, hasWriters = true): Promise<readonly SchemaRow[]> {
  const writers = hasWriters ? sql`(select max(migration) from writers_from)` : sql`null`;
  const { rows } = await sql<SchemaRow>`select name, ${writers} as writers
    from kysely_migration order by name`.execute(db);
  return rows;
}

/** The applied migrations that a process does not know, by name. */
export function newerThan(known: ReadonlySet<string>, rows: readonly SchemaRow[]): string[] {
  return rows.flatMap(({ name }) => (known.has(name) ? [] : [name]));
}

/** Whether a process that knows certain migrations may write: it knows the newest of those after which older ones stop. */
export function mayWrite(known: ReadonlySet<string>, rows: readonly SchemaRow[]): boolean {
  const writers = rows[0]?.writers ?? null;
  return newerThan(known, rows).length === 0 || (writers !== null && known.has(writers));
}

function newerSchema(unknown: readonly string[]): StoreConfigError {
  return new StoreConfigError(
    "newer-schema",
    `The database that DATABASE_URL names was set up by a newer Waybill (it has ${unknown.join(", ")}): run that version, or restore a backup.`,
  );
}
