/** Rows in one statement: far below the databases' limits on parameters (SQLite 32,766, PostgreSQL 65,535). */
const CHUNK = 500;

/** Cuts a list into pieces that fit into one statement each. */
export function* inChunks<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += CHUNK) yield items.slice(start, start + CHUNK);
}
