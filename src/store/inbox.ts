import { sql } from "kysely";
import type { InstallationId, RepositoryId } from "../core/ids.ts";
import type { DeliveryOutcome, NewDelivery, NewJob, StoredDelivery } from "../core/ports.ts";
import { isLifecycleWebhook } from "../core/standing.ts";
import { inChunks } from "./chunks.ts";
import type { Database, Trx } from "./database.ts";
import { settleQueue } from "./jobs/add.ts";
import { deliveryDedupe, lockLines } from "./jobs/lines.ts";
import { literal, promoteHeads } from "./jobs/states.ts";
import { dropPacks, packPayloads, readPayload, type PackPlace } from "./packs.ts";
import { rowsStatement } from "./rows.ts";
import { storableText } from "./text.ts";

const DELIVERY_PRIORITY = 0;
const DELIVERY_ATTEMPTS = 40;

const INBOX_COLUMNS = {
  delivery_id: "text",
  event: "text",
  installation: "integer",
  repository: "integer",
  pack: "integer",
  pack_start: "integer",
  pack_length: "integer",
  received_at: "integer",
} as const;

// "where true": without it SQLite reads the conflict's "on" as a join's.
const insertUnknown = rowsStatement(
  INBOX_COLUMNS,
  (columns, source) => sql<{ delivery_id: string; seq: number }>`insert into inbox (${columns})
    select ${columns} from ${source} where true on conflict (delivery_id) do nothing returning delivery_id, seq`,
);

/**
 * Stores a batch of deliveries with a job for each new one; a known one whose job is dead gets its job revived. Answers in
 * the order given.
 */
export async function receiveDeliveries(
  database: Database,
  trx: Trx,
  now: number,
  deliveries: readonly NewDelivery[],
): Promise<DeliveryOutcome[]> {
  const firsts = new Map<string, NewDelivery>();
  for (const delivery of deliveries) {
    const id = storableText(delivery.deliveryId);
    if (!firsts.has(id)) firsts.set(id, delivery);
  }
  const places = await packPayloads(trx, firsts);
  const fresh = await insertDeliveries(database, trx, firsts, places);
  const jobs = [...firsts].flatMap(([id, delivery]) => {
    const seq = fresh.get(id);
    return seq === undefined ? [] : [deliveryJob(id, seq, delivery)];
  });
  const known = [...firsts.keys()].filter((id) => !fresh.has(id));
  const dead = await deadJobs(trx, known);
  // All at once with those of the new jobs: locks taken in two goes could close a circle with another batch.
  if (dead.length > 0) await lockLines(database, trx, [...dead, ...jobs], []);
  await settleQueue(database, trx, now, jobs, []);
  const revived = new Set<string>();
  for (const job of dead) {
    const delivery = firsts.get(job.deliveryId);
    const place = places.get(job.deliveryId);
    if (delivery === undefined || place === undefined) continue;
    if (await revive(database, trx, job, delivery, place)) revived.add(job.deliveryId);
  }
  // A pack with something new in it also keeps what was known; that is rare, and is pruned with the rest.
  if (fresh.size + revived.size === 0) await dropPacks(trx, places.values());
  return deliveries.map((delivery) => {
    const id = storableText(delivery.deliveryId);
    // Only the first of several in one batch is the new one.
    if (firsts.get(id) !== delivery) return "duplicate";
    if (fresh.has(id)) return "accepted";
    return revived.has(id) ? "revived" : "duplicate";
  });
}

/** Inserts those not known yet; answers their numbers by their ids. */
async function insertDeliveries(
  database: Database,
  trx: Trx,
  deliveries: ReadonlyMap<string, NewDelivery>,
  places: ReadonlyMap<string, PackPlace>,
): Promise<Map<string, number>> {
  const rows = [...deliveries].flatMap(([id, delivery]) => {
    const place = places.get(id);
    if (place === undefined) return [];
    return [
      {
        delivery_id: id,
        event: storableText(delivery.event),
        installation: delivery.installation,
        repository: delivery.repository,
        ...columnsOf(place),
        received_at: delivery.receivedAt,
      },
    ];
  });
  // In one order everywhere: two replicas that get the same deliveries in different orders would else wait for each other.
  rows.sort((a, b) => (a.delivery_id < b.delivery_id ? -1 : 1));
  const inserted = await insertUnknown(database, trx, rows);
  return new Map(inserted.map((row) => [row.delivery_id, row.seq]));
}

