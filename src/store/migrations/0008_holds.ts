import type { StoreMigration } from "./migration.ts";

/** Changes no table. Code that knows nothing of `/hold` would begin a version that a person has stopped. */
export function holds(): StoreMigration {
  return { up: () => Promise.resolve() };
}
