/** What a component says about the migrations of its database. */
import { z } from "zod";
import { globField } from "./fields.ts";
import type { MigrationConfig, MigrationKind } from "./model.ts";

const MOST_PATHS = 50;

const kindField = z.union([z.literal(true), z.enum(["reversible", "expand", "contract"])]);

/** `migration: true`, `migration: contract`, `migration: { kind: contract, paths: [db/**] }`. */
export const migrationField = z.union([
  kindField,
  z.strictObject({
    kind: kindField
      .default(true)
      .describe(
        "`true`: cannot be taken back; `contract`: takes away what the release before needs; `expand`: only adds; `reversible`: is taken back by running the release before.",
      ),
    paths: z
      .array(globField)
      .min(1)
      .max(MOST_PATHS)
      .describe("Globs of the files that are migrations. A change of one of them brings one."),
  }),
]);

type WrittenMigration = z.output<typeof migrationField>;

/** The migration that is written, in the words of the model. Without paths, every change of the component brings one. */
export function migrationOf(written: WrittenMigration): MigrationConfig {
  if (typeof written !== "object") return { kind: kindOf(written), paths: null };
  return { kind: kindOf(written.kind), paths: written.paths };
}

function kindOf(written: z.output<typeof kindField>): MigrationKind {
  return written === true ? "irreversible" : written;
}
