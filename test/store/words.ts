/** Short words for what the store's tests are given. Imports nothing of the test runner: child processes use them too. */
import type { InstallationId, PromotionId, RepositoryId } from "../../src/core/ids.ts";
import type {
  AuditRecord,
  ClaimedJob,
  LaneKey,
  NewDelivery,
  NewJob,
  Store,
  StoredDelivery,
  StoredPromotion,
} from "../../src/core/ports.ts";

/** The moment at which the tests' clock stands unless they move it: 1,000,000 ms. */
export const NOW = 1_000_000;
export const LEASE = NOW + 60_000;

export const acme = 1 as InstallationId;
export const globex = 2 as InstallationId;
export const shop = 12 as RepositoryId;

export const prod: LaneKey = { installation: acme, repository: shop, environment: "prod" };
export const dev: LaneKey = { installation: acme, repository: shop, environment: "dev" };

/** A delivery as GitHub sends it. */
export function aDelivery(
  deliveryId: string,
  { payload, ...more }: Partial<StoredDelivery> = {},
): NewDelivery {
  return {
    deliveryId,
    event: "push",
    installation: acme,
    repository: shop,
    payload: Buffer.from(payload ?? `{"id":"${deliveryId}"}`),
    receivedAt: NOW,
    ...more,
  };
}

/** The same delivery as the store gives it back. */
export function asStored(delivery: NewDelivery): StoredDelivery {
  return { ...delivery, payload: Buffer.from(delivery.payload).toString("utf8") };
}

export function aJob(more: Partial<NewJob> = {}): NewJob {
  return {
    kind: "effect",
    key: null,
    dedupe: null,
    priority: 0,
    runAt: NOW,
    maxAttempts: 5,
    payload: null,
    ...more,
  };
}

export function aPromotion(id: string, rev: number, more: Partial<StoredPromotion> = {}): StoredPromotion {
  return { id: id as PromotionId, rev, open: true, data: { status: "waiting" }, ...more };
}

export function anAudit(type: string, more: Partial<AuditRecord> = {}): AuditRecord {
  return {
    at: NOW,
    actor: "user:583231",
    scope: "repository:12/environment:prod",
    type,
    ref: "1.5.0",
    data: {},
    ...more,
  };
}

/** Queues jobs in one transaction. */
export function queue(store: Store, ...jobs: readonly NewJob[]): Promise<void> {
  return store.transaction((tx) => tx.addJobs(jobs));
}

/** Claims everything that is due. */
export function claimAll(store: Store, owner = "worker", now = NOW): Promise<readonly ClaimedJob[]> {
  return store.claim(owner, now, 1_000, now + 60_000);
}

/** Claims the one job that is due; throws if there are more or none. */
export async function claimOne(store: Store, owner = "worker", now = NOW): Promise<ClaimedJob> {
  const [job, ...others] = await claimAll(store, owner, now);
  if (job === undefined || others.length > 0)
    throw new Error(`expected one due job, got ${others.length + (job ? 1 : 0)}`);
  return job;
}

export function complete(store: Store, job: ClaimedJob, at = NOW): Promise<void> {
  return store.transaction((tx) => tx.completeJob(job, at));
}

/** The payloads of jobs, in their order. */
export function payloads(jobs: readonly ClaimedJob[]): unknown[] {
  return jobs.map((job) => job.payload);
}
