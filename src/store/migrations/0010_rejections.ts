import type { StoreMigration } from "./migration.ts";

/** Changes no table. Code that knows nothing of `/reject` would count a no among the approvals. */
export function rejections(): StoreMigration {
  return { up: () => Promise.resolve() };
}
