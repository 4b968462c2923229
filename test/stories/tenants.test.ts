/** Stories of two tenants on one Waybill: whatever happens to the one, nothing of the other's is read, written or said differently. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RepositoryKey, Store } from "../../src/core/ports.ts";
import type { SandboxRepository } from "../../src/sandbox/index.ts";
import { deployWorkflow } from "../../src/cli/demo/shop.ts";
import { PEOPLE, startStory, type Story } from "../support/story.ts";
import { expectPromisesKept, prodConfig } from "./prod.ts";

/** The second tenant: the same names, versions and people in a repository of another owner. */
async function openSecondShop(story: Story): Promise<SandboxRepository> {
  const shop = story.sandbox.repository("globex/shop", { collaborators: { ...PEOPLE }, install: true });
  shop.commit({
    message: "chore: begin the shop",
    author: "ana",
    files: { ".github/waybill.yml": prodConfig(), ".github/workflows/deploy.yml": deployWorkflow() },
  });
  shop.tag("v1.4.2", { by: "ana" });
  await story.settle();
  return shop;
}

async function release(story: Story, shop: SandboxRepository, subject: string, tag: string): Promise<void> {
  const number = shop.openPullRequest({ title: subject, author: "wes" });
  shop.mergePullRequest(number, { by: "ana", method: "squash" });
  await story.settle();
  shop.tag(tag, { by: "ana" });
  await story.settle();
}

async function promote(story: Story, shop: SandboxRepository, command: string): Promise<void> {
  const [issue] = shop.issues();
  shop.comment(issue?.number ?? 1, command, "ana");
  await story.settle();
}

/** What can happen in a tenant's repository; each leaves it usable for the next. */
const ACTS: Readonly<Record<string, (story: Story, shop: SandboxRepository, turn: number) => Promise<void>>> =
  {
    release: (story, shop, turn) => release(story, shop, "feat(api): more", `v2.${turn}.0`),
    promote: (story, shop) => promote(story, shop, "/promote prod"),
    "ask for the status": (story, shop) => promote(story, shop, "/status"),
    "fail a run": async (story, shop) => {
      shop.script({ component: "api", outcome: "fail", times: 1 });
      await promote(story, shop, "/promote prod");
    },
    "suspend and go on": async (story, shop) => {
      story.sandbox.suspend(shop.fullName);
      await story.settle();
      story.sandbox.suspend(shop.fullName, false);
      await story.settle();
    },
    "archive and go on": async (story, shop) => {
      shop.archive();
      await story.settle();
      shop.archive(false);
      await story.settle();
    },
    rename: async (story, shop, turn) => {
      shop.rename(`shop-${turn}`);
      await story.settle();
    },
    "leave and come back": async (story, shop) => {
      shop.leaveInstallation();
      await story.settle();
      shop.install();
      await story.settle();
    },
  };

/** Everything that is stored for a tenant's repository, as text. */
async function stored(store: Store, key: RepositoryKey): Promise<string> {
  const environments = await store.environments(key);
  const lanes = ["", ...environments].map((environment) => store.readLane({ ...key, environment }));
  const audit = await store.auditRecords(key.installation, 0, 1_000);
  const ids = audit.filter(({ type }) => type === "promotion.accepted").map(({ ref }) => ref);
  return JSON.stringify({
    environments,
    lanes: await Promise.all(lanes),
    promotions: await Promise.all(
      ids.map((id) => store.readPromotion(key.installation, key.repository, id as never)),
    ),
    audit,
    parking: await store.parking(key),
  });
}

/** Everything that people see of a repository, as text. */
function seen(shop: SandboxRepository): string {
  return JSON.stringify([
    shop.issues(),
    shop.comments(),
    shop.releases(),
    shop.deployments(),
    shop.runs(),
    shop.refs(),
  ]);
}

async function keyOf(story: Story, shop: SandboxRepository): Promise<RepositoryKey> {
  const found = (await story.store.repositories()).find(({ repository }) => repository === shop.id);
  if (found === undefined) throw new Error(`${shop.fullName} is not known`);
  return found;
}

describe("two tenants", () => {
  it("of whom one is busy: of the other, nothing changes, neither in the store nor at GitHub", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...Object.keys(ACTS)), { minLength: 3, maxLength: 6 }),
        fc.boolean(),
        async (names, isSecondBusy) => {
          const story = await startStory({ config: () => prodConfig() });
          try {
            const shops = [story.shop, await openSecondShop(story)] as const;
            for (const shop of shops) await release(story, shop, "feat(api): accept vouchers", "v1.5.0");
            for (const shop of shops) await promote(story, shop, "/promote prod");
            const [quiet, busy] = isSecondBusy ? shops : [shops[1], shops[0]];
            const key = await keyOf(story, quiet);
            const before = { stored: await stored(story.store, key), seen: seen(quiet) };
            for (const [turn, name] of names.entries()) await ACTS[name]?.(story, busy, turn);
            expect({ stored: await stored(story.store, key), seen: seen(quiet) }).toEqual(before);
            expect((await story.store.jobCounts()).dead).toBe(0);
            expectPromisesKept(story);
          } finally {
            await story.end();
          }
        },
      ),
      { numRuns: 3 },
    );
  }, 120_000);

  it("of whom one is suspended: the other's work is held by nobody", async () => {
    const story = await startStory({ config: () => prodConfig() });
    try {
      const other = await openSecondShop(story);
      for (const shop of [story.shop, other])
        await release(story, shop, "feat(api): accept vouchers", "v1.5.0");
      story.sandbox.suspend("acme/shop");
      await story.settle();
      await promote(story, other, "/promote prod");
      expect(other.deployments().filter(({ state }) => state === "success")).toHaveLength(2);
      expect(await story.store.parking(await keyOf(story, other))).toBeNull();
      expect(await story.store.parking(await keyOf(story, story.shop))).toEqual({ lost: false });
    } finally {
      await story.end();
    }
  });
});
