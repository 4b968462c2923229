/** The App's manifest, app.yml: what Waybill asks of GitHub. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const PATH = join(import.meta.dirname, "..", "..", "..", "app.yml");

const schema = z.object({
  default_permissions: z.record(z.string(), z.enum(["read", "write"])),
  default_events: z.array(z.string()),
});

export interface Manifest {
  /** `contents` to `write`, for instance. */
  readonly permissions: Readonly<Record<string, "read" | "write">>;
  readonly events: readonly string[];
}

/** What only some configs need, and nobody else has to grant: docs/permissions.md says which. */
export const OPTIONAL_PERMISSIONS = { members: "read" } as const;

/** Reads app.yml at Waybill's root. Throws if it is missing or malformed: that is a broken installation of Waybill itself. */
export function readManifest(): Manifest {
  const { default_permissions, default_events } = schema.parse(parse(readFileSync(PATH, "utf8")));
  return { permissions: default_permissions, events: default_events };
}
