/**
 * Migrations of databases that a release brings, as its components declare them. Some cannot be taken back by running an older release: they are the
 * rollback floor, the version below which nobody goes without saying why.
 */
import type { ComponentConfig, MigrationKind } from "./config/index.ts";
import { componentsOfPaths } from "./notes/components.ts";

/** A component's migration, by what changed between two commits. */
export interface MigrationSeen {
  readonly component: string;
  readonly kind: MigrationKind;
}

/** What is known of the migrations between two commits: `known` is false where GitHub could not tell all files that changed. */
export interface MigrationsBetween {
  readonly known: boolean;
  readonly seen: readonly MigrationSeen[];
}

/**
 * The migrations that a change brings.
 *
 * @param files the files that changed, from the repository's root; null where that is not known: then every declared migration may be among them
 */
export function migrationsIn(
  components: readonly ComponentConfig[],
  files: readonly string[] | null,
): MigrationsBetween {
  const declared = components.flatMap(({ name, paths, migration }) =>
    migration === undefined ? [] : [{ name, paths: migration.paths ?? paths, kind: migration.kind }],
  );
  const touched = files === null ? null : new Set(componentsOfPaths(files, declared));
  return {
    known: files !== null,
    seen: declared
      .filter(({ name }) => touched === null || touched.has(name))
      .map(({ name, kind }) => ({ component: name, kind })),
  };
}

/** Whether any component declares a migration: else nobody has to look at files. */
export function declaresMigrations(components: readonly ComponentConfig[]): boolean {
  return components.some(({ migration }) => migration !== undefined);
}

/**
 * The migrations that an older release would not find its way back from: irreversible ones, and those that take away what it needs. What only adds,
 * and what can be reversed, holds nobody.
 */
export function floorOf({ seen }: MigrationsBetween): readonly MigrationSeen[] {
  return seen.filter(({ kind }) => kind === "irreversible" || kind === "contract");
}

/** The migrations that something brings. */
export interface MigrationsView extends MigrationsBetween {
  /** The version below which going back takes a reason from then on; null where none of them has such a floor. */
  readonly floor: string | null;
}

/** What people are to know of the migrations that a version brings; null where there is nothing to know. */
export function migrationsView(
  migrations: MigrationsBetween | undefined,
  version: string,
): MigrationsView | null {
  if (migrations === undefined || migrations.seen.length === 0) return null;
  return { ...migrations, floor: floorOf(migrations).length === 0 ? null : version };
}
