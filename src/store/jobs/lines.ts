import { inChunks } from "../chunks.ts";
import { LineMovedError } from "../database.ts";
import type { Database, Trx } from "../database.ts";
import { isQueued } from "./states.ts";

/** What of a job decides where it stands. */
export interface Place {
  readonly key: string | null;
  readonly dedupe: string | null;
}

const DELIVERY = "delivery:";

/**
 * The `dedupe` of the job of a row in the inbox. There is one such job ever, because there is one such row. By its number and not by GitHub's
 * id: numbers that grow fill an index page by page, where random ids touch a page each.
 */
export function deliveryDedupe(seq: number): string {
  return `${DELIVERY}${seq}`;
}

/** The lines that a transaction has locked. */
export interface LockedLines {
  /** Throws LineMovedError if the key is not among them. */
  require(key: string): void;
}

const ALL: LockedLines = { require: () => {} };

/**
 * Locks, until the transaction ends, the lines in which these jobs stand or will stand, the lines of queued jobs with the same `dedupe`, and
 * the keys named; all at once and in one order everywhere. Every change to a line or to a queued job is made under these
 * locks (only a claim needs none: it moves a head that stays the head), so transactions neither wait for each other in a circle
 * nor leave a line without a head because each saw only the other's job.
 */
export async function lockLines(
  database: Database,
  trx: Trx,
  jobs: readonly Place[],
  keys: readonly string[],
): Promise<LockedLines> {
  if (database.dialect === "sqlite") return ALL;
  const lines = new Set(keys);
  for (const { key } of jobs) if (key !== null) lines.add(key);
  // Not those of deliveries: they have no twins, and each lock takes room in the server's lock table, a batch a hundred.
  const dedupes = jobs.flatMap(({ dedupe }) =>
    dedupe === null || dedupe.startsWith(DELIVERY) ? [] : [dedupe],
  );
  for (const key of await twinsKeys(trx, dedupes)) lines.add(key);
  await database.lock(trx, [
    ...[...lines].map((key) => `key ${key}`),
    ...dedupes.map((text) => `dedupe ${text}`),
  ]);
  return {
    require(key) {
      if (!lines.has(key))
        throw new LineMovedError("a job with the same dedupe was queued under another key");
    },
  };
}

/** The keys of queued jobs with one of these `dedupe`s. Looked at before the locks, as it decides what to lock. */
async function twinsKeys(trx: Trx, dedupes: readonly string[]): Promise<string[]> {
  const keys: string[] = [];
  for (const chunk of inChunks([...new Set(dedupes)])) {
    const twins = await trx
      .selectFrom("job")
      .select("key")
      .where("dedupe", "in", chunk)
      .where(isQueued)
      .execute();
    for (const { key } of twins) if (key !== null) keys.push(key);
  }
  return keys;
}
