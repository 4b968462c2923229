/** The stories of `/reject`: a no holds until it is taken back or expires, whatever else is said, and in whatever order it is heard. */
import { describe, expect, it } from "vitest";
import type { ApprovalWord } from "../../src/core/approvals.ts";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { Person, Promotion } from "../../src/core/promotion.ts";
import {
  active,
  ana,
  givenEnvironment,
  NOON,
  planOf,
  prepared,
  requested,
  sha,
  stepPlan,
  tagged,
  wes,
} from "./given.ts";
import { delivers, goes, prodPlan, promoted, rolledBack } from "./given-rollback.ts";

const DAY = 24 * 60 * 60_000;
const GATES = "approvals: { role: write, expires: 7d }";
const plan = planOf("prod", `environments: { prod: { gates: { ${GATES} } } }`);
const asked = requested({ plan });
const tri: Person = { id: 13 as Person["id"], login: "tri" };

const word = (commentId: number, by: Person): ApprovalWord => ({
  by,
  commentId,
  ordinal: 1,
  issue: 7,
  name: `v${commentId}`,
});

interface Said {
  readonly by?: Person;
  readonly at?: number;
  readonly commit?: string;
  readonly version?: string;
}

/** `/approve prod 1.5.0` or `/reject prod 1.5.0` in this comment. */
function said(
  type: "ReleaseApproved" | "ReleaseRejected",
  commentId: number,
  { by = wes, at = NOON, commit = "a1", version = "1.5.0" }: Said = {},
): EnvironmentEvent {
  const what = { at, environment: "prod", version, sha: sha(commit), reason: "the checkout fails" };
  return { type, ...what, word: word(commentId, by) };
}
const approves = (commentId: number, more?: Said) => said("ReleaseApproved", commentId, more);
const rejects = (commentId: number, more?: Said) => said("ReleaseRejected", commentId, more);
const takesBack = (commentId: number, by: Person = wes): EnvironmentEvent => ({
  type: "ApprovalWithdrawn",
  at: NOON,
  environment: "prod",
  version: "1.5.0",
  word: word(commentId, by),
});

const rejected = (more: object = {}) => ({
  stage: "refused",
  problem: { code: "rejected", detail: { login: "wes", reason: "the checkout fails", ...more } },
});
const ends = ({ lane }: { readonly lane: { readonly ended: readonly Promotion[] } }) => lane.ended;

/** What becomes of `/promote prod 1.5.0` after these words, some time later. */
const afterwards = (later: number, ...words: EnvironmentEvent[]) =>
  givenEnvironment(...words).when(requested({ plan }, NOON + later));

describe("a release that somebody rejects", () => {
  it("ends visibly and does not begin, with the name and the reason; the log has both", () => {
    const then = givenEnvironment(asked).when(rejects(150));
    expect(then.lane.waiting).toEqual([]);
    expect(ends(then)).toMatchObject([rejected({ version: "1.5.0", others: 0, until: NOON + 7 * DAY })]);
    expect(then.all("react").map(({ commentId, content }) => [commentId, content])).toEqual([
      [150, "eyes"],
      [150, "rocket"],
      [101, "-1"],
    ]);
    expect(then.only("liveComment").view).toMatchObject({ stage: "refused", problem: { code: "rejected" } });
    expect(then.only("comment").view).toMatchObject({ template: "refusal", problem: { code: "rejected" } });
    expect(then.audit).toMatchObject([
      { type: "release.rejected", actor: "user:12", ref: "v150", data: { reason: "the checkout fails" } },
      { type: "promotion.refused", ref: "c101", data: { code: "rejected" } },
    ]);
  });

  it("is rejected once, however often that is heard", () => {
    expect(givenEnvironment(asked, rejects(150)).when(rejects(150)).ordered).toEqual([]);
  });

  it("is not begun by enough approvals of others either", () => {
    const then = givenEnvironment(rejects(60), approves(61, { by: tri })).when(asked);
    expect(ends(then)).toMatchObject([rejected()]);
    expect(then.all("prepareRollout")).toEqual([]);
  });

  it("that is asked for after it is refused at the door, where it supersedes nothing", () => {
    const older = requested({
      id: "a1" as never,
      cause: { kind: "auto" },
      cargo: tagged("1.4.9", sha("a0")),
      plan,
    });
    const then = givenEnvironment(older, rejects(60)).when(asked);
    expect(then.lane.waiting.map(({ cargo }) => cargo.version)).toEqual(["1.4.9"]);
    expect(then.audit).toMatchObject([{ type: "promotion.refused", data: { code: "rejected" } }]);
  });

  it("while it is prepared ends at once, and what was being looked up begins nothing", () => {
    const story = givenEnvironment(
      requested({
        plan: planOf("prod", "environments: { prod: { gates: { approvals: { role: write } } } }"),
      }),
      approves(60),
      {
        type: "GatesSeen",
        at: NOON + 1,
        promotionId: "c101" as never,
        nr: 1,
        findings: {
          approvals: {
            kind: "seen",
            at: NOON + 1,
            facts: { people: [{ id: wes.id, entitled: true, author: false }] },
          },
        },
      },
    );
    expect(active(story.when(rejects(1, { by: tri, version: "1.6.0" })).lane).stage).toBe("preparing");
    const then = story.when(rejects(150, { by: tri }));
    expect(then.lane.active).toBeNull();
    expect(ends(then)).toMatchObject([rejected({ login: "tri" })]);
    const late = story.and(rejects(150, { by: tri })).when(prepared("c101", [stepPlan("api")]));
    expect(late.all("recordDeployment")).toEqual([]);
  });

  it("by several waits for all of them; the one who wrote last is named", () => {
    const then = givenEnvironment(rejects(60, { by: tri }), rejects(61)).when(asked);
    expect(ends(then)).toMatchObject([rejected({ others: 1 })]);
    const one = givenEnvironment(rejects(60, { by: tri }), rejects(61), takesBack(62)).when(asked);
    expect(ends(one)).toMatchObject([rejected({ login: "tri", others: 0 })]);
  });
});

