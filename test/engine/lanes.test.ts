/** Between a lane as it is stored and as it is decided on: nothing is lost on the way, and nothing is written that did not change. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, newLane, type LaneState } from "../../src/core/decide.ts";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import type { Store, StoredPromotion, StoreTransaction } from "../../src/core/ports.ts";
import { laneName, saveLaneState, toLaneState } from "../../src/engine/lanes.ts";
import {
  byCommand,
  NOON,
  notes,
  plansFor,
  POLICY,
  prepared,
  requested,
  run,
  sha,
  stepPlan,
  tagged,
} from "../core/given.ts";
import { freshStore, prod, repository } from "./given.ts";

async function load(store: Store, key = prod): Promise<LaneState> {
  return store.transaction(async (tx) => toLaneState(key, await tx.lockLane(key)));
}

/** Decides an event as the engine does; answers the state that was decided. */
async function live(store: Store, event: EnvironmentEvent): Promise<LaneState> {
  return store.transaction(async (tx) => {
    const stored = await tx.lockLane(prod);
    const { state } = decide(toLaneState(prod, stored), event, POLICY);
    await saveLaneState(tx, prod, stored, state);
    return state;
  });
}

const someEvents: fc.Arbitrary<EnvironmentEvent> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 4 }))
      .map(([comment, minor]) =>
        requested({ cause: byCommand(100 + comment), cargo: tagged(`1.${minor}.0`, sha(`a${minor}`)) }),
      ),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 101, max: 109 }).map((id) => prepared(`c${id}`, [stepPlan("api")])),
  },
  fc.integer({ min: 101, max: 109 }).map((id): EnvironmentEvent => ({
    type: "DeploymentRecorded",
    at: NOON,
    correlationId: `c${id}-api`,
    deploymentId: id,
  })),
  fc.integer({ min: 101, max: 109 }).map((id): EnvironmentEvent => ({
    type: "RunStarted",
    at: NOON,
    correlationId: `c${id}-api`,
    runId: id,
    runUrl: "https://x.example",
  })),
  fc
    .tuple(fc.integer({ min: 101, max: 109 }), fc.integer({ min: 0, max: 4 }))
    .map(([id, minor]): EnvironmentEvent => ({
      type: "RunObserved",
      at: NOON,
      run: run({ id, headSha: sha(`a${minor}`) }),
    })),
  fc.integer({ min: 101, max: 109 }).map((id): EnvironmentEvent => ({
    type: "RolloutRefused",
    at: NOON,
    promotionId: `c${id}` as PromotionId,
    problem: { code: "off-branch", detail: { tag: "v1", branch: "main" } },
  })),
  fc.constantFrom<EnvironmentEvent>(
    { type: "RepositoryLost", at: NOON, reason: "removed", forGood: false },
    { type: "RepositoryResumed", at: NOON + 1, since: NOON },
  ),
);

describe("an environment's lane", () => {
  it("comes back as it was decided, less what has ended, which keeps a row of its own", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(someEvents, { minLength: 1, maxLength: 15 }), async (events) => {
        const store = await freshStore();
        for (const event of events) {
          const state = await live(store, event);
          expect(await load(store)).toEqual({ ...state, ended: [] });
          if (state.kind !== "environment") throw new Error("not an environment");
          for (const promotion of state.ended)
            expect(await store.readPromotion(prod.installation, prod.repository, promotion.id)).toMatchObject(
              { open: false, data: promotion },
            );
        }
      }),
      { numRuns: 12 },
    );
  });

  it("writes only what changed", async () => {
    const store = await freshStore();
    await live(store, requested());
    await live(store, requested({ cause: byCommand(102), cargo: tagged("1.6.0", sha("a2")) }));
    const written: string[] = [];
    const spying = (tx: StoreTransaction): StoreTransaction => ({
      ...tx,
      lockLane: (key) => tx.lockLane(key),
      saveLane: () => Promise.resolve(void written.push("lane")),
      savePromotion: (_key, promotion: StoredPromotion) => Promise.resolve(void written.push(promotion.id)),
    });
    await store.transaction(async (tx) => {
      const stored = await tx.lockLane(prod);
      const same = toLaneState(prod, stored);
      await saveLaneState(spying(tx), prod, stored, same);
      expect(written).toEqual([]);
      const written2: EnvironmentEvent = {
        type: "LiveCommentWritten",
        at: NOON,
        promotionId: "c102" as PromotionId,
        commentId: 7,
      };
      await saveLaneState(spying(tx), prod, stored, decide(same, written2, POLICY).state);
      expect(written).toEqual(["c102"]);
    });
  });

  it.each([
    ["delivered something here", { delivered: [{ version: "1.4.2" }] }, "none"],
    ["delivered nothing here", {}, "unseen"],
  ])("that an earlier Waybill stored, and which %s, is looked at where it has to be", (_what, row, kind) => {
    const state = { kind: "environment", delivered: [], known: ["c1"], active: null, waiting: [], ...row };
    expect(toLaneState(prod, { rev: 1, state, promotions: [] })).toMatchObject({ left: { kind } });
  });

  it("whose row names a promotion without one is a fault, and said so", async () => {
    const stored = {
      rev: 1,
      state: { kind: "environment", delivered: [], known: [], active: "c1", waiting: [] },
      promotions: [],
    };
    expect(() => toLaneState(prod, stored)).toThrow("promotion c1 is in the lane 1/12/prod but has no row");
  });
});

describe("a repository's lane", () => {
  it("comes back as it was decided", async () => {
    const store = await freshStore();
    const head = sha("b1");
    const moved = {
      type: "BranchMoved",
      at: NOON,
      head,
      notes: notes(head, 2),
      version: "1.5.0",
      plans: plansFor(),
    } as const;
    const { state } = decide(newLane(""), moved, POLICY);
    await store.transaction(async (tx) =>
      saveLaneState(tx, repository, await tx.lockLane(repository), state),
    );
    expect(await load(store, repository)).toEqual(state);
  });

  it("written by older code has the first value of what was added since", () => {
    const stored = { rev: 1, state: { kind: "repository", serial: 7 }, promotions: [] };
    expect(toLaneState(repository, stored)).toEqual({ ...newLane(""), serial: 7 });
  });

  it("nobody has heard of is a new one", async () => {
    expect(await load(await freshStore(), repository)).toEqual(newLane(""));
    expect(await load(await freshStore())).toEqual(newLane("prod"));
  });
});

it("lanes have names that tell tenants and repositories apart", () => {
  expect([laneName(prod), laneName(repository)]).toEqual(["1/12/prod", "1/12/"]);
});
