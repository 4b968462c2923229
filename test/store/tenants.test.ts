/**
 * Two tenants in one store, whose repositories, environments, promotions and jobs bear the same ids: whatever is done for the one, every read
 * for the other stays as it was, byte for byte.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { InstallationId, PromotionId } from "../../src/core/ids.ts";
import type { ClaimedJob, LaneKey, NewJob, Store } from "../../src/core/ports.ts";
import { openStore } from "../../src/store/index.ts";
import { createTestDatabase, describePostgres } from "../support/postgres.ts";
import { acme, aDelivery, aJob, anAudit, aPromotion, globex, NOW, shop, temporaryFolder } from "./given.ts";

const ENVIRONMENTS = ["", "dev", "prod"] as const;
/** Few, so that tenants often have the same one at the same revision. */
const PROMOTIONS = ["c1", "m1.abc"] as const;
const MUCH_LATER = NOW + 86_400_000;

/** One thing that a tenant's work does to the store. */
type Act =
  | { readonly kind: "lane"; readonly environment: string; readonly state: unknown }
  | {
      readonly kind: "promotion";
      readonly id: string;
      readonly data: unknown;
      readonly open: boolean;
    }
  | { readonly kind: "audit"; readonly type: string }
  | { readonly kind: "jobs"; readonly count: number }
  | { readonly kind: "work"; readonly how: "complete" | "retry" | "bury" | "hold" }
  | { readonly kind: "delivery"; readonly id: string }
  | { readonly kind: "parking"; readonly lost: boolean | null };