function deliveryJob(id: string, seq: number, delivery: NewDelivery): NewJob {
  const { receivedAt } = delivery;
  return {
    kind: "delivery",
    key: lineOf(delivery),
    dedupe: deliveryDedupe(seq),
    priority: DELIVERY_PRIORITY,
    runAt: receivedAt,
    maxAttempts: DELIVERY_ATTEMPTS,
    payload: { deliveryId: id },
  };
}

/** A repository's deliveries go one after the other; what says how it stands must not wait behind those that are held. */
function lineOf({ event, installation, repository }: NewDelivery): string | null {
  if (installation === null) return null;
  if (isLifecycleWebhook(event)) return `standing:${installation}`;
  return repository === null ? null : `repo:${installation}:${repository}`;
}

interface DeadJob {
  readonly id: number;
  readonly key: string | null;
  readonly dedupe: string;
  readonly deliveryId: string;
}

async function deadJobs(trx: Trx, deliveryIds: readonly string[]): Promise<DeadJob[]> {
  const idOf = new Map<string, string>();
  for (const chunk of inChunks(deliveryIds)) {
    const rows = await trx
      .selectFrom("inbox")
      .select(["seq", "delivery_id"])
      .where("delivery_id", "in", chunk)
      .execute();
    for (const row of rows) idOf.set(deliveryDedupe(row.seq), row.delivery_id);
  }
  const dead: DeadJob[] = [];
  for (const chunk of inChunks([...idOf.keys()])) {
    const rows = await trx
      .selectFrom("job")
      .select(["id", "key", "dedupe"])
      .where("dedupe", "in", chunk)
      .where("state", "=", literal("dead"))
      .execute();
    for (const { id, key, dedupe } of rows) {
      const deliveryId = dedupe === null ? undefined : idOf.get(dedupe);
      if (dedupe !== null && deliveryId !== undefined) dead.push({ id, key, dedupe, deliveryId });
    }
  }
  return dead;
}

/** Queues a dead job again, with all its attempts before it; false if another has revived it meanwhile. */
async function revive(
  database: Database,
  trx: Trx,
  job: DeadJob,
  delivery: NewDelivery,
  place: PackPlace,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable("job")
    .set({
      state: literal(job.key === null ? "ready" : "waiting"),
      attempts: 0,
      run_at: delivery.receivedAt,
      error: null,
      finished_at: null,
    })
    .where("id", "=", job.id)
    .where("state", "=", literal("dead"))
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) return false;
  // Pruned meanwhile, perhaps; the redelivery brings the same payload again.
  await trx.updateTable("inbox").set(columnsOf(place)).where("delivery_id", "=", job.deliveryId).execute();
  if (job.key !== null) await promoteHeads(database, trx, [job.key]);
  return true;
}

function columnsOf({ pack, start, length }: PackPlace) {
  return { pack, pack_start: start, pack_length: length };
}

/** A stored delivery; null if it is unknown or its payload was pruned. */
export async function readDelivery(database: Database, deliveryId: string): Promise<StoredDelivery | null> {
  const id = storableText(deliveryId);
  const row = await database.reader
    .selectFrom("inbox")
    .select(["event", "installation", "repository", "received_at"])
    .select(["pack", "pack_start", "pack_length"])
    .where("delivery_id", "=", id)
    .executeTakeFirst();
  if (row === undefined) return null;
  const place = { pack: row.pack, start: row.pack_start, length: row.pack_length };
  const payload = await readPayload(database, place);
  if (payload === null) return null;
  return {
    deliveryId: id,
    event: row.event,
    installation: row.installation as InstallationId | null,
    repository: row.repository as RepositoryId | null,
    payload,
    receivedAt: row.received_at,
  };
}
