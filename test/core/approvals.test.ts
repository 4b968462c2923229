/** The stories of approvals: given, taken back, looked at, and gone when the right to them is. */
import { describe, expect, it } from "vitest";
import type { ApprovalWord } from "../../src/core/approvals.ts";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { ApproverFacts } from "../../src/core/gates/approvals.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import type { Person } from "../../src/core/promotion.ts";
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
  wes,
} from "./given.ts";

const DAY = 24 * 60 * 60_000;
const plan = planOf("prod", "environments: { prod: { gates: { approvals: { role: write } } } }");
const asked = requested({ plan });

function word(commentId: number, by: Person): ApprovalWord {
  return { by, commentId, ordinal: 1, issue: 7, name: `v${commentId}` };
}

function approved(commentId: number, by: Person = wes, at = NOON, commit = sha("a1")): EnvironmentEvent {
  const release = { version: "1.5.0", sha: commit, reason: "tried it" };
  return { type: "ReleaseApproved", at, environment: "prod", ...release, word: word(commentId, by) };
}

function withdrawn(commentId: number, by: Person = wes, version: string | null = null): EnvironmentEvent {
  return { type: "ApprovalWithdrawn", at: NOON, environment: "prod", version, word: word(commentId, by) };
}

const facts = (people: readonly ApproverFacts[], at: number) => ({
  approvals: { kind: "seen", at, facts: { people } } as const,
});
const entitled = (person: Person): ApproverFacts => ({ id: person.id, entitled: true, author: false });

function seen(nr: number, people: readonly ApproverFacts[], at = NOON + 1): EnvironmentEvent {
  return { type: "GatesSeen", at, promotionId: "c101" as PromotionId, nr, findings: facts(people, at) };
}

function preparedWith(people: readonly ApproverFacts[], at = NOON + 2): EnvironmentEvent {
  const event = prepared("c101", [stepPlan("api")], at) as Extract<
    EnvironmentEvent,
    { type: "RolloutPrepared" }
  >;
  return { ...event, findings: facts(people, at) };
}

