/** How the environments before delivered a release: what is stored of it, and nothing where there is nothing. */
import { expect, test } from "vitest";
import type { Delivered, EnvironmentLane } from "../../src/core/environment.ts";
import type { CommitSha, PromotionId } from "../../src/core/ids.ts";
import type { Promotion, Step } from "../../src/core/promotion.ts";
import { rehearsalsOf } from "../../src/github/effects/prepare-rehearsals.ts";
import { planOf, sha, stepPlan, tagged } from "../core/given.ts";

const PLAN = planOf(
  "prod",
  "environments: { dev: {}, staging: { after: [] }, qa: { after: [] }, prod: { after: [staging, qa] } }\n",
);
const cargo = tagged("1.5.0", sha("a1"));

type Context = Parameters<typeof rehearsalsOf>[0];

/** What lanes know, and what is stored of the promotions of theirs. */
function stored(
  lanes: Readonly<Record<string, readonly [id: string, at: CommitSha][]>>,
  promotions: Readonly<Record<string, Partial<Promotion>>>,
): Context {
  const reader = {
    environment: (_installation: number, _repository: number, name: string) => {
      const delivered = lanes[name]?.map(
        ([id, at]) => ({ promotionId: id as PromotionId, sha: at }) as Delivered,
      );
      return Promise.resolve(delivered === undefined ? null : ({ delivered } as unknown as EnvironmentLane));
    },
    promotion: (_repository: object, id: string) => Promise.resolve(promotions[id] ?? null),
  };
  return { client: { installation: 1, repository: 12 }, lanes: reader } as unknown as Context;
}

const went = (environment: string, workflow: string): Partial<Promotion> => ({
  environment,
  steps: [stepPlan("shop", { workflow }) as Step],
});

test("each environment before is asked how it delivered this very commit last", async () => {
  const context = stored(
    {
      staging: [
        ["c1", sha("a1")],
        ["c2", sha("a2")],
        ["c3", sha("a1")],
        ["c4", sha("a3")],
      ],
      qa: [["c5", sha("a1")]],
      dev: [["c6", sha("a1")]],
    },
    { c1: went("staging", "old.yml"), c3: went("staging", "new.yml"), c5: went("qa", "qa.yml") },
  );
  const { rehearsals = [] } = await rehearsalsOf(context, { cargo, plan: PLAN });
  expect(rehearsals.map(({ environment, parts }) => [environment, parts[0]?.workflow])).toEqual([
    ["staging", "new.yml"],
    ["qa", "qa.yml"],
  ]);
});

test("where it was never delivered, is not known any more, or was never planned, there is nothing to compare with", async () => {
  const none = stored(
    { staging: [["c1", sha("a2")]], qa: [["c9", sha("a1")]] },
    { c1: went("staging", "old.yml") },
  );
  expect(await rehearsalsOf(none, { cargo, plan: PLAN })).toEqual({});
  expect(await rehearsalsOf(stored({}, {}), { cargo, plan: PLAN })).toEqual({});
  const unplanned = stored({ qa: [["c1", sha("a1")]] }, { c1: { environment: "qa", steps: [] } });
  expect(await rehearsalsOf(unplanned, { cargo, plan: PLAN })).toEqual({});
});
