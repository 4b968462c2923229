import type { Clock, Store } from "../core/ports.ts";
import { openDatabase } from "./open.ts";
import type { OpenOptions } from "./open.ts";
import { SqlStore } from "./store.ts";

export { StoreConfigError } from "./config.ts";
export { GENESIS_HASH, verifyChain } from "./audit-chain.ts";

/** How a store is opened. */
export interface StoreOptions extends OpenOptions {
  /** Default: the system's clock. */
  readonly clock?: Clock;
}

const systemClock: Clock = { now: () => Date.now() };

/**
 * Opens the store that DATABASE_URL names and brings its schema up to date: `sqlite:PATH` (the embedded database, one server at a time)
 * or `postgres://…` (many replicas).
 *
 * Throws StoreConfigError when somebody has to change something first (its message says what), and StoreUnavailableError when the
 * database cannot be reached or written now. Whoever opens a store must close it.
 */
export async function openStore(databaseUrl: string, options: StoreOptions): Promise<Store> {
  return new SqlStore(await openDatabase(databaseUrl, options), options.clock ?? systemClock);
}
