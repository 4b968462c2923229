import { sql } from "kysely";
import type { InstallationId, RepositoryId } from "../core/ids.ts";
import type { DeliveryOutcome, NewDelivery, NewJob } from "../core/ports.ts";
import { inChunks } from "./chunks.ts";
import type { Database, Trx } from "./database.ts";
import { settleQueue } from "./jobs/add.ts";
import { deliveryDedupe, lockLines } from "./jobs/lines.ts";
import { literal, promoteHead } from "./jobs/states.ts";
import { storableText } from "./text.ts";

const DELIVERY_PRIORITY = 0;
const DELIVERY_ATTEMPTS = 40;

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
  const fresh = await insertDeliveries(trx, firsts);
  const jobs = [...firsts].flatMap(([id, delivery]) => (fresh.has(id) ? [deliveryJob(id, delivery)] : []));
  const known = [...firsts.keys()].filter((id) => !fresh.has(id));
  const dead = await deadJobs(trx, known);
  // All at once with those of the new jobs: locks taken in two goes could close a circle with another batch.
  if (dead.length > 0) await lockLines(database, trx, [...dead, ...jobs], []);
  await settleQueue(database, trx, now, jobs, []);
  const revived = new Set<string>();
  for (const job of dead) {
    const delivery = firsts.get(job.deliveryId);
    if (delivery !== undefined && (await revive(trx, job, delivery))) revived.add(job.deliveryId);
  }
  return deliveries.map((delivery) => {
    const id = storableText(delivery.deliveryId);
    // Only the first of several in one batch is the new one.
    if (firsts.get(id) !== delivery) return "duplicate";
    if (fresh.has(id)) return "accepted";
    return revived.has(id) ? "revived" : "duplicate";
  });
}

/** Inserts those not known yet; answers their ids. */
async function insertDeliveries(
  trx: Trx,
  deliveries: ReadonlyMap<string, NewDelivery>,
): Promise<Set<string>> {
  const rows = [...deliveries].map(([id, delivery]) => ({
    delivery_id: id,
    event: storableText(delivery.event),
    installation: delivery.installation,
    repository: delivery.repository,
    payload: storableText(delivery.payload),
    received_at: delivery.receivedAt,
  }));
  // In one order everywhere: two replicas that get the same deliveries in different orders would else wait for each other.
  rows.sort((a, b) => (a.delivery_id < b.delivery_id ? -1 : 1));
  const fresh = new Set<string>();
  for (const chunk of inChunks(rows)) {
    const inserted = await trx
      .insertInto("inbox")
      .values(chunk)
      .onConflict((conflict) => conflict.column("delivery_id").doNothing())
      .returning("delivery_id")
      .execute();
    for (const row of inserted) fresh.add(row.delivery_id);
  }
  return fresh;
}

function deliveryJob(id: string, delivery: NewDelivery): NewJob {
  const { installation, repository, receivedAt } = delivery;
  return {
    kind: "delivery",
    key: installation === null || repository === null ? null : `repo:${installation}:${repository}`,
    dedupe: deliveryDedupe(id),
    priority: DELIVERY_PRIORITY,
    runAt: receivedAt,
    maxAttempts: DELIVERY_ATTEMPTS,
    payload: { deliveryId: id },
  };
}

interface DeadJob {
  readonly id: number;
  readonly key: string | null;
  readonly dedupe: string;
  readonly deliveryId: string;
}

async function deadJobs(trx: Trx, deliveryIds: readonly string[]): Promise<DeadJob[]> {
  const idOf = new Map(deliveryIds.map((deliveryId) => [deliveryDedupe(deliveryId), deliveryId]));
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
async function revive(trx: Trx, job: DeadJob, delivery: NewDelivery): Promise<boolean> {
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
  await trx
    .updateTable("inbox")
    .set({ payload: storableText(delivery.payload) })
    .where("delivery_id", "=", job.deliveryId)
    .where(sql<boolean>`payload is null`)
    .execute();
  if (job.key !== null) await promoteHead(trx, job.key);
  return true;
}

/** A stored delivery; null if it is unknown or its payload was pruned. */
export async function readDelivery(database: Database, deliveryId: string): Promise<NewDelivery | null> {
  const id = storableText(deliveryId);
  const row = await database.reader
    .selectFrom("inbox")
    .select(["event", "installation", "repository", "payload", "received_at"])
    .where("delivery_id", "=", id)
    .executeTakeFirst();
  if (row === undefined || row.payload === null) return null;
  return {
    deliveryId: id,
    event: row.event,
    installation: row.installation as InstallationId | null,
    repository: row.repository as RepositoryId | null,
    payload: row.payload,
    receivedAt: row.received_at,
  };
}
