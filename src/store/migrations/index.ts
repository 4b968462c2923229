import { PostgresAdapter, sql } from "kysely";
import type { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import type { Migration } from "kysely/migration";
import { StoreConfigError } from "../config.ts";
import type { Dialect, Tables } from "../database.ts";
import { firstTables } from "./0001_first_tables.ts";
import { packs } from "./0002_packs.ts";
import { parked } from "./0003_parked.ts";
import { looks } from "./0004_looks.ts";

/** Every migration by name, in order; the name is what the database remembers, so it never changes. */
export function migrationsFor(dialect: Dialect): Record<string, Migration> {
  return {
    "0001_first_tables": firstTables(dialect),
    "0002_packs": packs(dialect),
    "0003_parked": parked(dialect),
    "0004_looks": looks(dialect),
  };
}

/**
 * Brings the schema up to date, all or nothing. The caller holds the lock under which only one process migrates.
 * Throws StoreConfigError when the database was migrated by a newer Waybill, and else what the database threw.
 */
export async function migrate(
  db: Kysely<Tables>,
  migrations: Readonly<Record<string, Migration>>,
): Promise<void> {
  const provider = { getMigrations: async () => fenced(db, migrations) };
  const migrator = new Migrator({ db, provider });
  const unknown = await unknownMigrations(db, migrations);
  if (unknown.length > 0) throw newerSchema(unknown);
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/**
 * The migrations, each of which first waits until nobody writes and lets nobody begin: every writing transaction holds the table of
 * migrations for reading (`Database.checkSchema`), and finds the newer schema when it comes next.
 */
function fenced(
  db: Kysely<Tables>,
  migrations: Readonly<Record<string, Migration>>,
): Record<string, Migration> {
  if (!(db.getExecutor().adapter instanceof PostgresAdapter)) return { ...migrations };
  const fence = (migration: Migration): Migration => ({
    async up(trx) {
      await sql`lock table kysely_migration in access exclusive mode`.execute(trx);
      await migration.up(trx);
    },
  });
  return Object.fromEntries(Object.entries(migrations).map(([name, migration]) => [name, fence(migration)]));
}

/**
 * Makes sure that the schema is the one this version reads, for a reader, who must not migrate.
 * Throws StoreConfigError if it is older or newer.
 */
export async function requireMigrated(
  db: Kysely<Tables>,
  migrations: Readonly<Record<string, Migration>>,
): Promise<void> {
  const unknown = await unknownMigrations(db, migrations);
  if (unknown.length > 0) throw newerSchema(unknown);
  const applied = new Set(await appliedMigrations(db));
  if (Object.keys(migrations).every((name) => applied.has(name))) return;
  throw new StoreConfigError(
    "missing",
    "The database that DATABASE_URL names is not set up for this version of Waybill: start the server on it once.",
  );
}

async function unknownMigrations(
  db: Kysely<Tables>,
  migrations: Readonly<Record<string, Migration>>,
): Promise<string[]> {
  return (await appliedMigrations(db)).filter((name) => !Object.hasOwn(migrations, name));
}

async function appliedMigrations(db: Kysely<Tables>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === "kysely_migration")) return [];
  const untyped = db.withTables<{ kysely_migration: { name: string } }>();
  const rows = await untyped.selectFrom("kysely_migration").select("name").orderBy("name").execute();
  return rows.map((row) => row.name);
}

function newerSchema(unknown: readonly string[]): StoreConfigError {
  return new StoreConfigError(
    "newer-schema",
    `The database that DATABASE_URL names was set up by a newer Waybill (it has ${unknown.join(", ")}): run that version, or restore a backup.`,
  );
}
