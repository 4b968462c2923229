/** What becomes of what GitHub did not let Waybill do, however often it was tried. */
import { describe, expect, it } from "vitest";
import { decideRepository, newRepositoryLane, type RepositoryLane } from "../../src/core/repository.ts";
import type { Effect } from "../../src/core/effects.ts";
import type { RepositoryEvent } from "../../src/core/events.ts";
import { givenUp, hearerOf } from "../../src/core/given-up.ts";
import type { InstallationId, RepositoryId } from "../../src/core/ids.ts";
import { notes, NOON, plansFor, sha } from "./given.ts";

const HOUR = 3_600_000;
const PROD = { installation: 1 as InstallationId, repository: 2 as RepositoryId, environment: "prod" };

const receipt: Effect = {
  type: "comment",
  issue: 7,
  marker: "receipt-c101",
  view: { template: "told", environment: "prod", version: "1.5.0", tag: "v1.5.0", url: null, proven: true },
};
const publish: Effect = {
  type: "publishRelease",
  tag: "v1.5.0",
  sha: sha("a1"),
  draftReleaseId: 5,
  noticeSerial: 1,
  view: { version: "1.5.0", tag: "v1.5.0", prerelease: false, notes: notes(sha("a1"), 1) },
};

/** A lane whose coming version is drawn on its first notice. */
function drawn(): RepositoryLane {
  const moved: RepositoryEvent = {
    type: "BranchMoved",
    at: NOON,
    head: sha("b1"),
    notes: notes(sha("b1"), 1),
    version: "1.6.0",
    plans: plansFor(),
  };
  return decideRepository(newRepositoryLane(), moved).state;
}

/** Gives it up, waits for the rest that GitHub is given, and answers what is ordered then. */
function anew(effect: Effect, lane: RepositoryLane = newRepositoryLane(), at = NOON) {
  const event = givenUp(effect, "Error: GitHub answered 502", at) as RepositoryEvent;
  const first = decideRepository(lane, event);
  const [rest] = first.effects;
  if (rest?.effect.type !== "wake") return { first, rest: null, ordered: [] };
  const due = rest.effect.event as RepositoryEvent;
  return { first, rest: rest.delayMs, ordered: decideRepository(first.state, due).effects };
}

describe("what people wait for, given up", () => {
  it("a comment, in whichever lane, is the repository's: its environment may have forgotten the promotion", () => {
    expect(hearerOf(PROD, receipt)).toEqual({ ...PROD, environment: "" });
    expect(hearerOf(PROD, { type: "cancelRun", runId: 5 })).toEqual(PROD);
  });

  it("is written down, and tried anew after an hour, looking first whether it stands", () => {
    const { first, rest, ordered } = anew(receipt);
    expect(first.audit).toMatchObject([{ type: "effect.given-up", ref: "7:receipt-c101" }]);
    expect(rest).toBe(HOUR);
    expect(ordered).toMatchObject([{ effect: { ...receipt, lookFirst: true, givenUpAt: NOON } }]);
  });

  it("the published notes are published all the same, in line with what else is drawn", () => {
    expect(anew(publish).ordered).toMatchObject([{ effect: publish, serial: "notice" }]);
  });

  it("each round has a name of its own, so that none is taken for another", () => {
    const names = [NOON, NOON + 6 * HOUR].map((at) => anew(receipt, newRepositoryLane(), at).ordered[0]?.id);
    expect(new Set(names).size).toBe(2);
  });

  it("after a week it is written down as forgotten", () => {
    const late = anew({ ...receipt, givenUpAt: NOON }, newRepositoryLane(), NOON + 200 * HOUR);
    expect(late.first.audit).toMatchObject([{ type: "effect.forgotten" }]);
    expect(late.first.effects).toEqual([]);
  });

  it("a notice is drawn as it is to be by then; one that nobody follows any more is not", () => {
    const draw = { type: "drawNotice", serial: 1, issue: null, view: {} } as unknown as Effect;
    const [again] = anew(draw, drawn()).ordered;
    expect(again?.effect).toMatchObject({ type: "drawNotice", serial: 1, view: { version: "1.6.0" } });
    expect(anew({ ...draw, serial: 9 } as Effect, drawn()).ordered).toEqual([]);
  });

  describe("is said to be late", () => {
    /** A lane whose notice stands as issue 7. */
    const noticed = (): RepositoryLane =>
      decideRepository(drawn(), { type: "NoticeDrawn", at: NOON, serial: 1, issue: 7 }).state;
    const words = (lane: RepositoryLane, effect: Effect, at = NOON) => {
      const { state, effects } = decideRepository(lane, givenUp(effect, "502", at) as RepositoryEvent);
      return { state, said: effects.flatMap(({ effect: one }) => (one.type === "comment" ? [one] : [])) };
    };

    it("on the newest notice, once, not each time that it is given up again", () => {
      const first = words(noticed(), publish);
      expect(first.said).toMatchObject([
        { issue: 7, view: { template: "late", what: "release", tag: "v1.5.0" } },
      ]);
      expect(words(first.state, publish, NOON + 7 * HOUR).said).toEqual([]);
    });

    it("in the notice itself, where that is what GitHub did not take", () => {
      const draw = { type: "drawNotice", serial: 1, issue: null, view: {} } as unknown as Effect;
      expect(words(noticed(), draw).said).toMatchObject([{ issue: 7, view: { what: "notice" } }]);
      // Nowhere to say it yet: it is kept until there is a notice.
      expect(words(drawn(), draw).state.unsaid).toMatchObject([{ view: { what: "notice" } }]);
    });

    it("but not the word about it, and not what nobody waits for", () => {
      const [word] = words(noticed(), receipt).said;
      if (word === undefined) throw new Error("nothing was said");
      expect(words(noticed(), word).said).toEqual([]);
      const retire: Effect = { type: "retireDeployments", environment: "prod", component: "api", keep: 5 };
      expect(words(noticed(), retire).said).toEqual([]);
    });
  });
});
