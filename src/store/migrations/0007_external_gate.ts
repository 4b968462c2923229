import type { StoreMigration } from "./migration.ts";

/** Changes no table. Code that knows nothing of `gates.external` would begin what a service has not let begin. */
export function externalGate(): StoreMigration {
  return { up: () => Promise.resolve() };
}