const environment = fc.constantFrom(...ENVIRONMENTS);
const acts: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constant("lane" as const), environment, state: fc.jsonValue({ maxDepth: 1 }) }),
  fc.record({
    kind: fc.constant("promotion" as const),
    id: fc.constantFrom(...PROMOTIONS),
    data: fc.jsonValue({ maxDepth: 1 }),
    // Mostly open: what has ended is not written again.
    open: fc.constantFrom(true, true, true, false),
  }),
  fc.record({ kind: fc.constant("audit" as const), type: fc.constantFrom("promotion.accepted", "x") }),
  fc.record({ kind: fc.constant("jobs" as const), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({
    kind: fc.constant("work" as const),
    how: fc.constantFrom("complete" as const, "retry" as const, "bury" as const, "hold" as const),
  }),
  fc.record({ kind: fc.constant("delivery" as const), id: fc.constantFrom("one", "two") }),
  fc.record({ kind: fc.constant("parking" as const), lost: fc.constantFrom(null, true, false) }),
);

/** A tenant's jobs are named after it, as the engine names them; all else about them is the same for everybody. */
function jobsOf(tenant: InstallationId, count: number): NewJob[] {
  return Array.from({ length: count }, (_, index) =>
    aJob({
      key: index % 2 === 0 ? `lane:${tenant}/${shop}/prod` : null,
      dedupe: index === 0 ? null : `effect:${tenant}/${shop}/prod:e${index}`,
      coalesce: index === 2,
      payload: { tenant, index },
    }),
  );
}

async function perform(store: Store, tenant: InstallationId, act: Act): Promise<void> {
  const lane = (name: string): LaneKey => ({ installation: tenant, repository: shop, environment: name });
  switch (act.kind) {
    case "lane":
      return store.transaction(async (tx) => {
        const { rev } = await tx.lockLane(lane(act.environment));
        await tx.saveLane(lane(act.environment), rev, act.state);
      });
    case "promotion":
      return store.transaction(async (tx) => {
        const { promotions } = await tx.lockLane(lane("prod"));
        const known = promotions.find(({ id }) => id === act.id);
        const taken = known === undefined && (await store.readPromotion(tenant, shop, act.id as PromotionId));
        if (taken) return;
        const { open, data } = act;
        await tx.savePromotion(lane("prod"), aPromotion(act.id, known?.rev ?? 0, { open, data }));
      });
    case "audit":
      return store.transaction((tx) => tx.appendAudit(tenant, [anAudit(act.type)]));
    case "jobs":
      return store.transaction((tx) => tx.addJobs(jobsOf(tenant, act.count)));
    case "work":
      return work(store, tenant, act.how);
    case "delivery":
      await store.receive([aDelivery(`${tenant}-${act.id}`, { installation: tenant })]);
      return;
    case "parking":
      return store.transaction((tx) => {
        const parking = act.lost === null ? null : { lost: act.lost };
        return tx.setParking({ installation: tenant, repository: shop }, parking, NOW);
      });
  }
}

function isOf(job: ClaimedJob, tenant: InstallationId): boolean {
  const { tenant: owner, deliveryId } = job.payload as { tenant?: number; deliveryId?: string };
  return owner === tenant || deliveryId?.startsWith(`${tenant}-`) === true;
}

/** Takes all that is due, does the tenant's part in the way named, and puts the other's back as it was. */
async function work(
  store: Store,
  tenant: InstallationId,
  how: "complete" | "retry" | "bury" | "hold",
): Promise<void> {
  for (const job of await store.claim("worker", NOW, 1_000, NOW + 60_000)) {
    if (!isOf(job, tenant)) await store.retry(job, NOW, "put back", "keep");
    else if (how === "complete") await store.transaction((tx) => tx.completeJob(job, NOW));
    else if (how === "retry") await store.retry(job, MUCH_LATER, "later");
    else if (how === "bury") await store.bury(job, NOW, "dead");
    else await store.hold(job, { installation: tenant, repository: shop }, MUCH_LATER);
  }
}

/** Everything that can be read for a tenant, as text; its due jobs are taken up for it and put back. */
async function pictureOf(store: Store, tenant: InstallationId): Promise<string> {
  const key = { installation: tenant, repository: shop };
  const lanes = ENVIRONMENTS.map((name) => store.readLane({ ...key, environment: name }));
  const promotions = PROMOTIONS.map((id) => store.readPromotion(tenant, shop, id as PromotionId));
  const jobs: unknown[] = [];
  for (const job of await store.claim("looker", NOW, 1_000, NOW + 60_000)) {
    await store.retry(job, NOW, "put back", "keep");
    if (isOf(job, tenant)) jobs.push([job.kind, job.key, job.attempts, job.payload]);
  }
  return JSON.stringify({
    lanes: await Promise.all(lanes),
    promotions: await Promise.all(promotions),
    audit: await store.auditRecords(tenant, 0, 1_000),
    environments: await store.environments(key),
    parking: await store.parking(key),
    repositories: await store.repositories(tenant),
    jobs: jobs.map((job) => JSON.stringify(job)).sort(),
  });
}

function tenantsNeverMeet(createDatabase: () => Promise<string>, numRuns: number): void {
  it("whatever is done for one, every read for the other stays as it was", async () => {
    const store = await openStore(await createDatabase(), { cwd: "/", clock: { now: () => NOW } });
    const tenants = fc.constantFrom([acme, globex] as const, [globex, acme] as const);
    await fc.assert(
      fc.asyncProperty(
        tenants,
        fc.array(acts, { minLength: 4, maxLength: 10 }),
        fc.array(acts, { minLength: 1, maxLength: 12 }),
        async ([busy, quiet], before, after) => {
          for (const act of before) await perform(store, quiet, act);
          const picture = await pictureOf(store, quiet);
          for (const act of after) await perform(store, busy, act);
          expect(await pictureOf(store, quiet)).toBe(picture);
        },
      ),
      { numRuns },
    );
    await store.close();
  }, 60_000);
}

describe("two tenants with the same ids, on SQLite", () => {
  tenantsNeverMeet(async () => `sqlite:${temporaryFolder()}/tenants.db`, 60);
});

describePostgres("two tenants with the same ids, on PostgreSQL", () => {
  tenantsNeverMeet(createTestDatabase, 25);
});
