/** The stories of jobs that ask to be let into an environment: Waybill as a custom deployment protection rule. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent, RunObservation } from "../../src/core/events.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import { createTextRenderer } from "../../src/render/text.ts";
import { begun, lost, notSeen, observed, recorded, started } from "./given-step.ts";
import { ana, givenEnvironment, NOON, requested, run, sha } from "./given.ts";

const waiting = { status: "other", conclusion: null } as const;
const asked = (more: Partial<RunObservation> = {}, deploymentId: number | null = 71): EnvironmentEvent => ({
  type: "ProtectionAsked",
  at: NOON + 4_000,
  environment: "prod",
  run: run({ ...waiting, ...more }),
  deploymentId,
});
const hand = { id: 901, byWaybill: false, title: "Deploy api 1.6.0 to prod ()" } as const;
const resolved: EnvironmentEvent = {
  type: "PersonResolved",
  environment: "prod",
  promotionId: "c101" as PromotionId,
  at: NOON + 9_000,
  by: ana,
  commentId: 130,
  issue: 7,
};

const running = () => begun().and(recorded, started);
const approved = { environment: "prod", state: "approved", words: { reason: "ours", version: "1.5.0" } };
const rejected = (reason: string, version: string | null = null) => ({
  state: "rejected",
  words: { environment: "prod", reason, version },
});

describe("a job asks to be let into an environment", () => {
  it("is, where the active promotion follows its run", () => {
    const then = running().when(asked());
    expect(then.only("answerProtectionRule")).toMatchObject({ ...approved, runId: 501, deploymentId: 71 });
    expect(then.audit).toMatchObject([
      { type: "protection.approved", ref: "c101-api", data: { runId: 501 } },
    ]);
  });

  it.each<[string, () => ReturnType<typeof givenEnvironment>, Partial<RunObservation>, object]>([
    ["somebody started it by hand", running, hand, rejected("other")],
    ["it is of another promotion, which is over", running, { id: 499 }, rejected("other")],
    ["nothing is on its way there", () => givenEnvironment(), {}, rejected("other")],
    ["what is asked for only waits", () => givenEnvironment(), hand, rejected("other")],
    ["its run was run again", running, { attempt: 2 }, rejected("rerun", "1.5.0")],
    [
      "its run is on another commit, and is being stopped",
      () => running().and(observed({ ...waiting, headSha: sha("ee") })),
      {},
      rejected("stopped", "1.5.0"),
    ],
  ])("is not, where %s", (_what, before, more, answer) => {
    const then = before().when(asked(more));
    expect(then.only("answerProtectionRule")).toMatchObject(answer);
    expect(then.audit.map(({ type }) => type)).toEqual(["protection.rejected"]);
  });

  it("waits to be known where its run may be the one whose dispatch was not answered yet", () => {
    const before = begun().and(recorded, asked());
    expect(begun().and(recorded).when(asked()).ordered).toEqual([]);
    expect(before.when(started).only("answerProtectionRule")).toMatchObject(approved);
    expect(before.when({ ...started, runId: 502 }).only("answerProtectionRule")).toMatchObject(
      rejected("other"),
    );
    // Also while it is looked for; never one by hand, nor one of another workflow.
    expect(begun().and(recorded, lost).when(asked()).ordered).toEqual([]);
    for (const other of [hand, { workflow: "other.yml" }])
      expect(begun().and(recorded).when(asked(other)).only("answerProtectionRule").state).toBe("rejected");
  });

  it("is by its run's name, where the answer to the dispatch is lost: so the rule tells what nobody could", () => {
    const seen = observed(waiting);
    const then = begun({ claims: false }).and(recorded, lost, notSeen(true), seen).when(asked());
    expect(then.only("answerProtectionRule")).toMatchObject(approved);
  });

  it("is not, when a person has given the environment free: what comes late does not deploy", () => {
    const before = begun({ claims: false }, []).and(recorded, lost, notSeen(true));
    const then = before.and(asked()).when(resolved);
    expect(then.only("answerProtectionRule")).toMatchObject(rejected("other"));
    expect(before.and(resolved).when(asked()).only("answerProtectionRule").state).toBe("rejected");
  });

  it("is answered for each of its run's jobs; asked once more, it is answered once more", () => {
    expect(running().and(asked()).when(asked({}, 72)).ordered).toEqual(["protection:501.1:72"]);
    expect(running().and(asked()).when(asked()).ordered).toEqual(["protection:501.1:71"]);
  });

  it("is found waiting where nobody heard it ask; answered already, it waits for somebody else", () => {
    expect(running().when(asked({}, null)).only("answerProtectionRule")).toMatchObject(approved);
    expect(running().and(asked({}, null)).when(asked({}, null)).ordered).toEqual([]);
    expect(running().and(asked()).when(asked({}, null)).ordered).toEqual([]);
  });
});

describe("GitHub does not take the answer", () => {
  const givenUp = (state: "approved" | "rejected", runId = 501): EnvironmentEvent => ({
    type: "ProtectionGivenUp",
    at: NOON + 9_000,
    answer: {
      type: "answerProtectionRule",
      environment: "prod",
      runId,
      attempt: 1,
      deploymentId: 71,
      state,
      words: { environment: "prod", reason: state === "approved" ? "ours" : "other", version: null },
    },
  });

  it("a job that may be let in goes on waiting, so it is tried anew after a rest", () => {
    const then = running().and(asked()).when(givenUp("approved"));
    expect(then.effects).toMatchObject([{ delayMs: 60 * 60_000, effect: { state: "approved", runId: 501 } }]);
    expect(then.audit.map(({ type }) => type)).toEqual(["effect.given-up"]);
    expect(
      running()
        .and(observed({ conclusion: "failure" }))
        .when(givenUp("approved")).ordered,
    ).toEqual([]);
  });

  it("one that may not be is not let in without an answer either", () => {
    expect(givenEnvironment(requested()).when(givenUp("rejected", 901)).ordered).toEqual([]);
    expect(running().when(givenUp("rejected")).ordered).toEqual([]);
  });
});

describe("the words on GitHub's page", () => {
  const text = createTextRenderer();
  it.each([
    ["ours", "1.5.0", "Waybill started this run, to bring 1.5.0 to prod."],
    ["other", null, "Waybill did not start this run"],
    ["other", null, "comment on an issue or a pull request: /promote prod"],
    ["rerun", "1.5.0", "To try 1.5.0 again, comment: /promote prod 1.5.0"],
    ["stopped", "1.5.0", "not to deploy to prod any more"],
  ] as const)("%s", (reason, version, words) => {
    const said = text.protection({ environment: "prod", reason, version });
    expect(said).toContain(words);
    expect(said).not.toContain("\n");
  });
});
