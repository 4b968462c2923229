/** Whose approvals count, as a table: for which version at which commit, given when and by whom. */
import { describe, expect, it } from "vitest";
import type { Approval } from "../../../src/core/approvals.ts";
import { enoughHaveApproved, type ApproverFacts } from "../../../src/core/gates/approvals.ts";
import { newPromotion } from "../../../src/core/promotion.ts";
import type { Person } from "../../../src/core/promotion.ts";
import { ana, byCommand, NOON, planOf, request, sha, wes } from "../given.ts";

const DAY = 24 * 60 * 60_000;
const tri: Person = { id: 13 as Person["id"], login: "tri" };

function given(by: Person, more: Partial<Approval> = {}): Approval {
  const commentId = more.commentId ?? 200 + by.id;
  return {
    by,
    at: NOON - 1_000,
    commentId,
    ordinal: 1,
    version: "1.5.0",
    sha: sha("a1"),
    reason: null,
    ...more,
  };
}

const takenBack = (by: Person, commentId: number, version: string | null = null): Approval =>
  given(by, { commentId, version, sha: null });

const entitled = (...people: readonly Person[]): ApproverFacts[] =>
  people.map(({ id }) => ({ id, entitled: true, author: false }));

interface Case {
  readonly count?: number;
  readonly more?: string;
  readonly approvals: readonly Approval[];
  /** Null: nobody has looked. */
  readonly people?: readonly ApproverFacts[] | null;
  readonly automatic?: true;
}

function verdictOf({ count = 1, more = "", approvals, people = entitled(wes, tri, ana), automatic }: Case) {
  const config = `environments: { prod: { gates: { approvals: { count: ${count}, role: triage${more} } } } }`;
  const cause = automatic === true ? ({ kind: "auto" } as const) : byCommand(101);
  const findings =
    people === null ? {} : { approvals: { kind: "seen", at: NOON, facts: { people } } as const };
  const promotion = { ...newPromotion(request({ plan: planOf("prod", config), cause }), NOON), findings };
  return enoughHaveApproved({ at: NOON, promotion, freeze: null, approvals });
}

describe("an approval", () => {
  const passing: readonly (readonly [string, Case])[] = [
    ["by somebody else counts", { approvals: [given(wes)] }],
    ["given before the promotion was asked for counts", { approvals: [given(wes, { at: NOON - DAY })] }],
    ["by two people is two", { count: 2, approvals: [given(wes), given(tri)] }],
    ["of a release that goes by itself is anybody's", { approvals: [given(ana)], automatic: true }],
    [
      "given anew after it was taken back counts",
      { approvals: [given(wes, { commentId: 250 }), takenBack(wes, 240)] },
    ],
    [
      "stands when another version's is taken back",
      { approvals: [given(wes), takenBack(wes, 260, "1.4.0")] },
    ],
    ["stands when somebody else takes his back", { approvals: [given(wes), takenBack(tri, 260)] }],
    [
      "by an author counts unless the config says otherwise",
      {
        approvals: [given(wes)],
        people: [{ id: wes.id, entitled: true, author: true }],
      },
    ],
  ];
  it.each(passing)("%s", (_what, one) => {
    expect(verdictOf(one).verdict).toBe("pass");
  });

  const waiting: readonly (readonly [string, Case, readonly string[], number])[] = [
    ["that is missing is waited for", { approvals: [] }, [], 0],
    ["by whoever asked for it counts never", { approvals: [given(ana)] }, ["ana requester"], 0],
    [
      "given twice by one person is one",
      { count: 2, approvals: [given(wes), given(wes, { commentId: 300 })] },
      [],
      1,
    ],
    [
      "for the same version at another commit counts not: the tag was moved",
      { approvals: [given(wes, { sha: sha("b2") })] },
      [],
      0,
    ],
    [
      "for another version at the same commit counts not",
      { approvals: [given(wes, { version: "1.5.0-rc.1" })] },
      [],
      0,
    ],
    ["that is a week old has expired", { approvals: [given(wes, { at: NOON - 7 * DAY })] }, [], 0],
    ["that was taken back counts not", { approvals: [given(wes), takenBack(wes, 260)] }, [], 0],
    [
      "that was taken back before it was heard counts not",
      { approvals: [takenBack(wes, 260, "1.5.0"), given(wes)] },
      [],
      0,
    ],
    [
      "by somebody who lost the right counts not",
      {
        approvals: [given(wes)],
        people: [{ id: wes.id, entitled: false, author: false }],
      },
      ["wes not-entitled"],
      0,
    ],
    [
      "by somebody whom nobody has looked at counts not yet",
      { approvals: [given(wes)], people: [] },
      ["wes not-entitled"],
      0,
    ],
    [
      "by an author counts not where the config says so",
      {
        more: ", excludeAuthors: true",
        approvals: [given(wes), given(tri)],
        count: 2,
        people: [...entitled(tri), { id: wes.id, entitled: true, author: true }],
      },
      ["wes author"],
      1,
    ],
  ];
  it.each(waiting)("%s", (_what, one, discounted, count) => {
    const then = verdictOf(one);
    if (then.verdict !== "wait" || then.hold.gate !== "approvals") throw new Error(JSON.stringify(then));
    expect(then.hold.discounted.map(({ login, why }) => `${login} ${why}`)).toEqual(discounted);
    expect(then.hold.given).toHaveLength(count);
  });

  it("is looked at only where enough have given theirs; until then nobody is asked anything", () => {
    expect(verdictOf({ count: 2, approvals: [given(wes)], people: null })).not.toHaveProperty("look");
    expect(verdictOf({ count: 2, approvals: [given(wes), given(tri)], people: null })).toMatchObject({
      hold: { gate: "looking", what: "approvals" },
      look: "approvals",
    });
  });

  it("that expires while others are waited for is seen to in that moment", () => {
    const then = verdictOf({ count: 2, more: ", expires: 2d", approvals: [given(wes)] });
    expect(then).toMatchObject({ next: NOON - 1_000 + 2 * DAY });
  });
});