describe("whose word holds", () => {
  it.each([
    ["yes, then no", [approves(60), rejects(61)], true],
    ["no, then yes", [rejects(60), approves(61)], false],
    ["no, then taken back", [rejects(60), takesBack(61)], false],
    ["taken back, then no", [takesBack(60), rejects(61)], true],
    ["no by the one who asks", [rejects(60, { by: ana })], true],
    ["no to another commit of that version", [rejects(60, { commit: "b2" })], false],
    ["no to another version", [rejects(60, { version: "1.6.0" })], false],
  ])("%s, in whatever order it is heard", (_what, words, holds) => {
    for (const heard of [words, words.toReversed()])
      expect(ends(afterwards(1_000, ...heard)).length).toBe(holds ? 1 : 0);
  });

  it("a no expires as approvals do, and lets nothing count again that it took the place of", () => {
    expect(ends(afterwards(7 * DAY - 1, rejects(60)))).toHaveLength(1);
    // Heard out of order, the yes would expire after the no that was written later.
    const late = afterwards(7 * DAY, rejects(61), approves(60, { at: NOON + 5_000 }));
    expect(late.lane.waiting).toMatchObject([{ held: { hold: { gate: "approvals", given: [] } } }]);
  });

  it("many later words, of oneself or others, do not push a no out, nor bring back what it took the place of", () => {
    const later = Array.from({ length: 30 }, (_one, index) =>
      approves(1_000 + index, { version: `2.0.${index}` }),
    );
    expect(ends(afterwards(1_000, approves(60), rejects(61), ...later))).toMatchObject([rejected()]);
    const noes = Array.from({ length: 30 }, (_one, index) =>
      rejects(1_000 + index, { version: `2.0.${index}` }),
    );
    const { lane } = afterwards(1_000, approves(60), rejects(61), ...noes);
    expect(lane.approvals).toHaveLength(20);
    expect(lane.waiting).toMatchObject([{ held: { hold: { given: [] } } }]);
  });
});

describe("a rejection that comes too late", () => {
  const why = (reason: string) => ({ code: "reject-late", detail: { why: reason, version: "1.5.0" } });
  const open = requested();
  const rolling = [open, prepared("c101", [stepPlan("api")])];

  it("stops nothing that has begun, says how to, and is not kept for the next time", () => {
    const then = givenEnvironment(...rolling).when(rejects(150));
    expect(active(then.lane).stage).toBe("rolling");
    expect(then.only("comment").view).toMatchObject({ template: "refusal", problem: why("running") });
    expect(then.all("react").map(({ content }) => content)).toEqual(["eyes", "-1"]);
    expect(then.audit).toMatchObject([{ type: "reject.in-vain", actor: "user:12" }]);
    expect(then.lane.approvals).toBeUndefined();
  });

  it("counts for what was asked for again behind what is being cancelled", () => {
    const cancelled: EnvironmentEvent = {
      type: "PersonCancelled",
      at: NOON + 1_000,
      environment: "prod",
      version: null,
      name: "x140",
      by: ana,
      commentId: 140,
      issue: 7,
    };
    const cause = { kind: "command", by: ana, commentId: 141, issue: 7 } as const;
    const again = requested({ plan, id: "c141" as Promotion["id"], cause });
    const story = givenEnvironment(...rolling, cancelled, again);
    const { lane, audit } = story.when(rejects(150));
    expect(active(lane)).toMatchObject({ stage: "rolling", cancel: { by: ana } });
    expect(audit).toContainEqual(expect.objectContaining({ type: "release.rejected" }));
    expect(lane.approvals).toMatchObject([{ no: true, version: "1.5.0" }]);
  });

  it("stops nothing that waits for nobody's approval, and says so", () => {
    const skipping = "gates: { approvals: { role: write } }, hotfix: { approvals: skip }";
    const hotfix = promoted(8, "1.5.0", { class: "hotfix", plan: prodPlan(`{ ${skipping} }`) });
    const rolling17 = [promoted(7, "1.7.0"), ...goes("c7", "1.7.0").slice(0, 1)];
    const before = [...delivers(1, "1.5.0"), ...delivers(2, "1.6.0"), ...rolling17];
    const no = rejects(150, { commit: "a150" });
    const rollback = givenEnvironment(...before, rolledBack(8, "1.5.0")).when(no);
    expect(rollback.only("comment").view).toMatchObject({ problem: why("rollback") });
    const fix = givenEnvironment(...rolling17, hotfix).when(no);
    expect(fix.only("comment").view).toMatchObject({ problem: why("hotfix") });
    // It was asked for before the config asked for approvals.
    const normal = givenEnvironment(...rolling17.slice(0, 1), promoted(8, "1.8.0")).when(
      rejects(150, { commit: "a180", version: "1.8.0" }),
    );
    expect(normal.only("comment").view).toMatchObject({
      problem: { code: "reject-late", detail: { why: "normal" } },
    });
  });

  it("does not take back what runs there, but holds once it was rolled back", () => {
    const before = [...delivers(1, "1.4.2"), ...delivers(2, "1.5.0")];
    const no = rejects(150, { commit: "a150" });
    expect(
      givenEnvironment(...before)
        .when(no)
        .only("comment").view,
    ).toMatchObject({ problem: why("delivered") });
    const back = [...before, rolledBack(3, "1.4.2"), ...goes("c3", "1.4.2")];
    expect(givenEnvironment(...back).when(no).audit).toMatchObject([{ type: "release.rejected" }]);
  });
});
