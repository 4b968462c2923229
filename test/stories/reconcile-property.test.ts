/** Promise P7: the versions finally delivered do not depend on which webhooks come, how often, or in which order. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Story } from "../support/story.ts";
import { deployed, expectPromisesKept, waybillsComments } from "./prod.ts";
import { pass, startWatched } from "./reconcile-given.ts";

/** What becomes of the webhooks of one act. */
const FATES = ["none", "lose", "fail", "double", "reorder"] as const;
type Fate = (typeof FATES)[number];

/** Acts whose webhooks may meet any fate, with or without a look at GitHub after each. */
const ACTS: readonly ((story: Story) => void)[] = [
  (story) => void story.merge("feat(api): accept vouchers"),
  (story) => void story.shop.tag("v1.5.0", { by: "ana" }),
  (story) => void story.merge("fix(api): round vouchers down"),
  (story) => void story.shop.tag("v1.5.1", { by: "ana", annotated: true }),
  (story) => void story.merge("feat(web): show vouchers"),
];

const fates = fc.array(fc.record({ fate: fc.constantFrom(...FATES), looks: fc.boolean() }), {
  minLength: ACTS.length + 1,
  maxLength: ACTS.length + 1,
});

function arm(story: Story, fate: Fate): void {
  story.sandbox.faults.clear();
  if (fate !== "none") story.sandbox.faults.webhooks({ kind: fate, times: 1_000 });
}

function last(story: Story, environment: string): string[] {
  const all = deployed(story, environment);
  return ["api", "web"].flatMap((component) => all.findLast((one) => one.startsWith(component)) ?? []);
}

it("the same versions arrive, whatever becomes of the webhooks, once GitHub has been looked at", async () => {
  await fc.assert(
    fc.asyncProperty(fates, async (plan) => {
      const story = await startWatched();
      for (const [index, act] of ACTS.entries()) {
        arm(story, plan[index]?.fate ?? "none");
        act(story);
        if (plan[index]?.looks === true) await pass(story);
        else await story.settle();
      }
      await pass(story);
      arm(story, plan.at(-1)?.fate ?? "none");
      await story.comment("/promote prod 1.5.1", "ana", 1);
      await pass(story);
      expect(last(story, "dev")).toEqual(["api 1.6.0-dev.1", "web 1.6.0-dev.1"]);
      expect(last(story, "staging")).toEqual(["api 1.5.1", "web 1.5.1"]);
      expect(last(story, "prod")).toEqual(["api 1.5.1", "web 1.5.1"]);
      expect(waybillsComments(story).filter(({ body }) => body.includes("was not done"))).toEqual([]);
      expectPromisesKept(story);
    }),
    {
      // The tag is lost, and the merge after it already counts from it.
      examples: [
        [
          ["reorder", "none", "lose", "lose", "reorder", "reorder"].map((fate) => ({
            fate: fate as Fate,
            looks: false,
          })),
        ],
      ],
      numRuns: 4,
      interruptAfterTimeLimit: 40_000,
      markInterruptAsFailure: false,
      endOnFailure: true,
    },
  );
}, 120_000);