describe("an approval", () => {
  it("is answered by reactions alone, and written down with its reason", () => {
    const then = givenEnvironment().when(approved(60));
    expect(then.all("react").map((one) => one.content)).toEqual(["eyes", "rocket"]);
    expect(then.all("comment")).toEqual([]);
    expect(then.audit).toEqual([
      {
        actor: "user:12",
        type: "release.approved",
        ref: "v60",
        data: { version: "1.5.0", sha: sha("a1"), reason: "tried it" },
      },
    ]);
    expect(givenEnvironment(approved(60)).when(approved(60)).ordered).toEqual([]);
  });

  it("lets go what waits for it, after it was looked at who gave it; its giver is on the receipt and in the audit log", () => {
    const held = givenEnvironment().when(asked);
    expect(held.all("lookAtGates")).toEqual([]);
    expect(held.only("liveComment").view).toMatchObject({
      held: { hold: { gate: "approvals", wanted: 1, given: [] } },
    });
    const then = givenEnvironment(asked).when(approved(60));
    expect(then.only("lookAtGates")).toMatchObject({ names: ["approvals"], approvers: [wes] });
    const ready = givenEnvironment(asked, approved(60)).when(seen(1, [entitled(wes)]));
    expect(ready.only("prepareRollout")).toMatchObject({ approvers: [wes] });
    const begun = givenEnvironment(asked, approved(60), seen(1, [entitled(wes)])).when(
      preparedWith([entitled(wes)]),
    );
    expect(active(begun.lane).approvedBy).toEqual([wes]);
    expect(begun.audit).toContainEqual(
      expect.objectContaining({ type: "rollout.begun", data: { components: ["api"], approvedBy: [12] } }),
    );
  });

  it("may come before the promotion is asked for", () => {
    const then = givenEnvironment(approved(60), asked).when(seen(1, [entitled(wes)]));
    expect(active(then.lane).stage).toBe("preparing");
  });

  it("whose giver has lost the right while all was being prepared lets nothing begin", () => {
    const story = givenEnvironment(asked, approved(60), seen(1, [entitled(wes)]));
    const then = story.when(preparedWith([{ ...entitled(wes), entitled: false }]));
    expect(then.all("recordDeployment")).toEqual([]);
    expect(then.lane.waiting).toMatchObject([
      { held: { hold: { gate: "approvals", discounted: [{ login: "wes", why: "not-entitled" }] } } },
    ]);
  });

  it("that is taken back while all is being prepared lets nothing begin", () => {
    const story = givenEnvironment(asked, approved(60), seen(1, [entitled(wes)]), withdrawn(61));
    const then = story.when(preparedWith([entitled(wes)]));
    expect(then.all("recordDeployment")).toEqual([]);
    expect(then.lane.waiting).toMatchObject([{ held: { hold: { gate: "approvals", given: [] } } }]);
  });

  it("of another commit lets nothing begin: the tag was moved", () => {
    const then = givenEnvironment(approved(60, wes, NOON, sha("b2")), asked).when(seen(1, [entitled(wes)]));
    expect(then.lane.active).toBeNull();
    expect(then.all("lookAtGates")).toEqual([]);
  });

  it("of what one asked for oneself is refused in words", () => {
    const then = givenEnvironment(asked).when(approved(60, ana));
    expect(then.only("comment").view).toMatchObject({ problem: { code: "approval-own" } });
    expect(then.all("react").map((one) => one.content)).toEqual(["eyes", "-1"]);
    expect(then.lane.approvals).toBeUndefined();
  });

  it("that comes while another's is being looked at has the look repeated", () => {
    const story = givenEnvironment(
      asked,
      approved(60),
      approved(62, { id: 13 as Person["id"], login: "tri" }),
    );
    const then = story.when(seen(1, [{ ...entitled(wes), entitled: false }]));
    expect(then.only("lookAtGates")).toMatchObject({
      nr: 2,
      approvers: [{ login: "wes" }, { login: "tri" }],
    });
  });

  it("cannot be pushed out by many words of somebody else", () => {
    const others = Array.from({ length: 30 }, (_one, index) => withdrawn(1_000 + index, ana));
    const then = givenEnvironment(approved(60), ...others).when(asked);
    expect(then.lane.approvals).toHaveLength(21);
    expect(then.only("lookAtGates")).toMatchObject({ approvers: [wes] });
  });

  it("is kept for three months at most, and never more than some hundreds are", () => {
    const old = givenEnvironment(approved(60)).when(approved(61, ana, NOON + 90 * DAY));
    expect(old.lane.approvals?.map(({ by }) => by.login)).toEqual(["ana"]);
    const nth = (index: number): Person => ({ id: (100 + index) as Person["id"], login: `p${index}` });
    const many = Array.from({ length: 310 }, (_one, index) => approved(1_000 + index, nth(index)));
    expect(
      givenEnvironment(...many.slice(0, -1)).when(many.at(-1) ?? approved(1)).lane.approvals,
    ).toHaveLength(300);
  });
});

describe("taking an approval back", () => {
  it("is answered by reactions; without one it is refused in words", () => {
    const then = givenEnvironment(approved(60)).when(withdrawn(61));
    expect(then.all("react").map((one) => one.content)).toEqual(["eyes", "rocket"]);
    expect(then.audit).toMatchObject([{ type: "approval.withdrawn", actor: "user:12" }]);
    const vain = givenEnvironment(approved(60)).when(withdrawn(61, ana));
    expect(vain.only("comment").view).toMatchObject({ problem: { code: "not-approved" } });
  });

  it("counts also where it is heard before the approval that was written before it", () => {
    const then = givenEnvironment(asked, withdrawn(61)).when(approved(60));
    expect(then.all("lookAtGates")).toEqual([]);
    expect(then.lane.waiting).toMatchObject([{ held: { hold: { gate: "approvals", given: [] } } }]);
  });
});

describe("an environment that asks for no approvals", () => {
  it("keeps nothing of them", () => {
    const then = givenEnvironment().when(requested());
    expect(JSON.stringify(then.lane)).not.toMatch(/approv/);
    expect(then.only("prepareRollout")).not.toHaveProperty("approvers");
  });
});
